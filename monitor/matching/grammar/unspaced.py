"""May a name stand here, in a script that writes no spaces between words?

Observations: Chinese, Japanese, Thai, Lao, Khmer and Burmese part words by nothing. A run of Katakana is
one foreign word or several (アマゾンプライム), a run of Hiragana mostly grammar. In the scripts of
South-East Asia a letter may belong to the vowel sign before it or take marks after it, so that a name
can end within a syllable of another word.

Theory of operation: a Katakana name stands where its run begins; with more of the run behind it, it is
a compound if the rest is a usual head or the name has four letters and the rest two. A Hiragana name
takes particles alone beside it, and a single character stands alone. Names of other scripts stand
wherever no syllable is cut.

Known exceptions: a Chinese name of two characters is also found inside longer words that nobody
watches; these are listed as decoys.
"""

import re
import unicodedata

from monitor.matching.words import listed
from monitor.model import Form

_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff]+")
_HIRAGANA = re.compile("[\u3041-\u309f]+")
_HEADS = listed(
    "グループ ホールディングス ジャパン バンク モーター モーターズ ファイナンシャル ストア カード ショップ",
    "サービス クラウド プライム ミュージック ゲームズ ペイ エンジン ビル カップ",
)
_PARTICLES = "はがをにのともでやへ"
_LEAST_NAME, _LEAST_REST = 4, 2
# Thai and Lao vowels that are written before their consonant, and those behind it.
_LEADING = "เแโใไເແໂໃໄ"
_DEPENDENT = "ะาำๅຽະາຳ"
_STACKERS = "\u17d2\u1039"  # the sign that puts the next consonant below: Khmer, Myanmar


def form_within(text: str, start: int, end: int, form: Form) -> tuple[Form | None, int]:
    """Return the form of a name at a place of a folded text, None where it is another word, and its end."""
    name = text[start:end]
    if _KATAKANA.fullmatch(text[end - 1]) and _KATAKANA.fullmatch(name[0]):
        return _katakana(text, start, end, form)
    if _HIRAGANA.fullmatch(name):
        cut = _is_hiragana(text, start - 1) or _is_hiragana(text, end)
    elif len(name) == 1:
        cut = _is_letter(text, start - 1) or _is_letter(text, end)
    else:
        cut = _cuts_syllable(text, start, end)
    return (None if cut else form), end


def _katakana(text: str, start: int, end: int, form: Form) -> tuple[Form | None, int]:
    if start and _KATAKANA.fullmatch(text[start - 1]):
        return None, end
    found = _KATAKANA.match(text, end)
    if found is None:
        return form, end
    long = end - start >= _LEAST_NAME and len(found[0]) >= _LEAST_REST
    return (Form.COMPOUND if long or found[0] in _HEADS else None), found.end()


def _is_hiragana(text: str, place: int) -> bool:
    """Return whether a character is Hiragana, and no particle."""
    here = text[place : place + 1] if place >= 0 else ""
    return bool(_HIRAGANA.fullmatch(here)) and here not in _PARTICLES


def _is_letter(text: str, place: int) -> bool:
    return place >= 0 and text[place : place + 1].isalnum()


def _cuts_syllable(text: str, start: int, end: int) -> bool:
    after = text[end : end + 1]
    marked = bool(after) and (after in _DEPENDENT or unicodedata.category(after).startswith("M"))
    return marked or (start > 0 and text[start - 1] in _LEADING + _STACKERS)

"""Of which script is a character, and what follows from that for finding names?

Scripts without spaces (Han, Kana, Thai, Lao, Khmer, Myanmar) let a name begin anywhere. So do Arabic and
Hebrew, which write articles, conjunctions and prepositions onto the word. Where such a letter stands
right before one of another script ("在Amazon"), a word begins between them.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

_KANA_AND_HAN = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SOUTH_EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer
_SEMITIC = "\u0590-\u08ff"
_UNSPACED = re.compile(f"[{_KANA_AND_HAN}{_SOUTH_EAST}]")
_ANYWHERE = re.compile(f"[{_SEMITIC}{_KANA_AND_HAN}{_SOUTH_EAST}]")
_TOKEN = re.compile(f"{_ANYWHERE.pattern}|[^ {_ANYWHERE.pattern[1:]}+")
_SEAM = re.compile(f"{_ANYWHERE.pattern}(?=[^ {_ANYWHERE.pattern[1:]})")


@lru_cache(maxsize=8192)
def is_unspaced(character: str) -> bool:
    """Return whether a character is of a script that writes no spaces between words."""
    return _UNSPACED.match(character) is not None


def is_dense(character: str) -> bool:
    """Return whether a character stands for a syllable or a word, so that two of them make a name."""
    return is_unspaced(character) or "\uac00" <= character <= "\ud7a3"


@lru_cache(maxsize=8192)
def begins_anywhere(character: str) -> bool:
    """Return whether a name that begins with this character may stand behind other letters."""
    return _ANYWHERE.match(character) is not None


def parted(blanked_text: str) -> str | None:
    """Return a text with a blank before words that another script runs into, of the same length.

    None where there is no such place, as in every text that is ASCII.
    """
    if blanked_text.isascii() or not _SEAM.search(blanked_text):
        return None
    return _SEAM.sub(" ", blanked_text)


def tokens_of(blanked_text: str) -> Sequence[str]:
    """Return the words of a text, and each character by itself that a name may begin with anywhere."""
    return _TOKEN.findall(blanked_text)

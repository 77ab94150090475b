"""What do Arabic, Persian and Hebrew hang on a name?

Observations: conjunctions, prepositions and the article are written onto the word (وأمازون, للقاهرة,
ובאמזון). Persian writes its plural behind the word, often behind a joiner that folding drops.

Theory of operation: a name may begin behind letters that can all be such prefixes, in their order; any
other letters make another word. Short names take none: two letters end many words.

Known exceptions: an Arabic name that begins with the article loses its alef behind ل (للأهلي); that
spelling is made when names are read. The Hebrew preposition may be parted by a hyphen from a name in
Latin letters.
"""

import re
from collections.abc import Sequence

_LEAST_LETTERS = 3
_ARABIC = re.compile("[وف]?(?:[بكلس]?ال|لل|[بكل])?")
_HEBREW = re.compile("ו?(?:כש|לכש|מש|ש)?[בלמכ]?ה?")
_PERSIAN_PLURAL = re.compile("ها(?:ي|يي)?")
_ARTICLE = "ال"


def is_semitic(character: str) -> bool:
    """Return whether a character is of a script that writes prefixes onto words."""
    return "\u0590" <= character <= "\u08ff"


def is_prefix(letters: str) -> bool:
    """Return whether folded letters can all stand before a name, written onto it."""
    return bool(letters) and bool(_ARABIC.fullmatch(letters) or _HEBREW.fullmatch(letters))


def takes_prefix(name: str) -> bool:
    """Return whether a folded name is long enough for letters before it."""
    return len(name) >= _LEAST_LETTERS


def takes_rest(rest: str, language: str) -> bool:
    """Return whether folded letters behind a name leave it what it is."""
    return bool(_PERSIAN_PLURAL.fullmatch(rest)) or (language in {"fa", "ur"} and rest == "ي")


def contracted(name: str) -> Sequence[str]:
    """Return the spelling behind ل of an Arabic name that begins with the article."""
    return ("لل" + name.removeprefix(_ARTICLE),) if name.startswith(_ARTICLE) else ()

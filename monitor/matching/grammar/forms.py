"""Which form of a name is this? Asks the family of languages that the script, or the language, tells.

The script decides where it can: titles are short, and the language of a short text is often taken for
another. Latin letters alone need the language; where that is unknown, German rules hold.
"""

from collections.abc import Iterator

from monitor.matching.grammar import cyrillic, greek, indic, korean, latin, semitic
from monitor.model import EntityKind, Form
from monitor.text.normalize import fold

_GREEK, _SEMITIC = "\u0370", "\u0590"
_BENGALI = ("\u0980", "\u09ff")


def made_forms(name: str, kind: EntityKind) -> Iterator[str]:
    """Yield the other forms of a name that its script lets be made when names are read."""
    if name[-1:] < _GREEK and name[:1] < _GREEK:
        return
    yield from cyrillic.declined(name, kind)
    yield from greek.declined(name)
    yield from indic.declined(name)
    yield from semitic.contracted(name)


def form_of_rest(name: str, folded_rest: str, language: str) -> Form | None:
    """Return the form of a name that letters are written onto; None where they make another word."""
    first = folded_rest[0]
    if first < _GREEK:
        return Form.INFLECTED if latin.is_ending(fold(name).text, folded_rest, language) else None
    if korean.is_hangul(first):
        return korean.form_of_rest(name[-1], folded_rest)
    foreign = name[-1] < _GREEK and folded_rest in cyrillic.ENDINGS
    persian = semitic.is_semitic(first) and semitic.takes_rest(folded_rest, language)
    bengali = _BENGALI[0] <= first <= _BENGALI[1] and indic.is_bengali_ending(folded_rest)
    return Form.INFLECTED if foreign or persian or bengali else None


def is_parted_ending(sign: str, folded_rest: str, language: str) -> bool:
    """Return whether a sign (apostrophe, colon, hyphen) parts a name from an ending of it."""
    return folded_rest in cyrillic.ENDINGS or latin.is_parted_ending(sign, folded_rest, language)


def begins_word(folded_text: str, start: int) -> int | None:
    """Return where the word begins whose name begins at `start`, or None where it is another word.

    Only scripts that write prefixes onto words are asked; elsewhere a hit begins at a word.
    """
    begin = start
    while begin > 0 and semitic.is_semitic(folded_text[begin - 1]) and folded_text[begin - 1].isalpha():
        begin -= 1
    before = folded_text[begin:start]
    return begin if not before or semitic.is_prefix(before) else None

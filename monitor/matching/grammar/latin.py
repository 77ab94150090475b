"""How do the languages that are written in Latin letters inflect names?

German has a file of its own, and English, French, Spanish, Italian, Catalan and Portuguese put nothing
on a name but the plural's -s: their articles stand before an apostrophe, where a word ends anyway.

Theory of operation: each language that has cases lists, in folded spelling, the endings that it writes
onto a name. Where an ending takes the place of the name's last vowel (Polish Tesla, Tesli), the text is
read a second time with such endings put back to that vowel; a name that ends right there is inflected.

Known exceptions: consonants that change within the word (Helsinki, Helsingin; Polska, Polsce) and vowels
that fall out (Gdaniec, Gdańca). Sources: grammars of the languages, as each table's line can be checked.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

# Languages whose genitive is a plain -s. Where a language is unknown, German rules hold.
GENITIVE_S = frozenset({"de", "nl", "sv", "da", "no", "nb", "nn"})
_HYPHEN = frozenset({"hu", "az", "et", "pl", "ro"})
# With these any small letters behind an apostrophe are an ending.
_APOSTROPHE = frozenset({"tr", "az", "fi", "et", "pl"})

_TURKISH = (
    "(?:l[aeə]r)?(?:(?:[ns]?{i}n?|im)?(?:y?[aeə]|y?{i}|n?{i}n|n?[dt][aeə]n?(?:ki)?|n[aeə]|y?l[aeə])?)(?:[dt]{i}r)?"
).replace("{i}", "(?:i|ue?)")
_FINNISH = (
    "i?(?:n|(?:ss|st|ll|lt|n|tt|t)?ae?|lle|ksi|[aeiouy]n|oen|aen|t|en)(?:kin|kaan|kaeaen|koe?|han|haen|pae?)?"
)
_ESTONIAN = "[aeiu]?(?:le|lt?|sse|st?|ks|ni|na|ta|ga|t|d|de|te)?"
_HUNGARIAN = (
    "(?:[aeo]k|oek|k)?(?:n[ae]k|b[ae]n?|b[oe]l|r[oe]l|t[oe]l|r[ae]|n[ae]l|h[oe]z|hoez|v[ae]l|ert|ig|kent"
    "|[aeo]?t|oet|[oe]?n|oen|e|ei)?"
)
_ENDINGS: Mapping[str, str] = {
    "tr": _TURKISH,
    "az": _TURKISH,
    "fi": _FINNISH,
    "et": _ESTONIAN,
    "hu": _HUNGARIAN,
    "pl": "a|u|owi|em|iem|y|i|ą|ę|om|ami|ach|ow|owie",
    "cs": "a|u|ovi|em|e|i|y|um|ech|ich|ove",
    "sk": "a|u|ovi|om|e|i|y|ov|mi|och|ovia",
    "hr": "a|u|om|em|e|i|ima|ov[aeiu]?|ev[aeiu]?",
    "sl": "a|u|om|em|i|e|ov|ova|ovi|ih|ev",
    "ro": "ul|ului|ule|a|ei|uri|urile|urilor|ii?|ilor|u",
    "lt": "as|o|ui|ą|a|u|e|is|io|iui|į|iu|i|ai|ų",
}
# Behind the last vowel of an adjective or a surname: Kowalskiego, Horáčkého.
_OF_ADJECTIVES: Mapping[str, str] = {"pl": "ego|emu|m|ch|mi", "cs": "ho|mu|m|ch|mi", "sk": "ho|mu|m|ch|mi"}
# What may stand instead of a last vowel.
_INSTEAD: Mapping[str, Mapping[str, str]] = {
    "pl": {"a": "y|i|ie|zie|ę|ą|o|iej|ej", "o": "y|ę|ą|ze", "y": "ego|emu|ym"},
    "cs": {"a": "y|u|ou|e|o|i|ovi", "o": "a|u|em|ovi|om", "y": "eho|emu|em|ym"},
    "sk": {"a": "y|u|ou|e|o|i|ovi|ej", "o": "a|u|om|ovi|e", "y": "eho|emu|om|ym"},
    "hr": {"a": "e|i|u|om|o|oj", "o": "a|u|om", "i": "og|om|im|emu|ome"},
    "sl": {"a": "e|i|o", "o": "a|u|om", "i": "ega|emu|im|em"},
}
_SAME = {"sr": "hr", "bs": "hr", "sh": "hr", "me": "hr"}
_SLAVIC = frozenset({"pl", "cs", "sk", "hr", "sl"})
# Languages in which an -s behind a name would be an ending of their own, or none.
_NO_PLURAL_S = frozenset({*_ENDINGS, "it", "sq", "lv", "is", "eu", "ga", "vi", "id"})

_FOLDED = str.maketrans("ąęįų", "aeiu")
_WORD_END = r"(?<=\w\w\w)(?:{})(?!\w)"
_DOUBLED = re.compile(r"([bcdfgklmnprstz])[ae]l")
_ELIDED = re.compile(r"(?:[ldcsnjmtv]|qu|jusqu|lorsqu|puisqu|un|gl|(?:de|a|ne|da|su|co|que|be)ll|sant)'")
_TURKISH_SHAPE = re.compile(_TURKISH)
_LEAST_SHAPE = 2
_LEAST_NAME = 3
_VOWELS = frozenset("aeiouyə")
_HARMONIC = frozenset({"tr", "az"})  # buffer letters part vowels, and nothing else


class Recast(NamedTuple):
    """A text with the endings of words put back to a vowel; `ends` gives the true ends of these words."""

    text: str
    ends: Mapping[int, int]


def has_plural_s(language: str) -> bool:
    """Return whether an -s behind a name can be a plural."""
    return language not in _NO_PLURAL_S


def is_ending(name: str, rest: str, language: str) -> bool:
    """Return whether a language writes a folded rest onto a folded name."""
    language = _SAME.get(language, language)
    if language not in _ENDINGS or not rest:
        return False
    if language == "hu" and (doubled := _DOUBLED.fullmatch(rest)):
        return name.endswith(doubled[1])
    adjective = language in _OF_ADJECTIVES and name.endswith(("i", "y"))
    if adjective and re.fullmatch(_OF_ADJECTIVES[language], rest):
        return True
    vowel = name[-1:] in _VOWELS
    if language in _HARMONIC and (rest[0] in _VOWELS if vowel else rest[0] in "yns"):
        return False
    return not (vowel and language in _SLAVIC | {"lt"}) and bool(_ending_of(language).fullmatch(rest))


def is_parted_ending(sign: str, rest: str, language: str) -> bool:
    """Return whether an apostrophe, a colon or a hyphen parts a name from a folded ending of it.

    In a text of any language, letters behind an apostrophe that have the shape of a Turkish case are
    taken for one: short titles are often taken for another language.
    """
    if sign == "'":
        shaped = len(rest) >= _LEAST_SHAPE and bool(_TURKISH_SHAPE.fullmatch(rest))
        return language in _APOSTROPHE or shaped
    if sign == ":":
        return (language, rest) == ("sv", "s") or (language == "fi" and _is_listed(rest, language))
    return language in _HYPHEN and _is_listed(rest, language)


def elision(folded_word: str) -> int:
    """Return how many letters an elided article or preposition takes before a word (d'Emmanuel)."""
    found = _ELIDED.match(folded_word)
    return found.end() if found else 0


def recast(blanked_text: str, language: str) -> Iterator[Recast]:
    """Yield a text once for each vowel that endings of the language take the place of."""
    language = _SAME.get(language, language)
    for vowel, pattern in _instead(language):
        ends: dict[int, int] = {}
        pieces: list[str] = []
        done = 0
        for found in pattern.finditer(blanked_text):
            begin, end = found.span()
            ends[begin + 1] = end
            pieces += (blanked_text[done:begin], vowel, " " * (end - begin - 1))
            done = end
        if ends:
            yield Recast("".join((*pieces, blanked_text[done:])), ends)


@lru_cache(maxsize=4096)
def bases(folded_word: str, language: str) -> Sequence[str]:
    """Return what a word can be an inflection of, itself first."""
    language = _SAME.get(language, language)
    if language not in _SLAVIC and language not in _ENDINGS:
        return (folded_word,)
    stems = [folded_word[:place] for place in range(_LEAST_NAME, len(folded_word))]
    cut = [stem for stem in stems if is_ending(stem, folded_word[len(stem) :], language)]
    put_back = [each.text.strip() for each in recast(folded_word, language)]
    return tuple(dict.fromkeys((folded_word, *cut, *put_back)))


def _is_listed(rest: str, language: str) -> bool:
    return bool(rest) and bool(_ending_of(language).fullmatch(rest))


@lru_cache(maxsize=64)
def _ending_of(language: str) -> re.Pattern[str]:
    return re.compile(_ENDINGS[language].translate(_FOLDED))


@lru_cache(maxsize=64)
def _instead(language: str) -> Sequence[tuple[str, re.Pattern[str]]]:
    return tuple(
        (vowel, re.compile(_WORD_END.format(endings.translate(_FOLDED))))
        for vowel, endings in _INSTEAD.get(language, {}).items()
    )

"""How do Russian, Ukrainian, Bulgarian and Serbian inflect names that are written in Cyrillic?

Observations: most mentions stand in an oblique case (Газпрома, России, Владимира Путина), and the ending
often takes the place of the name's last letter. A name does not say which of the languages it is of.

Theory of operation: every form is made when names are read, from the end of the word, for all of these
languages together: forms that only one of them has are no words in the others. The words of a person's
name change together, case by case; of other names the adjectives and the noun after them (Новая газета),
while what follows stands still (Сбербанк России). Acronyms that end in a vowel, or have three letters,
stay as they are.

Known exceptions: fleeting vowels other than those of -ец and Павел; plural names that lose their ending
(Известий). Sources: the declension tables of the languages' school grammars.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import product

from monitor.matching.words import listed
from monitor.matching.words.cyrillic import GIVEN_NAMES, MASCULINE_IN_A
from monitor.model import EntityKind
from monitor.text.normalize import fold

_LEAST_LETTERS = 3
_FIRST_LETTER = "\u0400"
_WORD = re.compile("[\u0400-\u052f]+(?:-[\u0400-\u052f]+)*")
_VOWELS = "аеёиоуыэюяіїє"

# What is cut off, and the endings instead: genitive, dative, accusative, instrumental, locative.
_Row = tuple[str, int, str]
_ADJECTIVES: tuple[_Row, ...] = (
    ("[гкхжчшщц]ий", 2, "ого/его ому/ему ого/его/ий им ом/ем/ому/ім"),
    ("(?:ый|ой|ий)", 2, "ого/его ому/ему ого/его/ый/ий ым/им ом/ем/ому/ім"),
    ("ая", 2, "ой/ей ой/ей ую ой/ою/ей ой/ей"),
    ("яя", 2, "ей ей юю ей/ею ей"),
    ("[сцз]ька", 1, "ої ій у ою ій"),
    ("(?:ое|ее)", 2, "ого/его ому/ему ое/ее ым/им ом/ем"),
    ("(?:ые|ие)", 2, "ых/их ым/им ые/ие ыми/ими ых/их"),
)
_UKRAINIAN: _Row = ("а", 1, "ої ій у ою ій")  # of an adjective (Верховна Рада)
_SURNAMES: tuple[_Row, ...] = (
    ("(?:[оеёє]в|[иыії]н)а", 1, "ой/ої ой/ій у ой/ою ой/ій"),
    ("(?:[оеёє]в|[иыії]н|[иі]в)", 0, "а у/ові а ым/им/ом е/і/ові"),
    *_ADJECTIVES,
)
_NOUNS: tuple[_Row, ...] = (
    ("[иі]я", 1, "и/ї и/ї ю ей/єю и/ї"),
    ("я", 1, "и/і/ї е/и/і/ї ю ей/ею/єю е/и/і/ї"),
    ("[гкх]а", 1, "и/е е/и у ой/ою/ом е/и"),
    ("а", 1, "ы/и/е е/и/і у ой/ею/ею/ою/ей/ом е/и/і"),
    ("ь", 1, "и/я/і и/ю/і ь/я ью/ем/ём/ю/ом и/е/і"),
    ("ий", 2, "ия/ія ию/ію/ієві ия/ія/ий/ій ием/ієм ии/ії/ію"),
    ("й", 1, "я ю/єві я/й ем/єм е/ї/ю"),
    ("ец", 2, "ца цу/цеві ца/ец цом/цем це/ці"),
    ("о", 1, "а у/ові о/а ом е/і/у"),
    ("е", 1, "я/а ю/у е ем е/і"),
    ("[ыи]", 1, "ов/ей/ів ам/ям ы/и ами/ями ах/ях"),
    (f"[^{_VOWELS}ь]", 0, "а/у у/ові/еві /а ом/ем е/і/ові/у"),
)
_PLURAL: tuple[_Row, ...] = ((f"[^{_VOWELS}ьй]", 0, "ы/и/і ов/ів ам ами ах"),)
_IRREGULAR = {"Павел": "Павл", "Лев": "Льв", "Александар": "Александр", "Петар": "Петр"}
_ARTICLES = (
    ("а", 0, "та"),
    ("о", 0, "то"),
    ("и", 0, "те"),
    ("ки", 0, "ят"),
    ("ки", 0, "я"),
    ("ен", 2, "ният"),
)

# On names in other scripts: Amazonом, iPhone’ов.
ENDINGS = listed(
    "а у ю я е и ы і о ом ем ой ей ою ею ам ям ах ях ами ями ов ев ів ові еві",
)


def declined(name: str, kind: EntityKind) -> Sequence[str]:
    """Return the other forms of a name, each once; none where it is not written in Cyrillic."""
    words = name.split()
    if not any(map(_WORD.fullmatch, words)):
        return ()
    made = [form for table in _tables(words, kind) for form in _aligned(table)]
    if len(words) > 1 and kind is not EntityKind.PERSON:
        made += _with_article(words)
    return [form for form in dict.fromkeys(made) if form != name]


@lru_cache(maxsize=4096)
def is_given(folded_word: str) -> bool:
    """Return whether a word is a usual given name, in any case."""
    return folded_word[:1] >= _FIRST_LETTER and folded_word in _given_names()


@cache
def _given_names() -> frozenset[str]:
    forms = (form for name in GIVEN_NAMES for form in (name, *declined(name, EntityKind.OTHER)))
    return frozenset(fold(form).text for form in forms)


def _tables(words: Sequence[str], kind: EntityKind) -> Iterator[Sequence[Sequence[Sequence[str]]]]:
    """Yield what the words of a name may be, word by word and case by case."""
    if kind in (EntityKind.PERSON, EntityKind.OTHER):
        last = len(words) - 1
        female = last > 0 and words[0][-1] in "ая" and words[0] not in MASCULINE_IN_A
        yield [
            _cases(word, _SURNAMES if place == last else (), still=female and place == last)
            for place, word in enumerate(words)
        ]
    if kind is not EntityKind.PERSON:
        yield _of_thing(words, _NOUNS)
    if kind is EntityKind.PRODUCT:
        yield _of_thing(words, _PLURAL)


def _of_thing(words: Sequence[str], nouns: tuple[_Row, ...]) -> Sequence[Sequence[Sequence[str]]]:
    head = next((place for place, word in enumerate(words[:-1]) if not _is_adjective(word)), len(words) - 1)
    if head == 0 and len(words) > 1 and re.search("[вкн]а$", words[0]) and words[1][-1] in "ая":
        return [_cases(words[0], (_UKRAINIAN,)), *_of_thing(words[1:], nouns)]
    before = [_cases(word, _ADJECTIVES) for word in words[:head]]
    alone = _ADJECTIVES if len(words) == 1 and nouns is _NOUNS else ()
    return [*before, _cases(words[head], alone, nouns), *([[word]] * 5 for word in words[head + 1 :])]


def _is_adjective(word: str) -> bool:
    return any(re.fullmatch(f".{{2,}}{end}", word) for end, _, _ in _ADJECTIVES)


def _cases(
    word: str, first: tuple[_Row, ...], nouns: tuple[_Row, ...] = _NOUNS, *, still: bool = False
) -> Sequence[Sequence[str]]:
    """Return a word in five cases; `still` words change only where they end in a vowel."""
    acronym = word.isupper() and (len(word) <= _LEAST_LETTERS or word[-1].lower() in _VOWELS)
    short = len(word) < _LEAST_LETTERS or acronym
    if short or not _WORD.fullmatch(word) or (still and word[-1] not in "ая"):
        return [[word]] * 5
    stem = _IRREGULAR.get(word, word)
    for end, cut, endings in (*first, *nouns):
        if re.search(f".{end}$", stem.lower()):
            root = stem[: len(stem) - cut]
            return [[root + each for each in case.split("/")] for case in _split(endings)]
    return [[word]] * 5


def _split(endings: str) -> Sequence[str]:
    return endings.split(" ")


def _aligned(table: Sequence[Sequence[Sequence[str]]]) -> Iterator[str]:
    """Yield the whole name, all of its words in the same case."""
    for case in zip(*table, strict=True):
        for chosen in product(*case):
            yield " ".join(chosen)


def _with_article(words: Sequence[str]) -> Iterator[str]:
    """Yield the Bulgarian forms with the article, which the first word takes (Българската банка)."""
    for end, cut, article in _ARTICLES:
        if words[0].endswith(end) and len(words[0]) > _LEAST_LETTERS:
            yield " ".join([words[0][: len(words[0]) - cut] + article, *words[1:]])

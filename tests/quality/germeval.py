"""How well are the names found that people marked in GermEval 2014?

Set-up: who is watched are the distinct names that people marked in a split (outermost marks of persons,
organizations, places and others), spellings of one name being one entity of the kind that is marked
most; an alert is a sentence and an entity. A mark is wanted where it is the name, its genitive or, as
`part` of a compound, begins with it or holds it between hyphens, with a linking letter and without its
article too (Bundestags-Anhörung, Zeit-Autorin). What only a mark within another mark, a derivation, a
compound of another class, the second part of one, or a bare surname of a full name speaks for is neither
wanted nor wrong, nor is a longer name that holds it (Berlin-Mitte, ZDF-Morgenmagazin), unless it is a
person's, nor a name of which a longer watched one is made (Benz in Daimler-Benz-Werk), nor a full name
whose bare surname is watched. What ends in a hyphen ("Nord- und Südkorea") is no name. A distinctive name
is one of several words, or of six letters and more that are no German word.

In the splits `dev` and `test` each split's own names are watched; in `cross` the persons, organizations and
places of `dev` are watched on the sentences of `test`, whose longer names nobody watches.

Families: `alerts` (all), `strict` (what is neither wanted nor wrong counts as wrong), `distinctive`, and by
form `genitives`, `hyphens`, `closed`: a false alert is counted under a form where all its mentions have
that form. Each of them is counted twice: with what is probable, and as `confirmed_…` with that alone of
which a watchlist tells by default.
"""

import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from monitor.matching.german import adjective_forms, takes_s
from monitor.matching.languages import is_word
from monitor.matching.matcher import build_matcher
from monitor.model import Entity, EntityId, EntityKind, Form, Match, Matched, Name, Tier, Zones
from monitor.text.normalize import fold
from tests.quality.measure import Measured, Score, digest_of
from tests.quality.tokens import runs, written

NAME = "germeval"
FOLDER = Path(__file__).resolve().parents[3] / "shared/data/germeval"
SPLITS = ("dev", "test")
KINDS = {
    "PER": EntityKind.PERSON,
    "ORG": EntityKind.ORGANIZATION,
    "LOC": EntityKind.PLACE,
    "OTH": EntityKind.OTHER,
}
CROSS_KINDS = ("PER", "ORG", "LOC")
FORMS = {"genitives": "genitive", "hyphens": "hyphen", "closed": "closed"}
CONFIRMED = "confirmed_"
LEAST_PART = 3  # letters of a name, and of what hangs on it, in a closed compound
LEAST_DISTINCTIVE = 6
_JOINTS = re.compile(r"[-–‑ ]")
_LATIN = frozenset({"Jesus"})
_LINKS = ("s", "es", "n", "en")  # Bundestag|s-Anhörung
_ARTICLES = ("Die", "Der", "Das")
_GENITIVES = ("'s", "’s", "es", "s", "'", "’", "n")


class Mark(NamedTuple):
    """A marked name: its text, its tag, and whether it stands within another."""

    surface: str
    tag: str
    inner: bool


class Sentence(NamedTuple):
    """A sentence and its marks."""

    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """Who is watched: each marked name's entity, each name by its folded spelling, and persons by surname."""

    entity_of: Mapping[str, str]
    name_of: Mapping[str, str]
    kind_of: Mapping[str, str]
    entities: tuple[Entity, ...]
    by_surname: Mapping[str, Collection[str]]


@dataclass(slots=True)
class Truth:
    """What one sentence names, in which form, and what is neither wanted nor wrong."""

    wanted: dict[str, str] = field(default_factory=dict)
    neutral: set[str] = field(default_factory=set)


def is_present() -> bool:
    """Say whether the corpus is here."""
    return all(_path(split).is_file() for split in SPLITS)


def digest() -> str:
    """Return the SHA-256 of its files."""
    return digest_of(_path(split) for split in SPLITS)


def measure() -> Mapping[str, Measured]:
    """Return the scores of both splits, and those of one split's names in the other."""
    return {split: measured(corpus, who) for split, (corpus, who) in set_ups().items()}


def set_ups() -> Mapping[str, tuple[Sequence[Sentence], Watched]]:
    """Return, for each split of the table, its sentences and who is watched on them."""
    own = {split: (sentences(split), watched(sentences(split))) for split in SPLITS}
    return own | {"cross": (sentences("test"), watched(sentences("dev"), CROSS_KINDS))}


@cache
def sentences(split: str) -> tuple[Sentence, ...]:
    """Return the sentences of a split, put together from their tokens."""
    with gzip.open(_path(split), "rt", encoding="utf-8") as lines:
        blocks = "".join(line for line in lines if not line.startswith("#\t")).split("\n\n")
    rows = ([line.split("\t") for line in block.splitlines() if line] for block in blocks)
    return tuple(_sentence(each) for each in rows if each)


def judged(corpus: Sequence[Sentence], who: Watched) -> Iterator[tuple[Sentence, Truth, Matched]]:
    """Yield each sentence with what its marks say and what the matcher does."""
    matcher = build_matcher(who.entities)
    for sentence in corpus:
        zones = Zones(title="", text=sentence.text, lead_end=len(sentence.text), captions="")
        yield sentence, truth_of(sentence, who), matcher.match(zones, "de")


def measured(corpus: Sequence[Sentence], who: Watched) -> Measured:
    """Return the scores of each family, one for each sentence."""
    scores: dict[str, list[Score]] = defaultdict(list)
    for _, truth, matched in judged(corpus, who):
        found = {str(each.entity): each for each in matched.matches}
        sure = {name: each for name, each in found.items() if each.tier is Tier.CONFIRMED}
        for prefix, matches in (("", found), (CONFIRMED, sure)):
            for family, score in _scores(truth, matches):
                scores[prefix + family].append(score)
    return scores


def watched(corpus: Sequence[Sentence], of_kinds: Collection[str] = tuple(KINDS)) -> Watched:
    """Return the entities that the marks of a corpus name."""
    tags: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence in corpus:
        for mark in sentence.marks:
            if mark.tag in of_kinds and not mark.inner and re.search(r"\w$|\w\W*[^-\w]$", mark.surface):
                tags[mark.surface][mark.tag] += 1
    names = {name for name in tags if base_of(name, tags) is None}
    kinds = {name: tags[name].most_common(1)[0][0] for name in names}
    inflected = [name for name in names if kinds[name] != "PER"]
    entity_of = one_for_all_spellings({name: tags[name].total() for name in names}, inflected)
    spellings: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        spellings[entity_of[name]].append(name)
    surnames: dict[str, set[str]] = defaultdict(set)
    for name in names:
        if kinds[name] == "PER" and " " in name:
            surnames[name.split()[-1]].add(entity_of[name])
    spelled = {_plain(form): name for name in sorted(inflected) for form in adjective_forms(name)}
    return Watched(
        entity_of,
        spelled | {_plain(name): name for name in sorted(names)},
        {name: kinds[name] for name in spellings},
        tuple(_entity(name, kinds[name], spellings[name]) for name in sorted(spellings)),
        surnames,
    )


def base_of(surface: str, names: Collection[str], *, cut: bool = False) -> str | None:
    """Return the name that a surface is the genitive of, if that name is one of those given.

    A bare -n is an ending only after an -e, and a bare -s none after what hisses: Zoomlion is no form of
    "Zoomlio", Greiss none of "Greis". In messages that are `cut` anywhere such two are one name all the
    same. Jesus is no genitive of Jesu, but the reverse.
    """
    if len(surface) <= LEAST_PART or surface in _LATIN:
        return None
    endings = (each for each in _GENITIVES if surface.endswith(each) and (cut or _takes(surface, each)))
    return next((base for base in map(surface.removesuffix, endings) if base in names), None)


def _takes(surface: str, ending: str) -> bool:
    """Return whether German gives what stands before an ending that ending."""
    if ending == "s":
        return takes_s(surface.removesuffix(ending))
    return ending != "n" or surface[-2] == "e"


def one_for_all_spellings(counts: Mapping[str, int], inflected: Collection[str]) -> Mapping[str, str]:
    """Return the spelling that stands for each name: capitals, umlauts, blanks, adjective forms aside.

    `counts` says how often each name is marked, `inflected` which of them may take adjective forms.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for name in sorted(counts):
        alike[re.sub(r"\W", "", fold(name).text)].append(name)
    chief = {name: max(each, key=lambda name: counts[name]) for each in alike.values() for name in each}
    for name in sorted(inflected):
        for form in adjective_forms(name):
            if form in chief and chief[form] != chief[name]:
                old, new = chief[form], chief[name]
                chief = {each: new if of == old else of for each, of in chief.items()}
    return chief


def _plain(name: str) -> str:
    """Return a name folded, without signs around it."""
    return re.sub(r"^\W+|\W+$", "", fold(name).text)


def truth_of(sentence: Sentence, who: Watched) -> Truth:
    """Return what the marks of a sentence say of the watched names."""
    truth = Truth()
    for mark in sentence.marks:
        named = list(_named(mark, who))
        for name, form, sure in named:
            entity = who.entity_of[name]
            if sure and not mark.inner:
                truth.wanted.setdefault(entity, form)
            else:
                truth.neutral.add(entity)
        truth.neutral.update(_surname_alone(mark, who), _surname_watched(mark, who))
    truth.neutral.difference_update(truth.wanted)
    return truth


def is_distinctive(name: str) -> bool:
    """Return whether a name is hardly anything else: several words, or a long one that is no word."""
    known = is_word(name, "de") or is_word(name.lower(), "de")
    return " " in name or (len(name) >= LEAST_DISTINCTIVE and not known)


def compared(truth: Truth, found: Collection[str]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return which entities are rightly found, wrongly found, and missed."""
    wanted, there = frozenset(truth.wanted), frozenset(found)
    return there & wanted, there - wanted - truth.neutral, wanted - there


def _scores(truth: Truth, found: Mapping[str, Match]) -> Iterator[tuple[str, Score]]:
    right, wrong, missed = compared(truth, found)
    yield "alerts", Score(len(right), len(wrong), len(missed))
    yield "strict", Score(len(right), len(frozenset(found) - right), len(missed))
    yield "distinctive", Score(*(sum(map(is_distinctive, each)) for each in (right, wrong, missed)))
    for family, form in FORMS.items():
        yield (
            family,
            Score(
                sum(truth.wanted[each] == form for each in right),
                sum(form == form_of(found[each]) for each in wrong),
                sum(truth.wanted[each] == form for each in missed),
            ),
        )


def form_of(match: Match) -> str | None:
    """Return the form that all mentions of a match have, as the families call it."""
    forms = {
        mention.form.value
        if mention.form is not Form.COMPOUND
        else "hyphen"
        if _JOINTS.search(mention.surface)
        else "closed"
        for mention in match.mentions
    }
    return forms.pop() if len(forms) == 1 else None


def _named(mark: Mark, who: Watched) -> Iterator[tuple[str, str, bool]]:
    """Yield the names that a mark holds, in which form, and whether they are wanted for sure."""
    surface = mark.surface
    if mark.tag in KINDS:
        name = _name_written(surface, who)
        base = name or _name_inflected(surface, who)
        if base is not None:
            yield base, "exact" if name else "genitive", True
        elif mark.tag != "PER":
            yield from ((name, form, False) for name, form, _ in _named_in_compound(mark, who))
    else:
        yield from _named_in_compound(mark, who)


def _name_written(surface: str, who: Watched) -> str | None:
    """Return the watched name that a surface is, in whichever spelling."""
    return surface if surface in who.entity_of else who.name_of.get(_plain(surface))


def _name_inflected(surface: str, who: Watched) -> str | None:
    """Return the watched name whose genitive a surface is, in whichever spelling."""
    base = base_of(surface, who.entity_of)
    return base or who.name_of.get(base_of(_plain(surface), who.name_of) or "")


def _named_in_compound(mark: Mark, who: Watched) -> Iterator[tuple[str, str, bool]]:
    parts = _JOINTS.split(mark.surface)
    compound = mark.tag.endswith("part")
    joined = list(_joined_in(parts, who)) if len(parts) > 1 else []
    for begin, end, name in joined:
        within = any((b, e) != (begin, end) and b <= begin and end <= e for b, e, _ in joined)
        of_full_name = begin > 0 and who.kind_of[who.entity_of[name]] == "PER"
        yield name, "hyphen", compound and not within and not of_full_name and _is_of(name, mark, who)
    for number, part in enumerate(parts):
        heads = [head for head in _heads_of(part) if head in who.entity_of]
        own = next((head for head in heads if _is_of(head, mark, who)), None)
        for head in heads if not number or compound else ():
            yield head, "closed", compound and len(parts) == 1 and head == own


def _joined_in(parts: Sequence[str], who: Watched) -> Iterator[tuple[int, int, str]]:
    """Yield the parts of a hyphen compound that make a watched name, half-open, each place once."""
    for begin in range(len(parts)):
        for end in range(begin + 1, len(parts) + 1):
            last = parts[end - 1] if end < len(parts) else ""
            names = (_name_joined(parts[begin:end], joint, last, who) for joint in " -")
            if name := next(filter(None, names), None):
                yield begin, end, name


def _name_joined(parts: Sequence[str], joint: str, last: str, who: Watched) -> str | None:
    """Return the name that parts of a compound make: as it is, without its article, or with a link.

    `last` is the part that links it to what follows, if anything does; persons take no link.
    """
    bare = joint.join(parts)
    name = next(filter(None, (_name_written(each, who) for each in (bare, *_with_article(bare)))), None)
    if name:
        return name if name[0].islower() or not bare[0].islower() else None
    links = [each for each in _LINKS if last.isalpha() and last.endswith(each)]
    linked = (_name_written(bare.removesuffix(each), who) for each in links)
    return next((each for each in linked if each and who.kind_of[who.entity_of[each]] != "PER"), None)


def _with_article(bare: str) -> Sequence[str]:
    return [f"{article} {bare}" for article in _ARTICLES]


def _heads_of(word: str) -> Sequence[str]:
    """Return what a word may begin with as a closed compound does, the longest first."""
    return [word[:end] for end in range(len(word) - LEAST_PART, LEAST_PART - 1, -1)]


def _is_of(name: str, mark: Mark, who: Watched) -> bool:
    return mark.tag.startswith(who.kind_of[who.entity_of[name]])


def _surname_alone(mark: Mark, who: Watched) -> Iterator[str]:
    """Yield the persons whose bare surname a mark is."""
    if mark.tag in {"PER", "PERpart", "ORGpart"} and (" " not in mark.surface or mark.tag != "PER"):
        for part in {mark.surface, mark.surface.rstrip("s'’"), mark.surface[:-1], *mark.surface.split("-")}:
            yield from who.by_surname.get(part, ())


def _surname_watched(mark: Mark, who: Watched) -> Iterator[str]:
    """Yield the person who is watched by the bare surname of a full name."""
    if mark.tag == "PER" and " " in mark.surface:
        surname = mark.surface.split()[-1]
        entity = who.entity_of.get(surname) or who.entity_of.get(base_of(surname, who.entity_of) or "")
        if entity and who.kind_of[entity] == "PER":
            yield entity


def _entity(name: str, tag: str, spellings: Sequence[str]) -> Entity:
    ordered = sorted(spellings, key=lambda each: (each != name, each))
    return Entity(id=EntityId(name), kind=KINDS[tag], names=tuple(Name(text=each) for each in ordered))


def _path(split: str) -> Path:
    return FOLDER / f"NER-de-{split}.tsv.gz"


def _sentence(rows: Sequence[Sequence[str]]) -> Sentence:
    tokens = [row[1] for row in rows]
    text, places = written(tokens)
    marks = [
        Mark(text[places[begin] : places[end - 1] + len(tokens[end - 1])], tag, inner=bool(level))
        for level in (0, 1)
        for begin, end, tag in runs([row[2 + level] for row in rows])
    ]
    return Sentence(text, tuple(marks))

"""How well are the names found that people marked in GermEval 2014?

Set-up: who is watched are the distinct names that people marked in a split (outermost marks of persons,
organizations, places and others), spellings of one name being one entity of the kind that is marked
most; an alert is a sentence and an entity. A mark is wanted where it is the name, its genitive or, as
`part` of a compound, begins with it or holds it between hyphens. What only a mark within another mark, a
derivation, a compound of another class, or a bare surname of a full name speaks for is neither wanted nor
wrong, nor is a longer name that holds it (Berlin-Mitte, ZDF-Morgenmagazin), unless it is a person's, nor a
full name whose bare surname is watched. What ends in a hyphen ("Nord- und Südkorea") is no name. A
distinctive name is one of several words, or of six letters and more that are no German word.

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

from monitor.matching.german import adjective_forms
from monitor.matching.languages import is_word
from monitor.matching.matcher import build_matcher
from monitor.model import Entity, EntityId, EntityKind, Form, Match, Name, Tier, Zones
from monitor.text.normalize import fold
from tests.quality.measure import Measured, Score, digest_of

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
_CLOSES = frozenset(",.;:!?)]»“%…")
_OPENS = frozenset("([„«")
_QUOTES = frozenset({'"', "''", "``"})
_JOINTS = re.compile(r"[-–‑ ]")
_LATIN = frozenset({"Jesus"})
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
    own = {split: measured(sentences(split), watched(sentences(split))) for split in SPLITS}
    return own | {"cross": measured(sentences("test"), watched(sentences("dev"), CROSS_KINDS))}


@cache
def sentences(split: str) -> tuple[Sentence, ...]:
    """Return the sentences of a split, put together from their tokens."""
    with gzip.open(_path(split), "rt", encoding="utf-8") as lines:
        blocks = "".join(line for line in lines if not line.startswith("#\t")).split("\n\n")
    rows = ([line.split("\t") for line in block.splitlines() if line] for block in blocks)
    return tuple(_sentence(each) for each in rows if each)


def measured(corpus: Sequence[Sentence], who: Watched) -> Measured:
    """Return the scores of each family, one for each sentence."""
    matcher = build_matcher(who.entities)
    scores: dict[str, list[Score]] = defaultdict(list)
    for sentence in corpus:
        truth = truth_of(sentence, who)
        zones = Zones(title="", text=sentence.text, lead_end=len(sentence.text), captions="")
        found = {str(each.entity): each for each in matcher.match(zones, "de").matches}
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

    A bare -n is an ending only after an -e: Zoomlion is no form of "Zoomlio". In messages that are `cut`
    anywhere such two are one name all the same. Jesus is no genitive of Jesu, but the reverse.
    """
    if len(surface) <= LEAST_PART or surface in _LATIN:
        return None
    endings = (
        each for each in _GENITIVES if surface.endswith(each) and (cut or each != "n" or surface[-2] == "e")
    )
    return next((base for base in map(surface.removesuffix, endings) if base in names), None)


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


def _scores(truth: Truth, found: Mapping[str, Match]) -> Iterator[tuple[str, Score]]:
    right = frozenset(found) & frozenset(truth.wanted)
    wrong = frozenset(found) - frozenset(truth.wanted) - truth.neutral
    missed = frozenset(truth.wanted) - frozenset(found)
    yield "alerts", Score(len(right), len(wrong), len(missed))
    yield "strict", Score(len(right), len(frozenset(found) - right), len(missed))
    yield "distinctive", Score(*(sum(map(is_distinctive, each)) for each in (right, wrong, missed)))
    for family, form in FORMS.items():
        yield (
            family,
            Score(
                sum(truth.wanted[each] == form for each in right),
                sum(form == _form_of(found[each]) for each in wrong),
                sum(truth.wanted[each] == form for each in missed),
            ),
        )


def _form_of(match: Match) -> str | None:
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
    names, surface = who.entity_of, mark.surface
    if mark.tag in KINDS:
        name = surface if surface in names else who.name_of.get(_plain(surface))
        base = name or base_of(surface, names)
        if base is not None:
            yield base, "exact" if name else "genitive", True
        elif mark.tag != "PER":
            yield from ((name, form, False) for name, form, _ in _named_in_compound(mark, who))
    else:
        yield from _named_in_compound(mark, who)


def _named_in_compound(mark: Mark, who: Watched) -> Iterator[tuple[str, str, bool]]:
    names, parts = who.entity_of, _JOINTS.split(mark.surface)
    compound = mark.tag.endswith("part")
    places = [(begin, end) for begin in range(len(parts)) for end in range(begin + 1, len(parts) + 1)]
    for begin, end in places if len(parts) > 1 else ():
        for joint in " -":
            name = joint.join(parts[begin:end])
            if name in names:
                yield name, "hyphen", compound and _is_of(name, mark, who)
    word = parts[0]
    heads = [word[:end] for end in range(len(word) - LEAST_PART, LEAST_PART - 1, -1) if word[:end] in names]
    own = next((head for head in heads if _is_of(head, mark, who)), None)
    for head in heads:
        yield head, "closed", compound and len(parts) == 1 and head == own


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


def runs(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the runs of tokens that are tagged together, half-open, with their tag."""
    begin = 0
    for place, tag in enumerate([*tags, "O"]):
        if place and tag.startswith("I-"):
            continue
        if place and tags[begin] != "O":
            yield begin, place, tags[begin][2:]
        begin = place


def written(tokens: Sequence[str]) -> tuple[str, Sequence[int]]:
    """Return tokens as a sentence is written, and where each of them begins."""
    text, places = "", []
    quoted = sticks = False
    for token in tokens:
        closing = token in _CLOSES or (token in _QUOTES and quoted)
        text += "" if sticks or closing or not text else " "
        places.append(len(text))
        text += token
        sticks = token in _OPENS or (token in _QUOTES and not quoted)
        quoted ^= token in _QUOTES
    return text, places

"""What does a careful editor say of `seeds/gold/`?

Each file is one topic: the entities that are watched, as a user writes them, and cases with every mention
of them, with places that are none, and for articles whom they are about. A case of the split `held` is
for measuring only; which cases these are follows from their ids.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any

import yaml

from monitor.config.entities import read_entities
from monitor.config.findings import Findings, Spot
from monitor.config.places import child, parse
from monitor.matching.matcher import Matcher, build_matcher
from monitor.model import Entity, Form, Matched, Tier, Zone, Zones
from monitor.ops.match import zones_of
from tests.quality.measure import (
    Marked,
    Measured,
    Score,
    compare,
    digest_of,
    page_of,
    places_found,
    score_alerts,
    score_mentions,
    score_spans,
    total,
)

NAME = "gold"
FOLDER = Path(__file__).resolve().parents[2] / "seeds/gold"
SPLITS = ("tune", "held")
AMBIGUOUS = "doppelsinn"  # the topic of English names that are words
GOLF = ("golf-auto", "golf-sport", "golf-meer")
UNSPACED = frozenset({"zh", "ja", "th"})
_KEYS = frozenset(
    {"id", "language", "split", "title", "text", "mentions", "refused", "about", "note"},
)
_PLACE_KEYS = frozenset({"entity", "zone", "surface", "form", "nth", "why"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldCase:
    """A text and what an editor says of it; `about` is None where nobody was asked."""

    id: str
    topic: str
    split: str
    language: str
    zones: Zones
    places: frozenset[Marked]
    forms: Mapping[Marked, Form]
    refused: frozenset[Marked]
    about: frozenset[str] | None

    @property
    def named(self) -> frozenset[str]:
        """Return the entities that the text names."""
        return frozenset(place.entity for place in self.places)

    def surface(self, place: Marked) -> str:
        """Return what stands at a place."""
        page = self.zones.title if place.page == "title" else self.zones.text
        return page[place.start : place.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One file: who is watched, and the cases."""

    name: str
    entities: tuple[Entity, ...]
    cases: tuple[GoldCase, ...]


def is_present() -> bool:
    """Say whether the corpus is here: it is a part of the project."""
    return FOLDER.is_dir()


def digest() -> str:
    """Return the SHA-256 of all its files."""
    return digest_of(FOLDER.glob("*.yaml"))


@cache
def topics() -> tuple[Topic, ...]:
    """Return all files in the order of their names.

    Raises:
        ValueError: a file or a case is not well-formed; all that is wrong with the file is told.
    """
    return tuple(read_topic(path.stem, path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml")))


def read_topic(name: str, text: str) -> Topic:
    """Return the entities and cases of a file's text."""
    plain = yaml.load(text, yaml.CSafeLoader)  # as safe as the usual one, and ten times as fast
    entities = _entities(text, name)
    known = frozenset(str(each.id) for each in entities)
    problems = [f"{each.get('id')}: {told}" for each in plain["cases"] for told in _problems(each, known)]
    if problems:
        raise ValueError(f"{name}: " + "; ".join(problems))
    return Topic(name=name, entities=entities, cases=tuple(_case(name, each) for each in plain["cases"]))


def split_of(case_id: str) -> str:
    """Return `held` for about every third id, and `tune` for the others."""
    digits = hashlib.sha256(case_id.encode()).hexdigest()
    return "held" if int(digits, 16) % 3 == 0 else "tune"


@cache
def names_of() -> Mapping[tuple[str, str], re.Pattern[str]]:
    """Return, for each topic and entity, a pattern that finds its names as whole words."""
    return {
        (topic.name, str(entity.id)): re.compile(
            r"(?<!\w)(?:" + "|".join(re.escape(name.text) for name in entity.names) + r")(?!\w)"
        )
        for topic in topics()
        for entity in topic.entities
    }


def matcher_of(topic: Topic) -> Matcher:
    """Return a matcher for the entities of a topic alone."""
    return build_matcher(topic.entities)


def verdicts(split: str | None = None) -> Iterator[tuple[GoldCase, Matched]]:
    """Yield each case of a split, or of all, with what the matcher says of it."""
    for topic in topics():
        matcher = matcher_of(topic)
        for case in topic.cases:
            if split in {None, case.split}:
                yield case, matcher.match(case.zones, case.language)


def measure() -> Mapping[str, Measured]:
    """Return the scores of both splits.

    Beside the families of `measure.py`: `traps` (places that are none and are not accepted), `told`
    (those of them that are refused aloud), `about` (articles alone), and of what is confirmed alone, as
    watchlists have it by default: `confirmed` (all alerts), `ambiguous` (those on English names that are
    words) and a family for each sense of Golf.
    """
    return {split: _measured(list(verdicts(split))) for split in SPLITS}


def macro_f1(families: Measured) -> float:
    """Return the mean of the F1 of the senses of Golf, 0–1."""
    return fmean(total(families[sense]).f1 for sense in GOLF)


def _measured(pairs: Sequence[tuple[GoldCase, Matched]]) -> Measured:
    cases, found = [case for case, _ in pairs], [matched for _, matched in pairs]
    return {
        "alerts": score_alerts(cases, found),
        "mentions": score_mentions(cases, found),
        "spans": score_spans(cases, found),
        "traps": [_traps(case, matched) for case, matched in pairs],
        "told": [_told(case, matched) for case, matched in pairs],
        "about": [_about(case.about, matched) for case, matched in pairs if case.about is not None],
        "confirmed": [_confirmed(case, matched) for case, matched in pairs],
        "ambiguous": [_confirmed(case, matched) for case, matched in pairs if case.topic == AMBIGUOUS],
        **{sense: [_confirmed(case, matched, sense) for case, matched in pairs] for sense in GOLF},
    }


def _traps(case: GoldCase, matched: Matched) -> Score:
    """Return how many of the places that are none are not accepted (tp), or are (fn)."""
    accepted = places_found(matched)
    kept_out = sum(not any(place.meets(each) for each in accepted) for place in case.refused)
    return Score(kept_out, 0, len(case.refused) - kept_out)


def _told(case: GoldCase, matched: Matched) -> Score:
    """Return how many traps that hold a name as a word are refused aloud (tp), or in silence (fn)."""
    accepted = places_found(matched)
    aloud = places_found(Matched(matches=matched.rejected))
    traps = [
        place
        for place in case.refused
        if names_of()[case.topic, place.entity].search(case.surface(place))
        and not any(place.meets(each) for each in accepted)
    ]
    told = sum(any(place.meets(each) for each in aloud) for place in traps)
    return Score(told, 0, len(traps) - told)


def _confirmed(case: GoldCase, matched: Matched, only: str | None = None) -> Score:
    """Return how far what is confirmed is what the text names, of all entities or of one."""
    found = {str(each.entity) for each in matched.matches if each.tier is Tier.CONFIRMED}
    named = set(case.named)
    return compare(named, found) if only is None else compare(named & {only}, found & {only})


def _about(wanted: frozenset[str], matched: Matched) -> Score:
    return compare(wanted, frozenset(str(each.entity) for each in matched.matches if each.salience.about))


# ---- reading ---------------------------------------------------------------------------------


def _entities(text: str, name: str) -> tuple[Entity, ...]:
    """Return the entities as a configuration would read them.

    Raises:
        ValueError: a configuration would refuse them.
    """
    root, faults = parse(text, f"{name}.yaml")
    node = None if root is None else child(root, "entities")
    findings = Findings(faults=list(faults))
    if node is not None:
        watched = read_entities(Spot(node, ("entities",)), FOLDER, findings, lambda _: None)
        if watched.entities and not findings.faults:
            return tuple(watched.entities)
    raise ValueError("; ".join(str(fault) for fault in findings.faults) or f"{name}: no entities")


def _case(topic: str, plain: Mapping[str, Any]) -> GoldCase:
    zones = zones_of(plain.get("title", ""), plain["text"])
    language = plain["language"]
    marked = {_place(zones, language, each): each for each in plain["mentions"]}
    return GoldCase(
        id=plain["id"],
        topic=topic,
        split=plain["split"],
        language=language,
        zones=zones,
        places=frozenset(marked),
        forms={place: Form(each["form"]) for place, each in marked.items() if "form" in each},
        refused=frozenset(_place(zones, language, each) for each in plain["refused"]),
        about=frozenset(plain["about"]) if "about" in plain else None,
    )


def _problems(plain: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with a case."""
    unknown = sorted(set(plain) - _KEYS)
    if unknown:
        yield f"unknown keys {unknown}"
    if plain["split"] != split_of(plain["id"]):
        yield f"the split of this id is {split_of(plain['id'])}"
    zones = zones_of(plain.get("title", ""), plain["text"])
    if re.search(r"\n(?!\n)(?<!\n\n)|^\s|\s$", plain["text"]):
        yield "paragraphs are separated by one blank line"
    strangers = set(plain.get("about", ())) - {each["entity"] for each in plain["mentions"]}
    if strangers:
        yield f"it is about {sorted(strangers)}, which it does not name"
    taken: list[Marked] = []
    for each in (*plain["mentions"], *plain["refused"]):
        told = _fault_of_place(zones, plain["language"], each, known)
        if told:
            yield told
            continue
        place = _place(zones, plain["language"], each)
        if any(place.meets(other) for other in taken):
            yield f"'{each['surface']}' stands where another label stands"
        taken.append(place)


def _fault_of_place(zones: Zones, language: str, plain: Mapping[str, Any], known: frozenset[str]) -> str:
    """Return what is wrong with a label, or an empty text."""
    surface = plain.get("surface")
    if set(plain) - _PLACE_KEYS or not {"entity", "zone", "surface"} <= set(plain):
        return f"the label of '{surface}' has unknown keys, or lacks some"
    if plain["entity"] not in known:
        return f"'{plain['entity']}' is not watched"
    if plain["zone"] not in {"title", "lead", "body"}:
        return f"'{plain['zone']}' is no zone of a case"
    if plain.get("form", "exact") not in {form.value for form in Form}:
        return f"'{plain['form']}' is no form"
    return _fault_of_number(zones, language, plain)


def _fault_of_number(zones: Zones, language: str, plain: Mapping[str, Any]) -> str:
    """Return why a label says not which of the equal surfaces of its zone it means, or an empty text."""
    surface = plain["surface"]
    number = len(_starts(zones, language, plain))
    nth = plain.get("nth")
    if number == 0:
        return f"'{surface}' does not stand in the {plain['zone']}"
    if (number > 1) != (nth is not None) or not 1 <= (nth or 1) <= number:
        return f"'{surface}' stands {number} times in the {plain['zone']}; nth is {nth}"
    return ""


def _place(zones: Zones, language: str, plain: Mapping[str, Any]) -> Marked:
    start = _starts(zones, language, plain)[plain.get("nth", 1) - 1]
    page = page_of(Zone(plain["zone"]))
    return Marked(plain["entity"], page, start, start + len(plain["surface"]))


def _starts(zones: Zones, language: str, plain: Mapping[str, Any]) -> Sequence[int]:
    """Return where a surface stands as a whole word in its zone, compounds and endings being words."""
    zone = Zone(plain["zone"])
    first, text = {
        Zone.TITLE: (0, zones.title),
        Zone.LEAD: (0, zones.text[: zones.lead_end]),
        Zone.BODY: (zones.lead_end, zones.text[zones.lead_end :]),
    }[zone]
    pattern = re.escape(plain["surface"])
    if language not in UNSPACED:
        pattern = rf"(?<!\w)(?<!\w[-\u2011]){pattern}(?!\w)(?![-\u2011'’]\w)"
    return [first + each.start() for each in re.finditer(pattern, text)]

"""How well are companies, and names with adjectives, found in the news of the SmartData corpus?

Set-up of `companies`: who is watched are the distinct names that people marked as companies, spellings of
one name being one organization; names in small letters alone ("firma", "sz") are left out. An alert is a
document and a company. Set-up of `adjectives`: sixteen names that begin with an adjective; the truth is
every place where the adjective, in any ending, and the noun stand together, told by the patterns below,
which were written by hand.
"""

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from monitor.matching.matcher import build_matcher
from monitor.model import Entity, EntityId, EntityKind, Matched, Name, Zones
from tests.quality.germeval import base_of, one_for_all_spellings
from tests.quality.measure import Marked, Measured, Score, compare, digest_of, places_found

NAME = "smartdata"
CORPUS = Path(__file__).resolve().parents[3] / "shared/data/smartdata/train.json.gz"
COMPANY = "organization-company"
# Each name, and what stands for it in a text: the adjective's stem, endings, the noun and its endings.
ADJECTIVES = {
    "Deutsche Bank": r"Deutsche[nrsm]? Bank",
    "Deutsche Bahn": r"Deutsche[nrsm]? Bahn",
    "Deutsche Telekom": r"Deutsche[nrsm]? Telekom",
    "Deutsche Post": r"Deutsche[nrsm]? Post",
    "Deutsche Börse": r"Deutsche[nrsm]? Börse",
    "Deutsche Presse-Agentur": r"Deutsche[nrsm]? Presse-?Agentur",
    "Deutscher Wetterdienst": r"Deutsche[nrsm]? Wetterdienst(?:e?s)?",
    "Rotes Kreuz": r"Rote[nrsm]? Kreuz(?:es)?",
    "Vereinte Nationen": r"Vereinte[nrsm]? Nationen",
    "Vereinigte Staaten": r"Vereinigte[nrsm]? Staaten",
    "Europäische Union": r"Europäische[nrsm]? Union",
    "Europäische Zentralbank": r"Europäische[nrsm]? Zentralbank",
    "Süddeutsche Zeitung": r"Süddeutsche[nrsm]? Zeitung",
    "Norddeutscher Rundfunk": r"Norddeutsche[nrsm]? Rundfunk(?:e?s)?",
    "Bayerischer Rundfunk": r"Bayerische[nrsm]? Rundfunk(?:e?s)?",
    "Technisches Hilfswerk": r"Technische[nrsm]? Hilfswerk(?:e?s)?",
}


class News(NamedTuple):
    """A document and the names that people marked as companies."""

    text: str
    companies: tuple[str, ...]


def is_present() -> bool:
    """Say whether the corpus is here."""
    return CORPUS.is_file()


def digest() -> str:
    """Return the SHA-256 of its file."""
    return digest_of([CORPUS])


def measure() -> Mapping[str, Measured]:
    """Return the scores of the training split, the one that is here."""
    corpus = documents()
    return {"train": {"companies": _companies(corpus), "adjectives": _adjectives(corpus)}}


@cache
def documents() -> tuple[News, ...]:
    """Return all documents: their text as marked, not as crawled."""
    return tuple(_news(each) for each in _objects(gzip.decompress(CORPUS.read_bytes()).decode("utf-8")))


def watched(corpus: Sequence[News]) -> Mapping[str, str]:
    """Return, for each name that is watched, the spelling of its company."""
    counts = Counter(name for news in corpus for name in news.companies)
    names = {name for name in counts if not name.islower() and re.search(r"\w", name) and "\n" not in name}
    names = {name for name in names if base_of(name, names, cut=True) is None}
    return one_for_all_spellings({name: counts[name] for name in names}, names)


def entities(company_of: Mapping[str, str]) -> Sequence[Entity]:
    """Return the companies that are watched, by their names."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for name, company in company_of.items():
        spellings[company].append(name)
    return [_entity(company, names) for company, names in sorted(spellings.items())]


def _companies(corpus: Sequence[News]) -> Sequence[Score]:
    company_of = watched(corpus)
    return [
        compare(named(news, company_of), {str(match.entity) for match in matched.matches})
        for news, matched in zip(corpus, _verdicts(corpus, entities(company_of)), strict=True)
    ]


def _adjectives(corpus: Sequence[News]) -> Sequence[Score]:
    patterns = {name: _pattern(each.replace(" ", "[ -]?")) for name, each in ADJECTIVES.items()}
    watched_for = [_entity(name, [name]) for name in ADJECTIVES]
    return [
        compare(
            {(name, found.start()) for name, each in patterns.items() for found in each.finditer(news.text)},
            {_with_first_word(place) for place in places_found(matched)},
        )
        for news, matched in zip(corpus, _verdicts(corpus, watched_for), strict=True)
    ]


def _pattern(written: str) -> re.Pattern[str]:
    """Return a pattern for a name in a text, and for its handles in any letters."""
    return re.compile(rf"(?<![\w#@])(?:{written}|[#@](?i:{written}))")


def _with_first_word(place: Marked) -> tuple[str, int]:
    return place.entity, place.start


def _verdicts(corpus: Sequence[News], sought: Sequence[Entity]) -> Iterator[Matched]:
    matcher = build_matcher(sought)
    for news in corpus:
        yield matcher.match(Zones(title="", text=news.text, lead_end=0, captions=""), "de")


def named(news: News, company_of: Mapping[str, str]) -> Collection[str]:
    """Return the companies that people marked in a document."""
    names = (name if name in company_of else base_of(name, company_of, cut=True) for name in news.companies)
    return {company_of[name] for name in names if name is not None}


def _entity(name: str, spellings: Sequence[str]) -> Entity:
    ordered = sorted(spellings, key=lambda each: (each != name, each))
    names = tuple(Name(text=each) for each in ordered)
    return Entity(id=EntityId(name), kind=EntityKind.ORGANIZATION, names=names)


def _news(document: Mapping[str, Any]) -> News:
    text = document["text"]["string"]
    marks = document["conceptMentions"]["array"]
    return News(
        text,
        tuple(text[each["span"]["start"] : each["span"]["end"]] for each in marks if each["type"] == COMPANY),
    )


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the JSON objects that stand one after the other."""
    decoder = json.JSONDecoder()
    place = 0
    while (place := re.compile(r"\s*").match(text, place).end()) < len(text):  # type: ignore[union-attr]
        found, place = decoder.raw_decode(text, place)
        yield found

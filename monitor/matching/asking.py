"""Does a boolean query hold in an article?

Theory of operation: the words of the folded pages, which names are looked for in as well, are numbered
once, however many queries are asked. Each is listed under all that a query may call it: itself, and the
parts that hang together by an apostrophe. A term looks only at the places of its first word, so that a
query costs as much as its words are frequent, not as the article is long.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.matching.query import (
    Absent,
    All,
    Count,
    Near,
    Node,
    Query,
    Some,
    Term,
    Within,
    one_apostrophe,
)
from monitor.matching.spans import Page
from monitor.model import Zone
from monitor.text.tokens import Span, words

_EVERYWHERE = frozenset(Zone)
# What hangs on a word by apostrophes ("l'aujourd'hui"); a longer chain is no word of any language.
_MOST_PARTS = 4

_Place = tuple[int, int]  # first and last word of a page, by number


@dataclass(frozen=True, slots=True)
class Numbered:
    """The words of one page in order, and where each stands; the first `lead` of them are the lead."""

    page: Page
    spans: Sequence[Span]
    words: Sequence[str]
    places: Mapping[str, Sequence[int]]
    lead: int

    def zone_of(self, number: int) -> Zone:
        """Return the zone that a word stands in."""
        return Zone.LEAD if number < self.lead else self.page.zone

    def written(self, number: int) -> str:
        """Return a word as it stands in the article."""
        start, end = self.page.folded.span(*self.spans[number])
        return one_apostrophe(self.page.original[start:end])


def numbered(pages: Sequence[Page]) -> Sequence[Numbered]:
    """Return the words of an article, for asking any number of queries."""
    return [_numbered(page) for page in pages]


def holds(query: Query, article: Sequence[Numbered]) -> bool:
    """Tell whether the query holds in an article whose words are numbered."""
    return _holds(query.root, article, _EVERYWHERE)


def _numbered(page: Page) -> Numbered:
    text, offsets = page.folded.text, page.folded.offsets
    spans = words(text)
    found = [text[start:end] for start, end in spans]
    places: dict[str, list[int]] = defaultdict(list)
    for number, word in enumerate(found):
        for called in _called(word) if "'" in word else (word,):
            places[called].append(number)
    in_lead = page.lead_end if page.zone is Zone.BODY else 0
    lead = bisect_left(spans, in_lead, key=lambda span: offsets[span.start])
    return Numbered(page, spans, found, places, lead)


def _called(word: str) -> Iterator[str]:
    """Yield what a word with apostrophes may be called: itself, what it begins with, what it ends with."""
    yield word
    parts = word.split("'", _MOST_PARTS)
    for cut in range(1, len(parts)) if len(parts) <= _MOST_PARTS else ():
        yield "'".join(parts[:cut])
        yield "'".join(parts[cut:])


def _holds(node: Node, article: Sequence[Numbered], scope: frozenset[Zone]) -> bool:
    match node:
        case All(parts=parts):
            return all(_holds(part, article, scope) for part in parts)
        case Some(parts=parts):
            return any(_holds(part, article, scope) for part in parts)
        case Absent(part=part):
            return not _holds(part, article, scope)
        case Within(zone=zone, part=part):
            return _holds(part, article, scope & {zone})
        case Count(term=term, least=least):
            return least <= sum(len(set(_places(term, page, scope))) for page in article)
        case _:
            return any(True for page in article for _ in _places(node, page, scope))


def _places(node: Node, page: Numbered, scope: frozenset[Zone]) -> Iterator[_Place]:
    match node:
        case Term():
            yield from _places_of_term(node, page, scope)
        case Within(zone=zone, part=part):
            yield from _places(part, page, scope & {zone})
        case Some(parts=parts):
            for part in parts:
                yield from _places(part, page, scope)
        case _:
            assert isinstance(node, Near), "the reader admits nothing else here"
            yield from _places_near(node, page, scope)


def _places_of_term(term: Term, page: Numbered, scope: frozenset[Zone]) -> Iterator[_Place]:
    further = len(term.words) - 1
    for first in _begins(term, page):
        last = first + further
        if (
            last < len(page.words)
            and page.zone_of(first) in scope
            and page.zone_of(last) in scope
            and (not further or _goes_on(term, page, first))
            and (term.spelled is None or _is_spelled(term.spelled, page, first))
        ):
            yield first, last


def _begins(term: Term, page: Numbered) -> Sequence[int]:
    """Return where the first word of a term stands."""
    wanted = term.words[0]
    if term.prefix and len(term.words) == 1:
        begun = [numbers for called, numbers in page.places.items() if called.startswith(wanted)]
        return sorted({number for numbers in begun for number in numbers})
    return page.places.get(wanted, ())


def _goes_on(term: Term, page: Numbered, first: int) -> bool:
    """Tell whether the further words of a term follow its first."""
    last = len(term.words) - 1
    return all(
        _fits(term.words[step], page.words[first + step], prefix=term.prefix and step == last)
        for step in range(1, last + 1)
    )


def _is_spelled(spelled: Sequence[str], page: Numbered, first: int) -> bool:
    """Tell whether the words from there on are written exactly so."""
    return all(_fits(wanted, page.written(first + step)) for step, wanted in enumerate(spelled))


def _fits(wanted: str, found: str, *, prefix: bool = False) -> bool:
    """Tell whether a word is the wanted one, what hangs on it by an apostrophe aside."""
    if wanted == found or (prefix and found.startswith(wanted)):
        return True
    return "'" in found and wanted in _called(found)


def _places_near(near: Near, page: Numbered, scope: frozenset[Zone]) -> Iterator[_Place]:
    """Give the stretch from one side to the other for each pair that is near; none overlap."""
    rights = sorted(_places(near.right, page, scope))
    if not rights:
        return
    longest = max(last - first for first, last in rights)
    for left in _places(near.left, page, scope):
        start = bisect_left(rights, (left[0] - near.most - longest - 1, 0))
        for right in rights[start:]:
            if right[0] - left[1] - 1 > near.most:
                break
            if _are_near(left, right, near):
                yield min(left[0], right[0]), max(left[1], right[1])


def _are_near(left: _Place, right: _Place, near: Near) -> bool:
    if 0 <= right[0] - left[1] - 1 <= near.most:
        return True
    return not near.ordered and 0 <= left[0] - right[1] - 1 <= near.most

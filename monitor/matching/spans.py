"""Which of the hits in a text keep their place, and which does another name take?

Theory of operation: of names of one entity that overlap the longest stands. A decoy that covers a name
takes its place, and so does a longer name of another entity. What is another word altogether (Amazonas)
is kept as refused, as is a decoy, so that the refusal can be shown.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from monitor.matching.automaton import Automaton, Hit, blanked
from monitor.matching.boundary import Fit, fits_case, form_of, keeps_gaps
from monitor.matching.grammar.forms import begins_word
from monitor.matching.grammar.latin import recast
from monitor.matching.lexicon import Cue, Lexicon, Role, Target
from monitor.matching.scripts import parted
from monitor.model import EntityKind, Form, MatchReason, Zone, Zones
from monitor.text.normalize import BARRIER, Folded, fold
from monitor.text.tokens import Span

LEAST_SHOWN = 5  # letters of a name whose longer words ("Amazonas") are told as refused


@dataclass(frozen=True, slots=True)
class Page:
    """One running text of an article: title, text (lead and body), or captions.

    `base` is where it begins in the order of the article, for comparing places across pages.
    """

    zone: Zone
    original: str
    folded: Folded
    blanked: str
    base: int
    lead_end: int

    def zone_at(self, start: int) -> Zone:
        """Return the zone of a mention that begins there."""
        return Zone.LEAD if self.zone is Zone.BODY and start < self.lead_end else self.zone


@dataclass(frozen=True, slots=True)
class Found:
    """A name, as it stands in a page: `surface` and `core` are spans of the original.

    `refusal` is set where it cannot be the entity, whatever the evidence; `taker` is what stands there.
    """

    page: Page
    target: Target
    form: Form
    surface: Span
    core: Span
    rest: str = ""
    refusal: MatchReason | None = None
    taker: str = ""

    @property
    def text(self) -> str:
        """Return the surface as written."""
        return self.page.original[self.surface.start : self.surface.end]

    @property
    def place(self) -> int:
        """Return where it begins, in the order of the article."""
        return self.page.base + self.surface.start


@dataclass(frozen=True, slots=True)
class CueFound:
    """A context word, as it stands in a page."""

    cue: Cue
    page: Page
    span: Span


def pages_of(zones: Zones) -> Sequence[Page]:
    """Return the running texts of an article that are not empty, in order."""
    pages: list[Page] = []
    base = 0
    for zone, text in ((Zone.TITLE, zones.title), (Zone.BODY, zones.text), (Zone.CAPTION, zones.captions)):
        if text:
            folded = fold(text)
            pages.append(Page(zone, text, folded, blanked(folded.text), base, zones.lead_end))
        base += len(text) + 1
    return pages


def find_names(page: Page, lexicon: Lexicon, language: str) -> Sequence[Found]:
    """Return every name of a page that keeps its place, or that is refused for what it stands in."""
    seen: dict[tuple[int, Role, Span], Found] = {}
    for found in _candidates(page, lexicon, language):
        key = (found.target.entity, found.target.role, found.core)
        if key not in seen or (seen[key].refusal and not found.refusal):
            seen[key] = found
    return sorted(
        _settled(sorted(seen.values(), key=_order)),
        key=lambda each: (each.surface, each.target.entity),
    )


def find_cues(page: Page, lexicon: Lexicon, present: Collection[int]) -> Iterator[CueFound]:
    """Yield the context words of the present entities; endings and compounds of them count."""
    for number, start, end in _hits(page, lexicon.words):
        if begins_word(page.folded.text, start) is not None:
            span = Span(*page.folded.span(start, end))
            yield from (CueFound(cue, page, span) for cue in _of_present(lexicon.cues[number], present))


def _of_present(cues: Sequence[Cue], present: Collection[int]) -> Iterator[Cue]:
    """Yield the cues of present entities from those of a word, in the order of their entities.

    A thousand entities may share a word of which three are present: those are looked up.
    """
    if len(cues) <= len(present):
        yield from (cue for cue in cues if cue.entity in present)
        return
    for entity in present:
        first = bisect_left(cues, entity, key=_entity)
        yield from cues[first : bisect_right(cues, entity, first, key=_entity)]


def _entity(cue: Cue) -> int:
    return cue.entity


def _hits(page: Page, automaton: Automaton) -> Sequence[Hit]:
    apart = parted(page.blanked)
    hits = automaton.hits(page.blanked) if apart is None else _both(automaton, page.blanked, apart)
    text = page.folded.text
    return [hit for hit in hits if BARRIER not in text[hit[1] : hit[2]]]


def _both(automaton: Automaton, *texts: str) -> Iterable[Hit]:
    return dict.fromkeys(hit for text in texts for hit in automaton.hits(text))


def _candidates(page: Page, lexicon: Lexicon, language: str) -> Iterator[Found]:
    for number, start, end in _hits(page, lexicon.names):
        for target in lexicon.targets[number]:
            if keeps_gaps(page.folded.text, start, target):
                found = _judge(page, start, end, target, language)
                if found is not None:
                    yield found
    for text, ends in recast(page.blanked, language):
        for number, start, end in lexicon.names.hits(text):
            if end in ends:
                yield from _inflected(page, start, ends[end], lexicon.targets[number])


def _inflected(page: Page, start: int, end: int, targets: Iterable[Target]) -> Iterator[Found]:
    """Yield names whose last vowel an ending took the place of: see `grammar.latin`."""
    span = Span(*page.folded.span(start, end))
    for target in targets:
        kept = keeps_gaps(page.folded.text, start, target) and not target.joined
        if kept and fits_case(page.original, page.folded, start, target):
            yield Found(page, target, Form.INFLECTED, span, span)


def _judge(page: Page, start: int, end: int, target: Target, language: str) -> Found | None:
    """Return a hit as a name or as refused; None where nobody would take it for the name."""
    cased = fits_case(page.original, page.folded, start, target)
    if not cased and page.blanked[end : end + 1].strip():
        return None
    fit = form_of(page.original, page.folded, start, end, target, language)
    surface = Span(*page.folded.span(fit.start, fit.end))
    bare = (fit.start, fit.end) == (start, fit.core_end)
    core = surface if bare else Span(*page.folded.span(start, fit.core_end))
    if fit.form is None:
        shown = target.role is Role.NAME and not target.joined and end - start >= LEAST_SHOWN and cased
        refusal = MatchReason.OTHER_WORD if shown else None
    elif cased or fit.form is Form.HANDLE:
        return Found(page, target, _form(page, surface, fit, target), surface, core, fit.rest)
    else:
        shown = target.role is Role.NAME and fit.form is target.form
        refusal = MatchReason.LOWER_CASE if shown else None
    taker = page.original[surface.start : surface.end]
    return Found(page, target, Form.EXACT, surface, core, fit.rest, refusal, taker) if refusal else None


def _form(page: Page, surface: Span, fit: Fit, target: Target) -> Form:
    """Return the form that is told: plain names in another spelling are folded, or in capitals."""
    written = page.original[surface.start : surface.end]
    if fit.form is not Form.EXACT or written == target.display:
        return fit.form or Form.EXACT
    return Form.CAPITALS if written.isupper() and not target.display.isupper() else Form.FOLDED


def _settled(found: Sequence[Found]) -> Iterator[Found]:
    """Yield the names that keep their place; those come sorted by where they begin, the longest first."""
    reach: list[Found] = []
    for core, group in groupby(found, key=lambda each: each.core):
        alike = list(group)
        reach = [other for other in reach if other.core.end > core.start]
        for each in alike:
            if each.target.role is not Role.DECOY:
                rivals = [*reach, *(other for other in alike if other is not each)]
                placed = _placed(each, rivals) if rivals else each
                if placed is not None:
                    yield placed
        reach += alike


def _placed(each: Found, rivals: Iterable[Found]) -> Found | None:
    """Return a name as it stands among rivals that begin no later: kept, refused, or not at all."""
    standing = [other for other in rivals if not other.refusal]
    covering = [other for other in standing if _covers(other.core, each.core)]
    own = [other for other in standing if other.target.entity == each.target.entity]
    names = [other for other in own if other.target.role is not Role.DECOY]
    if any(_outdoes(other, each) for other in names):
        return None
    for other in covering:
        if other.target.role is Role.DECOY and other in own:
            return replace(
                each, refusal=MatchReason.DECOY, taker=_written(other), surface=_joined(each, other)
            )
    for other in covering:
        if other not in own and other.core != each.core and _takes_place(other.target):
            return replace(
                each, refusal=MatchReason.OTHER_NAME, taker=_written(other), surface=_joined(each, other)
            )
    return each


def _outdoes(other: Found, each: Found) -> bool:
    """Return whether a name of the same entity, which begins no later, stands in place of another."""
    if other.core != each.core:
        return True
    return bool(each.refusal) or (other.target.role, each.target.role) == (Role.NAME, Role.SHORT)


def _order(found: Found) -> tuple[int, int]:
    return found.core.start, -found.core.end


def _covers(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _takes_place(target: Target) -> bool:
    return target.role is Role.NAME and (target.words > 1 or target.kind is not EntityKind.PERSON)


def _written(found: Found) -> str:
    return found.page.original[found.core.start : found.core.end]


def _joined(each: Found, taker: Found) -> Span:
    """Return the surface of what took the place; it covers the name."""
    return Span(min(each.surface.start, taker.core.start), max(taker.surface.end, each.core.end))

"""An article for people: its zones, paragraph by paragraph, with the places of names marked."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from monitor.model import Mention, Zone, Zones
from monitor.text.tokens import Span, sentence_around

LEGEND = "«accepted» ‹refused›"
_ACCEPTED, _REFUSED = ("«", "»"), ("‹", "›")
# A paragraph up to so many characters is shown whole; of a longer one, the sentences that name somebody.
_WHOLE = 700
_AROUND = 300
# What of a paragraph that names nobody tells which one it is.
_GLANCE = 90
_MOST_GLANCES = 2
_TEXT_ZONES = (Zone.LEAD, Zone.BODY)

_Mark = tuple[int, int, str]


def marked_zones(
    zones: Zones, accepted: Sequence[Mention], refused: Sequence[Mention]
) -> Sequence[tuple[str, str]]:
    """Return zone and text of each paragraph, in order; runs that name nobody are cut short."""
    shown = [
        (zone.value, text, named)
        for zone, whole, paragraph in _paragraphs(zones)
        for text, named in [_shown(whole, paragraph, _marks(zone, accepted, refused))]
    ]
    return list(_without_runs(shown))


def marked_sentence(zones: Zones, mention: Mention, signs: tuple[str, str]) -> str:
    """Return the sentence around a mention on one line, the mention between the two signs."""
    text = {Zone.TITLE: zones.title, Zone.CAPTION: zones.captions}.get(mention.zone, zones.text)
    window = sentence_around(text, mention.start, mention.end, limit=_AROUND)
    opening, closing = signs
    return _one_line(_marked(text, window, [(mention.start, 1, opening), (mention.end, 0, closing)]))


def _paragraphs(zones: Zones) -> Iterator[tuple[Zone, str, Span]]:
    for whole, zone in ((zones.title, Zone.TITLE), (zones.text, Zone.BODY), (zones.captions, Zone.CAPTION)):
        start = 0
        for paragraph in whole.split("\n\n"):
            is_lead = zone is Zone.BODY and start < zones.lead_end
            if paragraph.strip():
                yield Zone.LEAD if is_lead else zone, whole, Span(start, start + len(paragraph))
            start += len(paragraph) + 2


def _marks(zone: Zone, accepted: Sequence[Mention], refused: Sequence[Mention]) -> Sequence[_Mark]:
    """Return what to insert, and where: closing marks before opening ones at the same place."""
    alike = _TEXT_ZONES if zone in _TEXT_ZONES else (zone,)
    marks: set[_Mark] = set()
    for mentions, (opening, closing) in ((accepted, _ACCEPTED), (refused, _REFUSED)):
        for mention in mentions:
            if mention.zone in alike:
                marks |= {(mention.start, 1, opening), (mention.end, 0, closing)}
    return sorted(marks)


def _shown(text: str, paragraph: Span, marks: Sequence[_Mark]) -> tuple[str, bool]:
    """Return a paragraph as it is shown, and whether it names anybody."""
    own = [mark for mark in marks if paragraph.start <= mark[0] <= paragraph.end]
    if not own:
        line = _one_line(text[paragraph.start : paragraph.end])
        return (line if len(line) <= _GLANCE else f"{line[: _GLANCE - 1].rsplit(' ', 1)[0]} …"), False
    if paragraph.end - paragraph.start <= _WHOLE:
        return _one_line(_marked(text, paragraph, own)), True
    pieces = (_one_line(_marked(text, window, own)) for window in _windows(text, paragraph, own))
    return f"… {' … '.join(pieces)} …", True


def _windows(text: str, paragraph: Span, marks: Sequence[_Mark]) -> Sequence[Span]:
    """Return the surroundings of all marks, joined where they touch."""
    found: list[Span] = []
    for position, _, _ in marks:
        around = sentence_around(text, position, position, limit=_AROUND)
        start, end = max(around.start, paragraph.start), min(around.end, paragraph.end)
        if found and start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(end, found[-1].end))
        else:
            found.append(Span(start, end))
    return found


def _marked(text: str, window: Span, marks: Sequence[_Mark]) -> str:
    pieces: list[str] = []
    at = window.start
    for position, _, sign in marks:
        if window.start <= position <= window.end:
            pieces += (text[at:position], sign)
            at = position
    return "".join([*pieces, text[at : window.end]])


def _without_runs(paragraphs: Sequence[tuple[str, str, bool]]) -> Iterator[tuple[str, str]]:
    """Yield paragraphs; of a long run in one zone that names nobody the first few, and a count."""
    for (zone, named), run in groupby(paragraphs, key=lambda each: (each[0], each[2])):
        texts = [text for _, text, _ in run]
        most = len(texts) if named or len(texts) <= _MOST_GLANCES + 1 else _MOST_GLANCES
        yield from ((zone, text) for text in texts[:most])
        if texts[most:]:
            yield zone, f"({len(texts) - most} further paragraphs name nobody)"


def _one_line(text: str) -> str:
    return " ".join(text.split())

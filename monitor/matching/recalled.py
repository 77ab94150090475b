"""What do the words learned of an entity say of its places in an article?

Last of all evidence, so that nothing else builds on it. Together they weigh at most one unit of
log-odds for and one against, less than one configured context word, and they carry no verdict over a
threshold by themselves: what they alone would confirm, or refuse, stays probable.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import floor, inf, log

from monitor.matching.reading import Reading, with_more
from monitor.model import Evidence, LearnedWord, MatchReason

MOST = 1.0  # log-odds, on either side
_PARTS = 100  # weights are whole hundredths
_FUZZ = 1e-6  # of a hundredth: what adding up leaves of a whole one

Readings = Mapping[int, Sequence[Reading]]


def recalled(
    readings: Readings,
    learned: Mapping[int, Sequence[LearnedWord]],
    said: Callable[[], Sequence[str]],
    confirmed: float,
    probable: float,
) -> Readings:
    """Return readings with what was learned; `said` gives the article's words where they are asked for.

    `confirmed` and `probable` are the confidences of the tiers, 0–1.
    """
    known = learned.keys() & readings.keys()
    if not known:
        return readings
    there = frozenset(said())
    high, low = _log_odds(confirmed), _log_odds(probable)
    swayed = {
        entity: [_swayed(each, spoken, high, low) for each in readings[entity]]
        for entity in known
        for spoken in [[word for word in learned[entity] if word.word in there and word.weight]]
    }
    return {entity: swayed.get(entity, places) for entity, places in readings.items()}


def _swayed(reading: Reading, spoken: Sequence[LearnedWord], high: float, low: float) -> Reading:
    if reading.found.refusal:
        return reading
    total = reading.total
    room_for = MOST if total >= high else high - total - 1 / _PARTS
    room_against = MOST if total < low else total - low
    added = (*_within(spoken, 1, min(MOST, room_for)), *_within(spoken, -1, min(MOST, room_against)))
    return with_more(reading, added)


def _within(spoken: Sequence[LearnedWord], sign: int, room: float) -> Iterator[Evidence]:
    """Yield the words of one side while there is room; the last of them weighs what is left."""
    left = floor(room * _PARTS + _FUZZ)
    for each in spoken:
        parts = min(round(each.weight * sign * _PARTS), left)
        if parts > 0:
            left -= parts
            yield Evidence(reason=MatchReason.LEARNED, text=each.word, weight=sign * parts / _PARTS)


def _log_odds(confidence: float) -> float:
    if confidence in (0.0, 1.0):
        return inf if confidence else -inf
    return log(confidence / (1 - confidence))

"""Is the article about it?

Observations: what a title names, and what the lead names, the article is about; the tenth mention adds
less than the second; a name in every part of a text matters more than as many in one paragraph.

Theory of operation: 2·title + 1.2·lead + log2(1 + mentions) + 0.4·fifths of the text that hold one,
squeezed to 0–1 by 1 − exp(−x / 3.5). The parts share the value in proportion, so that they add up to
it. Captions count nothing.
"""

from collections.abc import Sequence
from math import exp, fsum, log2

from monitor.model import Mention, Salience, Zone

_TITLE = 2.0
_LEAD = 1.2
_SPREAD = 0.4
_PARTS = 5
_SCALE = 3.5  # a title, a lead and sixteen mentions throughout come to 0.93, one mention in the body to 0.33

NO_SALIENCE = Salience(value=0.0, about=False)


def salience(mentions: Sequence[Mention], text_length: int, about: float) -> Salience:
    """Return how far the mentions make an article one about the entity; `about` is 0–1."""
    counted = [mention for mention in mentions if mention.zone is not Zone.CAPTION]
    zones = {mention.zone for mention in counted}
    fifths = {
        mention.start * _PARTS // max(text_length, 1) for mention in counted if mention.zone is not Zone.TITLE
    }
    raw = {
        "title": _TITLE * (Zone.TITLE in zones),
        "lead": _LEAD * (Zone.LEAD in zones),
        "mentions": log2(1 + len(counted)),
        "spread": _SPREAD * len(fifths),
    }
    total = fsum(raw.values())
    scale = (1 - exp(-total / _SCALE)) / total if total else 0.0
    parts = {name: part * scale for name, part in raw.items()}
    value = min(fsum(parts.values()), 1.0)
    return Salience(value=value, about=value >= about, parts=parts)

"""A row of counts as a small picture: inline SVG, without scripts, readable by those who do not see it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

_WIDTH, _HEIGHT = 600, 56
_GAP = 0.18


def bars(counts: Sequence[int], first: datetime, step: timedelta, label: str) -> str:
    """Return bars for counts, one for each step of time; each tells its own on a pointer.

    `label` is said instead of the picture, and is escaped already.
    """
    most = max([*counts, 1])
    wide = _WIDTH / len(counts)
    drawn = "".join(
        f'<rect x="{number * wide + wide * _GAP / 2:.1f}" y="{_HEIGHT - _tall(count, most):.1f}" '
        f'width="{wide * (1 - _GAP):.1f}" height="{_tall(count, most):.1f}" rx="1.5">'
        f"<title>{_from(first + number * step, step)}: {count}</title></rect>"
        for number, count in enumerate(counts)
        if count
    )
    return (
        f'<svg class="bars" viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}">'
        f'<line x1="0" y1="{_HEIGHT - 0.5}" x2="{_WIDTH}" y2="{_HEIGHT - 0.5}"/>{drawn}</svg>'
    )


def _tall(count: int, most: int) -> float:
    # One article among thousands is seen still.
    return max(count / most * _HEIGHT, 3.0)


def _from(at: datetime, step: timedelta) -> str:
    return f"{at:%Y-%m-%d}" if step >= timedelta(days=1) else f"{at:%Y-%m-%d %H:%M} UTC"

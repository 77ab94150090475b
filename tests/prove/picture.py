"""How did some figures change? A picture in PNG, one panel below the other, without a library."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, PANEL, MARGIN = 960, 120, 16
# Left of the panels stand their names and the ends of their scales.
LEFT = 190
_WHITE, _GRID, _LINE, _INK = 255, 220, 40, 0
# Letters are 3 by 5 points, drawn twice as large; each octal digit is a row of three.
_SCALE, _HIGH = 2, 5
_ADVANCE = 4 * _SCALE
_LETTERS = (
    "0=75557 1=26227 2=71747 3=71717 4=55711 5=74717 6=74757 7=71222 8=75757 9=75717 A=25755 B=65656 C=34443 "
    "D=65556 E=74647 F=74644 G=34553 H=55755 I=72227 J=11152 K=55655 L=44447 M=57755 N=65555 O=25552 P=65644 "
    "Q=25563 R=65655 S=34216 T=72222 U=55557 V=55552 W=55775 X=55255 Y=55222 Z=71247 .=00002 ,=00024 (=12221 "
    ")=42224 +=02720 -=00700 /=11244 :=02020 ;=02024"
)
_FONT = dict(pair.split("=") for pair in _LETTERS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A figure over time: its name, its unit, and a value for each of equal spans."""

    name: str
    unit: str
    values: Sequence[float]


def draw(title: str, panels: Sequence[Panel], span: float, unit: str, mark: float = 0.0) -> bytes:
    """Return a gray picture: each panel from left to right between its own least and greatest value.

    `span` is how long all of it lasted in `unit`s; `mark` is where a dashed line stands, from 0 to 1.
    """
    head = MARGIN + _HIGH * _SCALE + MARGIN
    rows = [bytearray([_WHITE] * WIDTH) for _ in range(head + len(panels) * (PANEL + MARGIN) + 2 * MARGIN)]
    _write(rows, LEFT, MARGIN, title)
    for number, panel in enumerate(panels):
        _plot(rows, head + number * (PANEL + MARGIN), panel, mark)
    foot = len(rows) - 2 * MARGIN
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        text = f"{part * span:.4g} {unit}"
        place = LEFT + round(part * (WIDTH - LEFT - MARGIN - 1))
        for row in rows[head : foot - MARGIN]:
            row[place] = min(row[place], _GRID)
        _write(rows, min(place, WIDTH - len(text) * _ADVANCE), foot, text)
    return _png(rows)


def _plot(rows: Sequence[bytearray], top: int, panel: Panel, mark: float) -> None:
    least, most = min(panel.values), max(panel.values)
    _write(rows, MARGIN, top + PANEL // 2 - 2 * _HIGH, panel.name)
    _write(rows, MARGIN, top + PANEL // 2 + _HIGH, f"({panel.unit})")
    for value, height in ((most, top), (least, top + PANEL - _HIGH * _SCALE)):
        text = f"{value:.5g}"
        _write(rows, LEFT - (len(text) + 1) * _ADVANCE, height, text)
    for edge in (top, top + PANEL - 1):
        rows[edge][LEFT:-MARGIN] = bytes([_GRID] * (WIDTH - LEFT - MARGIN))
    columns = WIDTH - LEFT - MARGIN
    if mark:
        for row in rows[top : top + PANEL : 4]:
            row[LEFT + round(mark * columns)] = _LINE
    heights = [_height(panel.values, column * len(panel.values) // columns) for column in range(columns)]
    for column, height in enumerate(heights):
        before = heights[max(column - 1, 0)]
        for level in range(min(before, height), max(before, height) + 1):
            rows[top + PANEL - 1 - level][LEFT + column] = _LINE


def _height(values: Sequence[float], place: int) -> int:
    least, most = min(values), max(values)
    return PANEL // 2 if least == most else round((values[place] - least) / (most - least) * (PANEL - 1))


def _write(rows: Sequence[bytearray], left: int, top: int, text: str) -> None:
    """Write in capitals; what the font has no letter for is a space."""
    for place, letter in enumerate(text.upper()):
        for down, bits in enumerate(_FONT.get(letter, "")):
            for across in range(3):
                if int(bits, 8) & 4 >> across:
                    x, y = left + place * _ADVANCE + across * _SCALE, top + down * _SCALE
                    for row in rows[y : y + _SCALE]:
                        row[x : x + _SCALE] = bytes([_INK] * _SCALE)


def _png(rows: Sequence[bytes | bytearray]) -> bytes:
    """Return 8-bit gray rows as PNG (ISO/IEC 15948), without filters."""
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    lines = b"".join(b"\0" + row for row in rows)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )

"""How did some figures change? A picture in PNG, one panel below the other, without a library."""

import struct
import zlib
from collections.abc import Sequence

WIDTH, PANEL, MARGIN = 800, 120, 10
_WHITE, _GRID, _LINE = 255, 220, 40


def draw(series: Sequence[Sequence[float]]) -> bytes:
    """Return a gray picture: each series from left to right between its own least and greatest value."""
    rows = [bytearray([_WHITE] * WIDTH) for _ in range(len(series) * (PANEL + MARGIN) + MARGIN)]
    for number, values in enumerate(series):
        top = MARGIN + number * (PANEL + MARGIN)
        for edge in (top, top + PANEL - 1):
            rows[edge][:] = bytes([_GRID] * WIDTH)
        heights = [_height(values, column) for column in range(WIDTH)]
        for column, height in enumerate(heights):
            before = heights[max(column - 1, 0)]
            for level in range(min(before, height), max(before, height) + 1):
                rows[top + PANEL - 1 - level][column] = _LINE
    return _png(rows)


def _height(values: Sequence[float], column: int) -> int:
    value = values[column * len(values) // WIDTH]
    least, most = min(values), max(values)
    return PANEL // 2 if least == most else round((value - least) / (most - least) * (PANEL - 1))


def _png(rows: Sequence[bytes | bytearray]) -> bytes:
    """Return 8-bit gray rows as PNG (ISO/IEC 15948), without filters."""
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    lines = b"".join(b"\0" + row for row in rows)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )

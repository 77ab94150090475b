"""Medians with their spread, tables, and the file that keeps them."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

RESULTS = Path(__file__).parent / "RESULTS.md"
_HEAD = """\
# Results

What `python3 run.py bench WHAT --write` measured last: medians of several runs, and in parentheses the least
and the greatest. Other work on the machine moves them; figures of one table come from one run.
"""


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Return the median, and the least and greatest where they differ from it."""
    low, middle, high = (f"{each:,.{digits}f}" for each in (min(values), median(values), max(values)))
    return middle if low == high else f"{middle} ({low}–{high})"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown, with columns of equal width."""
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    lines = [columns, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    )


def keep(name: str, text: str) -> None:
    """Write a section of RESULTS.md in place of the one of that name."""
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    sections = {each.partition("\n")[0]: each.partition("\n")[2].strip() for each in old.split("\n## ")[1:]}
    when = f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} processors"
    sections[name] = f"{when}.\n\n{text.strip()}"
    body = "".join(f"\n## {each}\n\n{sections[each]}\n" for each in sorted(sections))
    RESULTS.write_text(_HEAD + body, encoding="utf-8")

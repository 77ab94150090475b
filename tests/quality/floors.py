"""How good must each corpus stay? Floors in `seeds/floors.json`, which only rise.

`{corpus: {"digest": SHA-256 of the corpus, "SPLIT.FAMILY.FIGURE": floor}}`. Keys that are no floor of
this shape are kept as they stand: other gates use the same file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.quality.measure import FIGURES, Measured, total

FLOORS = Path(__file__).resolve().parents[2] / "seeds/floors.json"
# Below the measured figure: F1 by less than one document; its two sides may give way to one another a little.
MARGINS = {"f1": 0.002, "precision": 0.02, "recall": 0.02}
PLACES = 4

Corpora = Mapping[str, tuple[str, Mapping[str, Measured]]]  # corpus → digest, and split → families


def read_floors(path: Path = FLOORS) -> dict[str, dict[str, Any]]:
    """Return the floors by corpus; none where there is no file."""
    floors: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return floors


def figures_of(splits: Mapping[str, Measured]) -> dict[str, float]:
    """Return every figure of a corpus by its name in the file."""
    return {
        f"{split}.{family}.{name}": figure(total(scores))
        for split, families in splits.items()
        for family, scores in families.items()
        for name, figure in FIGURES.items()
    }


def faults(
    corpus: str, digest: str, splits: Mapping[str, Measured], floors: Mapping[str, Any]
) -> Sequence[str]:
    """Return what is below its floor, or why the floors of a corpus say nothing about it."""
    pinned = floors.get(corpus)
    if pinned is None:
        return [f"{corpus}: no floors are pinned; run python -m tests.quality --update"]
    if pinned.get("digest") != digest:
        return [f"{corpus}: the corpus is another one than its floors were measured on"]
    measured = figures_of(splits)
    return [
        f"{corpus}: {name} is {measured.get(name, 0.0):.4f}, below its floor {floor}"
        for name, floor in pinned.items()
        if name.count(".") == 2 and measured.get(name, 0.0) < floor
    ]


def raised(corpora: Corpora, floors: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the floors after a measurement: each the measured figure less a margin, never lower.

    A corpus that has changed gets new floors, which may not lie below the old ones either.

    Raises:
        ValueError: a measured figure lies below its floor.
    """
    lower = list(_lower(corpora, floors))
    if lower:
        raise ValueError("no floor is lowered: " + "; ".join(lower))
    updated: dict[str, dict[str, Any]] = {name: dict(each) for name, each in floors.items()}
    for corpus, (digest, splits) in corpora.items():
        pinned = updated.setdefault(corpus, {})
        pinned["digest"] = digest
        for name, value in figures_of(splits).items():
            pinned[name] = max(
                pinned.get(name, 0.0), round(max(value - MARGINS[name.rpartition(".")[2]], 0.0), PLACES)
            )
    return updated


def write_floors(floors: Mapping[str, Mapping[str, Any]], path: Path = FLOORS) -> None:
    """Write the floors, corpora in the order of their names."""
    path.write_text(json.dumps(floors, indent=2, sort_keys=False, ensure_ascii=False) + "\n", "utf-8")


def _lower(corpora: Corpora, floors: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for corpus, (_, splits) in corpora.items():
        for name, value in figures_of(splits).items():
            floor = floors.get(corpus, {}).get(name, 0.0)
            if value < floor:
                yield f"{corpus} {name} is {value:.4f}, its floor {floor}"

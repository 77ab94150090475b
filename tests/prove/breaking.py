"""Break the source of a copy on purpose, and see whether a check notices."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.prove.proof import Outcome, Say

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("monitor", "tests", "seeds", "config", "pyproject.toml")
# Seconds until checks that hang count as failed, and more for each: the longest takes a tenth of it.
PATIENCE, FOR_EACH = 300, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A way to break a promise: texts to replace in a file, and the check that must notice."""

    name: str
    file: str
    changes: Sequence[tuple[str, str]]
    check: str


def break_each(chosen: Sequence[Mutant], say: Say) -> Outcome:
    """Break a copy in each of these ways in turn, and see whether its check notices."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder)
        _copy(tree)
        failed = failing(tree, *dict.fromkeys(mutant.check for mutant in chosen))
        if failed:
            return Outcome(tried=0, faults=(f"nothing can be said: on the source as it is {failed}",))
        faults = [fault for mutant in chosen if (fault := _fault(tree, mutant, say))]
    return Outcome(tried=len(chosen), faults=tuple(faults), facts={"caught": len(chosen) - len(faults)})


def _fault(tree: Path, mutant: Mutant, say: Say) -> str | None:
    """Return what is wrong with a mutant: it survived, or fits the source no more."""
    began = time.monotonic()
    try:
        fault = None if is_caught(tree, mutant) else f"survived: {mutant.name}"
    except RuntimeError as error:
        fault = str(error)
    say(f"{'NOT caught' if fault else 'caught':<11}{time.monotonic() - began:4.0f} s  {mutant.name}")
    return fault


def is_caught(tree: Path, mutant: Mutant) -> bool:
    """Break the copy, see whether the check fails, and mend it again.

    Raises:
        RuntimeError: what is to be broken is not there, or the check cannot be run.
    """
    path = tree / mutant.file
    whole = broken = path.read_text(encoding="utf-8")
    for old, new in mutant.changes:
        if broken.count(old) != 1:
            raise RuntimeError(f"mutant '{mutant.name}': {mutant.file} has not exactly one {old!r}")
        broken = broken.replace(old, new)
    path.write_text(broken, encoding="utf-8")
    try:
        return bool(failing(tree, mutant.check))
    finally:
        path.write_text(whole, encoding="utf-8")


def failing(tree: Path, *checks: str) -> str:
    """Run these checks on the copy until one fails; return which, or nothing where all pass.

    Raises:
        RuntimeError: a check is not there; that is an error, not a failure.
    """
    patience = PATIENCE + FOR_EACH * len(checks)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *checks],
            cwd=tree,
            env=os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"a check did not end within {patience} s"
    if done.returncode not in (0, 1):
        raise RuntimeError(f"pytest ended with {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    found = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return "" if done.returncode == 0 else "; ".join(found) or done.stdout[-300:]


def _copy(tree: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignored)
        else:
            shutil.copy(source, tree / name)

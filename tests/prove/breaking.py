"""Break the source of a copy on purpose, and see whether a check notices."""

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

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
    """Break copies in each of these ways, as many at once as there are cores, and see what notices."""
    checks = list(dict.fromkeys(mutant.check for mutant in chosen))
    copies = min(os.cpu_count() or 1, len(checks))
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, ThreadPoolExecutor(copies) as threads:
        trees = [Path(folder, str(number)) for number in range(copies)]
        for tree in trees:
            _copy(tree)
        shares = [checks[number::copies] for number in range(copies)]
        if failed := "; ".join(filter(None, threads.map(failing, trees, shares))):
            return Outcome(tried=0, faults=(f"nothing can be said: on the source as it is {failed}",))
        free = SimpleQueue[Path]()
        for tree in trees:
            free.put(tree)
        found = list(threads.map(lambda mutant: _fault(free, mutant, say), chosen))
    faults = tuple(fault for fault in found if fault)
    return Outcome(tried=len(chosen), faults=faults, facts={"caught": len(chosen) - len(faults)})


def _fault(free: SimpleQueue[Path], mutant: Mutant, say: Say) -> str | None:
    """Return what is wrong with a mutant: it survived, or fits the source no more."""
    tree, began = free.get(), time.monotonic()
    try:
        fault = None if is_caught(tree, mutant) else f"survived: {mutant.name}"
    except RuntimeError as error:
        fault = str(error)
    finally:
        free.put(tree)
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
        return bool(failing(tree, [mutant.check]))
    finally:
        path.write_text(whole, encoding="utf-8")


def failing(tree: Path, checks: Sequence[str]) -> str:
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
    tree.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=ignored)
        else:
            shutil.copy(source, tree / name)
    # Compiled once; by its text, not its time, an interpreter knows a file that was broken since.
    compileall.compile_dir(
        tree / "monitor", quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
    )

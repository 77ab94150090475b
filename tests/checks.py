"""Does the whole project hold? Every check by name, then a table and one line of counts.

With arguments, only pytest runs, with them.
"""
# ruff: noqa: T201 - a command that prints

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
# What mypy keeps for the next time takes it a seventh of its time; in CI there is none.
ANEW = ("--cache-dir", os.devnull) if os.environ.get("CI") == "true" else ()
STATIC = {
    "mypy": ("mypy", *ANEW),
    "ruff format": ("ruff", "format", "--check", "."),
    "ruff check": ("ruff", "check", "."),
    "lint-imports": ("lint-imports",),
    "deptry": ("deptry", "--no-ansi", "--extend-exclude", r"\.tools", "."),
    "hadolint": ("hadolint", "Dockerfile"),
}
PYTEST = ("pytest", "-q")
# Tests wait for services more than they compute, so there are two workers for a core, and one more.
WORKERS = 2 * (os.cpu_count() or 1) + 1
# Told by `prove stories`: each story on the other of both databases.
ONCE = ("-m", "not again")
SPREAD = ("-p", "tests.spread", "--workers", str(WORKERS))
# The pure stages are covered by their own tests; what else runs is not slowed down by counting lines. They
# never wait, so one process is as fast as several, each of which would collect all of them.
PURE = ("feeds", "articles", "matching", "stories", "alerts", "text")
OWN = tuple(f"tests/unit/{stage}" for stage in PURE)
STAGES = ",".join(f"monitor/{stage}" for stage in PURE)
COUNTED = ("coverage", "run", f"--source={STAGES}", "--module", *PYTEST, "-p", "tests.drawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one check gave: counts of what it tried, and the seconds that it took."""

    name: str
    passed: int
    failed: int
    skipped: int = 0
    seconds: float

    def row(self) -> str:
        """Return the outcome as one row of the table."""
        verdict = "FAILED" if self.failed else "ok"
        counts = f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"
        detail = counts if self.passed + self.failed + self.skipped > 1 else ""
        return f"{self.name:<14}{verdict:<8}{self.seconds:>7.1f} s  {detail}".rstrip()


def main(arguments: Sequence[str]) -> int:
    """Run all checks, or pytest alone with the arguments; return 0 where nothing failed."""
    os.chdir(ROOT)
    if arguments:
        os.execv(BIN / "pytest", ["pytest", *arguments])
    with tempfile.TemporaryDirectory(prefix="checks-") as folder, ThreadPoolExecutor(1) as thread:
        beside = thread.submit(computing, Path(folder))
        others = waiting(Path(folder))
        outcomes = [*beside.result(), others]
    print("", *(outcome.row() for outcome in outcomes), "", sep="\n")
    failed = sum(outcome.failed for outcome in outcomes)
    passed = sum(outcome.passed for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    print("Stories were told on one of both databases; on the other by: python3 run.py prove stories")
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed else 0


def computing(folder: Path) -> list[Outcome]:
    """Run, one after another, what keeps a core busy: the tools, and the pure stages' own tests."""
    outcomes = [quietly(name, line) for name, line in STATIC.items()]
    environ = os.environ | {"COVERAGE_FILE": str(folder / "coverage")}
    report = folder / "pure.xml"
    pure = quietly("pure stages", (*COUNTED, f"--junitxml={report}", *OWN), environ)
    outcomes.append(counts(pure.name, report, pure.failed, pure.seconds))
    combined = quietly("combine", ("coverage", "combine", "--quiet"), environ)
    if combined.failed:
        return [*outcomes, combined]
    covered = ("coverage", "report", "--skip-covered", "--fail-under=100")
    return [*outcomes, quietly("pure coverage", covered, environ)]


def waiting(folder: Path) -> Outcome:
    """Run all other tests, in view."""
    report = folder / "others.xml"
    started = time.monotonic()
    line = [*PYTEST, *SPREAD, *ONCE, f"--junitxml={report}", *(f"--ignore={each}" for each in OWN)]
    done = subprocess.run([BIN / line[0], *line[1:]], stdin=subprocess.DEVNULL, check=False)
    return counts("all others", report, done.returncode, time.monotonic() - started)


def quietly(name: str, line: Sequence[str], environ: Mapping[str, str] | None = None) -> Outcome:
    """Run a program and print what it says only where it complains."""
    started = time.monotonic()
    done = subprocess.run(
        [BIN / line[0], *line[1:]],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    failed = int(done.returncode != 0)
    if failed:
        print(f"\n{name} FAILED\n{done.stdout.rstrip()}", flush=True)
    return Outcome(name=name, passed=1 - failed, failed=failed, seconds=time.monotonic() - started)


def counts(name: str, report: Path, returned: int, seconds: float) -> Outcome:
    """Read pytest's report; a run that failed or stopped without naming a test counts as one failure."""
    told = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    if report.is_file():
        for found in ET.parse(report).iter("testsuite"):
            told = {name: told[name] + int(found.get(name, 0)) for name in told}
    failed = told["failures"] + told["errors"]
    passed = told["tests"] - failed - told["skipped"]
    if returned != 0:
        failed = max(failed, 1)
    return Outcome(name=name, passed=max(passed, 0), failed=failed, skipped=told["skipped"], seconds=seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

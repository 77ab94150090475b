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
STATIC = {
    "mypy": ("mypy",),
    "ruff format": ("ruff", "format", "--check", "."),
    "ruff check": ("ruff", "check", "."),
    "lint-imports": ("lint-imports",),
    "deptry": ("deptry", "--no-ansi", "--extend-exclude", r"\.tools", "."),
    "hadolint": ("hadolint", "Dockerfile"),
}
# Tests wait for services more than they compute, so there are two workers for a core, and one more. A file
# stays on one worker, so that its servers are started once.
WORKERS = 2 * (os.cpu_count() or 1) + 1
PYTEST = ("pytest", "-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder", "-q")
# The pure stages are covered by their own tests; what else runs is not slowed down by counting lines.
PURE = ("feeds", "articles", "matching", "stories", "alerts", "text")
OWN = tuple(f"tests/unit/{stage}" for stage in PURE)


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
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(static, STATIC, STATIC.values()))
    with tempfile.TemporaryDirectory(prefix="checks-") as folder:
        outcomes += suite(Path(folder))
    print("", *(outcome.row() for outcome in outcomes), "", sep="\n")
    failed = sum(outcome.failed for outcome in outcomes)
    passed = sum(outcome.passed for outcome in outcomes)
    skipped = sum(outcome.skipped for outcome in outcomes)
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed else 0


def static(name: str, line: Sequence[str], environ: dict[str, str] | None = None) -> Outcome:
    """Run one tool and print what it says only where it complains."""
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
    good = done.returncode == 0
    said = "ok" if good else f"FAILED\n{done.stdout.rstrip()}"
    print(f"{name:<14}{said}", flush=True)
    seconds = time.monotonic() - started
    return Outcome(name=name, passed=int(good), failed=int(not good), seconds=seconds)


def suite(folder: Path) -> list[Outcome]:
    """Run all tests, in view, and hold the pure stages to every branch; files go to `folder`."""
    environ = os.environ | {"COVERAGE_FILE": str(folder / "coverage")}
    pure = tests("pure stages", ("coverage", "run", "--module", *PYTEST, *OWN), folder, environ)
    others = tests("all others", (*PYTEST, *(f"--ignore={each}" for each in OWN)), folder, os.environ)
    combined = static("combine", ("coverage", "combine", "--quiet"), environ)
    if combined.failed:
        return [pure, others, combined]
    files = ",".join(f"monitor/{stage}/*" for stage in PURE)
    covered = ("coverage", "report", "--skip-covered", "--fail-under=100", f"--include={files}")
    return [pure, others, static("pure coverage", covered, environ)]


def tests(name: str, line: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Outcome:
    """Run pytest once and count what it tried."""
    report = folder / f"{name}.xml"
    started = time.monotonic()
    command = [str(BIN / line[0]), *line[1:], f"--junitxml={report}"]
    done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, check=False)
    return counts(name, report, done.returncode, time.monotonic() - started)


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

"""Does the whole project hold? Every check by name, then a table and one line of counts.

With arguments, only pytest runs, with them.
"""
# ruff: noqa: T201 - a command that prints

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
STATIC = {
    "ruff format": ("ruff", "format", "--check", "."),
    "ruff check": ("ruff", "check", "."),
    "mypy": ("mypy",),
    "lint-imports": ("lint-imports",),
    "deptry": ("deptry", "--no-ansi", "--extend-exclude", r"\.tools", "."),
    "hadolint": ("hadolint", "Dockerfile"),
}
# One file stays on one worker, so that its servers are started once.
PYTEST = (
    "coverage",
    "run",
    "--module",
    "pytest",
    "-n",
    "2",
    "--dist",
    "loadfile",
    "--no-loadscope-reorder",
    "-q",
)
PURE = ("feeds", "articles", "matching", "stories", "alerts", "text")


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
        detail = counts if self.name == "pytest" else ""
        return f"{self.name:<14}{verdict:<8}{self.seconds:>7.1f} s  {detail}".rstrip()


def main(arguments: Sequence[str]) -> int:
    """Run all checks, or pytest alone with the arguments; return 0 where nothing failed."""
    os.chdir(ROOT)
    if arguments:
        os.execv(BIN / "pytest", ["pytest", *arguments])
    outcomes = [static(name, line) for name, line in STATIC.items()]
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
    print(f"{name:<14}", end="", flush=True)
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
    print("ok" if good else f"FAILED\n{done.stdout.rstrip()}", flush=True)
    seconds = time.monotonic() - started
    return Outcome(name=name, passed=int(good), failed=int(not good), seconds=seconds)


def suite(folder: Path) -> list[Outcome]:
    """Run pytest under coverage, in view, and hold the pure stages to every branch; files go to `folder`."""
    environ = os.environ | {"COVERAGE_FILE": str(folder / "coverage")}
    report = folder / "report.xml"
    started = time.monotonic()
    line = [str(BIN / PYTEST[0]), *PYTEST[1:], f"--junitxml={report}"]
    done = subprocess.run(line, env=environ, stdin=subprocess.DEVNULL, check=False)
    tests = counts(report, done.returncode, time.monotonic() - started)
    combined = static("combine", ("coverage", "combine", "--quiet"), environ)
    if combined.failed:
        return [tests, combined]
    pure = ",".join(f"monitor/{stage}/*" for stage in PURE)
    covered = ("coverage", "report", "--skip-covered", "--fail-under=100", f"--include={pure}")
    return [tests, static("pure coverage", covered, environ)]


def counts(report: Path, returned: int, seconds: float) -> Outcome:
    """Read pytest's report; a run that failed or stopped without naming a test counts as one failure."""
    told = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    if report.is_file():
        for found in ET.parse(report).iter("testsuite"):
            told = {name: told[name] + int(found.get(name, 0)) for name in told}
    failed = told["failures"] + told["errors"]
    passed = told["tests"] - failed - told["skipped"]
    if returned != 0:
        failed = max(failed, 1)
    return Outcome(
        name="pytest", passed=max(passed, 0), failed=failed, skipped=told["skipped"], seconds=seconds
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

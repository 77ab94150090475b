"""Proofs that are tables of cases: they run with the tests anyway, and here by themselves, counted."""

import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.prove.proof import Outcome, Proof, Say

ROOT = Path(__file__).resolve().parents[2]


def of_tests(name: str, law: str, least: int, seconds: float, tests: Sequence[str]) -> Proof:
    """Return the proof that runs these tests, by pytest's arguments, and wants so many cases to pass."""
    return Proof(
        name=name,
        law=law,
        unit="cases",
        sample=0,
        usual=least,
        full=least,
        seconds=seconds,
        run=partial(_run, tests),
    )


def _run(tests: Sequence[str], _count: int, _dice: random.Random, say: Say) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="cases-") as folder:
        report = Path(folder) / "report.xml"
        line = ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *tests]
        done = subprocess.run(
            [sys.executable, *line],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        say((done.stdout.strip().splitlines() or [""])[-1])
        cases = list(ET.parse(report).iter("testcase"))
    failed = [f"{case.get('name')}: {said.get('message')}"[:200] for case in cases for said in case]
    return Outcome(tried=len(cases) - len(failed), faults=tuple(f"not passed: {each}" for each in failed))


HTTP = "tests/contract/test_http_hostile.py"
SUITES = (
    of_tests(
        "transport",
        "servers that drip, pour, lie, loop, break off or have bad certificates end in time, with the reason",
        120,
        seconds=35,
        tests=[HTTP, "tests/contract/test_http_tls.py", "tests/contract/test_http_send.py"],
    ),
    of_tests(
        "receivers",
        "25 kinds of receivers are tried as the table of waits says, up to seven days",
        25,
        seconds=20,
        tests=["tests/unit/alerts/test_retry.py"],
    ),
    of_tests(
        "corpora",
        "feedparser's own feeds give its own values, and no odd bytes break an event or reach a terminal",
        40,
        seconds=140,
        tests=[
            "tests/quality/test_feedparser_cases.py",
            "tests/acceptance/test_documents.py",
            "tests/unit/feeds/test_parse.py",
        ],
    ),
    of_tests(
        "gallery",
        "broken configurations are refused at their place, with what to write instead",
        60,
        seconds=40,
        tests=["tests/unit/config/test_gallery.py"],
    ),
    of_tests(
        "stories",
        "each story of a service goes the same way on the database on which the suite does not tell it",
        140,
        seconds=280,
        tests=["tests/acceptance", "-m", "again", "-p", "tests.spread", "--workers", "3"],
    ),
)

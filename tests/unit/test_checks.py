"""Are the counts of a run read so that a failure can never pass for success?"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import checks

REPORT = """\
<testsuites>
  <testsuite tests="{tests}" failures="{failures}" errors="{errors}" skipped="{skipped}"/>
</testsuites>
"""


@pytest.mark.parametrize(
    ("numbers", "returned", "expected"),
    [
        ((10, 0, 0, 1), 0, (9, 0, 1)),
        ((10, 2, 1, 0), 1, (7, 3, 0)),
        ((10, 0, 0, 0), 1, (10, 1, 0)),
    ],
)
def test_counts_come_from_the_report_and_failure_from_the_exit_code_too(
    tmp_path: Path, numbers: tuple[int, ...], returned: int, expected: tuple[int, int, int]
) -> None:
    report = tmp_path / "report.xml"
    words = dict(zip(("tests", "failures", "errors", "skipped"), numbers, strict=True))
    report.write_text(REPORT.format(**words))

    outcome = checks.counts("tests", report, returned, 1.0)

    assert expected == (outcome.passed, outcome.failed, outcome.skipped)


def test_a_run_that_died_without_a_report_has_failed(tmp_path: Path) -> None:
    outcome = checks.counts("tests", tmp_path / "absent.xml", -9, 1.0)

    assert (0, 1, 0) == (outcome.passed, outcome.failed, outcome.skipped)


def test_a_check_that_fails_shows_what_the_tool_said(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = checks.quietly("python", ("python", "-c", "raise SystemExit('line 3 is wrong')"))

    assert outcome.failed == 1
    assert "python FAILED\nline 3 is wrong" in capsys.readouterr().out


STAGE = """
from functools import cache

@cache
def sign(number: int) -> int:
    if number < 0:
        return -1
    return 1
"""
OF_THE_STAGE = """
from hypothesis import given, strategies
from stage import sign

@given(strategies.integers())
def test_any_number_has_a_sign(number):
    assert sign(number) * number >= 0

def test_one_is_positive():
    assert sign(1) == 1
"""


def test_a_branch_that_only_drawn_examples_reach_is_not_covered(tmp_path: Path) -> None:
    shutil.copy(checks.ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "stage.py").write_text(STAGE)
    (tmp_path / "test_stage.py").write_text(OF_THE_STAGE)
    counted = ["--source=stage" if each.startswith("--source") else each for each in checks.COUNTED]
    for line in ([*counted, "test_stage.py"], ["coverage", "combine"], ["coverage", "report", "-m"]):
        done = subprocess.run(
            [sys.executable, "-m", *line],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(checks.ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == done.returncode, done.stdout + done.stderr

    # Negative numbers have a line and a branch of their own.
    assert "6      1      2      1    75%   7" in done.stdout

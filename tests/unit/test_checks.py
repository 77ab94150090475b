"""Are the counts of a run read so that a failure can never pass for success?"""

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
    outcome = checks.static("python", ("python", "-c", "raise SystemExit('line 3 is wrong')"))

    assert outcome.failed == 1
    assert "FAILED\nline 3 is wrong" in capsys.readouterr().out

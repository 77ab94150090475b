"""Does systemd understand the unit, and does it shut the service in?"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).resolve().parents[2] / "deploy" / "news-monitor.service"
PROGRAM = "/opt/news-monitor/.venv/bin/monitor"
# Of 10 (all open). 1.4 with systemd 252; what remains is mostly the network, which is the work.
MOST_EXPOSURE = 2.0

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")


def test_systemd_has_nothing_to_say_about_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    # The program is not installed here, and systemd looks whether it can be run.
    unit.write_text(UNIT.read_text().replace(PROGRAM, "/bin/true"))

    done = _analyze("verify", str(unit))

    assert done.stderr == ""
    assert done.returncode == 0


def test_a_mistake_in_the_unit_would_be_told(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    wrong = UNIT.read_text().replace(PROGRAM, "/bin/true").replace("WatchdogSec", "WatchdogSeconds")
    unit.write_text(wrong)

    done = _analyze("verify", str(unit))

    assert "'WatchdogSeconds'" in done.stderr


def test_little_of_the_machine_is_exposed_to_the_service() -> None:
    done = _analyze("security", "--offline=true", str(UNIT))

    found = re.search(r"exposure level for \S+: (\d+\.\d+)", done.stdout)

    assert found is not None, done.stdout + done.stderr
    assert float(found[1]) <= MOST_EXPOSURE


def test_systemd_waits_longer_than_a_drain_takes() -> None:
    assert "TimeoutStopSec=40s" in UNIT.read_text().splitlines()


def test_a_wrong_configuration_is_not_started_again() -> None:
    assert "RestartPreventExitStatus=78" in UNIT.read_text().splitlines()


def _analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = ["systemd-analyze", "--no-pager", *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)

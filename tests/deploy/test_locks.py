"""Do the locks pin everything, check everything, and name no host?"""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-uv.lock")
PIN = re.compile(
    r"^([a-z0-9][a-z0-9._-]*)==\S+(?: ; [^\\]+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n?)+)", re.MULTILINE
)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_one_version_and_its_digests(name: str) -> None:
    text = (ROOT / name).read_text()

    starts = [line for line in text.splitlines() if line[:1] not in {"", " ", "#"}]

    assert len(starts) == len(PIN.findall(text)) > 0


def test_the_lock_holds_every_package_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {
        *project["project"]["dependencies"],
        *(one for extra in project["project"]["optional-dependencies"].values() for one in extra),
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    }

    names = {re.split(r"[^A-Za-z0-9._-]", one)[0].lower().replace("_", "-") for one in asked}
    locked = {name for name, _ in PIN.findall((ROOT / LOCKS[0]).read_text())}

    assert names - locked == set()

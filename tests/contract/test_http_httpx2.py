"""Does the door work with httpx2, the maintained continuation, as well? Then moving is one import."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
LAWS = (
    "test_http_fetch.py",
    "test_http_addresses.py",
    "test_http_tls.py",
    "test_http_send.py",
    "test_http_hostile.py",
)
UNDER_THE_OTHER_NAME = """
import sys

import httpx2
import pytest

httpx2.alias_httpx()

import monitor.adapters.client

assert monitor.adapters.client.httpx is httpx2
# httpx2 brings a plugin of pytest along, which complains of having been imported early.
late = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-W", late, *sys.argv[1:]]))
"""


def test_every_law_of_the_door_holds_with_httpx2() -> None:
    files = [str(FOLDER / name) for name in LAWS]

    done = subprocess.run(
        [sys.executable, "-c", UNDER_THE_OTHER_NAME, *files],
        cwd=FOLDER.parents[1],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert 0 == done.returncode, done.stdout[-4_000:] + done.stderr[-2_000:]

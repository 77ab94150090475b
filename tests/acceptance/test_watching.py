"""Somebody who keeps looking at how the service is."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.acceptance.screen import OpenScreen
from tests.acceptance.test_alerts import TEXT, configured
from tests.acceptance.world import Answer, Desk, Monitor, Outlet, eventually

Open = Callable[[str], Outlet]
OTHER_SCREEN, FORMER_SCREEN = "\x1b[?1049h", "\x1b[?1049l"


@pytest.fixture(scope="module")
def stored(shared: Monitor) -> Monitor:
    """A store in which a feed was polled; it is only looked at."""
    with closing(Outlet("kurier")) as kurier, closing(Desk()) as desk:
        configured(shared, desk, kurier)
        shared.once()
    return shared


def test_a_status_is_watched_beside_the_service_and_ctrl_c_gives_the_terminal_back(
    monitor: Monitor, desk: Desk, outlet: Open, screen: OpenScreen
) -> None:
    kurier, blatt = outlet("kurier"), outlet("blatt")
    configured(monitor, desk, kurier, blatt)
    monitor.start()

    watched = screen("status", "--watch", "0.2", term="xterm")
    watched.shows(OTHER_SCREEN)
    watched.shows("every 0.2 s; Ctrl-C ends it")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    watched.shows("alerts: 1")
    kurier.answers("/feed.xml", Answer(status=503))
    watched.shows("http_5xx")
    watched.shows("blatt")
    last = watched.text[watched.text.rindex("last heartbeat") :]
    watched.interrupt()
    watched.ends(0)

    assert last.index("kurier") < last.index("blatt")
    assert FORMER_SCREEN in watched.text
    assert "Traceback" not in watched.text


def test_for_scripts_each_status_is_one_line_and_the_end_is_no_failure(stored: Monitor) -> None:
    line = [sys.executable, "-m", "monitor", "status", "--watch", "0.2", "--json", "-c", str(stored.config)]
    with subprocess.Popen(line, env=stored.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watch:
        assert watch.stdout is not None
        assert watch.stderr is not None
        lines = [json.loads(watch.stdout.readline()) for _ in range(3)]
        watch.send_signal(signal.SIGTERM)
        rest, told = watch.stdout.read(), watch.stderr.read()

    assert ["kurier"] * 3 == [each["feeds"][0]["id"] for each in lines]
    assert b"" == rest or rest.endswith(b"}\n")
    assert b"" == told
    assert 0 == watch.returncode


def test_where_nothing_is_drawn_each_status_stands_below_the_last(stored: Monitor) -> None:
    out = stored.folder / "out"

    line = [sys.executable, "-m", "monitor", "status", "--watch", "0.2", "-c", str(stored.config)]
    with out.open("wb") as shown, subprocess.Popen(line, env=stored.environ, stdout=shown) as watch:
        eventually(lambda: out.read_text("utf-8").count("Ctrl-C ends it") > 1)
        watch.send_signal(signal.SIGINT)

    assert 0 == watch.returncode
    assert "\x1b" not in out.read_text("utf-8")


def test_seconds_without_watching_are_wrong_usage(stored: Monitor) -> None:
    assert "--watch" in stored.call("status", "5", expect=2)
    assert "0.1" in stored.call("status", "--watch", "0", expect=2)

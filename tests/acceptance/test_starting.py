"""Is a forked program what a shell starts?"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.test_alerts import TEXT, configured
from tests.acceptance.world import Desk, Monitor, Outlet, eventually
from tests.processes import below, children_of, gone

LINE = json.dumps({"title": "Amazon baut", "text": "Amazon-Chef Andy Jassy kündigte das Werk für Köln an."})
COMMANDS = [
    (("version",), "", 0),
    (("check",), "", 0),
    (("feeds", "list", "--json"), "", 0),
    (("status", "--json"), "", 0),
    (("deliveries", "list", "--json"), "", 0),
    (("held", "list", "--json"), "", 0),
    (("explain", "-", "--json"), "Amazon-Chef Andy Jassy kündigte das Werk für Köln an.", 0),
    (("match",), f"{LINE}\n{LINE}\nkein JSON\n", 1),
    (("deliveries", "show", "dl_nowhere"), "", 2),
    (("nonsense",), "", 2),
]


CONFIG = """
receivers: {desk: {url: "http://127.0.0.1:9/hook", secrets: ["env:DESK_SECRET"], allow_private: true}}
entities: {amazon: {kind: organization, names: [Amazon], context: [Jassy]}}
feeds: [{id: kurier, url: "http://127.0.0.1:9/feed.xml"}]
"""


@pytest.mark.parametrize(
    ("arguments", "stdin", "expect"), COMMANDS, ids=["-".join(each[0]) for each in COMMANDS]
)
def test_it_says_what_one_with_its_own_interpreter_says(
    arguments: tuple[str, ...], stdin: str, expect: int, shared: Monitor
) -> None:
    shared.configure(CONFIG)
    own = Monitor(shared.folder)
    own.store = shared.store

    # A module is called otherwise than the script that is installed.
    said = own.call(*arguments, stdin=stdin, expect=expect).replace("python -m monitor", "monitor")

    assert said
    assert said == shared.call(*arguments, stdin=stdin, expect=expect)


def test_its_fork_server_is_forked_with_it_and_ends_with_it(
    monitor: Monitor, desk: Desk, outlet: Callable[[str], Outlet]
) -> None:
    kurier = outlet("kurier")
    configured(monitor, desk, kurier)
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    monitor.start()
    eventually(desk.events)
    assert monitor.process is not None
    program = monitor.process.pid
    (server,) = children_of(program)
    lines = {Path(f"/proc/{each}/cmdline").read_bytes() for each in (program, server)}
    all_of_it = below(program)

    monitor.kill()

    assert 1 == len(lines)
    assert {server} < all_of_it
    eventually(lambda: all(map(gone, all_of_it)), what="all has ended")

"""What is imported when.

The service imports everything before it works: late, with no file handles left, an import would fail, and
fail for good. Any other command imports what it needs alone, so that it answers at once.
"""

import subprocess
import sys
from collections.abc import Callable

import pytest

from monitor.adapters.store import open_store
from tests.acceptance.test_alerts import ENTITIES, TEXT
from tests.acceptance.world import Answer, Desk, Monitor, Outlet
from tests.mail import Mailbox

OURS = "secrets: ['env:DESK_SECRET'], allow_private: true"
PROGRAM = """
import os, sys
from pathlib import Path
from monitor.adapters.telemetry import Telemetry
from monitor.app import Worker
from monitor.config.load import load_config

with open(os.devnull, "w") as nowhere:
    worker = Worker(load_config(Path(sys.argv[1]), os.environ), telemetry=Telemetry(nowhere))
    # The ticks start before anything is asked.
    import apscheduler.triggers.interval
    before = set(sys.modules)
    worker.once()
    assert worker.reload(os.environ)
    worker.telemetry.metrics()
    late = set(sys.modules) - before
    worker.close()
print(sorted(late))
"""


def test_nothing_is_imported_once_the_work_has_begun(
    monitor: Monitor, desk: Desk, mailbox: Mailbox, outlet: Callable[[str], Outlet]
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    kurier.pages["/robots.txt"] = Answer(body=b"\xef\xbb\xbfUser-agent: *\nDisallow: /private\n")
    by_name, by_tls = kurier.feed.replace("127.0.0.1", "localhost"), kurier.feed.replace("http:", "https:")
    formats = (
        "standard",
        "cloudevents",
        "slack",
        "discord",
        "teams",
        "ntfy",
        "alertmanager",
        "template",
        "email",
    )
    posted = formats[:-2]
    receivers = "".join(f"  {each}: {{url: '{desk.url}', format: {each}, {OURS}}}\n" for each in posted)
    receivers += (
        f"  template: {{url: '{desk.url}', format: template, template: {{a: '{{{{ type }}}}'}}, {OURS}}}\n"
        f"  email: {{url: 'smtp://127.0.0.1:{mailbox.port}', format: email, allow_private: true, "
        "from: a@b.example, to: c@d.example}\n"
    )
    monitor.configure(
        f"feeds:\n  - {{id: kurier, url: '{kurier.feed}', first_poll: all}}\n"
        f"  - {{id: name, url: '{by_name}'}}\n  - {{id: tls, url: '{by_tls}'}}\n{ENTITIES}\n"
        f"receivers:\n{receivers}"
        f"watchlists:\n  now: {{entities: [amazon], receivers: [{', '.join(formats)}]}}\n"
        "  later: {entities: [amazon], receivers: [standard], digest: {at: '07:30'},\n"
        "          quiet_hours: {from: '22:00', to: '21:00', tz: Europe/Berlin}}\n"
        "http: {listen: null}\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(monitor.config)],
        env=monitor.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ("[]\n", 0) == (done.stdout, done.returncode), done.stderr
    assert len(formats) - 1 == len(desk.requests)
    assert 1 == len(mailbox.letters)
    assert {"/feed.xml", "/robots.txt", "/ki-chef.html"} == {path for _, path, _ in kurier.asked}


# What takes long to import, and is the business of a few commands.
NET = {"httpx", "httptools", "uvloop", "monitor.adapters.http"}
STORE = {"sqlalchemy", "alembic", "monitor.adapters.store"}
READ = {"lxml", "trafilatura", "feedparser"}
MATCH = {"simplemma", "ahocorasick_rs", "monitor.matching.matcher"}
SERVE = {"apscheduler", "structlog", "prometheus_client", "monitor.app"}
LANGUAGE = {"numpy", "py3langid"}
DRAW = {"rich.console", "rich.table"}
CONFIG = {"yaml", "monitor.config.load"}
ALL = NET | STORE | READ | MATCH | SERVE | LANGUAGE | DRAW | CONFIG
COMMAND = """
import atexit, sys
atexit.register(lambda: print("\\n".join(sys.modules), file=sys.stderr))
from monitor.cli import main
main()
"""


# What libraries bring along, megabytes of it, and no service has any use for; and what one has no use for
# on another database.
NEVER = {"rich", "pygments", "alembic"}
DRIVERS = {"sqlalchemy.dialects.postgresql", "psycopg", "procrastinate"}
WITHOUT_A_STORE = {
    "--help": ALL,
    "version": ALL,
    "health": ALL - {"yaml"},
    "check": NET | STORE | READ | SERVE | LANGUAGE | DRAW,
    "match": NET | STORE | READ | SERVE | DRAW,
}
FROM_THE_STORE = ALL - {"yaml", "sqlalchemy", "monitor.adapters.store"}
WITH_A_STORE = {
    "status --json": FROM_THE_STORE,
    "status": FROM_THE_STORE - DRAW,
    "deliveries list": FROM_THE_STORE - DRAW,
    "feeds list": FROM_THE_STORE - DRAW,
    "report --json": FROM_THE_STORE,
    "once --json": NEVER,
    "purge": NET | READ | SERVE | LANGUAGE | DRAW,
}


@pytest.mark.without_store
@pytest.mark.parametrize("command", WITHOUT_A_STORE)
def test_a_command_without_a_store_imports_what_it_needs_alone(monitor: Monitor, command: str) -> None:
    modules = imported(monitor, command)

    assert set() == modules & (WITHOUT_A_STORE[command] | DRIVERS)


@pytest.mark.parametrize("command", WITH_A_STORE)
def test_a_command_imports_what_it_needs_alone(monitor: Monitor, command: str) -> None:
    # Who makes a store needs what makes its tables.
    open_store(monitor.store, owner="test").close()

    modules = imported(monitor, command)

    others = DRIVERS if monitor.store.startswith("sqlite") else {"procrastinate"}
    assert set() == modules & (WITH_A_STORE[command] | others)


def imported(monitor: Monitor, command: str) -> set[str]:
    """Return the modules that a command imported."""
    monitor.configure("feeds: []\nentities: [Amazon]\nhttp: {listen: '127.0.0.1:1'}\n")
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *command.split()],
        env=monitor.environ | {"MONITOR_CONFIG": str(monitor.config)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    modules = set(done.stderr.split("\n"))
    assert "monitor.cli" in modules, done.stderr
    return modules

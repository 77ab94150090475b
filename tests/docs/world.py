"""Where the documents' blocks are run: an empty folder, a news site, receivers, an empty database.

A walk is one document or several, whose blocks are run one after the other in one shell. What documents
show of a monitor that has been at work already begins with one: a store with alerts that were delivered,
that wait, and that are dead, and where it is asked for, with the service.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.lending import lent
from tests.acceptance.world import SECRET, Answer, Desk, Outlet, paragraphs
from tests.docs.blocks import ROOT, Block
from tests.servers import free_port

SHELL = """\
set -euo pipefail
end() {
  set +e
  for log in background-*.log; do [ ! -e "$log" ] || cat "$log"; done
  kill $(jobs -p) 2>/dev/null
  exit "$1"
}
trap 'end $?' EXIT
# The service that runs here is no unit of systemd; whether that takes ours, test_systemd.py asks.
systemctl() {
  test "$*" = "stop news-monitor"
  [ -z "$(jobs -p)" ] || { kill $(jobs -p); wait; }
}
# Without run.py, which would install what a change of the lock wants while tests run.
prove() {
  (cd "$CHECKOUT" && python -m tests.prove "$@")
}
# Ids that a document does not know: `any COLUMN TABLE CONDITION`.
any() {
  python3 - "$@" <<'END'
import sqlite3, sys
rows = sqlite3.connect("var/monitor.db").execute("SELECT {} FROM {} WHERE {}".format(*sys.argv[1:]))
print(next(rows)[0])
END
}
"""
# What listens at the usual port may be of another test: the receiver of `init` moves to a port of ours.
MOVED = "sed -i 's|http://127.0.0.1:[0-9]*/$|{listener}|' monitor.yaml"
# Reads pages in processes of its own, several times.
PATIENCE = 900
# A monitor that was at work: one alert was delivered, and is dead for another receiver; two wait.
AT_WORK = """\
mkdir -p config var backup
cat > config/monitor.yaml <<'END'
store: {{url: "sqlite:///var/monitor.db"}}
feeds: [{{id: example-de, url: "{feed}", first_poll: all}}]
entities:
  amazon: {{kind: organization, names: [Amazon]}}
  desantis: {{kind: person, names: [Peter DeSantis], related: [amazon]}}
receivers:
  desk: {{url: "{desk}", secrets: [env:DESK_SECRET], allow_private: true}}
  gone: {{url: "{site}/gone", allow_private: true}}
watchlists:
  all: {{entities: [amazon], receivers: [desk, gone]}}
  cloud-ai: {{entities: [amazon, desantis], digest: {{at: "07:30"}}, receivers: [desk]}}
http: {{listen: "127.0.0.1:9464", public_url: "{service}"}}
END
export DESK_SECRET={secret}
monitor once
"""
SERVICE = """\
service() {{
  [ -z "${{SERVICE:-}}" ] || {{ kill $SERVICE; wait $SERVICE; }}
  monitor run >>background-service.log 2>&1 &
  SERVICE=$!
  until curl -sf {service}/healthz; do sleep 0.1; done
}}
service
TOLD=$(any id deliveries "receiver = 'desk'")
export LINK_OF_WRONG=$(curl -s "{service}/api/v1/deliveries/$TOLD" | python3 -c '
import json, sys
print(json.loads(json.load(sys.stdin)["body"])["data"]["matches"][0]["verdict"]["wrong"])')
"""
# What is done by the reader beside a line: a service that has been given a token is begun anew.
BESIDE = {"export API_TOKEN=": "MONITOR__HTTP__TOKEN=env:API_TOKEN service"}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A folder, and what the addresses of the documents lead to."""

    folder: Path
    commands: Path
    site: Outlet
    desk: Desk
    listener: str
    service: str
    second: str
    database: str

    def follow(self, steps: Sequence[Block], before: str = "") -> subprocess.CompletedProcess[str]:
        """Do what documents say, in one shell, and show at the end what went on in the background."""
        places = {
            "feed": self.site.feed,
            "desk": self.desk.url,
            "site": self.site.base,
            "service": self.service,
            "secret": SECRET,
        }
        script = "\n".join([SHELL, before.format(**places), *map(self._step, steps)])
        environ = {
            "PATH": f"{self.commands}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            # Dictionaries are packed once for an account, not once for each document.
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
            "CHECKOUT": str(ROOT),
            "COLUMNS": "160",
            "MONITOR__NETWORK__ALLOW_PRIVATE": "[127.0.0.0/8]",
            # Several documents are followed at a time, on one machine.
            "MONITOR__HTTP__LISTEN": self.service.removeprefix("http://"),
        }
        return subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def _step(self, block: Block) -> str:
        text = self._here(block.text)
        match block.words.split(" ", 1):
            case ["sh"]:
                moved = MOVED.format(listener=self.listener) if "monitor init " in text else ""
                return f"echo '@@ {block}'\n{text}{moved}"
            case ["sh", "background"]:
                log = f"background-{Path(block.document).stem}-{block.line}.log"
                begun = f"( {text.strip()}\n) >{log} 2>&1 &"
                return f"echo '@@ {block}'\n{begun}\nuntil [ -s {log} ]; do sleep 0.1; done"
            case ["yaml", file]:
                return f"cat > {file} <<'END'\n{text}END"
            case _:
                return ""

    def _here(self, text: str) -> str:
        """Return a step with its addresses on loopback, and its placeholders filled."""
        places = {
            "https://www.example.org/news.rss": self.site.feed,
            "https://www.example.org": self.site.base,
            "url: https://hooks.example.org/news": f"allow_private: true, url: {self.desk.url}",
            "url: env:SLACK_URL": "allow_private: true, url: env:SLACK_URL",
            "https://hooks.slack.com/services/T000/B000/XXXX": f"{self.desk.base}/slack",
            "http://127.0.0.1:8080/": self.listener,
            "http://127.0.0.1:9464": self.service,
            "127.0.0.1:9465": self.second,
            "postgresql://monitor@db.example.org/monitor": self.database,
            "postgresql://monitor@db.example/monitor": self.database,
            "/path/to/news-monitor": str(ROOT),
            "/etc/news-monitor/": "config/",
            "/backup/": "backup/",
            "msg_9f2c…": "$(any id deliveries \"receiver = 'gone'\")",
            "msg_77ab…": "$(any id deliveries \"receiver = 'desk'\")",
            "al_…": "$(any alert_id held_alerts 1)",
            "si_…": "$(any id silences 1)",
            "python3 python/receiver.py": f"PORT={self.listener[:-1].rpartition(':')[2]} "
            f"python3 {ROOT}/examples/receivers/python/receiver.py",
            "monitor init ": "monitor init --yes --allow-private 127.0.0.0/8 ",
            "python3 run.py prove": "prove",
            "python3 run.py ": "monitor ",
        }
        for written, place in places.items():
            text = text.replace(written, place)
        for written, done in BESIDE.items():
            text = "".join(
                f"{line}{done}\n" if line.startswith(written) else line
                for line in text.splitlines(keepends=True)
            )
        return text


@contextmanager
def a_world(folder: Path, database: str) -> Iterator[World]:
    """Open a site with two articles that name somebody, and a receiver."""
    site, desk = Outlet("kurier"), Desk()
    site.publishes(
        "Amazon macht DeSantis zum KI-Chef",
        paragraphs(
            "Peter DeSantis leitet bei Amazon künftig die Entwicklung von Trainium.", "Amazons Aktie stieg."
        ),
        slug="ki-chef",
    )
    head = "<link rel=alternate type=application/rss+xml href=/feed.xml title=Kurier>"
    site.pages["/"] = Answer(body=head.encode(), headers={"content-type": "text/html"})
    site.pages["/gone"] = Answer(status=410)
    port, service, second = free_port(), free_port(), free_port()
    with lent() as commands:
        yield World(
            folder=folder,
            commands=commands,
            site=site,
            desk=desk,
            listener=f"http://127.0.0.1:{port}/",
            service=f"http://127.0.0.1:{service}",
            second=f"127.0.0.1:{second}",
            database=database,
        )
    site.close()
    desk.close()

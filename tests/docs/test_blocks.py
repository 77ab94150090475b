"""Does every block of code in the documents do what it says?"""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.world import Answer, Desk, Outlet, paragraphs
from tests.docs.blocks import ROOT, Block, blocks, documents, our_lines, understand
from tests.servers import free_port

KINDS = {"sh", "sh background", "sh shape", "yaml", "json", "python", "sql", "text"}
ALL = [block for document in documents() for block in blocks(document)]
GUIDES = sorted({block.document for block in ALL if block.words in {"sh", "sh background"}})
# What a reader of the guide must have seen at its end.
SEEN = {
    "README.md": ("match.created", "Amazon"),
    "docs/tutorial.md": ("match.created", "compound", "delivered", "watch.yaml: "),
    "docs/how-to/backup.md": ("checked",),
    "docs/how-to/german-watchlist.md": ("valid", "confirmed"),
    "docs/how-to/slack-desk.md": ("mentions", "Prime Day"),
    "docs/how-to/upgrade.md": ("checked",),
}
SHELL = """\
set -euo pipefail
end() {
  set +e
  for log in background-*.log; do [ ! -e "$log" ] || cat "$log"; done
  kill $(jobs -p) 2>/dev/null
  exit "$1"
}
trap 'end $?' EXIT
"""
# What listens at the usual port may be of another test: the receiver of `init` moves to a port of ours.
MOVED = "sed -i 's|http://127.0.0.1:[0-9]*/$|{listener}|' monitor.yaml"
# Reads pages in processes of its own, several times.
PATIENCE = 900


def of_kind(*words: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", [each for each in ALL if each.words in words], ids=str)


@pytest.mark.parametrize("block", ALL, ids=str)
def test_every_block_says_what_it_is(block: Block) -> None:
    assert block.words in KINDS or (block.words.startswith("yaml ") and block.document in GUIDES)


@of_kind("json")
def test_a_block_of_json_can_be_read(block: Block) -> None:
    assert json.loads(block.text)


@of_kind("python")
def test_a_block_of_python_can_be_read(block: Block) -> None:
    assert ast.parse(block.text).body


@of_kind("sh", "sh background", "sh shape")
def test_every_command_and_option_of_a_block_exists(block: Block) -> None:
    subprocess.run(["bash", "-n"], input=block.text, text=True, check=True)

    for words in our_lines(block.text):
        understand(words)


@pytest.mark.parametrize("document", GUIDES)
def test_a_guide_can_be_followed_from_its_first_line_to_its_last(
    document: str, world: Callable[[], "World"]
) -> None:
    there = world()

    done = there.follow(blocks(document))

    assert 0 == done.returncode, f"after {there.last(done.stdout)}\n{done.stdout}\n{done.stderr}"
    for word in SEEN.get(document, ()):
        assert word in done.stdout
    assert document in SEEN


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """An empty folder, a news site and a receiver: what the addresses of the guides lead to."""

    folder: Path
    site: Outlet
    desk: Desk
    listener: str

    def follow(self, steps: list[Block]) -> subprocess.CompletedProcess[str]:
        """Do what a guide says, in one shell, and show at the end what went on in the background."""
        script = "\n".join([SHELL, *map(self._step, steps)])
        environ = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "COLUMNS": "160",
            "MONITOR__NETWORK__ALLOW_PRIVATE": "[127.0.0.0/8]",
            # Several guides are followed at a time, on one machine.
            "MONITOR__HTTP__LISTEN": "127.0.0.1:0",
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

    def last(self, printed: str) -> str:
        """Return the last block that was begun."""
        return [line for line in printed.splitlines() if line.startswith("@@ ")][-1]

    def _step(self, block: Block) -> str:
        text = self._here(block.text)
        match block.words.split(" ", 1):
            case ["sh"]:
                moved = MOVED.format(listener=self.listener) if "monitor init " in text else ""
                return f"echo '@@ {block}'\n{text}{moved}"
            case ["sh", "background"]:
                log = f"background-{block.line}.log"
                begun = f"( {text.strip()}\n) >{log} 2>&1 &"
                return f"echo '@@ {block}'\n{begun}\nuntil [ -s {log} ]; do sleep 0.1; done"
            case ["yaml", file]:
                return f"cat > {file} <<'END'\n{text}END"
            case _:
                return ""

    def _here(self, text: str) -> str:
        """Return a step with its addresses on loopback."""
        places = {
            "https://www.example.org/news.rss": self.site.feed,
            "https://www.example.org": self.site.base,
            "url: https://hooks.example.org/news": f"allow_private: true, url: {self.desk.url}",
            "url: env:SLACK_URL": "allow_private: true, url: env:SLACK_URL",
            "https://hooks.slack.com/services/T000/B000/XXXX": f"{self.desk.base}/slack",
            "http://127.0.0.1:8080/": self.listener,
            "/path/to/news-monitor": str(ROOT),
            "monitor init ": "monitor init --yes --allow-private 127.0.0.0/8 ",
            "python3 run.py ": "monitor ",
        }
        for written, place in places.items():
            text = text.replace(written, place)
        return text


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[[], World]]:
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
    listener = f"http://127.0.0.1:{free_port()}/"
    yield lambda: World(folder=tmp_path, site=site, desk=desk, listener=listener)
    site.close()
    desk.close()

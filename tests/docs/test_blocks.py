"""Does every block of code in the documents do what it says?"""

import ast
import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, Block, blocks, documents, expect_command, our_lines, understand
from tests.docs.world import AT_WORK, SERVICE, World, a_world
from tests.postgresql import PostgreSQL

KINDS = {"sh", "sh background", "sh elsewhere", "yaml", "json", "python", "sql", "text"}
RUN = {"sh", "sh background"}
ALL = [block for document in documents() for block in blocks(document)]
# What is followed at one go, each in a world of its own, and what must have been seen at its end.
WALKS: Mapping[tuple[str, ...], Sequence[str]] = {
    ("README.md",): ("4 signatures verified", "match.created", "Amazon"),
    ("docs/tutorial.md",): ("match.created", "compound", "delivered", "watch.yaml: "),
    ("docs/how-to/backup.md",): ("checked",),
    ("docs/how-to/german-watchlist.md",): ("valid", "confirmed"),
    ("docs/how-to/slack-desk.md",): ("mentions", "Prime Day"),
    ("docs/how-to/upgrade.md",): ("checked",),
    ("docs/cluster.md",): ("the queue is prepared", '"event": "start"'),
    ("docs/guarantees.md", "examples/receivers/README.md"): ("1 of 1 promises held", "answered 204"),
    ("docs/api.md", "docs/matching.md", "docs/webhooks.md", "docs/how-to/verdicts.md"): (
        "«Amazon",
        '"verdict": "wrong"',
    ),
    ("docs/operations.md",): ("1 alert is released", "1 silence has ended", "checked", "is backup/"),
}
FOLLOWED = [document for walk in WALKS for document in walk]
# What is shown of a monitor that was at work already.
BEGUN = {"docs/api.md": AT_WORK + SERVICE, "docs/operations.md": AT_WORK}
# What needs another machine, or all of this one: its first word, where it stands, and the nearest look at it
# that there is here.
NEAREST = {
    ("python3", "README.md"): "tests/unit/test_run.py",
    ("cp", "docs/cluster.md"): "tests/deploy/test_kubernetes.py",
    ("cp", "docs/operations.md"): "tests/deploy/test_systemd.py",
    ("docker", "docs/operations.md"): "tests/deploy/test_containers.py",
    ("python3", "docs/operations.md"): "tests/deploy/test_release.py",
}
# `monitor feeds add …`: its plain words.
IN_A_SENTENCE = re.compile(r"`(?:monitor|python3 run\.py)((?: [a-z]+)+)(?=[ `])")
MADE = {"deploy/k8s/overlays/mine"}
# Files of the checkout that a block names.
FILE = re.compile(r"(?<![\w./$-])(?:config|deploy|examples|docs)/[\w./-]+|\b(?:requirements\.lock|run\.py)\b")


def of_kind(*words: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", [each for each in ALL if each.words in words], ids=str)


@pytest.mark.parametrize("block", ALL, ids=str)
def test_every_block_says_what_it_is(block: Block) -> None:
    assert block.words in KINDS or (block.words.startswith("yaml ") and block.document in FOLLOWED)


@pytest.mark.parametrize("document", documents())
def test_no_block_hides_in_a_list_or_a_quotation(document: str) -> None:
    lines = (ROOT / document).read_text(encoding="utf-8").splitlines()

    assert [] == [line for line in lines if "```" in line and not line.startswith("```")]


@of_kind("json")
def test_a_block_of_json_can_be_read(block: Block) -> None:
    assert json.loads(block.text)


@of_kind("python")
def test_a_block_of_python_can_be_read(block: Block) -> None:
    assert ast.parse(block.text).body


@of_kind("sh", "sh background", "sh elsewhere")
def test_every_command_and_option_of_a_block_exists(block: Block) -> None:
    subprocess.run(["bash", "-n"], input=block.text, text=True, check=True)

    for words in our_lines(block.text):
        understand(words)


@pytest.mark.parametrize("walk", WALKS, ids=" ".join)
def test_documents_can_be_followed_from_the_first_line_to_the_last(
    walk: tuple[str, ...], world: World
) -> None:
    steps = [block for document in walk for block in blocks(document)]

    done = world.follow(steps, BEGUN.get(walk[0], ""))

    assert 0 == done.returncode, f"after {_last(done.stdout)}\n{done.stdout}\n{done.stderr}"
    for word in WALKS[walk]:
        assert word in done.stdout


def test_every_document_with_something_to_run_is_followed() -> None:
    assert sorted(FOLLOWED) == sorted({block.document for block in ALL if block.words in RUN})


@pytest.mark.parametrize("document", documents())
def test_every_command_that_a_sentence_names_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")

    for words in IN_A_SENTENCE.findall(text):
        expect_command(words.split())


@of_kind("sh elsewhere")
def test_what_cannot_run_here_is_looked_at_and_names_files_that_are_there(block: Block) -> None:
    missing = {name for name in FILE.findall(block.text) if not (ROOT / name).exists()}

    assert (ROOT / NEAREST[block.text.split()[0], block.document]).is_file()
    assert missing <= MADE


def _last(printed: str) -> str:
    """Return the last block that was begun."""
    return [line for line in ["@@ the beginning", *printed.splitlines()] if line.startswith("@@ ")][-1]


@pytest.fixture
def world(tmp_path: Path, postgres: PostgreSQL) -> Iterator[World]:
    postgres.admin("CREATE DATABASE walk")
    with a_world(tmp_path, postgres.url("walk")) as opened:
        yield opened
    postgres.admin("DROP DATABASE walk WITH (FORCE)")

"""Stories of an editor who asks why there was an alert, or none; and of one who judges an archive."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest

from tests.acceptance.world import Answer, Monitor, Outlet, article_page, eventually, paragraphs

pytestmark = pytest.mark.without_store
CONFIGURATION = """
feeds: ["{feed}"]
entities:
  amazon: {{kind: organization, names: [Amazon], not: [Amazon River]}}
  trainium: {{kind: product, names: [Trainium]}}
receivers: {{desk: {{url: "https://hooks.example.org/news"}}}}
watchlists:
  chips: {{entities: [amazon, trainium], when: "Amazon NEAR/8 Chip", receivers: [desk]}}
  rivers: {{entities: [amazon], when: "title:Hochwasser", receivers: [desk]}}
"""
STORY = paragraphs(
    "Amazon stellt einen neuen Chip vor.",
    "Am Amazon River steht das Wasser niedrig.",
    "Mehr war nicht zu hören.",
)


@pytest.fixture
def outlet_with_page(outlet: Callable[[str], Outlet], monitor: Monitor) -> Outlet:
    opened = outlet("Kurier")
    html = article_page("Amazon zeigt Chip", STORY, "Kurier").replace(
        "Impressum", "Trainium lesen: Impressum"
    )
    opened.pages["/chip"] = Answer(body=html.encode(), headers={"content-type": "text/html; charset=utf-8"})
    monitor.configure(CONFIGURATION.format(feed=opened.feed))
    return opened


def test_a_page_is_fetched_read_and_explained_and_nothing_is_stored(
    outlet_with_page: Outlet, monitor: Monitor
) -> None:
    url = f"{outlet_with_page.base}/chip"

    told = monitor.call("explain", url)
    found = json.loads(monitor.call("explain", url, "--json"))

    assert "«Amazon»" in told
    assert "‹Amazon River›" in told
    assert "its query does not hold: title:Hochwasser" in told
    assert "alerts would come of: chips" in told
    assert {("chips", True), ("rivers", False)} == {
        (each["watchlist"], each["alert"]) for each in found["watchlists"]
    }
    for mention in found["matches"][0]["mentions"]:
        whole = found["article"]["title" if mention["zone"] == "title" else "text"]
        assert whole[mention["start"] : mention["end"]] == mention["surface"]
    assert not monitor.database.exists()


def test_a_name_that_stands_beside_the_article_is_told_as_such(
    outlet_with_page: Outlet, monitor: Monitor
) -> None:
    told = monitor.call("explain", f"{outlet_with_page.base}/chip", "--entity", "trainium")

    assert "none of its names ('Trainium') stands in the article" in told
    assert "outside of it" in told


def test_what_robots_txt_forbids_is_not_fetched(outlet_with_page: Outlet, monitor: Monitor) -> None:
    rules = b"User-agent: *\nDisallow: /chip"
    outlet_with_page.pages["/robots.txt"] = Answer(body=rules, headers={"content-type": "text/plain"})

    told = monitor.call("explain", f"{outlet_with_page.base}/chip", expect=1)

    assert "robots" in told
    assert ["/robots.txt"] == [path for _, path, _ in outlet_with_page.asked]


def test_a_private_address_that_is_not_listed_is_refused(outlet_with_page: Outlet, monitor: Monitor) -> None:
    listed = monitor.config.read_text(encoding="utf-8")
    monitor.config.write_text(listed.replace('["127.0.0.0/8"]', "[]"), encoding="utf-8")

    told = monitor.call("explain", f"{outlet_with_page.base}/chip", expect=1)

    assert "private_address" in told
    assert [] == outlet_with_page.asked


def test_text_from_standard_input_is_explained_within_a_hundred_columns(
    outlet_with_page: Outlet, monitor: Monitor
) -> None:
    assert outlet_with_page
    del monitor.environ["COLUMNS"]

    told = monitor.call("explain", "-", stdin=STORY)

    assert "«Amazon»" in told
    assert max(map(len, told.splitlines())) <= 100


def test_an_entity_whose_tests_fail_can_be_explained(outlet_with_page: Outlet, monitor: Monitor) -> None:
    assert outlet_with_page
    listed = monitor.config.read_text(encoding="utf-8")
    failing = listed.replace("names: [Trainium]", "names: [Trainium], tests: {match: [nothing]}")
    monitor.config.write_text(failing, encoding="utf-8")

    assert "does not name 'trainium'" in monitor.call("check", expect=78)
    assert "none of its names" in monitor.call("explain", "-", "--entity", "trainium", stdin="nothing")


def test_an_unknown_entity_is_wrong_usage(outlet_with_page: Outlet, monitor: Monitor) -> None:
    assert outlet_with_page

    told = monitor.call("explain", "-", "--entity", "trainum", stdin=STORY, expect=2)

    assert "did you mean 'trainium'?" in told


# ---- match -----------------------------------------------------------------------------------------


def test_thousands_of_lines_come_out_alike_however_many_processes_judge(
    outlet_with_page: Outlet, monitor: Monitor
) -> None:
    assert outlet_with_page
    lines = [
        json.dumps({"id": number, "text": "Amazon wächst.", "language": "de"}) for number in range(3_000)
    ]
    lines[1_500] = "{"
    stdin = "\n".join(lines)

    alone = monitor.call("match", "--jobs", "1", stdin=stdin, expect=1)
    together = monitor.call("match", "--jobs", "3", stdin=stdin, expect=1)

    assert alone == together
    assert 3_000 == together.count("\n")
    assert 1_501 == json.loads(together.splitlines()[1_500])["line"]


def test_four_times_as_many_lines_take_no_more_memory(outlet_with_page: Outlet, monitor: Monitor) -> None:
    assert outlet_with_page
    line = json.dumps({"id": "x" * 4_000, "text": "Amazon wächst.", "language": "de"}).encode()
    held: list[int] = []
    with matching(monitor) as (process, stdin, stdout, _), ThreadPoolExecutor(1) as aside:
        answers = aside.submit(
            lambda: sum(piece.count(b"\n") for piece in iter(lambda: stdout.read(65_536), b""))
        )
        for _ in range(4):
            stdin.write((line + b"\n") * 3_750)
            held.append(held_by(process.pid, *children_of(process.pid)))
        stdin.close()

        assert 15_000 == answers.result(120)
        assert 0 == process.wait(20)
    # Of a line and its verdict each takes 4 kB: kept, either of the last 11,250 would take 45 MB, and half a
    # kilobyte of each more than this.
    assert held[-1] - held[0] < 5_000_000


def test_whoever_writes_one_line_gets_its_answer_at_once_and_may_end_it(
    outlet_with_page: Outlet, monitor: Monitor
) -> None:
    assert outlet_with_page
    with matching(monitor) as (process, stdin, stdout, _):
        for number in range(250):
            stdin.write(b'{"id": %d, "text": "Amazon", "language": "de"}\n' % number)
            stdin.flush()
            assert number == json.loads(stdout.readline())["id"]
        children = children_of(process.pid)

        process.send_signal(signal.SIGINT)

        assert process.wait(20) != 0
    assert len(children) == 2
    eventually(lambda: not any(Path(f"/proc/{child}").exists() for child in children), what="children end")


def test_a_reader_that_goes_away_ends_it_quietly(outlet_with_page: Outlet, monitor: Monitor) -> None:
    assert outlet_with_page
    with matching(monitor) as (process, stdin, stdout, stderr):
        stdout.close()

        with suppress(BrokenPipeError):
            for _ in range(100_000):
                stdin.write(b'{"id": 1, "text": "Amazon", "language": "de"}\n')

        assert process.wait(60) != 0
        assert b"" == stderr.read()


def test_progress_is_shown_on_a_terminal_and_stays_out_of_the_verdicts(
    outlet_with_page: Outlet, monitor: Monitor
) -> None:
    assert outlet_with_page
    names = monitor.folder / "names.csv"
    names.write_text("name\n" + "".join(f"Firma {number}\n" for number in range(2_500)), encoding="utf-8")
    listed = monitor.config.read_text(encoding="utf-8")
    monitor.config.write_text(
        listed.replace("entities:\n", "entities:\n  all: {file: names.csv}\n", 1), encoding="utf-8"
    )
    terminal, end = pty.openpty()

    done = subprocess.run(
        [sys.executable, "-m", "monitor", "match", "-c", str(monitor.config)],
        env=monitor.environ | {"TERM": "xterm"},
        input=b'{"id": 1}\n' * 300,
        stdout=subprocess.PIPE,
        stderr=end,
        check=True,
        timeout=60,
    )

    shown = os.read(terminal, 100_000).decode()
    os.close(terminal)
    os.close(end)
    assert "rows of entities, " in shown
    assert "lines, " in shown
    assert 300 == len([json.loads(line) for line in done.stdout.splitlines()])


@contextmanager
def matching(monitor: Monitor) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes], IO[bytes], IO[bytes]]]:
    """Start `match` with two processes; whatever becomes of it, its pipes are closed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "match", "--jobs", "2", "-c", str(monitor.config)],
        env=monitor.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        yield process, process.stdin, process.stdout, process.stderr
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()


def held_by(*processes: int) -> int:
    """Return the bytes of memory that processes hold of their own."""
    rows = (Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines() for process in processes)
    private = ("Private_Clean:", "Private_Dirty:")
    return 1024 * sum(int(row.split()[1]) for each in rows for row in each if row.startswith(private))


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]

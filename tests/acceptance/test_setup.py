"""What people do before the service runs: find feeds, write a configuration, try it."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable

from tests.acceptance.test_alerts import TEXT, configured
from tests.acceptance.world import Answer, Desk, Monitor, Outlet, eventually

Open = Callable[[str], Outlet]
CONFIG = "# mine\nfeeds:\n  - {id: old, url: '%s'}   # keep\n# below\nentities: [Amazon]\n"
SITE = (
    "<link rel=alternate type=application/rss+xml href=/feed.xml title=News>"
    "<link rel=alternate type=application/rss+xml href=/comments.xml title=Comments>"
)


def site(outlet: Outlet) -> None:
    outlet.publishes("Amazon ernennt KI-Chef", "Text", slug="a")
    outlet.pages["/"] = Answer(body=SITE.encode(), headers={"content-type": "text/html"})
    outlet.pages["/comments.xml"] = Answer(
        body=b"<rss version='2.0'><channel><title>Comments</title></channel></rss>"
    )


def test_the_feeds_of_a_site_are_added_and_the_rest_of_the_file_stays(monitor: Monitor, outlet: Open) -> None:
    kurier, old = outlet("kurier"), outlet("old")
    site(kurier)
    monitor.configure(CONFIG % old.feed)
    before = monitor.config.read_text()

    best = monitor.call("feeds", "add", kurier.base)
    once_more = json.loads(monitor.call("feeds", "add", kurier.base, "--json"))
    everything = json.loads(monitor.call("feeds", "add", kurier.base, "--all", "--json"))

    assert "number 1 of the 2" in best
    after = monitor.config.read_text()
    added = "".join(f"  - {kurier.base}/{name}\n" for name in ("feed.xml", "comments.xml"))
    assert before.replace("# keep\n", f"# keep\n{added}") == after
    assert ([], [kurier.feed]) == (once_more["added"], [each["url"] for each in once_more["present"]])
    assert [f"{kurier.base}/comments.xml"] == [each["url"] for each in everything["added"]]


def test_one_of_several_can_be_picked_and_named(monitor: Monitor, outlet: Open) -> None:
    kurier = outlet("kurier")
    site(kurier)
    monitor.configure("entities: [Amazon]\n")

    monitor.call("feeds", "add", kurier.base, "--pick", "2", "--id", "talk")
    refused = monitor.call("feeds", "add", kurier.base, "--pick", "3", expect=2)
    taken = monitor.call("feeds", "add", kurier.feed, "--id", "talk", expect=78)

    assert (
        monitor.config.read_text().endswith(
            f"entities: [Amazon]\n\nfeeds:\n  - {{id: talk, url: {kurier.base}/comments.xml}}\n"
        )
        or f'url: "{kurier.base}/comments.xml"' in monitor.config.read_text()
    )
    assert "there is no number 3 among the 2 feeds" in refused
    assert "id 'talk' belongs to the feed in" in taken


def test_a_terminal_is_asked_which_one(monitor: Monitor, outlet: Open) -> None:
    kurier = outlet("kurier")
    site(kurier)
    monitor.configure("entities: [Amazon]\n")
    screen = Screen(monitor, "feeds", "add", kurier.base)

    screen.answer("which one? (its number) [1]: ", "2")
    screen.ends(0)

    assert "comments.xml" in monitor.config.read_text()
    assert "feed.xml\n" not in monitor.config.read_text()


def test_a_site_without_feeds_leaves_the_file_alone(monitor: Monitor, outlet: Open) -> None:
    kurier = outlet("kurier")
    monitor.configure("entities: [Amazon]\n")
    before = monitor.config.read_text()

    missing = monitor.call("feeds", "add", kurier.base, expect=2)
    wrong = monitor.call("feeds", "add", "ftp://example.org/", expect=2)

    assert "http_4xx: answered 404" in missing
    assert "'ftp' is not a scheme" in wrong
    assert before == monitor.config.read_text()


def test_feeds_rest_begin_anew_and_are_polled_beside_the_service(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    configured(monitor, desk, kurier)
    monitor.config.write_text(monitor.config.read_text().replace("every: 1s", "every: 1h"))
    monitor.start()
    eventually(lambda: len(kurier.asked) == 1, what="the first poll")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="a")

    monitor.call("feeds", "poll", "kurier")
    eventually(lambda: len(desk.events()) == 1, what="the alert, an hour before the feed was due")
    monitor.call("feeds", "pause", "kurier")
    kurier.publishes("Amazon baut", TEXT.replace("Amazon", "Amazon.com"), slug="b")
    refused = monitor.call("feeds", "poll", "kurier", expect=1)
    unknown = monitor.call("feeds", "poll", "kurir", expect=2)
    (resting,) = monitor.status()["feeds"]
    monitor.call("feeds", "reset", "kurier")
    monitor.call("feeds", "resume", "kurier")
    eventually(lambda: monitor.status()["feeds"][0]["entries"] == 2, what="the poll after the pause")

    assert "feeds resume" in refused
    assert "did you mean 'kurier'?" in unknown
    assert resting["paused_at"] and resting["next_poll_at"] is None  # noqa: PT018
    # What came out while it rested is remembered, without an alert; `first_poll: all` was for the beginning.
    assert 0 == monitor.status()["entries"]["pending"]
    assert 1 == len(desk.events())


class Screen:
    """A command on a terminal, answered by a person who waits for each question."""

    def __init__(self, monitor: Monitor, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "monitor", *arguments, "-c", str(monitor.config)],
            env=monitor.environ | {"TERM": "dumb", "NO_COLOR": "1"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=monitor.folder,
        )
        os.close(theirs)
        os.set_blocking(self._ours, False)
        self._seen = 0
        self.text = ""

    def answer(self, question: str, typed: str) -> None:
        """Wait for a question that was not answered yet, and type a line."""
        at = eventually(lambda: self._find(question) + 1, what=f"asks '{question}'\n{self.text}")
        self._seen = at - 1 + len(question)
        os.write(self._ours, f"{typed}\n".encode())

    def ends(self, code: int) -> None:
        """Wait for the end of the command."""
        eventually(lambda: self._find("") and self._process.poll() is not None, what="the command ends")
        self._find("")
        os.close(self._ours)
        assert code == self._process.returncode, self.text

    def _find(self, words: str) -> int:
        try:
            while piece := os.read(self._ours, 65_536):
                self.text += piece.decode().replace("\r\n", "\n")
        except OSError:
            pass
        return self.text.find(words, self._seen)

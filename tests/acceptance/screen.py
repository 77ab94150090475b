"""A terminal, and somebody in front of it."""

import os
import pty
import signal
from collections.abc import Callable

from tests.acceptance.starting import Forked
from tests.acceptance.world import Monitor, eventually

# A command that reads pages starts other processes: on a busy machine a person waits.
THOUGHT = 180.0


class Screen:
    """A command on a terminal, answered by a person who waits for each question."""

    def __init__(self, monitor: Monitor, *arguments: str, term: str = "dumb") -> None:
        self._ours, theirs = pty.openpty()
        line, environ = [*arguments, "-c", monitor.config.name], {"TERM": term, "NO_COLOR": "1"}
        with os.fdopen(theirs, "r+b", buffering=0) as terminal:
            self._process = Forked(line, monitor.environ | environ, [terminal] * 3, folder=monitor.folder)
        os.set_blocking(self._ours, False)
        self._seen = 0
        self._came = b""
        self.text = ""

    def answer(self, question: str, typed: str) -> None:
        """Wait for a question that was not answered yet, and type a line."""
        self.shows(question)
        os.write(self._ours, f"{typed}\n".encode())

    def shows(self, words: str) -> None:
        """Wait for words that were not seen yet."""
        eventually(lambda: self._find(words) >= 0, within=THOUGHT, what=f"shows '{words}'")
        self._seen = self._find(words) + len(words)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def ends(self, code: int) -> None:
        """Wait for the end of the command."""
        eventually(lambda: self._find("") >= 0 and self._process.poll() is not None, within=THOUGHT)
        self._find("")
        os.close(self._ours)
        assert code == self._process.poll(), self.text

    def close(self) -> None:
        """Go away, whatever is asked still."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _find(self, words: str) -> int:
        try:
            while piece := os.read(self._ours, 65_536):
                self._came += piece
        except OSError:
            pass
        # What came last may end within a letter.
        self.text = self._came.decode("utf-8", "ignore").replace("\r\n", "\n")
        return self.text.find(words, self._seen)


OpenScreen = Callable[..., Screen]

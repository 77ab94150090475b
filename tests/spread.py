"""How do several processes share the tests, and import and collect them once? They are forked after that.

A plugin of pytest, by `--workers`. A file stays with one worker, so that its servers are started once; who is
through with one takes the next. What workers report, the first process counts and shows as its own.
"""

import io
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from multiprocessing import Pipe, connection
from pathlib import Path
from typing import Any, NoReturn

import pytest

# In place of a report: whoever sends it asks for the next file.
_NEXT = None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the number of workers."""
    parser.addoption("--workers", type=int, default=0, help="how many processes share the tests")


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Have workers run the tests, where some were asked for."""
    workers = session.config.getoption("workers")
    if not workers or session.testsfailed or session.config.option.collectonly:
        return None
    folder = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    files = [list(each) for _, each in groupby(session.items, key=lambda item: item.path)]
    lines: list[connection.Connection] = []
    processes: list[int] = []
    for number in range(workers):
        ours, theirs = Pipe()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            for each in (ours, *lines):
                each.close()
            _work(_Line(theirs, files, session.config), folder / f"worker{number}")
        theirs.close()
        lines.append(ours)
        processes.append(pid)
    ended = _listen(session, lines, len(files))
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in processes]
    lost = [item.nodeid for item in session.items if item.nodeid not in ended]
    # The first of a file was at work when its worker ended.
    assert not any(codes), f"workers ended with {codes} before {lost}"
    assert not lost, f"no worker came to the end of {lost}"
    return True


def _listen(session: pytest.Session, lines: Sequence[connection.Connection], files: int) -> set[str]:
    """Give out files in their order and pass on reports; return which tests ended."""
    hook, waiting, left = session.config.hook, list(lines), iter(range(files))
    ended: set[str] = set()
    while waiting:
        for line in connection.wait(waiting):
            assert isinstance(line, connection.Connection)
            try:
                said = line.recv()
                if said is _NEXT:
                    line.send(next(left, None))
                    continue
            except (EOFError, ConnectionError):
                # It ended; what it left undone is told in the end.
                waiting.remove(line)
                continue
            report = hook.pytest_report_from_serializable(config=session.config, data=said)
            hook.pytest_runtest_logreport(report=report)
            if report.failed:
                _name(session.config, report)
            if report.when == "teardown":
                ended.add(report.nodeid)
                hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)
    return ended


def _name(config: pytest.Config, report: pytest.TestReport) -> None:
    """Tell at once what failed: whatever comes after may never end, and the report comes last."""
    screen = config.pluginmanager.getplugin("terminalreporter")
    why = getattr(getattr(report.longrepr, "reprcrash", None), "message", "").partition("\n")[0]
    screen.write_line(f"\nFAILED {report.nodeid}, {report.when}{why and f': {why}'}")


class _Line:
    """What a worker has to say to the first process."""

    def __init__(
        self, line: connection.Connection, files: Sequence[Sequence[pytest.Item]], config: Any
    ) -> None:
        self._line, self._files, self.config = line, files, config

    def tests(self) -> Iterator[pytest.Item]:
        """Give test after test; a file is asked for only when the last test of another one begins."""
        while True:
            self._line.send(_NEXT)
            number = self._line.recv()
            if number is None:
                return
            yield from self._files[number]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hand over what a test gave."""
        packed = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        self._line.send(packed)


def _work(line: _Line, folder: Path) -> NoReturn:
    """Be a worker to the end; nothing of the first process is shown or cleaned up."""
    code = 1
    try:
        config, manager = line.config, line.config.pluginmanager
        # What tests print goes into files, of which each worker needs its own.
        capturing = manager.getplugin("capturemanager")
        capturing.stop_global_capturing()
        capturing.start_global_capturing()
        capturing.suspend_global_capture()
        manager.getplugin("terminalreporter")._tw._file = io.StringIO()
        manager.register(line)
        folder.mkdir(mode=0o700)
        config._tmp_path_factory._basetemp = folder
        tests = line.tests()
        test = next(tests, None)
        while test:
            following = next(tests, None)
            config.hook.pytest_runtest_protocol(item=test, nextitem=following)
            test = following
        code = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

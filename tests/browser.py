"""A real browser, Debian's chromium without a window, driven over the pipe that it has for that."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

PATIENCE = 60.0
# The pipes stand at 3 and 4 in the browser, whatever numbers they have here.
_STARTS = 'exec "${@:3}" 3<&"$1" 4>&"$2"'


class Browser:
    """One page of a browser; `said` collects what it logs, `asked` every address that it asks for."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("chromium")
        assert program, "chromium is not installed; `.ci/run` brings it"
        reads, self._write = os.pipe()
        self._read, writes = os.pipe()
        theirs = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (reads, writes)]
        # Inside a container a browser cannot make its own sandbox; what it reads here is ours.
        options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run")
        quiet = ("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage")
        line = ["bash", "-c", _STARTS, "-", *map(str, theirs), program, *options, *quiet]
        self._process = subprocess.Popen(
            [*line, f"--user-data-dir={folder}", "--remote-debugging-pipe", "about:blank"],
            pass_fds=theirs,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for each in (reads, writes, *theirs):
            os.close(each)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.loaded = 0
        self._numbers, self._rest, self._session = 0, b"", ""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def open(self, file: Path, *, width: int, height: int = 900, dark: bool = False) -> None:
        """Load a file at a width, in light or dark, to its end."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        before = self.loaded
        self._call("Page.navigate", url=file.resolve().as_uri())
        while self.loaded == before:
            self._take()

    def tells(self, expression: str) -> Any:
        """Return the value of a JavaScript expression in the page."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self, file: Path) -> None:
        """Write what is in view as a PNG."""
        file.write_bytes(base64.b64decode(self._call("Page.captureScreenshot")["data"]))

    def printed(self) -> bytes:
        """Return the page on paper, as PDF."""
        return base64.b64decode(self._call("Page.printToPDF")["data"])

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._read)
        os.close(self._write)

    def _call(self, method: str, **given: Any) -> Any:
        self._numbers += 1
        message: dict[str, Any] = {"id": self._numbers, "method": method, "params": given}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._take()
            if answer.get("id") == message["id"]:
                assert "error" not in answer, answer
                return answer["result"]

    def _take(self) -> dict[str, Any]:
        """Return the next message, and note what it tells."""
        ends = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], max(ends - time.monotonic(), 0))
            some = os.read(self._read, 1 << 20) if ready else b""
            assert some, f"the browser says nothing, exit code {self._process.poll()}"
            self._rest += some
        one, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(one)
        told = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.asked.append(told["request"]["url"])
            case "Page.loadEventFired":
                self.loaded += 1
            case "Log.entryAdded":
                self.said.append(told["entry"]["text"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                self.said.append(json.dumps(told))
        return message

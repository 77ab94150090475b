"""Laws of the probes, over real sockets."""

import http.client
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.health import Probes, answer_probe, sd_notify, watchdog_seconds
from monitor.adapters.serving import Server
from monitor.errors import AddressTaken, StoreError


class Patient:
    """A service whose state a test sets."""

    def __init__(self) -> None:
        self.alive = True
        self.reason: str | None = None
        self.failure: Exception | None = None

    def status(self) -> Mapping[str, Any]:
        if self.failure:
            raise self.failure
        return {"feeds": [{"id": "bücher"}]}

    def probes(self) -> Probes:
        return Probes(
            alive=lambda: self.alive, ready=lambda: self.reason, metrics=lambda: b"m 1\n", status=self.status
        )


def serving(address: tuple[str, int], patient: Patient) -> Server:
    probes = patient.probes()
    return Server(address, lambda request: answer_probe(request, probes))


@pytest.fixture
def patient() -> Patient:
    return Patient()


@pytest.fixture
def server(patient: Patient) -> Iterator[Server]:
    made = serving(("127.0.0.1", 0), patient)
    yield made
    made.close()


Ask = Callable[..., tuple[int, str, bytes]]


@pytest.fixture
def ask(server: Server) -> Ask:
    def asked(path: str, method: str = "GET") -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection(*server.address, timeout=10)
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, answer.headers["content-type"], body

    return asked


def test_a_service_that_works_says_so(ask: Ask) -> None:
    assert ask("/healthz")[::2] == (200, b"ok\n")
    assert ask("/readyz?verbose=1")[::2] == (200, b"ready\n")
    assert ask("/metrics") == (200, "text/plain; version=0.0.4; charset=utf-8", b"m 1\n")


def test_status_is_json(ask: Ask) -> None:
    status, content_type, body = ask("/status")

    assert (status, content_type) == (200, "application/json")
    assert json.loads(body) == {"feeds": [{"id": "bücher"}]}


def test_a_service_that_does_not_work_says_why(ask: Ask, patient: Patient) -> None:
    patient.alive, patient.reason = False, "the store is gone"

    assert ask("/healthz")[::2] == (503, b"the dispatcher stands still\n")
    assert ask("/readyz")[::2] == (503, b"the store is gone\n")


@pytest.mark.parametrize(
    ("failure", "status", "body"),
    [(StoreError("locked"), 503, b"locked\n"), (KeyError("a bug"), 500, b"KeyError\n")],
)
def test_a_status_that_fails_is_an_answer(
    ask: Ask, patient: Patient, failure: Exception, status: int, body: bytes
) -> None:
    patient.failure = failure

    assert ask("/status")[::2] == (status, body)


@pytest.mark.parametrize("path", ["/", "/healthz/", "/../etc/passwd"])
def test_anything_else_is_not_found(ask: Ask, path: str) -> None:
    assert ask(path)[0] == 404


def test_nothing_can_be_written(ask: Ask) -> None:
    assert ask("/status", "POST")[0] == 405


def test_a_peer_that_hangs_up_or_talks_nonsense_harms_nobody(
    ask: Ask, server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    for words in (b"", b"GET /st", b"\x00\xff\r\n\r\n", b"GET /status HTTP/1.1\r\n\r\n"):
        with socket.create_connection(server.address) as peer:
            peer.sendall(words)

    assert ask("/healthz")[0] == 200
    assert capfd.readouterr().err == ""


def test_a_taken_address_is_told(server: Server, patient: Patient) -> None:
    with pytest.raises(
        AddressTaken, match=r"http\.listen 127\.0\.0\.1:\d+: Address already in use; set another"
    ):
        serving(server.address, patient)


def test_the_newer_internet_is_served_too(patient: Patient) -> None:
    try:
        server = serving(("::1", 0), patient)
    except AddressTaken as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")

    with socket.create_connection(server.address) as peer:
        peer.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        answer = peer.recv(100)
    server.close()

    assert answer.startswith(b"HTTP/1.0 200")


# ---- systemd -----------------------------------------------------------------------------------


def test_systemd_is_told_on_its_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

        told = sd_notify("READY=1")

        assert (told, systemd.recv(100)) == (True, b"READY=1")


def test_an_abstract_socket_is_reached_too(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"news-monitor-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")

        told = sd_notify("WATCHDOG=1")

        assert (told, systemd.recv(100)) == (True, b"WATCHDOG=1")


def test_without_systemd_nobody_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    unset = sd_notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "absent"))

    assert (unset, sd_notify("READY=1")) == (False, False)


@pytest.mark.parametrize(
    ("wanted", "process", "seconds"),
    [
        ("30000000", "", 15.0),
        ("30000000", "{ours}", 15.0),
        ("30000000", "1", None),
        ("", "", None),
        ("soon", "", None),
        ("²", "", None),
    ],
    ids=["anybody", "this process", "another process", "unset", "no number", "no digit"],
)
def test_the_watchdog_is_fed_twice_as_often_as_asked(
    monkeypatch: pytest.MonkeyPatch, wanted: str, process: str, seconds: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", wanted)
    monkeypatch.setenv("WATCHDOG_PID", process.format(ours=os.getpid()))

    assert seconds == watchdog_seconds()

"""Do the example receivers believe a delivery of ours, and nothing else?"""

import base64
import http.client
import os
import queue
import re
import secrets
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.alerts.events import test_event as event_of_a_test
from monitor.alerts.examples import example_delivery, example_events
from monitor.alerts.outbox import promise
from monitor.alerts.signing import headers_of
from monitor.model import Delivery, Receiver, ReceiverName
from tests.unit.alerts.occasions import extremes

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "receivers"
# Go compiles before it listens.
START_SECONDS = 120
ANSWER_SECONDS = 20

LANGUAGES = ("python", "node", "bash", "go", "php")
PROGRAMS = {"python": "python3", "node": "node", "bash": "bash", "go": "go", "php": "php"}


@dataclass(kw_only=True)
class Running:
    """A receiver that runs: where it listens, and every line that it wrote."""

    port: int = 0
    lines: list[str] = field(default_factory=list)

    def post(self, headers: Mapping[str, str], body: bytes) -> int:
        """Send one request and return the status of its answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            # Whoever refuses a long body may hang up before all of it is sent; the answer is there then.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request("POST", "/hook", body=body, headers=dict(headers))
            return connection.getresponse().status
        finally:
            connection.close()

    def told(self, delivery: Delivery) -> int:
        """Return how often it wrote that it acted on a delivery."""
        wanted = f"{delivery.event_type.value} {delivery.id}"
        return sum(line.endswith(wanted) for line in list(self.lines))

    def has_told(self, delivery: Delivery, times: int) -> bool:
        """Wait until it wrote so often that it acted; False where it never does."""
        return _comes_true(lambda: self.told(delivery) >= times) and self.told(delivery) == times


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A receiver as the monitor knows it, and the same one as a running program."""

    known: Receiver
    running: Running

    def delivery(self) -> Delivery:
        """Return a delivery of a fact that was never told before."""
        now = datetime.now(UTC)
        (delivery,) = promise([event_of_a_test(self.known, now)], [self.known], now)
        return delivery

    def signed(self, delivery: Delivery, ago: timedelta = timedelta()) -> dict[str, str]:
        """Return the headers that the monitor sends with it."""
        return dict(headers_of(delivery, self.known, datetime.now(UTC) - ago, "news-monitor/1.0"))


@pytest.fixture(scope="module", params=LANGUAGES)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    language: str = request.param
    if not shutil.which(PROGRAMS[language]):
        pytest.skip(f"{PROGRAMS[language]} is not installed, so the {language} receiver was not run")
    old, new = secrets.token_bytes(32), secrets.token_bytes(24)
    # The receiver knows the old and the new secret, as while they rotate; the monitor signs with the new.
    known = Receiver(name=ReceiverName("desk"), url="http://127.0.0.1", secrets=(new,))
    folder = tmp_path_factory.mktemp(language)
    environ = {
        **os.environ,
        "WEBHOOK_SECRET": " ".join(f"whsec_{base64.b64encode(key).decode()}" for key in (old, new)),
        "HOST": "127.0.0.1",
        "PORT": "0",
        "SEEN": str(folder / "seen"),
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=mod",
        "GOCACHE": os.environ.get("GOCACHE", str(folder / "gocache")),
    }
    with START[language](folder, environ) as running:
        yield Desk(known=known, running=running)


def test_a_signed_delivery_is_accepted_and_acted_on(desk: Desk) -> None:
    delivery = desk.delivery()

    status = desk.running.post(desk.signed(delivery), delivery.body)

    assert 204 == status
    assert desk.running.has_told(delivery, 1)


def test_every_type_of_event_is_accepted_and_the_biggest(desk: Desk) -> None:
    events = [*example_events().values(), extremes()[0]]
    deliveries = [example_delivery(event, desk.known) for event in events]

    statuses = [desk.running.post(desk.signed(each), each.body) for each in deliveries]

    assert [204] * len(deliveries) == statuses
    assert len(deliveries[-1].body) > 18_500
    assert all(desk.running.has_told(each, 1) for each in deliveries)


def test_a_delivery_that_comes_again_is_accepted_and_not_acted_on_again(desk: Desk) -> None:
    delivery = desk.delivery()

    statuses = [desk.running.post(desk.signed(delivery), delivery.body) for _ in range(3)]

    assert [204, 204, 204] == statuses
    assert desk.running.has_told(delivery, 1)


def test_a_changed_body_is_refused(desk: Desk) -> None:
    delivery = desk.delivery()

    status = desk.running.post(desk.signed(delivery), delivery.body.replace(b"test", b"tesT", 1))

    assert 401 == status
    assert desk.running.has_told(delivery, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", "msg_00000000000000000000000000000000"),
        ("webhook-id", "../../etc/passwd"),
        ("webhook-timestamp", "now"),
        ("webhook-signature", "v1,"),
        ("webhook-signature", "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("webhook-signature", None),
        ("webhook-id", None),
        ("webhook-timestamp", None),
    ],
)
def test_a_changed_or_missing_header_is_refused(desk: Desk, name: str, value: str | None) -> None:
    delivery = desk.delivery()
    headers = desk.signed(delivery)
    del headers[name]
    if value is not None:
        headers[name] = value

    status = desk.running.post(headers, delivery.body)

    assert 401 == status
    assert desk.running.has_told(delivery, 0)


def test_a_timestamp_that_was_moved_by_a_second_is_refused(desk: Desk) -> None:
    delivery = desk.delivery()
    headers = desk.signed(delivery)
    headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + 1)

    status = desk.running.post(headers, delivery.body)

    assert 401 == status
    assert desk.running.has_told(delivery, 0)


@pytest.mark.parametrize("ago", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_genuine_request_of_another_time_is_refused(desk: Desk, ago: timedelta) -> None:
    delivery = desk.delivery()

    status = desk.running.post(desk.signed(delivery, ago), delivery.body)

    assert 401 == status
    assert desk.running.has_told(delivery, 0)


def test_a_signature_of_a_foreign_secret_counts_only_beside_one_of_ours(desk: Desk) -> None:
    first, second = desk.delivery(), desk.delivery()
    foreign, (own,) = secrets.token_bytes(32), desk.known.secrets

    refused = desk.running.post(_signed_by(desk, first, foreign), first.body)
    accepted = desk.running.post(_signed_by(desk, second, foreign, own), second.body)

    assert [401, 204] == [refused, accepted]
    assert desk.running.has_told(second, 1)
    assert desk.running.has_told(first, 0)


def test_a_body_beyond_any_of_ours_is_refused(desk: Desk) -> None:
    delivery = replace(desk.delivery(), body=b" " * 70_000)

    status = desk.running.post(desk.signed(delivery), delivery.body)

    assert 413 == status


def _signed_by(desk: Desk, delivery: Delivery, *keys: bytes) -> Mapping[str, str]:
    return headers_of(delivery, replace(desk.known, secrets=keys), datetime.now(UTC), "news-monitor/1.0")


# ---- how they are run --------------------------------------------------------------------------


@contextmanager
def _listening(line: Sequence[str], environ: Mapping[str, str], folder: Path) -> Iterator[Running]:
    """Run a program that says where it listens; everything that it writes is kept."""
    process = subprocess.Popen(
        line, env=environ, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    running, places = Running(), queue.Queue[int]()
    reader = threading.Thread(target=_read, args=(process, running, places), daemon=True)
    reader.start()
    try:
        running.port = places.get(timeout=START_SECONDS)
        yield running
    finally:
        process.terminate()
        process.wait(10)
        reader.join(10)
        assert process.stdout
        process.stdout.close()


def _read(process: "subprocess.Popen[str]", running: Running, places: "queue.Queue[int]") -> None:
    assert process.stdout
    for line in process.stdout:
        running.lines.append(line.rstrip())
        place = re.search(r"127\.0\.0\.1:(\d+)", line)
        if place:
            places.put(int(place[1]))


@contextmanager
def _python(folder: Path, environ: Mapping[str, str]) -> Iterator[Running]:
    with _listening(["python3", str(FOLDER / "python" / "receiver.py")], environ, folder) as running:
        yield running


@contextmanager
def _node(folder: Path, environ: Mapping[str, str]) -> Iterator[Running]:
    with _listening(["node", str(FOLDER / "node" / "receiver.mjs")], environ, folder) as running:
        yield running


@contextmanager
def _go(folder: Path, environ: Mapping[str, str]) -> Iterator[Running]:
    # Built and then run: `go run` would not hand on the end of the test.
    program = folder / "receiver"
    subprocess.run(["go", "build", "-o", program, "."], cwd=FOLDER / "go", env=environ, check=True)
    with _listening([str(program)], environ, folder) as running:
        yield running


@contextmanager
def _php(folder: Path, environ: Mapping[str, str]) -> Iterator[Running]:
    line = ["php", "-S", f"127.0.0.1:{_free_port()}", str(FOLDER / "php" / "receiver.php")]
    with _listening(line, environ, folder) as running:
        yield running


@contextmanager
def _bash(folder: Path, environ: Mapping[str, str]) -> Iterator[Running]:
    """Accept as inetd does: one process for each connection, which it has as input and output."""
    running, closing = Running(), threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    running.port = listener.getsockname()[1]
    line = ["bash", str(FOLDER / "bash" / "receiver.sh")]

    def serve() -> None:
        while not closing.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(None)
                done = subprocess.run(
                    line,
                    stdin=connection.fileno(),
                    stdout=connection.fileno(),
                    stderr=subprocess.PIPE,
                    env=environ,
                    cwd=folder,
                    check=False,
                    text=True,
                )
                running.lines.extend(done.stderr.splitlines())

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield running
    finally:
        closing.set()
        thread.join(30)
        listener.close()


START = {"python": _python, "node": _node, "bash": _bash, "go": _go, "php": _php}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _comes_true(law: Callable[[], bool], seconds: float = 10) -> bool:
    ends = time.monotonic() + seconds
    while not law():
        if time.monotonic() > ends:
            return False
        time.sleep(0.01)
    return True

"""A hub that pushes (WebSub), honest and otherwise, and a service that polls in any case."""

import hmac
import threading
from collections.abc import Callable, Iterator
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode
from urllib.request import Request, urlopen

import pytest

from tests.acceptance.stores import content
from tests.acceptance.test_alerts import ENTITIES, TEXT
from tests.acceptance.world import SECRET, Answer, Desk, Monitor, Outlet, _Loopback, eventually
from tests.servers import free_port

Open = Callable[[str], Outlet]


class Hub(_Loopback):
    """A hub after the specification: verifies who subscribes, then brings what is published, signed."""

    def __init__(self) -> None:
        self.asked_for: list[dict[str, str]] = []
        self.confirmed: list[tuple[str, bool]] = []
        super().__init__()

    def respond(self, _: str, _headers: dict[str, str], body: bytes) -> Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.asked_for.append(form)
        threading.Thread(target=self.verify, args=(form,), daemon=True).start()
        return Answer(status=202)

    def verify(self, form: dict[str, str]) -> None:
        query = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": "a challenge/+&",
            "hub.lease_seconds": "3600",
        }
        with urlopen(f"{form['hub.callback']}?{urlencode(query)}", timeout=10) as answer:
            self.confirmed.append((form["hub.mode"], answer.read() == b"a challenge/+&"))

    def pushes(self, body: bytes, *, secret: str | None = None) -> int:
        form = self.asked_for[0]
        signature = hmac.new((secret or form["hub.secret"]).encode(), body, "sha256").hexdigest()
        request = Request(form["hub.callback"], data=body, headers={"X-Hub-Signature": f"sha256={signature}"})
        try:
            with urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except HTTPError as refused:
            return refused.code


@pytest.fixture
def hub() -> Iterator[Hub]:
    opened = Hub()
    yield opened
    opened.close()


def configured(monitor: Monitor, desk: Desk, *feeds: Outlet) -> None:
    port = free_port()
    lines = "\n".join(
        f"  - {{id: {each.name}, url: '{each.feed}', every: 6h, first_poll: baseline}}" for each in feeds
    )
    monitor.environ["HUB_SECRET"] = SECRET
    monitor.configure(
        f"feeds: \n{lines or '  []'}\n{ENTITIES}\n"
        f"receivers:\n  desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}\n"
        f"http: {{listen: '127.0.0.1:{port}', public_url: 'http://127.0.0.1:{port}/', "
        "websub: {secret: 'env:HUB_SECRET'}}\n"
    )


def push(monitor: Monitor) -> dict[str, str]:
    (feed,) = monitor.status()["feeds"]
    found: dict[str, str] = feed["push"] or {}
    return found


def polls(outlet: Outlet) -> int:
    return sum(path == "/feed.xml" for _, path, _ in outlet.asked)


def test_what_a_hub_pushes_is_told_at_once_and_once_also_after_a_restart_and_a_poll(
    monitor: Monitor, desk: Desk, outlet: Open, hub: Hub
) -> None:
    kurier = outlet("kurier")
    kurier.links = f'<{hub.base}/>; rel="hub", <{kurier.feed}>; rel=self'
    configured(monitor, desk, kurier)
    monitor.start()
    eventually(lambda: hub.confirmed)
    assert "active" == push(monitor)["state"]
    monitor.kill()
    monitor.start()

    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    before = polls(kurier)
    answers = [hub.pushes(b"news", secret="guessed"), hub.pushes(b"<rss/>"), hub.pushes(b"<rss/>")]
    eventually(desk.events, what="the push is told")
    monitor.call("feeds", "poll", "kurier")
    eventually(lambda: polls(kurier) > before + 1)
    code, _ = monitor.stop()

    assert 0 == code
    assert [202, 202, 202] == answers
    assert [("subscribe", True)] == hub.confirmed
    assert 1 == len(desk.events())
    assert push(monitor)["pushed_at"]
    assert kurier.feed == hub.asked_for[0]["hub.topic"]
    written = (monitor.log.read_bytes(), content(monitor.store))
    assert not any(hub.asked_for[0]["hub.secret"].encode() in each for each in written)


def test_a_feed_that_is_watched_no_more_is_unsubscribed_and_its_pushes_are_refused(
    monitor: Monitor, desk: Desk, outlet: Open, hub: Hub
) -> None:
    kurier, blatt = outlet("kurier"), outlet("blatt")
    kurier.links = f'<{hub.base}/>; rel="hub"'
    configured(monitor, desk, kurier)
    monitor.start()
    eventually(lambda: hub.confirmed)

    listed = monitor.config.read_text("utf-8").replace(kurier.feed, blatt.feed)
    monitor.config.write_text(listed.replace("id: kurier", "id: blatt"), "utf-8")
    monitor.reload()
    eventually(lambda: hub.confirmed[1:])

    assert [("subscribe", True), ("unsubscribe", True)] == hub.confirmed
    assert 410 == hub.pushes(b"<rss/>")
    assert {} == push(monitor)

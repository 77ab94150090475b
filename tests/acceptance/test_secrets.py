"""What must stay inside, whatever servers answer: secrets, and what terminals and logs would obey."""

import json
import socket
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack

from tests.acceptance.stores import content
from tests.acceptance.test_alerts import ENTITIES, TEXT
from tests.acceptance.world import SECRET, Answer, Desk, Monitor, Outlet, eventually
from tests.processes import environments_below
from tests.servers import Asked, Peer, answer, redirect, say, serving

Open = Callable[[str], Outlet]


def test_secrets_appear_nowhere_whatever_servers_answer(
    monitor: Monitor, desk: Desk, ops: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    monitor.environ |= {"OTHER_TOKEN": "CANARYENV", "DESK_URL": f"{desk.url}?key=CANARYKEY"}
    monitor.environ |= {
        "MAIL_PASSWORD": "CANARYMAIL",
        "BRIDGE_URL": "json://u:CANARY@127.0.0.1:1/CANARYBRIDGE",
    }
    with ExitStack() as servers, socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}"
        places = {
            "echoed": servers.enter_context(serving(_echo)).url(),
            "moved": servers.enter_context(serving(_moved)).url(),
            "astray": servers.enter_context(serving(redirect("ftp://u:CANARY@x/?CANARY"))).url(),
            "garbage": servers.enter_context(serving(say(b"HTTP/1.1 CANARY\r\nCANARY\r\n"))).url(),
            "page": servers.enter_context(serving(answer(b"<html>CANARY</html>"))).url(),
            "deep": servers.enter_context(serving(answer(b"<rss>" + b"<CANARY>" * 200))).url(),
            "closed": f"{closed}/",
            "tls": f"{kurier.base.replace('http:', 'https:')}/",
            "inside": "http://10.0.0.1/",
            "doubtful": "http://0x7f.1/",
            "well": kurier.feed,
        }
        feeds = "\n".join(
            f"  - {{id: {name}, url: '{_with_secrets(url)}', every: 1s, first_poll: all}}"
            for name, url in places.items()
        )
        ours = "secrets: ['env:DESK_SECRET'], allow_private: true"
        monitor.configure(
            f"feeds:\n{feeds}\n{ENTITIES}\nreceivers:\n"
            f"  desk: {{url: 'env:DESK_URL', {ours}}}\n"
            f"  echo: {{url: '{_with_secrets(places['echoed'])}', {ours}}}\n"
            f"  shut: {{url: '{_with_secrets(closed)}', {ours}}}\n"
            f"  mail: {{url: '{closed.replace('http:', 'smtp:')}', format: email, allow_private: true, "
            "from: a@b.example, to: c@d.example, user: monitor, password: 'env:MAIL_PASSWORD'}\n"
            "  bridge: {url: 'env:BRIDGE_URL', format: apprise, allow_private: true}\n"
            f"  ops: {{url: '{ops.url}', {ours}, events: ['source.*', 'receiver.*', monitor.heartbeat]}}\n"
            f"http: {{listen: '127.0.0.1:{_free_port()}'}}\nheartbeat: {{every: 2s}}\n"
        )
        # Also what it starts, whose environment is looked at below.
        monitor.start(alone=True)
        reasons = eventually(lambda: _reasons(monitor, len(places) - 1), what="each bad feed has its reason")
        eventually(lambda: desk.events() and ops.events("source.failing") and ops.events("monitor.heartbeat"))
        web = "".join(_get(monitor, path) for path in ("/status", "/metrics", "/readyz"))
        inherited = _environments_of_children(monitor)
        listed = monitor.call("deliveries", "list", "--json")
        shown = listed + monitor.call("status") + monitor.call("feeds", "list", "--json")
        shown += monitor.call("deliveries", "show", json.loads(listed)["deliveries"][0]["id"])
        monitor.kill()

    written = content(monitor.store) + b"".join(
        path.read_bytes() for path in monitor.folder.iterdir() if path != monitor.config
    )
    bodies = b"".join(body for _, body in (*desk.requests, *ops.requests))
    assert {
        "echoed": "http_5xx",
        "moved": "http_4xx",
        "astray": "redirect",
        "garbage": "protocol",
        "page": "not_a_feed",
        "deep": "too_complex",
        "closed": "connect",
        "tls": "tls",
        "inside": "private_address",
        "doubtful": "private_address",
        "well": None,
    } == reasons
    assert any("CANARYKEY" in path for _, path, _ in desk.asked)
    for secret in ("CANARY", SECRET.removeprefix("whsec_")):
        assert secret not in web
        assert secret not in shown
        assert secret.encode() not in written
        assert secret.encode() not in bodies
        assert secret not in inherited
    assert "PYTHONPATH" in inherited


def test_what_feeds_write_forges_no_log_line_and_commands_no_terminal(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    evil = 'Amazon\u001b]0;owned\u0007\u001b[31m\r\n{"event": "start"}\u009b\u0085 <!channel>'
    entry = {"id": f"g{evil}", "title": evil, "url": f"{kurier.base}/a\u001b[2J", "content_text": evil}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": evil, "items": [entry]}
    kurier.answers("/feed.xml", Answer(body=json.dumps(feed).encode()))
    monitor.configure(
        f"feeds:\n  - {{id: kurier, url: '{kurier.feed}', first_poll: all, articles: feed}}\n{ENTITIES}\n"
        f"receivers:\n  desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}\n"
        "http: {listen: null}\n"
    )

    monitor.start()
    (event,) = eventually(desk.events)
    monitor.stop()
    shown = monitor.call("status") + monitor.call("deliveries", "list")

    log = monitor.log.read_text(encoding="utf-8")
    assert 1 == sum(json.loads(line)["event"] == "start" for line in monitor.lines())
    assert not _obeyed(log + shown)
    assert not _obeyed(event["data"]["article"]["title"] + event["data"]["article"]["feed"]["title"])
    assert not _obeyed(event["data"]["article"]["url"])


def _echo(peer: Peer, asked: Asked) -> None:
    """Fail, and say back all that was said, as debugging pages do."""
    said = f"{asked.method} {asked.target} {asked.headers} CANARY".encode()
    answer(said, 500, {"x-echo": asked.target, "location": asked.target})(peer, asked)


def _moved(peer: Peer, asked: Asked) -> None:
    """Move for good to where the secret stands in the path; there is nothing there."""
    if asked.target.startswith("/new/"):
        answer(b"", 404)(peer, asked)
    else:
        redirect(f"/new/CANARYPASS/{asked.target}", 301)(peer, asked)


def _with_secrets(url: str) -> str:
    return f"{url.replace('://', '://leser:CANARYPASS@')}?token=CANARYTOKEN"


def _reasons(monitor: Monitor, failing: int) -> dict[str, str | None] | None:
    found = {feed["id"]: feed["reason"] for feed in json.loads(_get(monitor, "/status"))["feeds"]}
    return found if failing == sum(reason is not None for reason in found.values()) else None


def _get(monitor: Monitor, path: str) -> str:
    listen = monitor.config.read_text(encoding="utf-8").partition("listen: '")[2].partition("'")[0]
    with urllib.request.urlopen(f"http://{listen}{path}", timeout=10) as answered:
        told: bytes = answered.read()
    return told.decode()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _environments_of_children(monitor: Monitor) -> str:
    assert monitor.process is not None
    return environments_below(monitor.process.pid)


def _obeyed(text: str) -> set[str]:
    """Return the control characters of a text, but for ends of lines."""
    return {each for each in text if not each.isprintable()} - {"\n"}

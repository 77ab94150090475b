"""What a fetch makes of what well-behaved servers answer."""

import gzip
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue

import pytest

from monitor.adapters.http import HttpDoor
from monitor.model import Document, FailureReason, FetchFailed, Freshness, NotModified, Validators
from monitor.ports import FeedAnswer, FetchPolicy
from tests.servers import Asked, Peer, accepting, answer, in_turn, redirect, routes, say, serving, wait_until

LOOPBACK = ("127.0.0.0/8",)
NOW = datetime(2025, 12, 17, 20, 0, tzinfo=UTC)
KNOWN = Validators(etag='W/"a b"', last_modified="Wed, 17 Dec 2025 19:41:00 GMT")
NONE = Validators()


@pytest.fixture(scope="module")
def door() -> Iterator[HttpDoor]:
    policy = FetchPolicy(
        allow_private=LOOPBACK, respect_robots=False, user_agent="news-monitor/1.0 (+https://example.org)"
    )
    opened = HttpDoor(policy, now=lambda: NOW)
    yield opened
    opened.close()


def test_a_feed_is_asked_for_politely_and_comes_as_it_is(door: HttpDoor) -> None:
    headers = {"content-type": "application/rss+xml; charset=utf-8", "ETag": '"x"', "Last-Modified": "then"}

    with serving(answer(b"<rss/>", headers=headers)) as server:
        document = door.revalidate(server.url("/feed?format=rss#top"), NONE)

    expected = Document(
        url=server.url("/feed?format=rss"),
        content_type="application/rss+xml; charset=utf-8",
        body=b"<rss/>",
        validators=Validators(etag='"x"', last_modified="then"),
    )
    assert expected == document
    assert ("GET", "/feed?format=rss") == (server.asked[0].method, server.asked[0].target)
    assert "news-monitor/1.0 (+https://example.org)" == server.asked[0].headers["user-agent"]
    assert "gzip" == server.asked[0].headers["accept-encoding"]
    assert f"127.0.0.1:{server.port}" == server.asked[0].headers["host"]
    assert not {"if-none-match", "if-modified-since", "cookie"} & server.asked[0].headers.keys()


def test_validators_are_sent_verbatim_and_survive_a_304(door: HttpDoor) -> None:
    with serving(say(b'HTTP/1.1 304 Same\r\nETag: "new"\r\nCache-Control: max-age=60\r\n\r\n')) as server:
        same = door.revalidate(server.url(), KNOWN)

    assert 'W/"a b"' == server.asked[0].headers["if-none-match"]
    assert "Wed, 17 Dec 2025 19:41:00 GMT" == server.asked[0].headers["if-modified-since"]
    renewed = Validators(etag='"new"', last_modified=KNOWN.last_modified)
    assert NotModified(validators=renewed, freshness=Freshness(max_age=timedelta(minutes=1))) == same


def test_a_304_that_was_not_asked_for_is_a_failure(door: HttpDoor) -> None:
    with serving(say(b"HTTP/1.1 304 Same\r\n\r\n")) as server:
        failed = door.revalidate(server.url(), NONE)

    assert FetchFailed(reason=FailureReason.PROTOCOL, detail="answered 304", status=304) == failed


@pytest.mark.parametrize("etag", ['"' + "x" * 1_100 + '"', '"a\x85b"'])
def test_validators_that_are_too_long_or_not_printable_are_not_kept(door: HttpDoor, etag: str) -> None:
    with serving(answer(headers={"etag": etag})) as server:
        document = door.revalidate(server.url(), NONE)

    assert isinstance(document, Document)
    assert NONE == document.validators


def test_cookies_are_neither_kept_nor_sent(door: HttpDoor) -> None:
    with serving(answer(headers={"set-cookie": "id=1"})) as server:
        door.revalidate(server.url(), NONE)
        door.revalidate(server.url(), NONE)

    assert "cookie" not in server.asked[1].headers


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (300, FailureReason.HTTP_3XX),
        (302, FailureReason.HTTP_3XX),
        (400, FailureReason.HTTP_4XX),
        (404, FailureReason.HTTP_4XX),
        (410, FailureReason.GONE),
        (429, FailureReason.RATE_LIMITED),
        (500, FailureReason.HTTP_5XX),
        (503, FailureReason.HTTP_5XX),
        (999, FailureReason.PROTOCOL),
    ],
)
def test_a_status_of_failure_is_told_with_its_reason(
    door: HttpDoor, status: int, reason: FailureReason
) -> None:
    with serving(answer(b"sorry", status)) as server:
        failed = door.revalidate(server.url(), NONE)

    assert FetchFailed(reason=reason, detail=f"answered {status}", status=status) == failed


@pytest.mark.parametrize(
    "raw", [b"HTTP/1.1 204 None\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"]
)
def test_an_answer_without_a_body_is_empty(door: HttpDoor, raw: bytes) -> None:
    with serving(say(raw)) as server:
        failed = door.revalidate(server.url(), NONE)

    assert isinstance(failed, FetchFailed)
    assert FailureReason.EMPTY == failed.reason


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "120"}, timedelta(minutes=2)),
        ({"retry-after": " 0 "}, timedelta()),
        ({"retry-after": "-5"}, timedelta()),
        ({"retry-after": "9" * 400}, timedelta(days=366)),
        ({"retry-after": "Wed, 17 Dec 2025 20:05:00 GMT"}, timedelta(minutes=5)),
        ({"retry-after": "Wed, 17 Dec 2025 19:05:00 GMT"}, timedelta()),
        (
            {
                "retry-after": "Wed, 17 Dec 2025 20:05:00 GMT",
                "date": "Wed, 17 Dec 2025 20:04:00 GMT",
            },
            timedelta(minutes=1),
        ),
        ({"retry-after": "Wed, 17 Dec 2025 20:05:00 -0000"}, timedelta(minutes=5)),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "1.5"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_read_as_seconds_or_as_a_date(
    door: HttpDoor, status: int, headers: Mapping[str, str], wait: timedelta | None
) -> None:
    with serving(answer(b"", status, dict(headers))) as server:
        failed = door.revalidate(server.url(), NONE)

    assert isinstance(failed, FetchFailed)
    assert wait == failed.retry_after


@pytest.mark.parametrize(
    ("headers", "max_age"),
    [
        ({"cache-control": "max-age=300"}, timedelta(minutes=5)),
        ({"cache-control": 'public, MAX-AGE = "300"'}, timedelta(minutes=5)),
        ({"cache-control": "max-age=300", "age": "100"}, timedelta(seconds=200)),
        ({"cache-control": "max-age=300", "age": "900"}, timedelta()),
        ({"cache-control": "s-maxage=300"}, None),
        ({"cache-control": "max-age=300, no-store"}, None),
        ({"cache-control": 'no-cache="x", max-age=300'}, None),
        ({"cache-control": "max-age=" + "9" * 30}, timedelta(days=366)),
        ({"expires": "Wed, 17 Dec 2025 20:10:00 GMT"}, timedelta(minutes=10)),
        (
            {"expires": "Wed, 17 Dec 2025 20:10:00 GMT", "date": "Wed, 17 Dec 2025 20:09:00 GMT"},
            timedelta(minutes=1),
        ),
        ({"expires": "Wed, 17 Dec 2025 19:10:00 GMT"}, timedelta()),
        ({"expires": "0"}, None),
        ({}, None),
    ],
)
def test_freshness_comes_from_max_age_or_expires(
    door: HttpDoor, headers: Mapping[str, str], max_age: timedelta | None
) -> None:
    with serving(answer(headers=dict(headers))) as server:
        document = door.revalidate(server.url(), NONE)

    assert isinstance(document, Document)
    assert Freshness(max_age=max_age) == document.freshness


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b"<rss/>"),
        gzip.compress(b"<rs") + gzip.compress(b"s/>"),
        gzip.compress(b"<rss/>") + bytes(512),
    ],
    ids=["one", "several", "padded"],
)
def test_gzip_is_inflated_in_one_member_or_several_or_padded(door: HttpDoor, body: bytes) -> None:
    with serving(answer(body, headers={"content-encoding": "GZip"})) as server:
        document = door.revalidate(server.url(), NONE)

    assert isinstance(document, Document)
    assert b"<rss/>" == document.body


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\n<rs\r\n3;x=y\r\ns/>\r\n0\r\nT: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n<rss/>",
        b"HTTP/1.0 200 OK\r\n\r\n<rss/>",
        b"HTTP/1.1 103 Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<rss/>",
    ],
)
def test_every_framing_of_a_body_is_read(door: HttpDoor, raw: bytes) -> None:
    with serving(say(raw)) as server:
        document = door.revalidate(server.url(), NONE)

    assert isinstance(document, Document)
    assert b"<rss/>" == document.body


# ---- redirects


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ((301,), True),
        ((308, 301), True),
        ((302,), False),
        ((301, 307), False),
        ((303, 301), False),
        ((), False),
    ],
)
def test_only_redirects_that_are_permanent_all_along_move_a_feed(
    door: HttpDoor, statuses: tuple[int, ...], *, moved: bool
) -> None:
    hops = [redirect(f"/{number + 1}", status) for number, status in enumerate(statuses)]

    with serving(in_turn(*hops, answer())) as server:
        document = door.revalidate(server.url("/0"), NONE)

    assert isinstance(document, Document)
    last = server.url(f"/{len(statuses)}")
    assert (last, last if moved else None) == (document.url, document.moved_to)


def test_a_304_behind_a_permanent_redirect_tells_the_new_address(door: HttpDoor) -> None:
    with serving(in_turn(redirect("/new", 301), say(b"HTTP/1.1 304 Same\r\n\r\n"))) as server:
        same = door.revalidate(server.url("/old"), KNOWN)

    assert NotModified(validators=KNOWN, moved_to=server.url("/new")) == same


def test_a_move_that_could_carry_a_secret_into_the_store_is_followed_but_not_told(door: HttpDoor) -> None:
    with serving(in_turn(redirect("/new?token=s3cret", 301), answer())) as server:
        document = door.revalidate(server.url("/old?token=s3cret"), NONE)

    assert isinstance(document, Document)
    assert document.moved_to is None


def test_redirects_end_after_as_many_as_the_policy_says(door: HttpDoor) -> None:
    def onwards(peer: Peer, asked: Asked) -> None:
        redirect(f"{asked.target}0")(peer, asked)

    with serving(onwards) as server:
        failed = door.revalidate(server.url("/1"), NONE)

    assert FetchFailed(reason=FailureReason.REDIRECT, detail="more than 5 redirects") == failed
    assert 6 == len(server.asked)


@pytest.mark.parametrize(
    "location",
    ["/", "ftp://example.org/", "file:///etc/passwd", "http://[", "http://", "//:99999999/", "javascript:1"],
)
def test_redirects_in_a_circle_or_to_what_is_no_web_address_fail(door: HttpDoor, location: str) -> None:
    with serving(redirect(location)) as server:
        failed = door.revalidate(server.url(), NONE)

    assert isinstance(failed, FetchFailed)
    assert FailureReason.REDIRECT == failed.reason
    assert 1 == len(server.asked)


# ---- credentials


def test_credentials_go_to_their_own_origin_and_to_no_other(door: HttpDoor) -> None:
    with serving(answer()) as other:
        away = redirect(other.url("/away"))
        with serving(routes({"/": redirect("/here", 301), "/here": away})) as server:
            own = server.url().replace("127.", "us%40er:pa%3Ass@127.")
            document = door.revalidate(own, NONE)

    assert "Basic dXNAZXI6cGE6c3M=" == server.asked[0].headers["authorization"]
    assert "Basic dXNAZXI6cGE6c3M=" == server.asked[1].headers["authorization"]
    assert "authorization" not in other.asked[0].headers
    assert isinstance(document, Document)
    assert other.url("/away") == document.url


def test_credentials_that_a_redirect_names_are_not_used(door: HttpDoor) -> None:
    with serving(answer()) as other:
        there = other.url("/").replace("127.", "evil:word@127.")
        with serving(redirect(there)) as server:
            door.revalidate(server.url(), NONE)

    assert "authorization" not in other.asked[0].headers


def test_nothing_secret_is_shown_or_logged(door: HttpDoor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    garbage = say(b"HTTP/1.1 200 OK\r\nbroken: s3cret\r\n s3cret\r\n: s3cret\r\n\r\n")
    behaviors = [answer(b"", 404), garbage, redirect("ftp://s3cret@x/?s3cret"), answer(b"x" * 9)]

    shown = []
    for behavior in behaviors:
        with serving(behavior) as server:
            secretive = server.url("/feed?token=s3cret#s3cret").replace("127.", "user:s3cret@127.")
            shown.append(repr(door.revalidate(secretive, NONE)))
        shown.append(repr(door.revalidate(secretive, NONE)))

    failures = [each for each in shown if not each.startswith("Document")]
    assert 7 == len(failures)
    assert not any("s3cret" in each for each in failures)
    assert "s3cret" not in caplog.text


# ---- sockets


def test_a_socket_is_used_again_for_the_same_origin(door: HttpDoor) -> None:
    with serving(answer()) as server:
        for _ in range(5):
            door.revalidate(server.url(), NONE)

    assert (5, 1) == (len(server.asked), server.connections)


def test_a_socket_is_not_used_again_for_another_host_at_the_same_address() -> None:
    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK), lambda _: ["127.0.0.1"])

    with serving(answer()) as server:
        door.revalidate(server.url(host="one.example"), NONE)
        door.revalidate(server.url(host="two.example"), NONE)

    door.close()
    assert 2 == server.connections
    assert f"two.example:{server.port}" == server.asked[1].headers["host"]


def test_a_server_that_hung_up_meanwhile_is_dialed_anew(door: HttpDoor) -> None:
    def once(peer: Peer) -> None:
        asked = peer.ask()
        assert asked is not None
        answer()(peer, asked)

    with accepting(once) as server:
        for number in range(3):
            assert isinstance(door.revalidate(server.url(), NONE), Document)
            assert wait_until(lambda: server.now_open == 0)
            assert number + 1 == server.connections


def test_a_request_that_a_kept_socket_swallowed_is_sent_once_more(door: HttpDoor) -> None:
    def once(peer: Peer) -> None:
        asked = peer.ask()
        assert asked is not None
        answer()(peer, asked)
        peer.ask()

    with accepting(once) as server:
        assert isinstance(door.revalidate(server.url(), NONE), Document)
        assert isinstance(door.revalidate(server.url(), NONE), Document)

    assert 2 == server.connections


def test_an_answer_that_nobody_asked_for_is_never_taken_for_the_next(door: HttpDoor) -> None:
    poison = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison"

    def behave(peer: Peer, asked: Asked) -> None:
        answer(b"<one/>" if peer.number == 1 else b"<two/>")(peer, asked)
        if peer.number == 1:
            peer.send(poison)

    with serving(behave) as server:
        first = door.revalidate(server.url(), NONE)
        assert wait_until(lambda: server.now_open == 0)
        second = door.revalidate(server.url(), NONE)

    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (b"<one/>", b"<two/>") == (first.body, second.body)


def test_64_threads_are_served_at_once(door: HttpDoor) -> None:
    barrier = threading.Barrier(64, timeout=10)

    def behave(peer: Peer, asked: Asked) -> None:
        barrier.wait()
        answer(asked.target.encode())(peer, asked)

    with serving(behave) as server, ThreadPoolExecutor(64) as threads:
        found = list(threads.map(lambda number: door.revalidate(server.url(f"/{number}"), NONE), range(64)))

    bodies = [each.body if isinstance(each, Document) else each for each in found]
    assert [f"/{number}".encode() for number in range(64)] == bodies


def test_the_environments_proxies_are_not_obeyed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(answer(b"from the proxy")) as proxy, serving(answer(b"from the server")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        monkeypatch.delenv("no_proxy", raising=False)
        door = HttpDoor(FetchPolicy(allow_private=LOOPBACK))
        document = door.revalidate(server.url(), NONE)
        door.close()

    assert isinstance(document, Document)
    assert b"from the server" == document.body
    assert [] == proxy.asked


def test_a_netrc_of_the_user_is_not_obeyed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login reader password hidden\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))

    with serving(answer(b"<rss/>")) as server:
        door = HttpDoor(FetchPolicy(allow_private=LOOPBACK))
        document = door.revalidate(server.url(), NONE)
        door.close()

    assert isinstance(document, Document)
    assert "authorization" not in server.asked[0].headers


def test_who_does_not_wait_gets_the_same_answers_and_holds_up_nobody() -> None:
    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK, respect_robots=False))
    came: SimpleQueue[Callable[[], FeedAnswer]] = SimpleQueue()

    with (
        serving(lambda peer, _: peer.hang()) as hanging,
        serving(say(b"HTTP/1.1 304 Same\r\n\r\n")) as same,
        serving(answer(gzip.compress(b"<rss/>"), headers={"content-encoding": "gzip"})) as zipped,
    ):
        door.ask(hanging.url(), NONE, came.put)
        assert wait_until(lambda: bool(hanging.asked))
        found = []
        for server, known in ((same, KNOWN), (zipped, NONE)):
            door.ask(server.url(), known, came.put)
            found.append((came.get(timeout=10)(), door.revalidate(server.url(), known)))
        door.ask("no URL", NONE, came.put)
        refused = came.get(timeout=10)()
        door.close()
        door.ask(same.url(), KNOWN, came.put)
        closed = [came.get(timeout=10)(), came.get(timeout=10)()]

    assert all(asked == revalidated for asked, revalidated in found)
    assert [NotModified, Document] == [type(asked) for asked, _ in found]
    reasons = [each.reason for each in (refused, *closed) if isinstance(each, FetchFailed)]
    assert [FailureReason.PROTOCOL, FailureReason.INTERNAL, FailureReason.INTERNAL] == reasons


def test_a_closed_door_fails_what_is_under_way_and_what_comes_later() -> None:
    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK))

    with serving(lambda peer, _: peer.hang()) as server, ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(door.revalidate, server.url(), NONE)
        assert wait_until(lambda: bool(server.asked))
        door.close()
        door.close()
        found = [waiting.result(5), door.revalidate(server.url(), NONE)]

    reasons = [each.reason for each in found if isinstance(each, FetchFailed)]
    assert [FailureReason.INTERNAL] * 2 == reasons


def test_failures_take_no_room_from_what_comes_later() -> None:
    policy = FetchPolicy(allow_private=LOOPBACK, feed_deadline=timedelta(seconds=5))
    door = HttpDoor(policy)

    with serving(lambda peer, _: peer.reset()) as failing, ThreadPoolExecutor(16) as threads:
        ends = list(threads.map(lambda _: door.revalidate(failing.url(), NONE), range(400)))
    with serving(answer()) as server:
        document = door.revalidate(server.url(), NONE)

    door.close()
    assert all(isinstance(end, FetchFailed) for end in ends)
    assert isinstance(document, Document)


def test_no_file_handle_is_left_behind() -> None:
    before = _handles()
    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK, feed_deadline=timedelta(seconds=0.2)))

    for behavior in (answer(), answer(b"", 500), say(b"garbage"), lambda peer, _: peer.hang()):
        with serving(behavior) as server:
            for _ in range(3):
                door.revalidate(server.url(), NONE)
    door.close()

    assert wait_until(lambda: before >= _handles())


def _handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))

"""Which pages robots.txt admits, and what becomes of those whose rules cannot be had."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor.adapters.http import HttpDoor
from monitor.adapters.robots import Robots, product_token
from monitor.model import Document, FailureReason, FetchFailed
from monitor.ports import FetchPolicy
from tests.servers import Behavior, answer, redirect, routes, serving

LOOPBACK = ("127.0.0.0/8",)
PAGE = answer(b"<p>text</p>", headers={"content-type": "text/html; charset=utf-8"})


@pytest.fixture
def door() -> Iterator[HttpDoor]:
    policy = FetchPolicy(
        allow_private=LOOPBACK,
        user_agent="news-monitor/1.0 (+https://example.org)",
        page_deadline=timedelta(seconds=0.5),
    )
    opened = HttpDoor(policy)
    yield opened
    opened.close()


def _site(rules: Behavior) -> Behavior:
    return routes({"/robots.txt": rules}, PAGE)


@pytest.mark.parametrize(
    ("rules", "path", "admitted"),
    [
        (b"User-agent: *\nDisallow: /", "/a", False),
        (b"User-agent: *\nDisallow: /private", "/public", True),
        (b"User-agent: *\nDisallow: /private", "/private/a", False),
        (b"User-agent: *\nDisallow: /\n\nUser-agent: news-monitor\nDisallow:", "/a", True),
        (b"User-agent: *\nDisallow:\n\nUser-agent: News-Monitor\nDisallow: /", "/a", False),
        (b"User-agent: *\nDisallow: /*.pdf$\nAllow: /", "/a.pdf", False),
        (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /", "/a", False),
        (b"<html>no such page</html>", "/a", True),
        (b"", "/a", True),
    ],
)
def test_a_page_is_fetched_only_if_the_rules_admit_it(
    door: HttpDoor, rules: bytes, path: str, *, admitted: bool
) -> None:
    with serving(_site(answer(rules))) as server:
        found = door.get(server.url(path))

    targets = [asked.target for asked in server.asked]
    assert (["/robots.txt", path] if admitted else ["/robots.txt"]) == targets
    if not admitted:
        assert isinstance(found, FetchFailed)
        assert FailureReason.ROBOTS == found.reason


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_host_without_rules_admits_everything(door: HttpDoor, status: int) -> None:
    with serving(_site(answer(b"", status))) as server:
        assert isinstance(door.get(server.url("/a")), Document)


def test_rules_that_redirect_in_a_circle_admit_everything(door: HttpDoor) -> None:
    with serving(_site(redirect("/robots.txt"))) as server:
        assert isinstance(door.get(server.url("/a")), Document)


def test_rules_are_followed_through_redirects(door: HttpDoor) -> None:
    site = routes({"/robots.txt": redirect("/rules"), "/rules": answer(b"User-agent: *\nDisallow: /a")}, PAGE)

    with serving(site) as server:
        found = door.get(server.url("/a"))

    assert isinstance(found, FetchFailed)
    assert FailureReason.ROBOTS == found.reason


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (answer(b"", 503, {"retry-after": "60"}), FailureReason.HTTP_5XX),
        (answer(b"", 429), FailureReason.RATE_LIMITED),
        (lambda peer, _: peer.hang(), FailureReason.TIMEOUT),
        (lambda peer, _: peer.reset(), FailureReason.CONNECT),
    ],
)
def test_rules_that_cannot_be_had_postpone_the_page_and_do_not_exclude_it(
    door: HttpDoor, rules: Behavior, reason: FailureReason
) -> None:
    with serving(_site(rules)) as server:
        found = door.get(server.url("/a"))

    assert isinstance(found, FetchFailed)
    assert reason == found.reason
    assert "/a" not in [asked.target for asked in server.asked]


def test_rules_are_asked_for_once_and_by_origin(door: HttpDoor) -> None:
    with serving(_site(answer(b"User-agent: *\nDisallow: /x"))) as one, serving(_site(answer(b""))) as two:
        for _ in range(3):
            door.get(one.url("/a"))
            door.get(two.url("/x"))

    assert 1 == [asked.target for asked in one.asked].count("/robots.txt")
    assert 1 == [asked.target for asked in two.asked].count("/robots.txt")
    assert "/x" in [asked.target for asked in two.asked]


def test_a_redirect_to_another_host_obeys_that_hosts_rules(door: HttpDoor) -> None:
    with serving(_site(answer(b"User-agent: *\nDisallow: /"))) as other:
        site = routes({"/robots.txt": answer(b"", 404)}, redirect(other.url("/a")))
        with serving(site) as server:
            found = door.get(server.url("/a"))

    assert isinstance(found, FetchFailed)
    assert FailureReason.ROBOTS == found.reason
    assert ["/robots.txt"] == [asked.target for asked in other.asked]


def test_of_endless_rules_the_start_counts(door: HttpDoor) -> None:
    rules = b"User-agent: *\nDisallow: /a\n" + b"# filler\n" * 100_000

    with serving(_site(answer(rules))) as server:
        found = door.get(server.url("/a"))

    assert isinstance(found, FetchFailed)
    assert FailureReason.ROBOTS == found.reason


def test_rules_need_not_be_respected() -> None:
    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK, respect_robots=False))

    with serving(_site(answer(b"User-agent: *\nDisallow: /"))) as server:
        found = door.get(server.url("/a"))

    door.close()
    assert isinstance(found, Document)
    assert ["/a"] == [asked.target for asked in server.asked]


@pytest.mark.parametrize(
    ("content_type", "admitted"),
    [
        ("text/html", True),
        ("TEXT/HTML; charset=utf-8", True),
        ("application/xhtml+xml", True),
        ("application/xml", True),
        ("text/plain", True),
        (None, True),
        ("application/pdf", False),
        ("image/png", False),
        ("video/mp4", False),
        ("application/octet-stream", False),
    ],
)
def test_only_what_can_be_a_page_is_read(door: HttpDoor, content_type: str | None, *, admitted: bool) -> None:
    headers = {"content-type": content_type} if content_type else {}
    site = routes({"/robots.txt": answer(b"", 404)}, answer(b"<p>", headers=headers))

    with serving(site) as server:
        found = door.get(server.url("/a"))

    assert admitted == isinstance(found, Document)
    if isinstance(found, FetchFailed):
        assert FailureReason.NOT_A_PAGE == found.reason


def test_whether_a_page_is_admitted_is_told_without_asking_for_it(door: HttpDoor) -> None:
    with serving(_site(answer(b"User-agent: *\nDisallow: /private"))) as server:
        told = [door.admits(server.url(path)) for path in ("/private/a", "/public")]

    assert [FailureReason.ROBOTS, None] == [each and each.reason for each in told]
    assert ["/robots.txt"] == [asked.target for asked in server.asked]


# ---- what is remembered


def test_rules_are_believed_for_a_day_and_failures_for_a_minute() -> None:
    now = [0.0]
    robots = Robots("news-monitor/1.0", lambda: now[0])
    rules = Document(url="", content_type=None, body=b"User-agent: *\nDisallow: /")
    down = FetchFailed(reason=FailureReason.CONNECT, detail="down")

    assert down == robots.refusal("http://a", "http://a/x", lambda _: down)
    now[0] = 59.0
    assert down == robots.refusal("http://a", "http://a/x", _never)
    now[0] = 61.0
    assert _excluded(robots.refusal("http://a", "http://a/x", lambda _: rules))
    now[0] = 86_000.0
    assert _excluded(robots.refusal("http://a", "http://a/x", _never))
    now[0] = 86_500.0
    assert robots.refusal("http://a", "http://a/x", lambda _: _with_reason(FailureReason.HTTP_4XX)) is None


def test_a_thousand_origins_are_remembered_and_no_more() -> None:
    robots = Robots("news-monitor/1.0")
    asked: list[str] = []

    def fetch(url: str) -> FetchFailed:
        asked.append(url)
        return _with_reason(FailureReason.GONE)

    for number in [*range(1_001), 1_000, 500, 0]:
        robots.refusal(f"http://h{number}", f"http://h{number}/a", fetch)

    assert 1_002 == len(asked)
    assert "http://h0/robots.txt" == asked[-1]


@pytest.mark.parametrize(
    "line",
    [
        b"Disallow: /" + b"*a" * 40 + b"\n",
        b"Disallow: /a\n",
        b"User-agent: x\n",
        b"Disallow: /" + b"%41" * 100 + b"\n",
    ],
)
def test_hostile_rules_cost_no_more_than_a_moment(line: bytes) -> None:
    robots = Robots("news-monitor/1.0")
    body = b"User-agent: *\n" + line * (512_000 // len(line))
    rules = Document(url="", content_type=None, body=body)
    before = time.process_time()

    robots.refusal("http://a", "http://a/" + "a" * 200, lambda _: rules)
    spent = time.process_time() - before

    assert spent < 10


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [
        ("news-monitor/1.0 (+https://example.org)", "news-monitor"),
        ("desk-reader", "desk-reader"),
        ("desk reader/2", "desk"),
        ("", "news-monitor"),
    ],
)
def test_the_product_token_is_the_user_agents_first_word(user_agent: str, token: str) -> None:
    assert token == product_token(user_agent)


def _never(url: str) -> FetchFailed:
    raise AssertionError(f"{url} was asked for")


def _excluded(found: FetchFailed | None) -> bool:
    return found is not None and found.reason is FailureReason.ROBOTS


def _with_reason(reason: FailureReason) -> FetchFailed:
    return FetchFailed(reason=reason, detail="")

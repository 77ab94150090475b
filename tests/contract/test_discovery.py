"""Which feeds a search finds on real sites, and what hostile ones cannot do to it."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from monitor.adapters.http import HttpDoor
from monitor.adapters.sandbox import InlineSandbox, ProcessSandbox, SandboxPolicy
from monitor.errors import UsageError
from monitor.ops.discovery import MOST_ASKED, Looked, age_of, look_for_feeds
from monitor.ports import FetchPolicy
from tests.servers import Behavior, Peer, Server, accepting, answer, redirect, routes, serving

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PRIVATE = "http://10.255.255.1/rss"


@pytest.fixture(scope="module")
def door() -> Iterator[HttpDoor]:
    opened = HttpDoor(FetchPolicy(allow_private=("127.0.0.1/32",)))
    yield opened
    opened.close()


def feed(title: str, *dates: str) -> Behavior:
    entries = "".join(
        f"<item><title>{title} {date}</title><link>https://example.org/{date}</link>"
        f"<pubDate>{date} Feb 2026 12:00:00 GMT</pubDate></item>"
        for date in dates
    )
    return answer(
        f"<rss version='2.0'><channel><title>{title}</title>{entries}</channel></rss>".encode(),
        headers={"content-type": "application/rss+xml"},
    )


def page(*lines: str) -> Behavior:
    return answer("".join(lines).encode(), headers={"content-type": "text/html"})


def alternate(href: str, title: str = "") -> str:
    return f"<link rel=alternate type=application/rss+xml href='{href}' title='{title}'>"


def look(door: HttpDoor, address: str) -> Looked:
    return look_for_feeds(address, door, InlineSandbox(), NOW)


def targets(server: Server) -> list[str]:
    return [asked.target for asked in server.asked]


def test_an_address_of_a_feed_is_that_feed_and_nothing_else_is_asked(door: HttpDoor) -> None:
    with serving(feed("News", "01", "02")) as server:
        looked = look(door, server.url("/a?key=1"))

    (found,) = looked.feeds
    assert (server.url("/a?key=1"), "News", "rss20", 2) == (
        found.url,
        found.title,
        found.format,
        found.entries,
    )
    assert datetime(2026, 2, 2, 12, tzinfo=UTC) == found.newest
    assert ["/a?key=1"] == targets(server)


def test_every_feed_that_a_page_names_is_read_and_the_newest_comes_first(door: HttpDoor) -> None:
    site = {
        "/de/": page(
            "<base href='/deep/'>", alternate("old", "Alt"), alternate("../new"), alternate("/gone")
        ),
        "/deep/old": feed("", "01", "02", "03"),
        "/new": feed("Neu", "27"),
    }

    with serving(routes(site)) as server:
        looked = look(door, server.url("/de/"))

    assert [("Neu", server.url("/new")), ("Alt", server.url("/deep/old"))] == [
        (each.title, each.url) for each in looked.feeds
    ]
    assert ((server.url("/gone"), "http_4xx: answered 404"),) == looked.passed_over


def test_ten_feeds_of_a_page_are_ten_and_copies_of_one_are_one(door: HttpDoor) -> None:
    names = [f"/{number}" for number in range(10)]
    site: dict[str, Behavior] = {name: feed(name, f"{number + 1:02}") for number, name in enumerate(names)}
    site |= {"/": page(*map(alternate, names), alternate("/again")), "/again": redirect("/3", 301)}

    with serving(routes(site)) as server:
        looked = look(door, server.url())

    assert [server.url(name) for name in reversed(names)] == [each.url for each in looked.feeds]


def test_redirects_are_followed_and_permanent_ones_taken_over(door: HttpDoor) -> None:
    site = {
        "/": redirect("/home/"),
        "/home/": page(alternate("rss")),
        "/home/rss": redirect("/now", 301),
        "/now": feed("News", "01"),
    }

    with serving(routes(site)) as server:
        looked = look(door, server.url())

    assert [server.url("/now")] == [each.url for each in looked.feeds]


def test_where_a_page_names_none_the_usual_places_are_tried(door: HttpDoor) -> None:
    with serving(routes({"/blog": page("<p>text"), "/rss.xml": feed("News", "01")})) as server:
        looked = look(door, server.url("/blog"))

    assert [server.url("/rss.xml")] == [each.url for each in looked.feeds]
    assert ["/blog", "/blog/feed"] == targets(server)[:2]
    assert () == looked.passed_over


def test_a_page_of_links_to_feeds_will_do(door: HttpDoor) -> None:
    site = {"/rss": page("<a href=/politik.rss>Politik</a><a href=/x>x</a>"), "/politik.rss": feed("P", "01")}

    with serving(routes(site)) as server:
        looked = look(door, server.url("/rss"))

    assert [server.url("/politik.rss")] == [each.url for each in looked.feeds]
    assert ["/rss", "/politik.rss"] == targets(server)


def test_a_news_sitemap_is_the_last_resort(door: HttpDoor) -> None:
    site: dict[str, Behavior] = {}
    with serving(routes(site)) as server:
        index = f"<sitemapindex><sitemap><loc>{server.url('/news-7.xml')}</loc></sitemap></sitemapindex>"
        news = (
            "<urlset xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://example.org/a"
            "</loc><news:news><news:title>A</news:title></news:news></url></urlset>"
        )
        site |= {
            "/": page("<p>nothing"),
            "/robots.txt": answer(f"Sitemap: {server.url('/index.xml.gz')}\n".encode()),
            "/index.xml.gz": answer(index.encode(), headers={"content-type": "text/xml"}),
            "/news-7.xml": answer(news.encode(), headers={"content-type": "text/xml"}),
        }
        looked = look(door, server.url())

    assert [(server.url("/news-7.xml"), "sitemap")] == [(each.url, each.format) for each in looked.feeds]


def test_a_site_without_feeds_is_said_with_what_to_do(door: HttpDoor) -> None:
    with serving(page("<html><p>nothing", alternate("/a"), alternate(PRIVATE))) as server:
        looked = look(door, server.url("/?token=secret"))

    assert () == looked.feeds
    assert "is no feed and names none" in looked.failed
    assert "secret" not in looked.failed + str(looked.passed_over)
    assert len(server.asked) <= MOST_ASKED
    assert "not_a_feed: this is an HTML page" in dict(looked.passed_over)[server.url("/a")]


def test_what_a_page_names_inside_our_network_is_never_asked(door: HttpDoor) -> None:
    with serving(feed("inside", "01")) as inside:
        # Another address of loopback: what is admitted is 127.0.0.1 alone.
        hidden = inside.url("/", host="127.0.0.2")
        site = {"/": page(alternate(hidden), alternate(PRIVATE), alternate("/hop")), "/hop": redirect(hidden)}
        with serving(routes(site)) as server:
            looked = look(door, server.url())

    assert [] == inside.asked
    assert () == looked.feeds
    assert 3 == sum("private_address" in why and "allow_private" in why for _, why in looked.passed_over)


def test_a_huge_page_is_read_to_a_limit_and_a_hostile_one_ends_in_time(door: HttpDoor) -> None:
    hostile = "<!--" * 400_000 + "<a href='" * 1_000
    site = {
        "/": page(alternate("/feed.xml"), "<p>" + "x" * 8_000_000),
        "/hostile": page(hostile, alternate("/feed.xml")),
        "/feed.xml": feed("News", "01"),
    }
    sandbox = ProcessSandbox(SandboxPolicy(workers=1), ())

    with serving(routes(site)) as server:
        huge = look_for_feeds(server.url(), door, sandbox, NOW)
        hostile_one = look_for_feeds(server.url("/hostile"), door, sandbox, NOW)
    sandbox.close()

    assert [server.url("/feed.xml")] == [each.url for each in huge.feeds]
    # Nothing can be read on it, and the usual place is found all the same.
    assert [server.url("/feed.xml")] == [each.url for each in hostile_one.feeds]


def test_an_address_without_a_scheme_is_asked_by_https_then_by_http(door: HttpDoor) -> None:
    def welcome(peer: Peer) -> None:
        if peer.connection.recv(1, socket.MSG_PEEK) == b"\x16":  # as TLS begins
            peer.reset()
        elif (asked := peer.ask()) is not None:
            feed("News", "01")(peer, asked)

    with accepting(welcome) as server:
        looked = look(door, server.url("/feed").removeprefix("http://"))
        other = look(door, server.url("/feed").replace("http:", "feed:"))

    assert [server.url("/feed")] == [each.url for each in looked.feeds] == [each.url for each in other.feeds]


@pytest.mark.parametrize(
    "address", ["ftp://example.org/", "https://", "", "two words", "javascript:alert(1)"]
)
def test_what_is_no_address_is_refused(door: HttpDoor, address: str) -> None:
    with pytest.raises(UsageError, match=r"the address (is|'ftp' is)"):
        look(door, address)


def test_a_site_that_does_not_answer_is_said(door: HttpDoor) -> None:
    with serving(answer(b"no", 503)) as server:
        looked = look(door, server.url("/?key=secret"))

    assert f"{server.url('/')}?key=…: http_5xx: answered 503" == looked.failed


@pytest.mark.parametrize(
    ("date", "words"),
    [
        (None, "no dates"),
        (datetime(2026, 3, 1, 12, 30, tzinfo=UTC), "now"),
        (datetime(2026, 3, 1, 11, 58, tzinfo=UTC), "2 min ago"),
        (datetime(2026, 3, 1, 9, tzinfo=UTC), "3 h ago"),
        (datetime(2026, 2, 1, 9, tzinfo=UTC), "28 d ago"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(date: datetime | None, words: str) -> None:
    assert words == age_of(date, NOW)

"""Odd bytes in feeds and pages: what comes of them at the desk, on the terminal and in the log?"""

import json
import re
import unicodedata
from collections.abc import Callable, Sequence

from tests.acceptance.test_alerts import ENTITIES, TEXT
from tests.acceptance.world import Answer, Desk, Monitor, Outlet, article_page

Open = Callable[[str], Outlet]

# What a terminal obeys, but for the ends of lines and tabs; and what turns the direction of a text.
ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
ODD = (
    "\x1b[2J\x1b]0;x\x07 &#27;[31m &#x9b;31m \x9b2K \x00 &#0; &#xd800; \ud800 \u202e\u2066 \ufeff \x85 \u2028"
)
CODECS = (
    "zlib",
    "rot13",
    "hex",
    "idna",
    "unicode_escape",
    "utf-7",
    "base64",
    "punycode",
    "undefined",
    "none",
    "ä",
)
JSON = (
    b'{"version": "https://jsonfeed.org/version/1.1", "title": "\\u001b[2J", "items": [{"id": "\\ud800", '
    b'"title": "Amazon \\u001b[31m \\u0000 \\u009b \\u202e", "date_published": "10000-01-01T00:00:00Z"}]}'
)
DATES = (
    "Sat, 01 Jan 0000 00:00:00 GMT",
    "0000-00-00T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-23:59",
    "-1-01-01",
    "Thu, 32 Jan 2026 99:99:99 +9999",
    "0001-01-01T00:00:00+23:59",
)


def _feed(link: str, number: int, date: str, declared: str = "utf-8") -> str:
    return (
        f"<?xml version='1.0' encoding='{declared}'?><rss version='2.0'><channel><title>K {ODD}</title>"
        f"<item><guid isPermaLink='false'>g{number} {ODD}</guid><link>{link}</link>"
        f"<title>Amazon meldet {number} {ODD}</title><description>Amazon &lt;b&gt;größer {ODD}</description>"
        f"<pubDate>{date}</pubDate></item></channel></rss>"
    )


def _bodies(link: str) -> Sequence[tuple[bytes, str]]:
    """Feeds in every way to write one that is not as it says, each with the charset of its answer."""

    def odd(number: int, declared: str = "utf-8") -> bytes:
        return _feed(f"{link}?n={number}", number, DATES[number % len(DATES)], declared).encode(
            "utf-8", "surrogatepass"
        )

    marks = (
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xff\xfe\x00\x00",
        b"\xef\xbb\xbf\xff\xfe",
        b"+/v8-",
    )
    whole = odd(90).decode("utf-8", "replace")
    return [
        *((odd(number, codec), codec) for number, codec in enumerate(CODECS)),
        *((mark + odd(20 + number), "utf-8") for number, mark in enumerate(marks)),
        *(
            (whole.replace("g90", f"g9{each}").encode(each), "utf-8")
            for each in ("utf-16", "utf-32", "utf-16-be")
        ),
        (odd(40)[: odd(40).find("ö".encode()) + 1], "utf-8"),
        (odd(41).replace("ö".encode(), b"\xc3"), "utf-8"),
        (odd(42).decode("utf-8", "replace").encode("utf-7"), "utf-7"),
        (JSON, "hex"),
    ]


def test_odd_bytes_become_valid_events_and_no_terminal_obeys_them(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    page = article_page(f"Amazon {ODD}", f"{TEXT} {ODD}", f"kurier {ODD}").replace("&amp;#", "&#")
    kurier.pages["/odd.html"] = Answer(
        body=page.encode("utf-8", "surrogatepass"), headers={"content-type": "text/html; charset=rot13"}
    )
    lines = ""
    bodies = _bodies(f"{kurier.base}/odd.html")
    for number, (body, charset) in enumerate(bodies):
        kind = {"content-type": f"application/xml; charset={charset}"}
        kurier.answers(f"/{number}.xml", Answer(body=body, headers=kind))
        lines += f"  - {{id: f{number}, url: '{kurier.base}/{number}.xml', every: 1s, first_poll: all}}\n"
    monitor.configure(
        f"feeds:\n{lines}{ENTITIES}\n"
        f"receivers:\n  desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}\n"
        "http: {listen: null}\n"
    )

    once = monitor.call("once")
    told = [
        once,
        monitor.call("status"),
        monitor.call("status", "--json"),
        monitor.call("explain", f"{kurier.base}/odd.html"),
        monitor.call("deliveries", "list"),
    ]

    assert desk.events()
    for _, body in desk.requests:
        text = body.decode("utf-8")
        json.loads(text)
        assert not _surrogates(json.dumps(json.loads(text), ensure_ascii=False))
        assert not ESCAPES.search(text)
    for output in told:
        assert not ESCAPES.search(output), ESCAPES.findall(output)
        assert not TURNS.search(output)


def _surrogates(text: str) -> list[str]:
    return [each for each in text if unicodedata.category(each) == "Cs"]

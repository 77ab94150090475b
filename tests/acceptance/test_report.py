"""A report beside the running service, and as a real browser shows it."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import feedparser
import pytest

from monitor.ops.page import page
from monitor.ops.report import write_file
from tests.acceptance.test_alerts import ENTITIES, TEXT, configured
from tests.acceptance.world import Desk, Monitor, Outlet, eventually
from tests.browser import Browser
from tests.unit.ops.test_report import reported

Open = Callable[[str], Outlet]
HOSTILE = "Amazon <img src='https://evil.example/x'> <script>fetch('/x')</script> \u202egnp.exe " + "W" * 400
TOO_WIDE = (
    "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
)
SMUGGLED = "script, img, iframe, object, embed, link, form, [style], [onclick]"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    opened = Browser(tmp_path_factory.mktemp("browser"))
    yield opened
    opened.close()


def test_a_report_is_made_beside_the_running_service(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier = outlet("kurier")
    link = kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    kurier.publishes("Am Amazon River", "Am Amazon River brennt der Wald.\n\n" + "Rauch. " * 90, slug="wald")
    configured(monitor, desk, kurier)
    monitor.start()
    eventually(lambda: monitor.status()["deliveries"]["delivered"] == 1)
    eventually(lambda: monitor.status()["articles"] == 2)
    file = monitor.folder / "report.html"

    told = monitor.call("report", "--since", "1d", "-o", str(file))
    report = json.loads(monitor.call("report", "--since", "1d", "--json"))
    feed = feedparser.parse(monitor.call("report", "--atom"))

    assert "report.html: 1 alert, 2 articles" in told
    html = file.read_text(encoding="utf-8")
    for words in ("<mark>Amazon</mark>", "Amazon ernennt KI-Chef", "is the name", "delivered", "kurier"):
        assert words in html
    (alert,) = report["alerts"]["shown"]
    assert (link, "kurier") == (alert["article"]["url"], alert["article"]["feed"])
    assert ["amazon", "desantis", "trainium"] == sorted(each["entity"] for each in alert["matches"])
    (delivery,) = alert["deliveries"]
    assert ("desk", "delivered", "match.created") == (
        delivery["receiver"],
        delivery["state"],
        delivery["type"],
    )
    assert [("amazon", "decoy", 1)] == [
        (each["entity"], each["reason"], each["count"]) for each in report["refused"]["shown"]
    ]
    assert 1 == sum(report["entities"]["shown"][0]["steps"])
    assert [("Amazon ernennt KI-Chef", link)] == [(each.title, each.link) for each in feed.entries]
    assert not feed.bozo
    assert 0 == monitor.stop()[0]


def test_what_is_held_is_told_with_why_and_until_when(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    later = "watchlists: {later: {entities: [amazon], receivers: [desk], digest: {at: ['07:30']}}}\n"
    configured(monitor, desk, kurier, extra=later)
    monitor.once()

    html = monitor.call("report")
    (alert,) = json.loads(monitor.call("report", "--json"))["alerts"]["shown"]

    assert "held by its digest until" in html
    assert "digest" == alert["hold"]


def test_a_report_of_an_empty_store_and_of_no_time_at_all(monitor: Monitor) -> None:
    monitor.configure("feeds: []\nentities: [Amazon]\nhttp: {listen: null}\n")

    assert "No alerts." in monitor.call("report")
    assert "is not in the past" in monitor.call("report", "--since", "2999-01-01", expect=2)
    assert "is no time" in monitor.call("report", "--since", "soon", expect=2)
    nowhere = str(monitor.config / "report.html")
    assert "cannot be written" in monitor.call("report", "-o", nowhere, expect=2)


@pytest.fixture(scope="module")
def hostile(shared: Monitor) -> Path:
    """A report of a store that hostile pages filled; it is made once, and looked at."""
    with closing(Outlet("kurier")) as kurier, closing(Desk()) as desk:
        kurier.publishes(HOSTILE, TEXT, slug="hostile")
        shared.configure(
            f"feeds:\n  - {{id: {'w' * 60}, url: '{kurier.feed}', first_poll: all}}\n{ENTITIES}"
            f"receivers:\n  desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}\n"
            "http: {listen: null}\n"
        )
        shared.once()
    file = shared.folder / "report.html"
    shared.call("report", "-o", str(file))
    return file


def test_a_browser_shows_it_at_any_width_asks_for_nothing_and_complains_of_nothing(
    browser: Browser, hostile: Path
) -> None:
    browser.said.clear()
    browser.asked.clear()
    grounds = set()

    for width in (320, 390, 768, 1200, 1900):
        for dark in (False, True):
            browser.open(hostile, width=width, dark=dark)
            assert browser.tells("document.documentElement.scrollWidth") <= width
            assert [] == browser.tells(f"{TOO_WIDE}.map(e => e.outerHTML.slice(0, 80))")
            grounds.add(browser.tells("getComputedStyle(document.body).backgroundColor"))

    assert 2 == len(grounds)
    assert [] == browser.said
    assert {hostile.resolve().as_uri()} == set(browser.asked)
    assert browser.printed().startswith(b"%PDF-")


def test_a_browser_finds_what_the_report_tells(browser: Browser, hostile: Path) -> None:
    browser.open(hostile, width=390)

    assert 1 == browser.tells("document.querySelectorAll('article.alert').length")
    assert "Amazon" in browser.tells("document.querySelector('article.alert mark').textContent")
    assert browser.tells("document.querySelectorAll('svg.bars rect').length") >= 1
    assert "W" * 400 in browser.tells("document.body.innerText")


@pytest.mark.without_store
def test_a_browser_finds_nothing_that_was_smuggled_in(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    write_file(file, page(reported()))
    browser.said.clear()

    browser.open(file, width=390)

    assert 0 == browser.tells(f"document.querySelectorAll('{SMUGGLED}').length")
    assert 0 == browser.tells("document.links.length")
    assert "<script>alert(1)</script>" in browser.tells("document.body.innerText")
    assert [] == browser.said


def test_the_policy_in_the_page_refuses_a_script_that_gets_in(browser: Browser, hostile: Path) -> None:
    html = hostile.read_text(encoding="utf-8")
    pierced = hostile.with_name("pierced.html")
    pierced.write_text(html.replace("</body>", "<script>document.title='x'</script></body>"), "utf-8")
    browser.said.clear()

    browser.open(pierced, width=390)

    assert "x" != browser.tells("document.title")
    assert any("Content Security Policy" in line for line in browser.said)
    browser.said.clear()

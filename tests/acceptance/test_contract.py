"""What the contract promises to those who write scripts and receivers."""

import json
import os
import pty
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from jsonschema_rs import Draft202012Validator
from standardwebhooks import Webhook

from tests.acceptance.test_alerts import ENTITIES, TEXT, configured
from tests.acceptance.world import SECRET, Answer, Desk, Monitor, Outlet, article_page, eventually, paragraphs

Open = Callable[[str], Outlet]
NEXT_SECRET = "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="


def serve(outlet: Outlet, path: str, body: str, kind: str) -> None:
    outlet.pages[path] = Answer(body=body.encode(), headers={"content-type": f"{kind}; charset=utf-8"})


def page(outlet: Outlet, slug: str) -> str:
    """Publish an article about Amazon that is like no other, and return its address."""
    text = f"Amazon meldet {slug} heute neu. {' '.join(f'{slug}{place}' for place in range(60))}"
    serve(outlet, f"/{slug}.html", article_page(f"Amazon {slug}", text, "Kurier"), "text/html")
    return f"{outlet.base}/{slug}.html"


def rss(*entries: str) -> str:
    head = "<title>R</title><link>https://example.org</link><description>d</description>"
    return f"<rss version='2.0'><channel>{head}{''.join(entries)}</channel></rss>"


def entry(link: str, at: datetime | None = None, summary: str = "") -> str:
    date = f"<pubDate>{format_datetime(at)}</pubDate>" if at else ""
    return f"<item><title>Amazon</title><link>{link}</link>{date}<description>{summary}</description></item>"


def test_every_kind_of_feed_alerts_and_watchlists_choose_by_label_and_query(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier, now = outlet("kurier"), datetime.now(UTC)
    atom = "http://www.w3.org/2005/Atom"
    serve(
        kurier, "/atom.xml",
        f"<feed xmlns='{atom}'><title>A</title><id>urn:a</id><updated>{now.isoformat()}</updated><entry>"
        f"<id>urn:1</id><title>Amazon Atom</title><link href='{page(kurier, 'atom')}'/>"
        f"<updated>{now.isoformat()}</updated></entry></feed>", "application/atom+xml",
    )  # fmt: skip
    serve(
        kurier, "/rdf.xml",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
        "xmlns='http://purl.org/rss/1.0/'>"
        f"<channel rdf:about='{kurier.base}'><title>R</title><link>{kurier.base}</link></channel>"
        f"<item rdf:about='urn:2'><title>Amazon RDF</title><link>{page(kurier, 'rdf')}</link></item>"
        "</rdf:RDF>",
        "application/rdf+xml",
    )  # fmt: skip
    item = {"id": "3", "url": page(kurier, "json"), "title": "Amazon JSON", "content_text": "Amazon"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [item]}
    serve(kurier, "/feed.json", json.dumps(feed), "application/feed+json")
    serve(
        kurier, "/news.xml",
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        "xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>"
        f"<url><loc>{page(kurier, 'news')}</loc><n:news><n:publication><n:name>N</n:name>"
        "<n:language>de</n:language></n:publication>"
        f"<n:publication_date>{now.isoformat()}</n:publication_date><n:title>Amazon News</n:title>"
        "</n:news></url></urlset>", "application/xml",
    )  # fmt: skip
    serve(kurier, "/listed.xml", rss(entry(page(kurier, "listed"))), "application/rss+xml")
    hours = timedelta(hours=1)
    since = (entry(page(kurier, "old"), now - 30 * hours), entry(page(kurier, "recent"), now - 2 * hours))
    serve(kurier, "/since.xml", rss(*since), "application/rss+xml")
    carried = entry(page(kurier, "carried"), now, "Trainium von Amazon steht im Feed.")
    serve(kurier, "/carried.xml", rss(carried), "application/rss+xml")
    (monitor.folder / "list.opml").write_text(
        f"<opml version='2.0'><body><outline text='L' xmlUrl='{kurier.base}/listed.xml'/></body></opml>"
    )
    base = kurier.base
    monitor.configure(
        f"feeds:\n"
        f"  - {{id: atom, url: '{base}/atom.xml', first_poll: all}}\n"
        f"  - {{id: rdf, url: '{base}/rdf.xml', first_poll: all}}\n"
        f"  - {{id: json, url: '{base}/feed.json', first_poll: all}}\n"
        f"  - {{id: news, sitemap: '{base}/news.xml', first_poll: all, every: 3s, labels: {{tier: '1'}}}}\n"
        f"  - {{id: l, opml: list.opml, first_poll: all, every: 2s, labels: {{tier: '2'}}}}\n"
        f"  - {{id: since, url: '{base}/since.xml', first_poll: {{since: 24h}}}}\n"
        f"  - {{id: carried, url: '{base}/carried.xml', first_poll: all, articles: feed}}\n{ENTITIES}\n"
        "watchlists:\n  all: {}\n"
        "  first: {feeds: {tier: ['1']}, severity: high, labels: {team: markets}}\n"
        "  asked: {when: 'title:Amazon NEAR/3 json'}\n"
        f"receivers: {{desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}}}\n"
    )

    monitor.once()

    told = {(event["data"]["alert"]["watchlist"], event["data"]["article"]["feed"]["id"][:7]): event["data"]
            for event in desk.events()}  # fmt: skip
    kinds = ("atom", "rdf", "json", "news", "since", "carried")
    listed = {key for key in told if key[1].startswith("l-")}
    assert {("all", kind) for kind in kinds} | {("first", "news"), ("asked", "json")} == told.keys() - listed
    assert 1 == len(listed)
    assert f"{base}/recent.html" == told["all", "since"]["article"]["url"]
    assert ("high", {"team": "markets"}) == tuple(
        told["first", "news"]["alert"][key] for key in ("severity", "labels")
    )
    assert not any(path == "/carried.html" for _, path, _ in kurier.asked)
    schema = Draft202012Validator(json.loads(monitor.call("schema", "events")))
    assert all(schema.is_valid(json.loads(body)) for _, body in desk.requests)


def test_a_further_entity_of_a_told_story_alerts_alone_and_both_secrets_sign(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier, bote = outlet("kurier"), outlet("bote")
    text = paragraphs("Amazon baut ein Lager.", "Die Stadt begrüßt das Vorhaben.", "Es kostet viel Geld.")
    kurier.publishes("Amazon baut ein Lager", text, slug="lager")
    configured(monitor, desk, kurier, bote)
    written = monitor.config.read_text()
    monitor.config.write_text(
        written.replace("['env:DESK_SECRET']", "['env:NEXT_SECRET', 'env:DESK_SECRET']")
    )
    monitor.environ["NEXT_SECRET"] = NEXT_SECRET
    monitor.once()
    bote.publishes("Amazon baut", text + "\n\nDort rechnet der Chip Trainium.", slug="bau")
    eventually(lambda: monitor.once()["entries"], what="the copy is found")

    headers, body = desk.requests[0]
    assert [["amazon"], ["trainium"]] == desk.entities()
    assert 1 == len({event["data"]["story"]["id"] for event in desk.events()})
    assert 2 == len(headers["webhook-signature"].split())
    assert (
        json.loads(body)
        == Webhook(SECRET).verify(body, headers)
        == Webhook(NEXT_SECRET).verify(body, headers)
    )


def test_a_giant_article_gives_a_small_body_whose_evidence_counts_what_it_leaves_out(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon riesig", "Amazon und Trainium melden sich. " * 5_000, slug="riesig")
    configured(monitor, desk, kurier)

    monitor.once()

    ((_, body),) = desk.requests
    told = json.loads(body)["data"]
    assert len(body) <= 20_000
    shown = sum(len(match["evidence"]) for match in told["matches"])
    assert sum(match["mentions"] for match in told["matches"]) == shown + told["suppressed"]["evidence"]


def test_a_failing_receiver_is_told_with_its_reason_and_a_reload_changes_the_heartbeat(
    monitor: Monitor, desk: Desk, ops: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    desk.answers(500, times=4)
    configured(monitor, desk, kurier, extra="watchlists: {a: {receivers: [desk]}, b: {receivers: [desk]}}\n")
    written = monitor.config.read_text().replace(
        "receivers:\n",
        f"receivers:\n  ops: {{url: '{ops.url}', secrets: ['env:DESK_SECRET'], allow_private: true, "
        "events: [monitor.heartbeat], fallback: true}\n",
    )
    monitor.config.write_text(written)
    monitor.start()

    (failing,) = eventually(lambda: ops.events("receiver.failing"))
    before = ops.events("monitor.heartbeat")
    monitor.config.write_text(f"{written}\nheartbeat: {{every: 1s}}\n")
    monitor.reload()
    eventually(lambda: len(ops.events("monitor.heartbeat")) >= 2)

    assert ("http_5xx", 500) == (failing["data"]["reason"], failing["data"]["status"])
    assert [] == before


def test_the_smallest_file_runs_unsigned_says_so_and_keeps_its_port(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    monitor.configure(
        f"feeds: [{{url: '{kurier.feed}', first_poll: all}}]\nentities: [Amazon]\nhttp: {{listen: null}}\n"
        f"receivers: {{desk: {{url: '{desk.url}', allow_private: true}}}}\n"
    )
    monitor.start()
    eventually(lambda: desk.requests)

    monitor.config.write_text(monitor.config.read_text().replace("listen: null", "listen: '127.0.0.1:1'"))
    monitor.reload()
    (refused,) = eventually(lambda: [line for line in monitor.lines() if '"refused"' in line])

    assert [["amazon"]] == desk.entities()
    assert "webhook-signature" not in desk.requests[0][0]
    assert any('"warning"' in line and "unsigned" in line for line in monitor.lines())
    assert "http.listen cannot change while the service runs" in refused


def test_a_health_port_that_is_taken_is_told_and_worth_another_try(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    configured(monitor, desk, outlet("kurier"))
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        monitor.config.write_text(monitor.config.read_text().replace("listen: null", f"listen: '{address}'"))

        told = monitor.call("run", expect=75)

    assert f"http.listen {address}: Address already in use" in told


@pytest.mark.without_store
def test_match_answers_each_line_before_the_next_is_written(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    configured(monitor, desk, outlet("kurier"))
    line = [sys.executable, "-m", "monitor", "match", "-c", str(monitor.config)]
    with subprocess.Popen(
        line, env=monitor.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as matching:
        assert matching.stdin
        assert matching.stdout
        answers = []
        for number in range(2):
            matching.stdin.write(json.dumps({"id": number, "title": "Amazon"}) + "\n")
            answers.append(json.loads(matching.stdout.readline())["id"])
        matching.stdin.close()

    assert [0, 1] == answers
    assert 0 == matching.returncode


def test_no_color_means_no_escape_codes_even_on_a_terminal(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    configured(monitor, desk, outlet("kurier"))
    monitor.once()
    terminal, other_end = pty.openpty()
    environ = monitor.environ | {"NO_COLOR": "1", "TERM": "xterm-256color"}

    done = subprocess.run(
        [sys.executable, "-m", "monitor", "status", "-c", str(monitor.config)],
        env=environ, stdout=other_end, check=False, timeout=60,
    )  # fmt: skip

    shown = os.read(terminal, 65_536)
    os.close(terminal)
    os.close(other_end)
    assert 0 == done.returncode
    assert b"kurier" in shown
    assert b"\x1b" not in shown


@pytest.mark.on_sqlite_alone("a demo makes a store of its own, which is a file")
def test_a_demo_that_is_kept_goes_on_until_it_is_ended(monitor: Monitor) -> None:
    line = [sys.executable, "-m", "monitor", "demo", "--keep", "-c", "taken and not read"]
    with (
        (monitor.folder / "shown").open("wb") as shown,
        (monitor.folder / "log.jsonl").open("wb") as log,
        subprocess.Popen(line, env=monitor.environ, stdout=shown, stderr=log) as demo,
    ):
        eventually(lambda: any('"event": "poll"' in each for each in monitor.lines()), within=90)
        demo.terminate()
        code = demo.wait(40)

    assert 0 == code
    assert "signatures verified" in (monitor.folder / "shown").read_text(encoding="utf-8")

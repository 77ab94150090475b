"""What people do before the service runs: find feeds, write a configuration, try it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from monitor.errands.words import EDITION, _account_cache
from tests.acceptance.screen import OpenScreen
from tests.acceptance.test_alerts import TEXT, configured
from tests.acceptance.world import Answer, Desk, Monitor, Outlet, eventually, paragraphs
from tests.servers import free_port

Open = Callable[[str], Outlet]
CONFIG = "# mine\nfeeds:\n  - {id: old, url: '%s'}   # keep\n# below\nentities: [Amazon]\n"
SITE = (
    "<link rel=alternate type=application/rss+xml href=/feed.xml title=News>"
    "<link rel=alternate type=application/rss+xml href=/comments.xml title=Comments>"
)


@pytest.fixture(autouse=True)
def elsewhere(monitor: Monitor) -> None:
    """What `init` writes names a file; on the other database the environment stands in its place."""
    if not monitor.store.startswith("sqlite:"):
        monitor.environ["MONITOR__STORE__URL"] = monitor.store


def site(outlet: Outlet) -> None:
    outlet.publishes("Amazon ernennt KI-Chef", "Text", slug="a")
    outlet.pages["/"] = Answer(body=SITE.encode(), headers={"content-type": "text/html"})
    outlet.pages["/comments.xml"] = Answer(
        body=b"<rss version='2.0'><channel><title>Comments</title></channel></rss>"
    )


def test_the_feeds_of_a_site_are_added_and_the_rest_of_the_file_stays(monitor: Monitor, outlet: Open) -> None:
    kurier, old = outlet("kurier"), outlet("old")
    site(kurier)
    monitor.configure(CONFIG % old.feed)
    before = monitor.config.read_text()

    best = monitor.call("feeds", "add", kurier.base)
    once_more = json.loads(monitor.call("feeds", "add", kurier.base, "--json"))
    everything = json.loads(monitor.call("feeds", "add", kurier.base, "--all", "--json"))

    assert "number 1 of the 2" in best
    after = monitor.config.read_text()
    added = "".join(f"  - {kurier.base}/{name}\n" for name in ("feed.xml", "comments.xml"))
    assert before.replace("# keep\n", f"# keep\n{added}") == after
    assert ([], [kurier.feed]) == (once_more["added"], [each["url"] for each in once_more["present"]])
    assert [f"{kurier.base}/comments.xml"] == [each["url"] for each in everything["added"]]


def test_one_of_several_can_be_picked_and_named(monitor: Monitor, outlet: Open) -> None:
    kurier = outlet("kurier")
    site(kurier)
    monitor.configure("entities: [Amazon]\n")

    monitor.call("feeds", "add", kurier.base, "--pick", "2", "--id", "talk")
    refused = monitor.call("feeds", "add", kurier.base, "--pick", "3", expect=2)
    taken = monitor.call("feeds", "add", kurier.feed, "--id", "talk", expect=78)

    assert (
        monitor.config.read_text().endswith(
            f"entities: [Amazon]\n\nfeeds:\n  - {{id: talk, url: {kurier.base}/comments.xml}}\n"
        )
        or f'url: "{kurier.base}/comments.xml"' in monitor.config.read_text()
    )
    assert "there is no number 3 among the 2 feeds" in refused
    assert "id 'talk' belongs to the feed in" in taken


def test_a_terminal_is_asked_which_one(monitor: Monitor, outlet: Open, screen: OpenScreen) -> None:
    kurier = outlet("kurier")
    site(kurier)
    monitor.configure("entities: [Amazon]\n")
    person = screen("feeds", "add", kurier.base)

    person.answer("which one? (its number) [1]: ", "2")
    person.ends(0)

    assert "comments.xml" in monitor.config.read_text()
    assert "feed.xml\n" not in monitor.config.read_text()


def test_a_site_without_feeds_leaves_the_file_alone(monitor: Monitor, outlet: Open) -> None:
    kurier = outlet("kurier")
    monitor.configure("entities: [Amazon]\n")
    before = monitor.config.read_text()

    missing = monitor.call("feeds", "add", kurier.base, expect=2)
    closed = monitor.call("feeds", "add", f"http://127.0.0.1:{free_port()}/", expect=2)
    wrong = monitor.call("feeds", "add", "ftp://example.org/", expect=2)

    assert "http_4xx: answered 404; open it in a browser" in missing
    assert "nobody listens there: look at host and port" in closed
    assert "'ftp' is not a scheme" in wrong
    assert before == monitor.config.read_text()


def test_feeds_rest_begin_anew_and_are_polled_beside_the_service(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    configured(monitor, desk, kurier)
    monitor.config.write_text(monitor.config.read_text().replace("every: 1s", "every: 1h"))
    monitor.start()
    eventually(lambda: len(kurier.asked) == 1, what="the first poll")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="a")

    monitor.call("feeds", "poll", "kurier")
    eventually(lambda: len(desk.events()) == 1, what="the alert, an hour before the feed was due")
    monitor.call("feeds", "pause", "kurier")
    kurier.publishes("Amazon baut", TEXT.replace("Amazon", "Amazon.com"), slug="b")
    refused = monitor.call("feeds", "poll", "kurier", expect=1)
    unknown = monitor.call("feeds", "poll", "kurir", expect=2)
    unsaid = monitor.call("feeds", "poll", expect=2)
    monitor.call("feeds", "poll", "--all")
    (resting,) = monitor.status()["feeds"]
    monitor.call("feeds", "reset", "kurier")
    monitor.call("feeds", "resume", "kurier")
    eventually(lambda: monitor.status()["feeds"][0]["entries"] == 2, what="the poll after the pause")

    assert "feeds resume" in refused
    assert "did you mean 'kurier'?" in unknown
    assert "or --all" in unsaid
    assert resting["paused_at"] and resting["next_poll_at"] is None  # noqa: PT018
    # What came out while it rested is remembered, without an alert; `first_poll: all` was for the beginning.
    assert 0 == monitor.status()["entries"]["pending"]
    assert 1 == len(desk.events())


# ---- init ------------------------------------------------------------------------------------


def news(outlet: Outlet) -> None:
    outlet.publishes("Wetter", paragraphs("Es regnet im Norden."), slug="wetter")
    outlet.publishes("Dürre", paragraphs("Am Amazonas steht das Wasser niedrig."), slug="fluss")
    outlet.publishes("Neuer Chef", paragraphs("Amazon hat Peter DeSantis befördert."), slug="chef")
    outlet.pages["/"] = Answer(body=SITE.encode(), headers={"content-type": "text/html"})


def test_a_few_options_become_a_monitor_that_runs(monitor: Monitor, desk: Desk, outlet: Open) -> None:
    kurier = outlet("kurier")
    news(kurier)
    options = ("--feed", kurier.base, "--entity", "Amazon:organization", "--entity", "Peter DeSantis")
    local = ("--allow-private", "127.0.0.0/8", "--receiver", desk.url)

    begun = json.loads(monitor.call("init", *options, *local, "--json"))
    secret = (monitor.folder / "desk.secret").read_text().strip()
    monitor.call("check")
    monitor.call("once")
    refused = monitor.call("init", *options, *local, expect=2)
    again = json.loads(monitor.call("init", *options, *local, "--json", "--force"))

    assert 204 == begun["test"]["attempt"]["status"]
    assert ["Neuer Chef", "Dürre", "Wetter"] == [each["title"] for each in begun["preview"]]
    assert [["amazon", "peter-desantis"], [], []] == [
        [match["entity"] for match in each["matches"]] for each in begun["preview"]
    ]
    assert [[], ["amazon"], []] == [[each["entity"] for each in one["rejected"]] for one in begun["preview"]]
    assert ["desk.secret", "monitor.yaml"] == [Path(each).name for each in begun["made"]]
    assert 0o600 == (monitor.folder / "desk.secret").stat().st_mode & 0o777
    assert 0o700 == (monitor.folder / "var").stat().st_mode & 0o777
    assert secret not in monitor.config.read_text()
    types = [json.loads(body)["type"] for _, body in desk.requests]
    assert ["webhook.test", "match.created", "webhook.test"] == types
    for headers, body in desk.requests:
        Webhook(secret).verify(body, headers)
    assert "is there already; --force" in refused
    # The secret that the receiver knows stays.
    assert ["monitor.yaml"] == [Path(each).name for each in again["made"]]
    assert [] == again["warnings"]


@pytest.mark.on_sqlite_alone("it is about words and languages, which stand in no store")
def test_words_and_languages_are_looked_up_in_what_is_packed(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    news(kurier)
    options = ("--feed", kurier.feed, "--entity", "Amazon", "--allow-private", "127.0.0.0/8", "--json")
    packed = monitor.folder / "news-monitor/words" / EDITION
    packed.mkdir(parents=True)
    for each in (_account_cache() / EDITION).iterdir():
        (packed / each.name).symlink_to(each)
    # Unpacked anew, German would be German.
    labels = packed / "languages.json"
    swapped = labels.read_text().replace('"de"', '"xx"')
    labels.unlink()
    labels.write_text(swapped)
    monitor.environ["XDG_CACHE_HOME"] = str(monitor.folder)

    begun = json.loads(monitor.call("init", *options, "--receiver", desk.url))

    assert "xx" in {each["language"] for each in begun["preview"]}


@pytest.mark.on_sqlite_alone("it is about a file that lies where `init` would put one")
def test_a_second_configuration_beside_a_store_is_warned_of_it(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    news(kurier)
    options = ("--feed", kurier.base, "--entity", "Amazon", "--allow-private", "127.0.0.0/8")
    monitor.call("init", *options, "--receiver", desk.url)
    secret = (monitor.folder / "desk.secret").read_text().strip()
    monitor.call("once")

    another = str(monitor.folder / "second.yaml")
    second = json.loads(monitor.call("init", *options, "--receiver", desk.url, "--json", "-o", another))

    # Both would write into the store that is there.
    assert "write another 'store.url' into this one" in second["warnings"][0]
    assert ["webhook.test", "match.created", "webhook.test"] == [
        Webhook(secret).verify(body, headers)["type"] for headers, body in desk.requests
    ]


def test_a_receiver_of_our_own_is_tried_and_then_listens(
    monitor: Monitor, outlet: Open, screen: OpenScreen
) -> None:
    kurier = outlet("kurier")
    news(kurier)

    told = monitor.call(
        *("init", "--feed", kurier.feed, "--entity", "Amazon", "--allow-private", "127.0.0.1/32")
    )
    listening = screen("receivers", "listen", "desk")
    listening.shows("desk listens at http://127.0.0.1:")
    monitor.call("once")
    listening.shows("match.created Amazon: Neuer Chef (signature verified)")
    listening.interrupt()
    listening.ends(0)

    assert "test: desk: answered 204" in told
    assert "test: that was a receiver for this test alone" in told
    assert "1 of the last 3 articles would have alerted" in told
    assert "«Amazon» hat Peter DeSantis befördert." in " ".join(told.split())
    assert "monitor receivers listen desk -c" in told


def test_a_receiver_that_fails_is_told_and_the_configuration_stays(
    monitor: Monitor, desk: Desk, outlet: Open
) -> None:
    kurier = outlet("kurier")
    news(kurier)
    desk.answers(500, times=5)

    told = monitor.call(
        *("init", "--feed", kurier.feed, "--entity", "Amazon", "--receiver", f"{desk.url}?token=hidden"),
        *("--allow-private", "127.0.0.0/8"),
        expect=1,
    )

    assert "test: desk: answered 500" in told
    assert "monitor receivers test desk -c" in told
    assert "hidden" not in told + monitor.config.read_text()
    assert f"{desk.url}?token=hidden" == (monitor.folder / "desk.url").read_text().strip()
    monitor.call("receivers", "test", "desk", expect=1)


def test_what_cannot_begin_leaves_nothing_behind(monitor: Monitor, outlet: Open) -> None:
    kurier = outlet("kurier")
    news(kurier)
    feed = ("--feed", kurier.feed)
    entity = ("--entity", "Amazon")
    local = ("--allow-private", "127.0.0.0/8")

    refused = [
        monitor.call("init", *options, expect=2)
        for options in (
            entity,
            feed,
            (*feed, *entity),
            (*feed, *entity, *entity, *local),
            (*feed, *local, "--entity", "?!"),
            (*feed, *entity, *local, "--receiver", "nowhere"),
            (*feed, *entity, "--allow-private", "everything"),
            (*entity, *local, "--feed", f"{kurier.base}/absent"),
        )
    ]

    wanted = (
        "name a feed or a site",
        "--allow-private 127.0.0.0/8",
        "private_address",
        "'amazon' is named twice",
        "holds no name",
        "is not a whole URL",
        "write a range such as",
        "http_4xx: answered 404",
    )
    assert all(words in told for words, told in zip(wanted, refused, strict=True)), refused
    assert [] == [path for path in monitor.folder.iterdir() if path.name != "log.jsonl"]


def test_an_old_secret_that_is_none_stops_the_beginning(monitor: Monitor, outlet: Open) -> None:
    kurier = outlet("kurier")
    news(kurier)
    (monitor.folder / "desk.secret").write_text("short")

    told = monitor.call(
        *("init", "--feed", kurier.feed, "--entity", "Amazon", "--allow-private", "127.0.0.0/8"), expect=2
    )

    assert "desk.secret is there already, but the secret is" in told
    assert "short" == (monitor.folder / "desk.secret").read_text()
    assert not monitor.config.exists()


def test_a_person_is_asked_and_every_slip_is_told(monitor: Monitor, outlet: Open, screen: OpenScreen) -> None:
    kurier = outlet("kurier")
    news(kurier)
    person = screen("init", "--allow-private", "127.0.0.0/8")

    person.answer("which feed or site shall be read? (its address): ", "ftp://x")
    person.shows("'ftp' is not a scheme")
    person.answer("which feed or site shall be read? (its address): ", kurier.base)
    person.answer("whom shall be looked for?", "Apple|Apple Inc.")
    person.answer("what is Apple?", "fruit")
    person.answer("what is Apple?", "organization")
    person.shows("name 'Apple' is an ordinary word")
    person.answer("words that speak for it", "iPhone, Cook")
    person.answer("names of other things", "Big Apple")
    person.answer("who else? (nothing ends the list): ", "Apple")
    person.answer("what is Apple?", "")
    person.answer("words that speak for it", "")
    person.answer("names of other things", "")
    person.shows("'apple' is named twice")
    person.answer("who else? (nothing ends the list): ", "Amazon")
    person.answer("what is Amazon?", "organization")
    person.answer("who else? (nothing ends the list): ", "")
    person.answer("where do alerts go?", "nowhere")
    person.answer("where do alerts go?", "print")
    person.shows("1 of the last 3 articles would have alerted")
    person.answer("write monitor.yaml? [yes]: ", "")
    person.shows("monitor run -c")
    person.ends(0)

    text = monitor.config.read_text()
    assert "kind: organization" in text
    assert "not: [Big Apple]" in text
    assert "context: [iPhone, Cook]" in text
    monitor.call("check")


def test_a_person_who_says_no_or_goes_away_leaves_nothing(
    monitor: Monitor, outlet: Open, screen: OpenScreen
) -> None:
    kurier = outlet("kurier")
    news(kurier)
    options = ("--feed", kurier.feed, "--entity", "Amazon", "--receiver", "print")
    no = screen("init", *options, "--allow-private", "127.0.0.0/8")

    no.answer("write monitor.yaml? [yes]: ", "no")
    no.ends(2)
    gone = screen("init")
    gone.answer("which feed or site shall be read?", "\x04")
    gone.ends(2)

    assert "nothing was written" in no.text
    assert not monitor.config.exists()

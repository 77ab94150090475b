import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.config.feeds import feed_id
from monitor.config.load import load_config
from monitor.config.receivers import takes_matches
from monitor.config.schema import Config
from monitor.config.tree import find_config
from monitor.errors import ConfigError
from monitor.model import (
    Brake,
    Budget,
    Case,
    DigestSchedule,
    EntityKind,
    FirstPoll,
    Name,
    QuietHours,
    Receiver,
    ReceiverName,
    Severity,
)
from monitor.ports import Access

Load = Callable[..., Config]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SMALLEST = """\
feeds: [https://www.example.org/news.rss]
entities: [Amazon, DeSantis, Trainium]
receivers: {desk: https://hooks.example.org/news}
"""
FULL = """\
store: {url: "sqlite:///var/monitor.db"}
user_agent: "news-monitor/1.0 (+https://example.org/contact)"
network:
  allow_private: []
  per_host: {at_once: 2, pause: 1s}
  robots: respect
  proxy: null
feeds:
  - https://www.example.org/news.rss
  - id: example-de
    url: https://www.example.org/de/feed.atom
    every: 15m
    first_poll: baseline
    articles: page
    labels: {tier: "1"}
  - opml: feeds.opml
  - sitemap: https://www.example.org/news-sitemap.xml
entities:
  amazon:
    kind: organization
    names: [Amazon, Amazon.com, {text: AWS, case: exact}]
    not: [Amazonas, Amazon River, Amazon rainforest, Amazonen]
    context: [Jassy, Cloud, Alexa]
    not_context: [Regenwald, rainforest]
    require: []
    related: [desantis, trainium]
    wikidata: Q3884
    tests: {match: ["Amazons KI-Sparte wächst"], no_match: ["Am Amazonas brennt der Wald"]}
  desantis: {kind: person, names: [Peter DeSantis], not: [Ron DeSantis]}
  trainium: {kind: product, names: [Trainium]}
watchlists:
  cloud-ai:
    entities: [amazon, desantis, trainium]
    when: "title:Amazon NEAR/8 Chip"
    min_confidence: 0.5
    min_salience: mention
    languages: [de, en]
    feeds: {tier: ["1", "2"]}
    severity: high
    receivers: [desk, slack]
    quiet_hours: {from: "22:00", to: "07:00", tz: Europe/Berlin, except: [high]}
    budget: {alerts: 10, per: 1d}
    digest: {at: "07:30"}
receivers:
  desk: {url: https://hooks.example.org/news, secrets: ["env:DESK_SECRET"], timeout: 15s}
  slack: {url: "env:SLACK_URL", format: slack}
  ops:
    url: https://hooks.example.org/ops
    secrets: ["file:ops"]
    events: ["source.*", "receiver.*", monitor.heartbeat]
    fallback: true
heartbeat: {every: 15m}
http: {listen: "127.0.0.1:9464"}
"""
TOKEN = "a-token-of-more-than-24-characters"
ENVIRON = {"DESK_SECRET": SECRET, "SLACK_URL": "https://hooks.example.org/T0/hunter2"}


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def write_and_load(text: str | bytes, environ: dict[str, str] = ENVIRON, **options: Any) -> Config:
        path = tmp_path / "monitor.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_config(path, environ, **options)

    (tmp_path / "ops").write_text(SECRET)
    (tmp_path / "feeds.opml").write_text(
        '<opml version="2.0"><body><outline text="News">'
        '<outline text="A" xmlUrl="https://a.example.org/rss"/></outline></body></opml>'
    )
    return write_and_load


def test_the_smallest_file_loads_and_is_told_unsigned(load: Load) -> None:
    config = load(SMALLEST)

    assert ["example-org-news-rss"] == [feed.id for feed in config.feeds]
    assert ["amazon", "desantis", "trainium"] == [entity.id for entity in config.entities]
    assert [("default", None, ("desk",))] == [
        (each.id, each.entities, each.receivers) for each in config.watchlists
    ]
    assert any(each.path == "receivers.desk" and "unsigned" in each.problem for each in config.warnings)


def test_what_is_not_said_has_its_default(load: Load) -> None:
    config = load(SMALLEST)

    assert "sqlite:///var/monitor.db" == config.store_url
    assert timedelta(minutes=15) == config.heartbeat_every
    assert ("127.0.0.1", 9464) == config.listen
    assert "signal" == config.reload
    assert timedelta(days=90) == config.retention
    assert (2, timedelta(seconds=1), True) == (
        config.fetch.at_once,
        config.fetch.pause,
        config.fetch.respect_robots,
    )


def test_the_full_file_says_what_it_says(load: Load) -> None:
    config = load(FULL)

    amazon = config.entities[0]
    watchlist = config.watchlists[0]
    assert [
        "example-org-news-rss",
        "example-de",
        "a-example-org-rss",
        "example-org-news-sitemap-xml",
    ] == [feed.id for feed in config.feeds]
    assert {"folder": "News"} == config.feeds[2].labels
    assert (EntityKind.ORGANIZATION, Name(text="AWS", case=Case.EXACT)) == (amazon.kind, amazon.names[2])
    assert ("Amazonas", "Amazon River", "Amazon rainforest", "Amazonen") == amazon.decoys
    assert {"cloud-ai": "title:Amazon NEAR/8 Chip"} == config.queries
    assert watchlist.has_query
    quiet = QuietHours(begin="22:00", end="07:00", tz="Europe/Berlin", spared=frozenset({Severity.HIGH}))
    assert (quiet,) == watchlist.quiet_hours
    assert Budget(alerts=10, per=timedelta(days=1), tz="Europe/Berlin") == watchlist.budget
    assert DigestSchedule(at=("07:30",), tz="Europe/Berlin") == watchlist.digest
    assert {"tier": ("1", "2")} == watchlist.feed_labels
    assert [24, 24] == [len(each.secrets[0]) for each in config.receivers if each.secrets]
    assert "https://hooks.example.org/T0/hunter2" == config.receivers[1].url
    assert "hunter2" not in repr(config)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfea\x00", "is not text in UTF-8 (line 1)"),
        (b"a: b\n\xe4: 1", "is not text in UTF-8 (line 2)"),
        (b"#" * 10_000_001, "is too big: more than 10 MB"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused(content: bytes, problem: str, load: Load) -> None:
    with pytest.raises(ConfigError) as caught:
        load(content)

    assert [True] == [problem in fault.problem for fault in caught.value.faults]


def test_a_file_that_is_absent_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.yaml", tmp_path):
        with pytest.raises(ConfigError, match="cannot be read"):
            load_config(path, {})


def test_words_of_yaml_1_1_mean_what_their_keys_want(load: Load) -> None:
    config = load(
        "watchlists: {w: {languages: [no, on], digest: {at: 07:30, tz: UTC}, labels: {a: yes, b: 010}}}"
    )

    assert frozenset({"no", "on"}) == config.watchlists[0].languages
    assert DigestSchedule(at=("07:30",), tz="UTC") == config.watchlists[0].digest
    assert {"a": "yes", "b": "010"} == config.watchlists[0].labels


def test_quiet_hours_and_digests_have_days_and_several_times(load: Load) -> None:
    config = load(
        SMALLEST
        + "watchlists:\n  w:\n    quiet_hours:\n      - {from: 22:00, to: 07:00, tz: Europe/Berlin}\n"
        "      - {from: 00:00, to: 24:00, days: [sat, Sun], tz: Europe/Berlin}\n"
        "    digest: {at: [7:30, 17:00], days: mon-fri}\n    budget: {alerts: 5, per: 1d, tz: Asia/Tokyo}\n"
    )

    (watchlist,) = config.watchlists
    nights = QuietHours(begin="22:00", end="07:00", tz="Europe/Berlin")
    weekends = QuietHours(begin="00:00", end="00:00", tz="Europe/Berlin", days=frozenset({5, 6}))
    assert (nights, weekends) == watchlist.quiet_hours
    assert (
        DigestSchedule(at=("07:30", "17:00"), tz="Europe/Berlin", days=frozenset(range(5)))
        == watchlist.digest
    )
    assert Budget(alerts=5, per=timedelta(days=1), tz="Asia/Tokyo") == watchlist.budget


def test_a_feed_has_the_brake_of_all_or_its_own_with_the_rest_of_that(load: Load) -> None:
    config = load(
        "brake: {share: 0.6, alerts: 30}\nfeeds:\n  - https://a.example.org/rss\n"
        "  - {url: https://b.example.org/rss, brake: {alerts: 100}}\n"
        "  - {url: https://c.example.org/rss, brake: off}\n"
    )
    off = load(
        "brake: off\n"
        "feeds: [https://a.example.org/rss, {url: https://b.example.org/rss, brake: {wait: 5m}}]\n"
    )

    base = Brake(share=0.6, alerts=30)
    assert [base, replace(base, alerts=100), None] == [feed.brake for feed in config.feeds]
    assert [None, Brake(wait=timedelta(minutes=5))] == [feed.brake for feed in off.feeds]


def test_anchors_and_merges_are_understood(load: Load) -> None:
    config = load(
        "feeds:\n  - &a {url: https://a.example.org/rss, every: 15m}\n  - {<<: *a, url: https://b.example.org/rss}\n"
    )

    assert [timedelta(minutes=15)] * 2 == [feed.every for feed in config.feeds]


@pytest.mark.parametrize(("written", "told"), [("1s", True), ("59s", True), ("1m", False)])
def test_polls_more_often_than_each_minute_are_told_and_done(written: str, *, told: bool, load: Load) -> None:
    config = load(f"feeds: [{{url: https://a.example.org/rss, every: {written}}}]")

    assert told == any(warning.path == "feeds[0].every" for warning in config.warnings)


def test_first_polls_of_all_three_sorts(load: Load) -> None:
    config = load(
        "feeds:\n- {url: https://a.example.org/, first_poll: all}\n"
        "- {url: https://b.example.org/, first_poll: {since: 24h}}\n- https://c.example.org/\n"
    )

    assert [
        (FirstPoll.ALL, None),
        (FirstPoll.SINCE, timedelta(days=1)),
        (FirstPoll.BASELINE, None),
    ] == [(feed.first_poll, feed.first_poll_since) for feed in config.feeds]


def test_short_forms_of_entities_and_receivers(load: Load) -> None:
    config = load(
        "entities: {a: Alpha, b: [Beta, {text: BT, case: any}], c: {names: Gamma}}\n"
        "receivers: {x: https://x.example.org/}\n"
    )

    assert [("Alpha",), ("Beta", "BT"), ("Gamma",)] == [
        tuple(n.text for n in e.names) for e in config.entities
    ]
    assert ["https://x.example.org/"] == [receiver.url for receiver in config.receivers]


def test_names_without_latin_letters_get_ids_that_stay(load: Load) -> None:
    first, second = (load("entities: [北京, Müller, Москва]").entities for _ in range(2))

    assert first == second
    assert "mueller" == first[1].id
    assert 3 == len({entity.id for entity in first})


def test_plain_http_is_taken_where_the_receiver_is_internal(load: Load) -> None:
    config = load("receivers: {a: {url: http://127.0.0.1:8080/, allow_private: true}}")

    assert config.receivers[0].allow_private


def test_a_secret_in_the_file_is_taken_and_told(load: Load) -> None:
    config = load(f"receivers: {{a: {{url: https://a.example.org/, secrets: [{SECRET}]}}}}")

    assert 24 == len(config.receivers[0].secrets[0])
    assert ["receivers.a.secrets[0]"] == [w.path for w in config.warnings if "for all to read" in w.problem]
    assert SECRET not in str(config.warnings)


def test_listening_can_be_turned_off(load: Load) -> None:
    assert load("http: {listen: null}").listen is None


def test_an_entity_that_nobody_watches_is_told(load: Load) -> None:
    config = load("entities: {a: Alpha, b: Beta}\nwatchlists: {w: {entities: [a]}}")

    assert ["entities.b"] == [each.path for each in config.warnings if "in no watchlist" in each.problem]


def test_a_receiver_without_match_events_gets_no_watchlist_by_default(load: Load) -> None:
    config = load(
        "receivers:\n  a: https://a.example.org/\n  b: {url: https://b.example.org/, events: [source.*]}\n"
    )

    assert ("a",) == config.watchlists[0].receivers


@pytest.mark.parametrize(
    ("events", "takes"),
    [
        (None, True),
        (("match.*",), True),
        (("*",), True),
        (("digest.created",), True),
        (("source.*",), False),
        ((), False),
    ],
)
def test_only_match_and_digest_events_carry_matches(events: tuple[str, ...] | None, *, takes: bool) -> None:
    receiver = Receiver(name=ReceiverName("a"), url="https://a.example.org/", events=events)

    assert takes == takes_matches(receiver)


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ('"Amazon AND ("', '"}}'),
        ("'titel:Amazon'", "titel"),
        ("Amazon near/5 Chip", "near"),
        ('"Amazon NEAR Chip"', "NEAR"),
        ("count(Amazon) > 3", "> 3"),
        ('"Chip AND body:(title:Amazon) )"', ')"}}'),
    ],
)
def test_a_fault_in_a_query_is_told_at_its_own_column(load: Load, query: str, at: str) -> None:
    text = f"watchlists: {{w: {{when: {query}}}}}"

    with pytest.raises(ConfigError) as caught:
        load(text)

    fault = caught.value.faults[0]
    assert ("watchlists.w.when", 1) == (fault.path, fault.line)
    assert text[fault.column - 1 :].startswith(at)


def test_the_entities_tests_can_be_left_out(load: Load) -> None:
    text = "entities: {a: {names: [Alpha], tests: {match: [Nothing of it]}}}"

    assert ("Nothing of it",) == load(text, run_tests=False).entities[0].tests_match
    with pytest.raises(ConfigError):
        load(text)


# ---- the environment -------------------------------------------------------------------------


def test_the_environment_overrides_what_the_file_says(load: Load) -> None:
    environ = {
        "MONITOR__STORE__URL": "sqlite:///other.db",
        "MONITOR__FEEDS__0": "https://b.example.org/rss",
        "MONITOR__FEEDS__1__URL": "https://c.example.org/rss",
        "MONITOR__WATCHLISTS__CLOUD_AI__LANGUAGES": "[de, no]",
        "MONITOR__RETENTION": "7d",
        "MONITOR_CONFIG": "elsewhere",
    }

    config = load("feeds: [https://a.example.org/rss]\nwatchlists: {cloud-ai: {severity: low}}", environ)

    assert "sqlite:///other.db" == config.store_url
    assert ["https://b.example.org/rss", "https://c.example.org/rss"] == [feed.url for feed in config.feeds]
    assert frozenset({"de", "no"}) == config.watchlists[0].languages
    assert Severity.LOW == config.watchlists[0].severity
    assert timedelta(days=7) == config.retention


@pytest.mark.parametrize(
    ("name", "written", "told"),
    [
        ("MONITOR__STORE__URL", "mysql://x", "store.url: is not a store"),
        ("MONITOR__STORE__ULR", "x", "store.ulr: unknown key 'ulr'; did you mean 'url'?"),
        ("MONITOR__RETENTION", "[", "retention: not YAML"),
        ("MONITOR__", "x", "names no setting"),
        ("MONITOR__FEEDS__7__URL", "x", "feeds.7.url: '7' is no place in a list of 1"),
        ("MONITOR__RELOAD__X", "x", "reload.x: 'x' cannot stand below a single value"),
    ],
)
def test_a_fault_in_the_environment_names_the_variable(
    name: str, written: str, told: str, load: Load
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(SMALLEST + "reload: watch\nstore: {url: 'sqlite:///x.db'}\n", {name: written})

    assert str(caught.value).startswith(f"environment {name}: {told}")


# ---- where the file is -----------------------------------------------------------------------


def test_the_file_is_looked_for_in_the_order_of_the_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "xdg"), "MONITOR_CONFIG": "from-environment.yaml"}
    for path in ("config", "xdg/news-monitor"):
        (tmp_path / path).mkdir(parents=True)
        (tmp_path / path / "monitor.yaml").touch()

    assert Path("explicit.yaml") == find_config(Path("explicit.yaml"), environ)
    assert Path("from-environment.yaml") == find_config(None, environ)
    del environ["MONITOR_CONFIG"]
    assert Path("config/monitor.yaml") == find_config(None, environ)
    (tmp_path / "config" / "monitor.yaml").unlink()
    assert tmp_path / "xdg" / "news-monitor" / "monitor.yaml" == find_config(None, environ)
    assert tmp_path / "xdg" / "news-monitor" / "monitor.yaml" == find_config(
        None, {"HOME": str(tmp_path)} | environ
    )


def test_no_file_anywhere_is_told_with_the_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if Path("/etc/news-monitor/monitor.yaml").is_file():
        pytest.skip("this machine has a configuration of its own")

    with pytest.raises(ConfigError, match=r"/etc/news-monitor/monitor\.yaml"):
        find_config(None, {"HOME": str(tmp_path)})
    (tmp_path / "monitor.yaml").touch()
    with pytest.raises(ConfigError, match=r"monitor\.yaml is here: -c monitor\.yaml"):
        find_config(None, {"HOME": str(tmp_path)})


# ---- feeds and CSV files ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.org/news.rss", "example-org-news-rss"),
        ("https://example.org:8443/", "example-org-8443"),
        ("https://www.example.org/Größe/", "example-org-groesse"),
    ],
)
def test_ids_of_feeds_come_from_host_and_path(url: str, name: str) -> None:
    assert name == feed_id(url)


def test_feeds_that_differ_in_their_query_differ_in_their_ids() -> None:
    one, other = feed_id("https://a.example.org/?key=hunter2"), feed_id("https://a.example.org/?key=hunter3")

    assert one != other
    assert "hunter" not in one + other


def test_secrets_in_a_feed_are_used_and_not_shown(load: Load) -> None:
    config = load("feeds: [https://user:hunter2@a.example.org/rss?key=hunter2]")

    assert "https://user:hunter2@a.example.org/rss?key=hunter2" == config.feeds[0].url
    assert "hunter2" not in repr(config.feeds)


def test_a_feed_that_will_be_refused_by_its_address_is_told(load: Load) -> None:
    feeds = ("http://127.0.0.1:1/a", "http://localhost/a", "http://[::1]/a", "http://10.2.0.1/a")
    config = load(
        f"network: {{allow_private: 10.2.0.0/16}}\nfeeds: [{', '.join(map(repr, feeds))}, http://8.8.8.8/a]\n"
    )

    told = [each.path for each in config.warnings if "'network.allow_private' admits" in each.problem]
    assert ["feeds[0]", "feeds[1]", "feeds[2]"] == told


def test_opml_feeds_take_prefix_labels_and_waits(load: Load, tmp_path: Path) -> None:
    (tmp_path / "feeds.opml").write_text(
        '<opml><body><outline text="A" xmlUrl="https://a.example.org/rss" category="x"/>\n'
        '<outline text="A" xmlUrl="https://a.example.org/rss"/></body></opml>'
    )

    config = load("feeds: [{opml: feeds.opml, id: mine, every: 30m, labels: {tier: 1}}]")

    assert [("mine-a-example-org-rss", timedelta(minutes=30), {"category": "x", "tier": "1"})] == [
        (feed.id, feed.every, feed.labels) for feed in config.feeds
    ]
    assert ["feeds.opml"] == [each.file for each in config.warnings if "polled once" in each.problem]


def test_faults_of_opml_files_name_their_lines(load: Load, tmp_path: Path) -> None:
    (tmp_path / "feeds.opml").write_text('<opml><body>\n<outline xmlUrl="feed:hunter2"/>\n</body></opml>')

    with pytest.raises(ConfigError) as caught:
        load("feeds: [{opml: feeds.opml}]")

    told = "feeds.opml:2:1: feeds[0]: 'feed' is not a scheme that is spoken here; write one that begins with"
    assert [f"{told} https:// or http://"] == [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8"), (";", "utf-8-sig")])
def test_csv_files_hold_entities(separator: str, encoding: str, load: Load, tmp_path: Path) -> None:
    rows = [
        ["id", "kind", "name", "aliases", "not", "context"],
        ["siemens", "organization", "Siemens", "Siemens AG | SIE", "Siemensstadt", "Busch|Erlangen"],
        [],
        ["", "", "Mañana", "", "", ""],
    ]
    with (tmp_path / "c.csv").open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)

    config = load("entities: {big: {file: c.csv}, amazon: Amazon}\nwatchlists: {w: {entities: [big]}}")

    siemens, manana, _ = config.entities
    assert ("Siemens", "Siemens AG", "SIE") == tuple(name.text for name in siemens.names)
    assert (("Siemensstadt",), ("Busch", "Erlangen")) == (siemens.decoys, siemens.context)
    assert ("manana", EntityKind.OTHER) == (manana.id, manana.kind)
    assert frozenset({"siemens", "manana"}) == config.watchlists[0].entities


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "c.csv:1:1: entities.big: column 'name' is missing"),
        ("name,alias\nA,B\n", "c.csv:1:1: entities.big: unknown column 'alias'; did you mean 'aliases'?"),
        ("name,name\nA,B\n", "c.csv:1:1: entities.big: column 'name' stands twice; remove one"),
        ("name\nA\nA\n", "c.csv:3:1: entities.big: entity 'a' stands in c.csv:2 already; remove one"),
        ("id,name\na,\n", "c.csv:2:1: entities.big: the name is empty; write one"),
        ("kind,name\nfirm,A\n", "c.csv:2:1: entities.big: unknown word 'firm'"),
        ("id,name\na b,A\n", "c.csv:2:1: entities.big: 'a b' is not an id"),
        ("name\nA,B\n", "c.csv:2:1: entities.big: 2 values for 1 columns"),
        ('name\n"A\nB"\n"A"B\n', "c.csv:4:1: entities.big: not CSV"),
    ],
)  # fmt: skip
def test_faults_of_csv_files_name_their_lines(content: str, told: str, load: Load, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(content)

    with pytest.raises(ConfigError) as caught:
        load("entities: {big: {file: c.csv}}")

    assert [True] == [str(fault).startswith(told) for fault in caught.value.faults]


def test_a_hundred_thousand_rows_are_read_with_progress(load: Load, tmp_path: Path) -> None:
    lines = [f"c{n},organization,Company {n},Alias {n}|Other {n},,\n" for n in range(100_000)]
    (tmp_path / "c.csv").write_text("id,kind,name,aliases,not,context\n" + "".join(lines))
    told: list[int] = []

    config = load("entities: {big: {file: c.csv}}", run_tests=False, progress=told.append)

    assert 100_000 == len(config.entities)
    assert [1_000, 2_000] == told[:2]


@pytest.mark.parametrize(
    ("http", "on", "token"),
    [
        ("{}", True, None),
        ('{listen: "[::1]:1"}', True, None),
        ('{listen: "localhost:1", api: false}', False, None),
        ('{listen: "0.0.0.0:1"}', False, None),
        ('{listen: "0.0.0.0:1", token: "env:API_TOKEN"}', True, TOKEN),
        ('{listen: "0.0.0.0:1", token: "env:API_TOKEN", api: false}', False, TOKEN),
        ("{listen: null}", True, None),
    ],
)
def test_the_api_is_on_where_only_this_machine_or_a_token_reaches_it(
    load: Load, http: str, token: str | None, *, on: bool
) -> None:
    config = load(f"{SMALLEST}http: {http}\n", {"API_TOKEN": TOKEN})

    assert Access(on=on, token=token) == config.access
    assert TOKEN not in repr(config)

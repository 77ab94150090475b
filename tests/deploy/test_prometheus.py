"""Do the alarms and the dashboard ask for what a real Prometheus finds in our real metrics?"""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.adapters.store import server_of
from monitor.engine.queue import prepare
from tests.acceptance.test_alerts import ENTITIES, TEXT
from tests.acceptance.world import Answer, Desk, Monitor, Outlet, eventually
from tests.postgresql import PostgreSQL
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "deploy" / "prometheus" / "rules.yaml"
CONFIG = ROOT / "deploy" / "prometheus" / "prometheus.yaml"
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana" / "dashboard.json").read_text())
ALARMS: list[dict[str, Any]] = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ASKED: Sequence[tuple[str, str]] = [
    (panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]
]
METRIC = re.compile(r"\bmonitor_\w+")
# Two hundred thousand elements, one in the other, which nobody closes.
TANGLED = b"<?xml version='1.0'?><rss>" + b"<a>" * 200_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, postgres: PostgreSQL) -> Iterator[Monitor]:
    """A worker on a queue, to which everything happens that the dashboard shows."""
    monitor = Monitor(tmp_path_factory.mktemp("monitor"))
    postgres.admin("CREATE DATABASE watched")
    monitor.store, monitor.engine = postgres.url("watched"), "procrastinate"
    prepare(server_of(monitor.store))
    with (
        closing(Outlet("kurier")) as kurier,
        closing(Outlet("bote")) as bote,
        closing(Desk()) as desk,
        closing(Desk()) as gone,
        closing(monitor),
    ):
        kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
        bote.answers("/feed.xml", Answer(body=TANGLED, headers={"content-type": "application/rss+xml"}))
        desk.answers(503, times=10_000)
        gone.answers(410, times=10_000)
        # More feeds of one host than may be asked at once: some are due at any time.
        feeds = "\n".join(
            f"  - {{id: kurier-{number}, url: '{kurier.feed}?{number}', every: 1s, first_poll: all}}"
            for number in range(30)
        )
        hook = "secrets: ['env:DESK_SECRET'], allow_private: true"
        monitor.configure(
            f"feeds:\n{feeds}\n  - {{id: bote, url: '{bote.feed}', every: 1s}}\n{ENTITIES}\n"
            f"receivers:\n  desk: {{url: '{desk.url}', {hook}}}\n  gone: {{url: '{gone.url}', {hook}}}\n"
            f"heartbeat: {{every: 1s}}\nhttp: {{listen: '127.0.0.1:{free_port()}'}}\n"
        )
        slow = monitor.config.read_text().replace("at_once: 4, pause: 0s", "at_once: 1, pause: 100ms")
        monitor.config.write_text(slow)
        monitor.start()
        monitor.reload()
        yield monitor


@pytest.fixture(scope="module")
def prometheus(world: Monitor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus under our own files, but for the addresses, that has scraped the worker."""
    assert shutil.which("prometheus"), "prometheus is not installed; .ci/run brings it"
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    config = yaml.safe_load(CONFIG.read_text())
    (job,) = config["scrape_configs"]
    job |= {"scrape_interval": "1s", "scrape_timeout": "1s"}
    job["static_configs"] = [{"targets": [address_of(world)]}]
    config |= {"global": {"evaluation_interval": "500ms"}, "rule_files": [str(RULES)]}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    base = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{port}"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        eventually(
            lambda: process.poll() is not None or scraped(base), within=120, what="the worker is scraped"
        )
        assert process.poll() is None, (folder / "log").read_text()
        yield base
    finally:
        process.terminate()
        process.wait(20)


def address_of(world: Monitor) -> str:
    found = re.search(r"listen: '([\d.:]+)'", world.config.read_text())
    assert found is not None
    return found[1]


def scraped(base: str) -> bool:
    try:
        return result(base, 'up{job="news-monitor"} == 1') != []
    except (OSError, ValueError):  # it says in plain words that it starts
        return False


def result(base: str, expression: str) -> list[Any]:
    """Return what Prometheus finds now.

    Raises:
        AssertionError: it does not understand the question.
    """
    told = _asked(f"{base}/api/v1/query?{urllib.parse.urlencode({'query': expression})}")
    assert told["status"] == "success", f"{expression}: {told}"
    found: list[Any] = told["data"]["result"]
    return found


def _asked(url: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            found: dict[str, Any] = json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        found = json.loads(refused.read())
    return found


def as_grafana_asks(expression: str) -> str:
    return expression.replace("$__rate_interval", "1m").replace("$job", "news-monitor")


@pytest.mark.parametrize(("panel", "expression"), ASKED)
def test_every_question_of_the_dashboard_is_answered_with_something(
    prometheus: str, panel: str, expression: str
) -> None:
    found = eventually(lambda: result(prometheus, as_grafana_asks(expression)), what=f"{panel} shows a value")

    assert not [each for each in found if each["value"][1] == "NaN" and len(found) == 1], panel


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: str(alarm["alert"]))
def test_every_side_of_an_alarm_finds_its_metric(prometheus: str, alarm: dict[str, Any]) -> None:
    # Without what makes it an alarm: that it is silent must come of the values, not of the names.
    sides = re.split(r"\s+(?:==|[<>]) \d+(?:\.\d+)?\s*(?:(?:or|unless) )?|\s+[<>] (?=[a-z(])", alarm["expr"])
    questions = [side for side in sides if METRIC.search(side) or side.startswith("up{")]

    assert questions
    for question in questions:
        eventually(lambda question=question: result(prometheus, question), what=question)  # type: ignore[misc]


def test_prometheus_evaluates_every_alarm_without_an_error(prometheus: str) -> None:
    def groups() -> list[Any]:
        found: list[Any] = _asked(f"{prometheus}/api/v1/rules")["data"]["groups"]
        rules = [rule for group in found for rule in group["rules"]]
        return [] if any(rule["health"] == "unknown" for rule in rules) else rules

    rules = eventually(groups)

    assert {alarm["alert"] for alarm in ALARMS} == {rule["name"] for rule in rules}
    assert {"ok"} == {rule["health"] for rule in rules}


def test_a_refused_configuration_waits_to_become_an_alarm(prometheus: str, world: Monitor) -> None:
    good = world.config.read_text()
    world.config.write_text(f"{good}\nfeedz: []\n")
    world.reload()
    pending = 'ALERTS{alertname="MonitorReloadRefused", alertstate="pending"}'

    try:
        (raised,) = eventually(lambda: result(prometheus, pending))
    finally:
        world.config.write_text(good)
        world.reload()

    assert address_of(world) == raised["metric"]["instance"]
    eventually(lambda: not result(prometheus, pending), what="it ends with the fault")


def test_every_metric_that_is_named_is_told_by_the_worker_and_documented(world: Monitor) -> None:
    with urllib.request.urlopen(f"http://{address_of(world)}/metrics", timeout=10) as answer:
        told = set(METRIC.findall(answer.read().decode()))
    asked = {
        name
        for expression in [*(alarm["expr"] for alarm in ALARMS), *(each for _, each in ASKED)]
        for name in METRIC.findall(expression)
    }
    dated = {name for name in told if name.endswith("_created")}
    documented = set(METRIC.findall((ROOT / "docs" / "operations.md").read_text()))

    assert set() == asked - told
    assert set() == {re.sub(r"_(bucket|sum|count)$", "", name) for name in told - dated} - documented


def test_promtool_has_nothing_to_say_about_the_files() -> None:
    for kind, path in (("config", CONFIG), ("rules", RULES)):
        done = promtool("check", kind, "--lint=all", "--lint-fatal", str(path))
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_alarm_is_raised_in_its_time_ends_and_keeps_quiet_while_all_is_well(tmp_path: Path) -> None:
    cases = (Path(__file__).with_name("rules_test.yaml")).read_text().replace("RULES", str(RULES))
    (tmp_path / "rules_test.yaml").write_text(cases)

    done = promtool("test", "rules", str(tmp_path / "rules_test.yaml"))

    assert done.returncode == 0, done.stdout + done.stderr
    raised = {
        each["alertname"]
        for case in yaml.safe_load(cases)["tests"]
        for each in case.get("alert_rule_test", ())
        if each["exp_alerts"]
    }
    assert {alarm["alert"] for alarm in ALARMS} == raised


def test_an_alarm_says_what_it_is_how_bad_and_where_to_read_on() -> None:
    headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
    anchors = {f"docs/operations.md#{heading.lower().replace(' ', '-')}" for heading in headings}

    for alarm in ALARMS:
        assert alarm["labels"]["severity"] in {"critical", "warning"}
        assert {"summary", "description", "runbook_url"} == set(alarm["annotations"])
        assert alarm["annotations"]["runbook_url"] in anchors
        assert alarm["annotations"]["runbook_url"].endswith(f"#{alarm['alert'].lower()}")


def test_panels_have_names_units_and_places_of_their_own() -> None:
    places: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & places, panel["title"]
        assert max(x for x, _ in cells) < 24
        places |= cells

    titles = [panel["title"] for panel in DASHBOARD["panels"]]
    assert len(titles) == len(set(titles))
    assert len(titles) == len({panel["id"] for panel in DASHBOARD["panels"]})
    for panel in PANELS:
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"]["uid"] == "${datasource}"
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs))
        assert all('job=~"$job"' in target["expr"] for target in panel["targets"])


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, timeout=60)

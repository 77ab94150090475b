"""Does a real Alertmanager take our alerts, and show what they say?"""

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.alerts.examples import example_delivery, example_events
from monitor.model import EventType
from tests.acceptance.world import Monitor, Outlet, eventually, paragraphs
from tests.servers import free_port
from tests.unit.alerts.occasions import corpus, receiver_of

PROGRAM = "prometheus-alertmanager"


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of an Alertmanager that runs on loopback."""
    assert shutil.which(PROGRAM), f"{PROGRAM} is not installed; .ci/run brings it"
    folder, port = tmp_path_factory.mktemp("alertmanager"), free_port()
    (folder / "am.yml").write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    base = f"http://127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, f"--config.file={folder}/am.yml", f"--storage.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        eventually(lambda: process.poll() is not None or _answers(f"{base}/-/ready"), what="it is ready")
        assert process.poll() is None, (folder / "log").read_text()
        yield base
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def posted(base: str, body: bytes) -> int:
    request = urllib.request.Request(
        f"{base}/api/v2/alerts", data=body, headers={"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def alerts(base: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{base}/api/v2/alerts", timeout=10) as answer:
        found: list[dict[str, Any]] = json.loads(answer.read())
        return found


def test_it_takes_every_alert_and_none_that_is_broken(alertmanager: str) -> None:
    bodies = [example_delivery(event, receiver_of("alertmanager")).body for event in corpus()]

    assert [200] * len(bodies) == [posted(alertmanager, body) for body in bodies]
    assert 400 == posted(alertmanager, b'[{"labels": {"a-b": "x"}}]')


def test_a_match_fires_and_a_feed_s_trouble_ends_with_its_recovery(alertmanager: str) -> None:
    examples = example_events()

    def firing() -> set[str]:
        return {
            alert["labels"]["alertname"]
            for alert in alerts(alertmanager)
            if alert["labels"].get("feed") == "am-de"
        }

    def tell(kind: EventType) -> None:
        (alert,) = json.loads(example_delivery(examples[kind], receiver_of("alertmanager")).body)
        # The examples are of another day: what is told now is told now.
        shift = time.time() - examples[kind].timestamp.timestamp()
        for name in {"startsAt", "endsAt"} & alert.keys():
            moved = time.gmtime(
                time.mktime(time.strptime(alert[name], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone + shift
            )
            alert[name] = time.strftime("%Y-%m-%dT%H:%M:%SZ", moved)
        alert["labels"]["feed"] = "am-de"
        assert 200 == posted(alertmanager, json.dumps([alert]).encode())

    tell(EventType.SOURCE_FAILING)
    tell(EventType.MATCH_CREATED)
    both = eventually(lambda: firing() == {"source.failing", "match.created"} and firing())
    tell(EventType.SOURCE_RECOVERED)

    assert {"source.failing", "match.created"} == both
    eventually(lambda: firing() == {"match.created"}, what="the feed's alert ends")


def test_the_service_brings_a_match_to_it(alertmanager: str, tmp_path: Path) -> None:
    outlet, monitor = Outlet("kurier"), Monitor(tmp_path)
    outlet.publishes('Amazon "macht" {{ DeSantis }} zum Chef', paragraphs("Amazon stellt um."), slug="am")
    monitor.configure(
        f"feeds: [{{url: '{outlet.feed}', first_poll: all}}]\n"
        "entities: {amazon: Amazon}\n"
        "receivers:\n"
        f"  am: {{url: '{alertmanager}/api/v2/alerts', format: alertmanager, allow_private: true}}\n"
    )

    monitor.once()
    outlet.close()

    (alert,) = [each for each in alerts(alertmanager) if each.get("generatorURL", "").startswith(outlet.base)]
    assert ("match.created", "default", "amazon") == tuple(
        alert["labels"][name] for name in ("alertname", "watchlist", "entity")
    )
    assert 'Amazon "macht" {{ DeSantis }} zum Chef' == alert["annotations"]["summary"]
    assert "»Amazon« stellt um" in alert["annotations"]["description"]
    assert {"pending": 0, "delivered": 1, "dead": 0}.items() <= monitor.status()["deliveries"].items()

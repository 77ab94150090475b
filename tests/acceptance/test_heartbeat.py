"""Heartbeats come on time, also when nothing happens, and their numbers add up."""

import json
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

from tests.acceptance.test_alerts import ENTITIES
from tests.acceptance.world import Answer, Desk, Monitor, Outlet, eventually, paragraphs

Open = Callable[[str], Outlet]
FILTERS = ("query", "language", "feed_label", "confidence", "salience", "told", "no_receiver")
WALL = "Wir und unsere 152 Partner verwenden Cookies und nutzen Ihre Daten. Alle akzeptieren."
WATCHLISTS = """
watchlists:
  all: {receivers: [desk], budget: {alerts: 2, per: 4s}}
  english: {receivers: [desk], languages: [en]}
  chips: {entities: [trainium], receivers: [ops]}
heartbeat: {every: 1s}
"""


def beats(ops: Desk) -> Sequence[dict[str, Any]]:
    """Return what the heartbeats held, each once, in their order."""
    return sorted(
        (event["data"] for event in ops.events("monitor.heartbeat")), key=lambda told: told["since"]
    )


def check_sums(told: Mapping[str, Any]) -> None:
    """Check every identity of docs/webhooks.md."""
    suppressed, held, pending = told["suppressed"], told["held"], told["pending"]
    fell_back = sum(told["fell_back"].values())
    refused = sum(suppressed.get(reason, 0) for reason in FILTERS)
    waiting = sum(suppressed.values()) - refused

    assert told["polled"] == told["read"] + told["not_modified"] + told["failed"]
    assert pending["before"] + told["entries"] + told["reopened"] + told["retried"] == (
        told["extracted"] + told["unread"] + fell_back + told["reread"] + told["given_up"] + pending["after"]
    )
    assert told["extracted"] + told["unread"] + fell_back == told["matched"] + told["unmatched"]
    assert told["matches"] == told["passed"] + refused
    sent = sum(told[name] for name in ("alerted", "updated", "retracted", "corrected"))
    assert told["raised"] == sent + waiting
    assert held["before"] + held["added"] == told["released"] + told["dropped"] + held["after"]


def publish_by_chance(outlet: Outlet, chance: Random, number: int) -> None:
    """Publish what may match or not, behind a wall, or nowhere."""
    subject = chance.choice(["Amazon", "Der Chip Trainium", "Ron DeSantis", "Die Stadt", "Peter DeSantis"])
    text = paragraphs(*(f"{subject} plant Vorhaben {number} in Viertel {number}{n}." for n in range(3)))
    text = text.replace("Umbau", f"Umbau{number}")
    slug, page = f"n{number}", chance.random() < 0.8
    outlet.publishes(f"{subject}: Vorhaben {number}", text if page else WALL, slug=slug, summary=subject)


def test_heartbeats_add_up_over_a_random_run_and_none_is_invented_for_a_sleep(
    monitor: Monitor, desk: Desk, ops: Desk, outlet: Open
) -> None:
    chance = Random(20260301)
    outlets = [outlet(name) for name in ("kurier", "bote")]
    feeds = "\n".join(f"  - {{id: {each.name}, url: '{each.feed}', every: 1s}}" for each in outlets)
    monitor.configure(
        f"feeds:\n{feeds}\n{ENTITIES}\nhttp: {{listen: null}}\nreceivers:\n"
        f"  desk: {{url: '{desk.url}', secrets: ['env:DESK_SECRET'], allow_private: true}}\n"
        f"  ops: {{url: '{ops.url}', secrets: ['env:DESK_SECRET'], allow_private: true, "
        f"events: ['match.*', digest.created, monitor.heartbeat]}}\n{WATCHLISTS}"
    )
    monitor.start()
    for number in range(24):
        publish_by_chance(chance.choice(outlets), chance, number)
        if number == 12:
            outlets[0].answers("/feed.xml", Answer(status=503), times=2)
        time.sleep(0.15)
    eventually(lambda: sum(told["entries"] for told in beats(ops)) >= 18, what="entries are found")
    eventually(lambda: beats(ops)[-1]["pending"]["after"] == 0, what="all are processed")
    assert monitor.process is not None

    monitor.process.send_signal(signal.SIGSTOP)
    asleep = time.monotonic()
    time.sleep(5)
    monitor.process.send_signal(signal.SIGCONT)
    asleep = time.monotonic() - asleep
    known = len(beats(ops))
    eventually(lambda: len(beats(ops)) >= known + 4, what="it beats on, also idle")
    monitor.stop()

    told = beats(ops)
    for each in told:
        check_sums(each)
    assert [each["until"] for each in told[:-1]] == [each["since"] for each in told[1:]]
    lengths = [(_time(each["until"]) - _time(each["since"])).total_seconds() for each in told]
    assert max(lengths) >= asleep - 2
    assert sum(lengths) >= len(lengths) / 2
    seen = {name for each in told for name, count in each["suppressed"].items() if count}
    assert {"language", "budget"} <= seen
    assert sum(each["failed"] for each in told)
    assert sum(sum(each["fell_back"].values()) for each in told)
    assert json.dumps(told[-1]["feeds"]) == '{"ok": 2}'


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)

"""A service that refuses a form gets the same patience as any other: tried again, given up, replayed."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.acceptance.stores import change, microseconds
from tests.acceptance.test_alerts import TEXT
from tests.acceptance.world import Desk, Monitor, Outlet
from tests.mail import Mailbox

Open = Callable[[str], Outlet]


def configured(monitor: Monitor, kurier: Outlet, desk: Desk, mailbox: Mailbox) -> None:
    monitor.configure(
        f"feeds: [{{url: '{kurier.feed}', first_poll: all}}]\n"
        "entities: {amazon: Amazon}\n"
        "receivers:\n"
        f"  chat: {{url: '{desk.url}', format: slack, allow_private: true}}\n"
        f"  mail: {{url: 'smtp://127.0.0.1:{mailbox.port}', format: email, allow_private: true, "
        "from: monitor@example.org, to: [desk@example.org, chef@example.org]}\n"
        "http: {listen: null}\n"
    )


def listed(monitor: Monitor) -> Mapping[str, Mapping[str, Any]]:
    return {row["receiver"]: row for row in monitor.deliveries()}


def attempts(monitor: Monitor, delivery: str) -> list[tuple[int, str]]:
    shown = json.loads(monitor.call("deliveries", "show", delivery, "--json"))
    return [(each["status"], each["reason"]) for each in shown["attempts"]]


def a_week_goes_by(monitor: Monitor) -> None:
    change(
        monitor.store,
        "UPDATE deliveries SET promised_at = promised_at - :week, due_at = 0, attempts = 4",
        week=microseconds(timedelta(days=8)),
    )


def test_a_refused_form_is_tried_again_given_up_and_replayed_with_the_same_bytes(
    monitor: Monitor, desk: Desk, mailbox: Mailbox, outlet: Open
) -> None:
    kurier = outlet("kurier")
    kurier.publishes("Amazon ernennt KI-Chef", TEXT, slug="ki-chef")
    configured(monitor, kurier, desk, mailbox)
    desk.answers(400, times=3)
    mailbox.answers.extend(["554 refused"] * 3)

    monitor.once()
    tried = listed(monitor)
    chat, mail = (attempts(monitor, tried[name]["id"]) for name in ("chat", "mail"))
    a_week_goes_by(monitor)
    monitor.once()
    given_up = listed(monitor)
    monitor.call("deliveries", "replay", *(row["id"] for row in given_up.values()))
    monitor.once()
    brought = listed(monitor)

    assert {"chat": "pending", "mail": "pending"} == {name: each["state"] for name, each in tried.items()}
    assert ([(400, "http_4xx")] * 2, [(554, "mail_refused")] * 2) == (chat, mail)
    assert {"chat": "dead", "mail": "dead"} == {name: each["state"] for name, each in given_up.items()}
    assert {"chat": "delivered", "mail": "delivered"} == {
        name: each["state"] for name, each in brought.items()
    }
    assert (
        1
        == len({body for _, body in desk.requests})
        == len({headers["webhook-id"] for headers, _ in desk.requests})
    )
    assert 4 == len(desk.requests) == len(mailbox.letters)
    assert 1 == len({letter.raw for letter in mailbox.letters})
    (letter, *_) = mailbox.letters
    assert ("desk@example.org", "chef@example.org") == letter.recipients
    assert f"<{brought['mail']['id']}@example.org>" == letter.message["Message-ID"]
    assert "Amazon ernennt KI-Chef" == letter.message["Subject"]


def test_a_mail_is_tested_through_the_real_path(
    monitor: Monitor, desk: Desk, mailbox: Mailbox, outlet: Open
) -> None:
    configured(monitor, outlet("kurier"), desk, mailbox)

    fine = monitor.call("receivers", "test", "mail")
    mailbox.answers.append("452 full")
    failed = monitor.call("receivers", "test", "mail", expect=1)

    assert "answered 250" in fine
    assert "answered 452" in failed
    assert ["Test", "Test"] == [letter.message["Subject"] for letter in mailbox.letters]

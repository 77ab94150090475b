"""Do libraries and types that others wrote take what we write to their services?"""

import base64
import json
import subprocess
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.http import from_http

from monitor.alerts.examples import example_delivery
from monitor.alerts.formats.cloudevents import CONTENT_TYPE
from monitor.alerts.signing import headers_of
from monitor.model import Delivery, Event, Receiver, ReceiverName
from tests.externals import npm
from tests.unit.alerts.occasions import corpus, receiver_of

SERVICES = {
    "slack": "{ text: string; blocks: KnownBlock[]; unfurl_links: boolean; unfurl_media: boolean }",
    "discord": "RESTPostAPIWebhookWithTokenJSONBody",
}
IMPORTS = """\
import type { KnownBlock } from "@slack/types";
import type { RESTPostAPIWebhookWithTokenJSONBody } from "discord-api-types/v10";
"""


def delivery_of(event: Event, form: str) -> Delivery:
    return example_delivery(event, receiver_of(form))


def compiled(programs: dict[str, str]) -> str:
    """Return what the TypeScript compiler has against programs that hold payloads as literals."""
    place = npm.folder() / f"payloads-{uuid.uuid4().hex}"
    place.mkdir()
    try:
        for name, text in programs.items():
            (place / f"{name}.ts").write_text(IMPORTS + text, "utf-8")
        options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022"]
        line = [str(npm.folder() / "node_modules" / ".bin" / "tsc"), *options]
        done = subprocess.run(
            [*line, *map(str, place.iterdir())],
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        return done.stdout + done.stderr
    finally:
        for path in place.iterdir():
            path.unlink()
        place.rmdir()


def test_the_types_of_slack_and_discord_admit_every_message() -> None:
    programs = {
        service: "\n".join(
            f"export const p{number}: {kind} = {delivery_of(event, service).body.decode()};"
            for number, event in enumerate(corpus())
        )
        for service, kind in SERVICES.items()
    }

    assert "" == compiled(programs)


def test_the_types_refuse_what_is_no_message() -> None:
    wrong = 'export const p: {kind} = {{"embeds": [{{"titel": "x"}}], "blocks": [{{"type": "richtext"}}]}};'

    said = compiled({service: wrong.format(kind=kind) for service, kind in SERVICES.items()})

    assert "titel" in said
    assert "richtext" in said


def test_the_parser_of_adaptive_cards_reads_every_card_whole() -> None:
    cards: list[Any] = [
        json.loads(delivery_of(event, "teams").body)["attachments"][0]["content"] for event in corpus()
    ]

    answers = npm.ask({"kind": "card", "payload": card} for card in cards)

    assert [[]] * len(cards) == [answer["problems"] for answer in answers]
    assert cards == [answer["read"] for answer in answers]


def test_the_parser_of_adaptive_cards_tells_what_is_wrong() -> None:
    (answer,) = npm.ask(
        [{"kind": "card", "payload": {"type": "AdaptiveCard", "body": [{"type": "TextBlok"}]}}]
    )

    assert any("TextBlok" in problem for problem in answer["problems"])


def test_the_sdk_of_cloudevents_reads_every_event() -> None:
    for event in corpus():
        delivery = delivery_of(event, "cloudevents")

        read = from_http({"content-type": delivery.content_type}, delivery.body)

        assert CONTENT_TYPE == delivery.content_type
        assert (delivery.id, event.type.value) == (read["id"], read["type"])
        assert json.loads(delivery.body)["data"] == read.data


@pytest.mark.parametrize("library", ["standardwebhooks", "svix"])
def test_the_libraries_of_npm_verify_our_signatures_and_refuse_others(library: str) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    old, key = b"o" * 32, base64.b64decode(secret.removeprefix("whsec_"))
    receiver = Receiver(name=ReceiverName("desk"), url="", secrets=(old, key))
    deliveries = [example_delivery(event) for event in corpus()]
    signed = [headers_of(each, receiver, datetime.now(UTC), "news-monitor/1.0") for each in deliveries]

    def asked(change: bytes = b"") -> list[bool]:
        answers = npm.ask(
            {
                "kind": "signature", "library": library, "secret": secret,
                "body": (each.body + change).decode(), "headers": dict(headers),
            }
            for each, headers in zip(deliveries, signed, strict=True)
        )  # fmt: skip
        return [answer["genuine"] for answer in answers]

    assert all(asked())
    assert not any(asked(b" "))

"""Are the bodies in the document of the webhooks such as the schema describes?"""

import base64
import hmac
import json
import re
import time
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema_rs import Draft202012Validator

from monitor.alerts.formats import schema_of_events
from monitor.alerts.openapi import openapi
from monitor.model import EventType
from tests.docs import events

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
BODIES = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("body", BODIES)
def test_every_body_in_the_document_fits_the_schema(body: str) -> None:
    Draft202012Validator(schema_of_events()).validate(json.loads(body))


def test_the_document_shows_each_event_once_as_the_program_makes_it() -> None:
    assert sorted(kind.value for kind in EventType) == sorted(json.loads(body)["type"] for body in BODIES)
    assert events.page(PAGE) == PAGE, "stale: python -m tests.docs.events --write"


def test_the_openapi_document_on_disk_is_current() -> None:
    assert events.document() == events.DOCUMENT.read_text("utf-8"), (
        "stale: python -m tests.docs.events --write"
    )


def test_the_description_of_the_api_on_disk_is_current() -> None:
    assert events.api() == events.API.read_text("utf-8"), "stale: python -m tests.docs.events --write"


def test_the_openapi_document_is_one_and_has_a_webhook_for_each_event() -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: PLC0415  (takes a second)

    document = cast("Any", openapi())

    OpenAPIV31SpecValidator(document).validate()
    assert {kind.value for kind in EventType} == document["webhooks"].keys()


@pytest.mark.parametrize("kind", list(EventType))
def test_every_example_fits_its_own_schema(kind: EventType) -> None:
    document = cast("Any", openapi())
    content = document["webhooks"][kind.value]["post"]["requestBody"]["content"]["application/json"]
    name = content["schema"]["$ref"].rpartition("/")[2]

    Draft202012Validator(document["components"]["schemas"][name]).validate(content["example"])


@pytest.mark.parametrize("kind", list(EventType))
def test_every_type_of_event_stands_in_the_document(kind: EventType) -> None:
    assert f"`{kind.value}`" in PAGE


def test_the_heart_of_a_receiver_believes_the_vector_of_the_specification_and_nothing_near_it() -> None:
    (heart,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    told = re.search(
        r"secret `whsec_(.*?)`, id `(.*?)`, timestamp `(.*?)`,\s+body `(.*?)` gives `(.*?)`", PAGE
    )
    assert told is not None
    secret, name, timestamp, body, signature = told.groups()

    def believes(body: str, signature: str) -> tuple[bool, bool]:
        known = {"base64": base64, "hmac": hmac, "time": time, "key": base64.b64decode(secret)}
        known |= {"webhook_id": name, "webhook_timestamp": timestamp, "body": body.encode()}
        known |= {"webhook_signature": signature}
        exec(heart, known)  # the block of the document
        return known["genuine"], known["fresh"]  # type: ignore[return-value]

    assert (True, False) == believes(body, f"v1,other {signature}")
    assert (False, False) == believes(f"{body} ", signature)

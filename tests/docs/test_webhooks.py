"""Are the bodies in the document of the webhooks such as the schema describes?"""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from monitor.alerts.formats import schema_of_events
from monitor.model import EventType

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
BODIES = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("body", BODIES)
def test_every_body_in_the_document_fits_the_schema(body: str) -> None:
    jsonschema.Draft202012Validator(schema_of_events()).validate(json.loads(body))


def test_the_document_shows_a_match() -> None:
    assert any(json.loads(body)["type"] == "match.created" for body in BODIES)


@pytest.mark.parametrize("kind", list(EventType))
def test_every_type_of_event_stands_in_the_document(kind: EventType) -> None:
    assert f"`{kind.value}`" in PAGE

from typing import Any, cast

import pytest

from monitor.alerts.formats import schema_of_events
from monitor.alerts.openapi import openapi
from monitor.model import EventType


@pytest.fixture(scope="module")
def document() -> Any:
    return cast("Any", openapi())


@pytest.mark.parametrize("kind", list(EventType))
def test_each_event_is_a_webhook_with_its_body_its_headers_and_what_an_answer_means(
    document: Any, kind: EventType
) -> None:
    operation = document["webhooks"][kind.value]["post"]

    body = operation["requestBody"]["content"]["application/json"]
    assert kind.value == operation["operationId"] == body["example"]["type"]
    assert f"#/components/schemas/{kind.value}" == body["schema"]["$ref"]
    assert {"2XX", "410", "429", "503", "default"} == operation["responses"].keys()
    assert ["webhook-id", "webhook-timestamp", "webhook-signature"] == [
        each["$ref"].rpartition("/")[2] for each in operation["parameters"]
    ]


def test_its_schemas_are_those_of_the_events(document: Any) -> None:
    assert schema_of_events()["oneOf"] == list(document["components"]["schemas"].values())


def test_only_the_signature_may_be_missing(document: Any) -> None:
    parameters = document["components"]["parameters"]

    assert {"webhook-id": True, "webhook-timestamp": True, "webhook-signature": False} == {
        name: parameter["required"] for name, parameter in parameters.items()
    }

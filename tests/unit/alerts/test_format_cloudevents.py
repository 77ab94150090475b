import json

import pytest

from monitor.alerts.examples import example_events
from monitor.alerts.formats.cloudevents import render
from monitor.model import DeliveryId, EventType

EXAMPLES = example_events()


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (EventType.MATCH_CREATED, "al_ecc88f2816e88cbf42312517038cce5a"),
        (EventType.SOURCE_FAILING, "example-de"),
        (EventType.RECEIVER_DISABLED, "desk"),
        (EventType.HEARTBEAT, None),
    ],
)
def test_a_cloudevent_has_the_delivery_s_id_and_says_what_it_is_about(
    kind: EventType, subject: str | None
) -> None:
    content_type, body = render(EXAMPLES[kind], DeliveryId("msg_1"))

    told = json.loads(body)
    assert "application/cloudevents+json; charset=utf-8" == content_type
    assert ("1.0", "msg_1", kind.value, subject) == (
        told["specversion"],
        told["id"],
        told["type"],
        told.get("subject"),
    )
    assert json.loads(json.dumps(EXAMPLES[kind].content)) == told["data"]

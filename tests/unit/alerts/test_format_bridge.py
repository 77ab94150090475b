import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.alerts.examples import example_events
from monitor.alerts.formats.bridge import render
from monitor.model import EventType

EXAMPLES = example_events()


@pytest.mark.parametrize("kind", list(EventType))
def test_every_event_has_a_title_and_a_text(kind: EventType) -> None:
    _, body = render(EXAMPLES[kind])

    told = json.loads(body)
    assert {"title", "body"} == told.keys()
    assert all(told.values())


def test_a_text_holds_no_tag_and_pings_nobody() -> None:
    match = EXAMPLES[EventType.MATCH_CREATED]
    article: Any = match.content["article"]
    hostile = "<b>@everyone</b> <!channel> <@U1>"
    feed = {**article["feed"], "title": hostile}
    event = replace(match, content={**match.content, "article": {**article, "title": hostile, "feed": feed}})

    told = json.loads(render(event)[1])

    assert "<b>@" not in told["body"]
    assert "&lt;b&gt;@\u200beveryone" in told["body"]
    assert not any(mark in told["title"] for mark in ("@everyone", "<!", "<@"))
    assert "<p><b>Amazons</b> Sparte" in told["body"]

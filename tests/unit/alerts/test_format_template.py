import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.examples import example_events
from monitor.alerts.formats import template_faults
from monitor.alerts.formats.template import is_known, known_paths, render
from monitor.model import DeliveryId, Event, EventType

EXAMPLES = example_events()
MATCH = EXAMPLES[EventType.MATCH_CREATED]
ID = DeliveryId("msg_1")


def filled(pattern: object, event: Event = MATCH) -> Any:
    content_type, body = render(event, pattern, ID)
    assert "application/json; charset=utf-8" == content_type
    assert len(body) <= 20_000
    return json.loads(body)


def titled(title: str) -> Event:
    article: Any = MATCH.content["article"]
    return replace(MATCH, content={**MATCH.content, "article": {**article, "title": title}})


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{{ article.title }}", "Amazon macht Peter DeSantis zum KI-Chef"),
        ("{{type}} of {{ alert.watchlist }}", "match.created of cloud-ai"),
        ("{{ matches.0.mentions }}", 2),
        ("{{ matches.0.mentions }} mentions", "2 mentions"),
        ("{{ matches.0.confidence.value }}", 0.9933),
        ("{{ article.modified_at }}", None),
        ("[{{ article.modified_at }}]", "[]"),
        ("{{ alert.labels }}", {"team": "markets"}),
        ("{{ alert.labels.team }}", "markets"),
        ("{{ alert.labels.none }}", None),
        ("{{ article.authors }}", ["Wirtschaftsredaktion"]),
        ("by {{ article.authors }}", "by Wirtschaftsredaktion"),
        ("labels {{ alert.labels }}", 'labels {"team":"markets"}'),
        ("{{ matches.7.entity.name }}", None),
        ("{{ article.title.x }}", None),
        ("{{ id }}", "msg_1"),
        ("{{ timestamp }}", "2025-12-17T20:03:11Z"),
        ("{{ chat.headline }}", "Amazon macht Peter DeSantis zum KI-Chef"),
        ("{{ chat.link }}", "https://www.example.org/amazon-ki-chef"),
        ("{{ chat.facts.Entity }}", "Amazon, Peter DeSantis"),
        ("{{ chat.sentences.1 }}", "Amazon macht Peter DeSantis zum KI-Chef"),
        ("{{ digest.id }}", None),
        ("no placeholder", "no placeholder"),
        (7, 7),
        (None, None),
    ],
)
def test_a_placeholder_alone_keeps_its_type_and_one_in_a_text_becomes_text(
    written: object, value: object
) -> None:
    assert {"a": [value]} == filled({"a": [written]})


@given(st.text())
def test_no_title_breaks_the_structure(title: str) -> None:
    pattern = {"text": "<{{ article.title }}>", "whole": "{{ article.title }}", "b": [1, {"c": "{{ type }}"}]}

    made = filled(pattern, titled(title))

    readable = title.encode("utf-8", "replace").decode()
    assert {"text": f"<{readable}>", "whole": readable, "b": [1, {"c": "match.created"}]} == made


def test_a_placeholder_in_a_title_stays_text() -> None:
    assert {"a": "{{ alert.id }}"} == filled({"a": "{{ article.title }}"}, titled("{{ alert.id }}"))


@pytest.mark.parametrize("kind", list(EventType))
def test_every_event_fits_every_pattern(kind: EventType) -> None:
    pattern = {name: f"{{{{ {name} }}}}" for name in known_paths()[:150]}

    assert pattern.keys() == filled(pattern, EXAMPLES[kind]).keys()


def test_what_would_be_too_big_is_cut_and_the_structure_stays() -> None:
    pattern = {str(index): "{{ matches }}" for index in range(200)} | {"{}": "{{ article }}", "n": 5}
    long = titled("ü" * 10_000)

    many, one = filled(pattern, long), filled({"a": "{{ article.title }}", "b": "{{ id }}"}, long)

    assert (202, 5) == (len(many), many["n"])
    assert ("ü" * 1_999 + "…", "msg_1") == (one["a"], one["b"])


@pytest.mark.parametrize(
    ("pattern", "path", "problem"),
    [
        ({"a": "{{ article.titel }}"}, ("a",), "unknown placeholder 'article.titel'; did you mean 'article"),
        ({"a": "{{ zzzzzzzz }}"}, ("a",), "unknown placeholder 'zzzzzzzz'; see the bodies"),
        ({"a": [1, "{{ 7 * 7 }}"]}, ("a", 1), "braces that are no placeholder; write one"),
        ({"a": "{{ type"}, ("a",), "braces that are no placeholder; write one such as {{ article.title }}"),
        ({"a": "{{ type.__class__ }}"}, ("a",), "unknown placeholder 'type.__class__'"),
        ({"{{ type }}": 1}, ("{{ type }}",), "a key holds a placeholder; write them in values only"),
        ("{{ type }}", (), "is no structure; write a mapping or a list"),
        ({"a": "x" * 9_000}, (), "has more than 8,000 bytes"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_pattern_is_told_where_it_stands(
    pattern: object, path: tuple[str | int, ...], problem: str
) -> None:
    ((where, why),) = template_faults(pattern)

    assert path == where
    assert why.startswith(problem)


def test_every_path_that_has_a_name_is_known_and_good() -> None:
    assert {"article.title", "matches.0.entity.name", "chat.headline", "digest.count"} <= {*known_paths()}
    assert all(is_known(path.split(".")) for path in known_paths())
    assert [] == list(template_faults({"a": ["{{ alert.labels.any }}", None, True], "b": {"c": 1.5}}))

"""Links by which receivers say right or wrong."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.alerts.events import match_event
from monitor.alerts.verdicts import is_signed, links_of, signature_of
from monitor.model import EntityId, EntryId, VerdictLinks
from tests.unit.alerts.samples import ARTICLE, ENTITIES, FEED, NOW, STORY, alert, match

LINKS = VerdictLinks(public_url="https://monitor.example/news", key=b"k" * 32)
AMAZON, ENTRY = EntityId("amazon"), EntryId("en_1")


def test_a_match_has_two_links_that_name_it_are_signed_and_are_the_same_each_time() -> None:
    event = match_event(alert(match(), match("desantis")), ARTICLE, STORY, FEED, ENTITIES, NOW, links=LINKS)
    again = match_event(alert(match(), match("desantis")), ARTICLE, STORY, FEED, ENTITIES, NOW, links=LINKS)

    told = json.loads(json.dumps(event.content))
    assert event == again
    for each in told["matches"]:
        assert ["right", "wrong"] == list(each["verdict"])
        for said, link in each["verdict"].items():
            parts = urlsplit(link)
            fields = {name: value for name, (value,) in parse_qs(parts.query).items()}
            signature = fields.pop("signature")
            named = {"verdict": said, "article": ARTICLE.entry_id, "entity": each["entity"]["id"]}
            assert ("monitor.example", "/news/verdict", named) == (parts.netloc, parts.path, fields)
            assert is_signed(fields["article"], fields["entity"], signature, LINKS.key)


def test_without_a_public_address_nothing_is_there() -> None:
    event = match_event(alert(match()), ARTICLE, STORY, FEED, ENTITIES, NOW)

    assert "verdict" not in json.dumps(event.content["matches"])


@pytest.mark.parametrize(
    ("entry", "entity", "key"),
    [
        ("en_2", "amazon", LINKS.key),
        ("en_1", "amazo", LINKS.key),
        ("en_1a", "mazon", LINKS.key),
        ("en_1", "amazon", b"another"),
    ],
)
def test_a_signature_is_of_one_match_and_one_key(entry: str, entity: str, key: bytes) -> None:
    signature = signature_of(ENTRY, AMAZON, LINKS.key)

    assert is_signed(ENTRY, AMAZON, signature, LINKS.key)
    assert not is_signed(entry, entity, signature, key)
    assert not is_signed(ENTRY, AMAZON, signature[:-1], LINKS.key)
    assert not is_signed(ENTRY, AMAZON, "\ud800ü", LINKS.key)


def test_a_key_is_shown_nowhere() -> None:
    assert "kkk" not in repr(LINKS)
    assert "kkk" not in json.dumps(links_of(ENTRY, AMAZON, LINKS))

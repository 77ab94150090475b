"""Does the product say of its own seeds what their labels say, mention by mention?"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.articles.extract import read_announced, read_page
from monitor.config.load import load_config
from monitor.demo.run import CONFIGURATION
from monitor.feeds.parse import read_feed
from monitor.matching.matcher import Matcher, build_matcher
from monitor.model import Announced, Document, EntityId, Extracted, Matched, ParsedFeed, Zone

SEEDS = Path(__file__).parents[2] / "seeds"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((SEEDS / "expected.yaml").read_text(encoding="utf-8"))[
    "articles"
]
READ_ZONES = (Zone.TITLE, Zone.LEAD, Zone.BODY)


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    file = tmp_path_factory.mktemp("demo") / "monitor.yaml"
    text = CONFIGURATION.format(store=file.with_name("db"), feeds="  []", desk="http://127.0.0.1:9/desk")
    file.write_text(text, encoding="utf-8")
    config = load_config(file, {"DEMO_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    return build_matcher(config.entities, config.queries)


@pytest.mark.parametrize("name", EXPECTED)
def test_every_mention_stands_where_the_label_says(name: str, matcher: Matcher) -> None:
    matched = judged(name, matcher)

    found = [
        (mention.zone.value, mention.start, match.entity, mention.surface, mention.form.value)
        for match in matched.matches
        for mention in match.mentions
        if mention.zone in READ_ZONES
    ]
    order = [Zone.TITLE.value, Zone.LEAD.value, Zone.BODY.value]
    found.sort(key=lambda each: (order.index(each[0]), each[1]))
    assert [
        (each["zone"], each["entity"], each["surface"], each["form"]) for each in EXPECTED[name]["mentions"]
    ] == [(zone, entity, surface, form) for zone, _, entity, surface, form in found]


@pytest.mark.parametrize("name", EXPECTED)
def test_what_looks_like_a_name_and_is_none_is_refused(name: str, matcher: Matcher) -> None:
    matched = judged(name, matcher)

    found = Counter(match.entity for match in matched.rejected for _ in match.mentions)
    assert Counter(each["entity"] for each in EXPECTED[name]["refused"]) == found


@pytest.mark.parametrize("name", EXPECTED)
def test_exactly_the_labelled_entities_match(name: str, matcher: Matcher) -> None:
    matched = judged(name, matcher)

    wanted = {entity for entity, alerts in EXPECTED[name]["alerts"].items() if alerts}
    assert wanted == {match.entity for match in matched.matches}


@pytest.mark.parametrize("name", [name for name, label in EXPECTED.items() if label["levels"]])
def test_what_an_article_is_about_is_told_from_what_it_mentions(name: str, matcher: Matcher) -> None:
    matched = judged(name, matcher)

    levels = {match.entity: "about" if match.salience.about else "mention" for match in matched.matches}
    labelled: dict[str, str] = EXPECTED[name]["levels"]
    assert labelled == {entity: levels[EntityId(entity)] for entity in labelled}


def judged(name: str, matcher: Matcher) -> Matched:
    label = EXPECTED[name]
    page = read(name, label)
    return matcher.match(page.zones, label["language"])


def read(name: str, label: dict[str, Any]) -> Extracted:
    """Return what the worker would match: the page, or what the feed carries where there is a wall."""
    if label["text_from"] == "page":
        document = Document(
            url=f"http://127.0.0.1/articles/{name}",
            content_type="text/html; charset=utf-8",
            body=(SEEDS / "articles" / name).read_bytes(),
        )
        return read_page(document, Announced())
    body = (SEEDS / "feeds" / label["feed"]).read_bytes().replace(b"{{base}}", b"http://127.0.0.1")
    feed = read_feed(Document(url="http://127.0.0.1/feed", content_type=None, body=body))
    assert isinstance(feed, ParsedFeed)
    (announced,) = (each for each in feed.entries if (each.link or "").endswith(name))
    return read_announced(announced)

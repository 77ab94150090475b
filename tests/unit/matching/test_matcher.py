from concurrent.futures import ThreadPoolExecutor
from math import exp

import pytest
from hypothesis import example, given
from hypothesis.strategies import from_regex, lists, none, one_of, permutations, sampled_from, text

from monitor.matching.matcher import MatchPolicy, build_matcher
from monitor.matching.query import QueryError
from monitor.model import EntityKind, Matched, Tier, WatchlistId, Zone, Zones
from tests.unit.matching.texts import (
    AMAZON,
    DESANTIS,
    FULL,
    FULL_MATCHER,
    PLAIN,
    SMALLEST_MATCHER,
    entity,
    read,
    read_for,
)

PIECES = (
    "Amazon",
    "Amazons",
    "Amazonas",
    "amazon.de",
    "#Amazon",
    "Amazon-Chef",
    "Amazonaktie",
    "Ama\u00adzon",
    "the Amazon River",
    "AWS",
    "Peter",
    "Ron",
    "DeSantis",
    "De Santis",
    "DeSantis’",
    "Gouverneur",
    "Florida",
    "Trainium2",
    "Jassy",
    "Müller",
    "ist",
    ",",
    ".",
    "(",
    "‘",
    "\n\n",
    "e\u0301",
    "漢字",
)
ARTICLES = lists(sampled_from(PIECES), max_size=14).map(" ".join)
# Names in the midst of whatever a page may hold.
ANY_TEXT = lists(one_of(sampled_from(PIECES), text(max_size=3)), max_size=12).map("".join)
LANGUAGES = one_of(none(), sampled_from(["de", "en-US", "fr", "tr", "ru", "pl", "ko", "ja", "ar", "xx"]))
STRANGERS = lists(
    from_regex("Q[a-z]{4,8}( Q[a-z]{4,8})?", fullmatch=True), min_size=1, max_size=3, unique=True
)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, LANGUAGES)
def test_every_surface_is_the_slice_of_its_zone(
    title: str, text: str, captions: str, language: str | None
) -> None:
    zones = Zones(title=title, text=text, lead_end=len(text) // 2, captions=captions)

    matched = FULL_MATCHER.match(zones, language)

    for match in (*matched.matches, *matched.rejected):
        for mention in match.mentions:
            assert mention.surface == zones.of(mention.zone)[mention.start : mention.end] != ""
            if mention.zone in (Zone.LEAD, Zone.BODY):
                assert (mention.zone is Zone.LEAD) == (mention.start < zones.lead_end)


@given(ANY_TEXT)
def test_the_confidence_is_the_logistic_of_the_sum_of_the_evidence(text: str) -> None:
    matched = read(FULL_MATCHER, text)

    for match in (*matched.matches, *matched.rejected):
        assert match.confidence == 1 / (1 + exp(-sum(each.weight for each in match.evidence)))
        confidences = [match.confidence if m.confidence is None else m.confidence for m in match.mentions]
        assert match.confidence == max(confidences)
        assert (match.tier is Tier.REJECTED) == (match.confidence < 0.35)


@given(ARTICLES, STRANGERS, sampled_from(EntityKind))
def test_an_unrelated_entity_changes_no_verdict(text: str, names: list[str], kind: EntityKind) -> None:
    more = build_matcher([entity("other", kind, *names), *FULL])

    assert read(FULL_MATCHER, text) == read(more, text)


@given(ARTICLES)
@example("Amazon-Chef DeSantis Trainium2")
def test_the_order_of_entities_changes_nothing(text: str) -> None:
    turned = build_matcher(FULL[::-1])

    assert read(FULL_MATCHER, text) == read(turned, text)


@given(lists(ARTICLES, min_size=2, max_size=4).flatmap(lambda each: permutations(list(enumerate(each)))))
def test_the_order_of_articles_changes_nothing(articles: list[tuple[int, str]]) -> None:
    asked, turned = build_matcher(PLAIN), build_matcher(PLAIN)

    there = {number: read(asked, text) for number, text in sorted(articles)}
    assert there == {number: read(turned, text) for number, text in articles}


def test_an_article_without_names_gives_nothing() -> None:
    assert Matched() == read(FULL_MATCHER, "Es regnet.")
    assert Matched() == read(FULL_MATCHER, "")
    assert Matched() == read(build_matcher([]), "Amazon")


def test_matches_stand_in_the_order_of_the_article() -> None:
    matched = read(FULL_MATCHER, "Trainium und Amazon.", title="Peter DeSantis")

    assert ["desantis", "trainium", "amazon"] == [match.entity for match in matched.matches]


def test_mentions_go_to_the_zone_they_begin_in() -> None:
    zones = Zones(title="Amazon", text="Amazon A.\n\nAmazon B.", lead_end=9, captions="Amazon C")

    (match,) = FULL_MATCHER.match(zones, "de").matches

    assert [Zone.TITLE, Zone.LEAD, Zone.BODY, Zone.CAPTION] == [mention.zone for mention in match.mentions]


def test_captions_count_nothing_for_salience() -> None:
    matched = read(FULL_MATCHER, "", captions="Amazon und Amazon")

    assert 0.0 == matched.matches[0].salience.value
    assert 2 == len(matched.matches[0].mentions)


def test_a_mention_that_is_less_sure_carries_its_own_confidence() -> None:
    (match,) = read(FULL_MATCHER, "Amazon wächst. Der Amazon-Chef geht.").matches

    first, second = match.mentions
    assert second.confidence is None
    assert first.confidence is not None
    assert first.confidence < match.confidence


def test_an_entity_that_is_named_lists_what_else_stood_there_and_how_often() -> None:
    matched = read(FULL_MATCHER, "Amazon liefert am Amazonas. Der Amazonas steigt. Jassy spricht.")

    amazon = matched.matches[0]
    assert [("Amazonas", "decoy", 2)] == [(r.reading, r.reason.value, r.count) for r in amazon.rejected]
    assert [(AMAZON, 2)] == [(match.entity, len(match.mentions)) for match in matched.rejected]


def test_refusals_are_told_once_for_each_reason() -> None:
    matched = read(FULL_MATCHER, "Am Amazonas lebt ein Stamm. Im Amazon-Regenwald brennt es.")

    reasons = [min(match.evidence, key=lambda each: each.weight).reason.value for match in matched.rejected]
    assert ["decoy", "geographic_cue"] == reasons


def test_related_entities_that_are_confirmed_speak_for_one_another() -> None:
    alone = read(FULL_MATCHER, "DeSantis sprach.")
    beside = read(FULL_MATCHER, "DeSantis sprach. Amazon schwieg. Trainium rechnet.")

    assert Tier.PROBABLE is alone.matches[0].tier
    assert Tier.CONFIRMED is beside.matches[0].tier
    assert ("related", "Amazon") in [(each.reason.value, each.text) for each in beside.matches[0].evidence]
    amazon = next(match for match in beside.matches if match.entity == AMAZON)
    assert ("related", "Trainium") in [(each.reason.value, each.text) for each in amazon.evidence]


def test_two_related_entities_speak_less_than_twice_as_much() -> None:
    matcher = build_matcher(
        [
            entity("a", "organization", "Kontorblatt", related=("b", "c", "a", "nobody")),
            entity("b", "organization", "Hafenkurier"),
            entity("c", "product", "Trainium"),
        ]
    )

    first = read(matcher, "Kontorblatt, Hafenkurier, Trainium.").matches[0]

    assert [("name", 2.0), ("related", 1.5), ("related", 0.5)] == [
        (each.reason.value, each.weight) for each in first.evidence
    ]


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("person", "Peter DeSantis", "DeSantis kommt nach Seattle."),
        ("person", "Anna Vollmer", "Vollmer sprach am Abend."),
        ("person", "Anna Vollmer", "Der Vortrag von Vollmer war gut besucht."),
        ("organization", "Lena", "Später stand auf dem Zettel nur noch Lena."),
    ],
)
def test_a_name_that_stays_ambiguous_is_probable_or_refused_and_never_confirmed(
    kind: str, name: str, text: str
) -> None:
    found = read_for(kind, name, text)

    assert Tier.CONFIRMED not in {match.tier for match in found.matches}


def test_a_bare_surname_is_probable_and_says_what_it_lacks() -> None:
    (match,) = read_for("person", "Peter DeSantis", "DeSantis kommt nach Seattle.").matches

    assert Tier.PROBABLE is match.tier
    assert [("short_form", "DeSantis")] == [(each.reason, each.text) for each in match.evidence]


def test_thresholds_come_from_the_policy() -> None:
    strict = build_matcher(FULL, policy=MatchPolicy(confirmed=0.99, probable=0.5, about=0.1))

    (match,) = read(strict, "Trainium rechnet.").matches

    assert Tier.PROBABLE is match.tier
    assert match.salience.about


def test_queries_are_answered_by_watchlist_where_somebody_is_named() -> None:
    queries = {WatchlistId("a"): "title:Amazon NEAR/8 Chip", WatchlistId("b"): "NOT Chip"}
    matcher = build_matcher(FULL, queries)

    assert {"a"} == read(matcher, "x", title="Amazon zeigt Chip").satisfied
    assert {"b"} == read(matcher, "Amazon wächst.").satisfied
    assert set() == read(matcher, "Es regnet.").satisfied


def test_a_query_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(QueryError):
        build_matcher(FULL, {WatchlistId("a"): "Amazon AND"})


def test_threads_may_share_a_matcher() -> None:
    texts = ["Peter DeSantis kommt zu Amazon.", "Ron DeSantis am Amazonas.", "Trainium2"] * 20
    wanted = [read(FULL_MATCHER, text) for text in texts]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: read(FULL_MATCHER, text), texts))

    assert wanted == found


def test_an_unknown_language_is_read_as_german() -> None:
    assert read(SMALLEST_MATCHER, "Amazons Chip", None) == read(SMALLEST_MATCHER, "Amazons Chip", "de")


def test_a_name_of_several_words_does_not_cross_a_paragraph() -> None:
    matched = read(FULL_MATCHER, "Ein Mann namens Peter\n\nDeSantis sprach.")

    assert [Tier.PROBABLE] == [match.tier for match in matched.matches if match.entity == DESANTIS]


GOLF = (
    entity("car", "product", "Golf", context=("Volkswagen", "Auto")),
    entity("sport", "other", "Golf", context=("Turnier", "Loch")),
    entity("gulf", "place", "Golf", context=("Iran", "Tanker")),
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Volkswagen baut den Golf anders.", {"car"}),
        ("Beim Turnier zeigte er bestes Golf.", {"sport"}),
        ("Iran hält am Golf einen Tanker fest, berichten Autofahrer.", {"gulf"}),
        ("Von Golf sprach niemand.", set()),
    ],
)
def test_of_those_who_share_a_name_context_chooses_one(text: str, named: set[str]) -> None:
    assert named == {str(match.entity) for match in read(build_matcher(GOLF), text).matches}


def test_one_name_with_one_kind_and_no_context_is_one_thing_twice() -> None:
    twice = [entity("one", "organization", "Siemens"), entity("two", "organization", "Siemens")]

    assert {"one", "two"} == {
        str(match.entity) for match in read(build_matcher(twice), "Siemens wächst.").matches
    }

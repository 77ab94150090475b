"""What an edit changed, and what only looks as if it had."""

from dataclasses import replace

import pytest

from monitor.model import (
    Article,
    Edit,
    EntityId,
    EntryId,
    FailureReason,
    FeedId,
    Form,
    Match,
    Mention,
    Rewrite,
    Salience,
    Tier,
    Verdict,
    Zone,
    Zones,
)
from monitor.stories.editing import edit_of
from tests.unit.stories.test_grouping import NOW

TITLE = "Amazon ernennt Chef"
FIRST = "Amazon macht Peter DeSantis zum Chef seiner neuen Sparte in Seattle."
SECOND = "Die Sparte baut eigene Chips und forscht an großen Modellen."
THIRD = "Anleger von Amazon reagierten am Abend mit Käufen auf die Nachricht."
TEXT = f"{FIRST} {SECOND}\n\n{THIRD}"
PETER = "Peter DeSantis"


def article(text: str = TEXT, *, title: str = TITLE, **more: object) -> Article:
    zones = Zones(title=title, text=text, lead_end=text.find("\n\n"))
    fresh = Article(
        entry_id=EntryId("en_1"),
        feed_id=FeedId("f"),
        url="https://www.example.org/a",
        canonical_url="https://www.example.org/a",
        zones=zones,
        verdict=Verdict.FULL,
        fingerprint=(),
        language="de",
        fetched_at=NOW,
    )
    return replace(fresh, **more)  # type: ignore[arg-type]


def matches(of: Article, *names: str) -> list[Match]:
    """Return a match of each name, wherever it stands."""
    found = []
    for name in names:
        places = [
            Mention(zone=zone, start=start, end=start + len(name), surface=name, name=name, form=Form.EXACT)
            for zone in (Zone.TITLE, Zone.BODY)
            for start in range(len(of.zones.of(zone)))
            if of.zones.of(zone).startswith(name, start)
        ]
        salience = Salience(value=0.5, about=True)
        if places:
            found.append(
                Match(
                    entity=EntityId(name.lower()),
                    tier=Tier.CONFIRMED,
                    confidence=0.9,
                    salience=salience,
                    mentions=tuple(places),
                    evidence=(),
                )
            )
    return found


def edit(
    after: Article, before: Article | None = None, names: tuple[str, ...] = ("Amazon", PETER)
) -> Edit | None:
    first = before or article()
    return edit_of(first, matches(first, *names), after, matches(after, *names))


@pytest.mark.parametrize(
    "after",
    [
        article(),
        article(TEXT.replace(". ", ".\n\n").replace("Chips", "„Chips“")),
        article(TEXT.upper(), title=TITLE.upper()),
    ],
    ids=["same", "layout and quotes", "capitals"],
)
def test_the_same_words_are_no_edit(after: Article) -> None:
    assert edit(after) is None


def test_a_sentence_with_a_mention_is_told_with_what_it_became() -> None:
    changed = FIRST.replace("Seattle", "Berlin")

    found = edit(article(TEXT.replace(FIRST, changed)))

    assert found == Edit(
        revision=2,
        rewrites=(
            Rewrite(entity=EntityId("amazon"), before=FIRST, after=changed),
            Rewrite(entity=EntityId("peter desantis"), before=FIRST, after=changed),
        ),
    )


def test_a_sentence_without_a_mention_and_paragraphs_that_are_added_or_moved_are_no_rewrites() -> None:
    later = f"{THIRD}\n\n{FIRST}\n\nAmazon will morgen mehr sagen.\n\nDie Sparte bekommt ein Haus."

    found = edit(article(later))

    assert found == Edit(revision=2)


def test_a_sentence_that_was_taken_out_has_no_after() -> None:
    found = edit(article(f"{FIRST} {SECOND}"), names=("Amazon",))

    assert found == Edit(revision=2, rewrites=(Rewrite(entity=EntityId("amazon"), before=THIRD, after=None),))


def test_a_changed_title_is_told_before_and_after() -> None:
    found = edit(article(title="Amazon sucht Chef"))

    assert found == Edit(revision=2, title=(TITLE, "Amazon sucht Chef"))


def test_an_entity_that_no_sentence_names_any_more_is_gone() -> None:
    found = edit(article(TEXT.replace(PETER, "Rohit Prasad")), article(revision=4))

    assert found is not None
    assert (5, frozenset({EntityId("peter desantis")})) == (found.revision, found.gone)
    assert FIRST.replace(PETER, "Rohit Prasad") in {each.after for each in found.rewrites}


@pytest.mark.parametrize(
    ("after", "before"),
    [
        (article(SECOND, verdict=Verdict.PARTIAL), None),
        (article(f"{SECOND} Weiter mit Abo.", verdict=Verdict.WALLED), None),
        (article("", verdict=Verdict.EMPTY), None),
        (article(SECOND, fallback=FailureReason.TIMEOUT), None),
        (article(SECOND), article(fallback=FailureReason.PAYWALL)),
    ],
    ids=["half of it", "a wall", "nothing", "the feed's words now", "the feed's words before"],
)
def test_a_reading_that_shows_less_is_no_edit(after: Article, before: Article | None) -> None:
    assert edit(after, before) is None


def test_a_short_text_that_is_whole_is_believed() -> None:
    found = edit(article(SECOND))

    assert found is not None
    assert {"peter desantis"} == found.gone

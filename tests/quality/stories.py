"""Are changed copies of a text found, and other texts left alone, by the way that the service goes?

Set-up: the texts of the SmartData corpus with 60 words and three paragraphs or more are stored one after
the other, each as an article of its own outlet, in a real store; then changed copies of each are looked
up by another outlet's article (bands, then `choose`) and must come to the story of their original.
`originals` are those texts themselves, which must stay apart, whatever company, day or template they
share, but for those that are the same. `renumbered` are
notices after one template: the same text with other numbers throughout. `furniture` are other texts on
the same site with the same 41 words around them. A family that must stay apart counts what stays apart
as right, what does not as wrong. `pairs` is the sum of all. Changes are drawn by seed; copies that keep
fewer than 30 words of their original are left out.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from monitor.adapters.store import SqlStore, open_store
from monitor.model import (
    Announced,
    Article,
    EntityId,
    Entry,
    EntryId,
    EntryKey,
    EntryState,
    FeedId,
    FeedSettings,
    Match,
    Matched,
    Salience,
    Story,
    StoryCandidate,
    StoryId,
    Tier,
    Verdict,
    Zones,
)
from monitor.ports import Claim, Processed, Wanted
from monitor.stories.grouping import GroupingPolicy, choose
from monitor.text.fingerprint import fingerprint
from tests.quality import smartdata
from tests.quality.measure import Measured, Score

NAME = "stories"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
POLICY = GroupingPolicy()
FEED = FeedId("wire")

HEADLINE = "Was der Tag gebracht hat: ein Überblick unserer Redaktion"
FURNITURE = (
    "Mehr zum Thema lesen Sie in unserem Newsletter, den wir jeden Morgen verschicken. Folgen Sie uns auch "
    "in den sozialen Netzwerken und teilen Sie diesen Beitrag mit Freunden. Alle Rechte vorbehalten, "
    "Nachdruck nur mit Genehmigung des Verlags."
)
LEAST_PARAGRAPHS = 3
LEAST_WORDS = 60
LEAST_KEPT = 30
LEAST_NUMBERS = 6
# Documents that a person who read them calls the same text, by their place in the corpus: notices that
# were amended, one report in two papers, pages of which the crawl kept nothing but their frame.
SAME = tuple(
    map(
        frozenset,
        (
            (201, 846, 179),
            (147, 214, 883),
            (174, 282, 240, 933),
            (170, 820),
            (903, 194),
            (795, 130),
            (83, 760, 66),
            (129, 100),
        ),
    )
)
Text = Sequence[str]  # paragraphs
Change = Callable[[Text, Random, Sequence[Text]], Text]


def is_present() -> bool:
    """Say whether the corpus is here."""
    return smartdata.is_present()


def digest() -> str:
    """Return the SHA-256 of the corpus's file."""
    return smartdata.digest()


# ---- the texts, and what is done to them ---------------------------------------------------------


def texts() -> Mapping[int, Text]:
    """Return the texts as paragraphs, by their place in the corpus."""
    read = (news.text.split("\n") for news in smartdata.documents())
    written = ([line.strip() for line in lines if line.strip()] for lines in read)
    return {
        number: each
        for number, each in enumerate(written)
        if len(each) >= LEAST_PARAGRAPHS and len(words_of(each)) >= LEAST_WORDS
    }


def words_of(text: Text) -> list[str]:
    return re.findall(r"\w+", " ".join(text).casefold())


def sentences_of(text: Text) -> list[str]:
    return [each for paragraph in text for each in re.split(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ„])", paragraph)]


def half(text: Text, *, second: bool) -> Text:
    words = " ".join(text).split()
    middle = len(words) // 2
    return [" ".join(words[middle:] if second else words[:middle])]


def shuffled(text: Text, chance: Random) -> Text:
    sentences = sentences_of(text)
    chance.shuffle(sentences)
    return sentences


def with_a_paragraph(text: Text, chance: Random, others: Sequence[Text]) -> Text:
    place = chance.randrange(len(text) + 1)
    return [*text[:place], max(chance.choice(others), key=len), *text[place:]]


def edited(text: Text, chance: Random, share: float = 0.05) -> Text:
    return [
        " ".join("anders" if chance.random() < share else word for word in each.split(" ")) for each in text
    ]


def without_some(text: Text, chance: Random, dropped: int) -> Text:
    gone = chance.sample(range(len(text)), min(dropped, len(text) - 1))
    return [each for number, each in enumerate(text) if number not in gone]


def with_other_numbers(text: Text, chance: Random) -> Text:
    return [re.sub(r"\d", lambda _: str(chance.randrange(10)), each) for each in text]


CHANGES: Mapping[str, Change] = {
    "same": lambda text, _, __: text,
    "headline": lambda text, _, __: [HEADLINE, *text[1:]],
    "first_dropped": lambda text, _, __: text[1:],
    "last_dropped": lambda text, _, __: text[:-1],
    "last_two_dropped": lambda text, _, __: text[:-2],
    "two_dropped": lambda text, chance, _: without_some(text, chance, 2),
    "first_half": lambda text, _, __: half(text, second=False),
    "second_half": lambda text, _, __: half(text, second=True),
    "boilerplate": lambda text, _, __: [*text, FURNITURE],
    "paragraph_added": with_a_paragraph,
    "extended": lambda text, chance, others: [*text, *chance.choice(others)],
    "sentences_shuffled": lambda text, chance, _: shuffled(text, chance),
    "words_edited": lambda text, chance, _: edited(text, chance),
    "headline_cut_boilerplate": lambda text, _, __: [HEADLINE, *text[1:-1], FURNITURE],
    "half_boilerplate": lambda text, _, __: [*half(text, second=False), FURNITURE],
    "half_paragraph": lambda text, chance, others: with_a_paragraph(half(text, second=False), chance, others),
    "shuffled_cut_boilerplate": lambda text, chance, _: [*shuffled(text[:-1], chance), FURNITURE],
    "edited_cut_paragraph": lambda text, chance, others: with_a_paragraph(
        edited(text[:-1], chance), chance, others
    ),
}


# ---- the way of the service ----------------------------------------------------------------------


def measure(one_in: int = 1) -> Mapping[str, Measured]:
    """Return the scores of texts that thresholds were chosen on, and of those held back; of one in N."""
    every = tuple(texts().items())
    tune, held = dict(every[0 :: 2 * one_in]), dict(every[1 :: 2 * one_in])
    return {"tune": _measured(tune, held), "held": _measured(held, tune)}


def _measured(corpus: Mapping[int, Text], others: Mapping[int, Text]) -> Measured:
    """Return the scores of a corpus; `others` are texts from which paragraphs are added to it."""
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/monitor.db", owner="measure")
        try:
            stored = _Stored(store, corpus)
            donors = tuple(others.values())
            copies = {name: list(stored.copies(name, change, donors)) for name, change in CHANGES.items()}
            apart = {"renumbered": list(stored.renumbered()), "furniture": list(stored.furniture())}
        finally:
            store.close()
    together = [score for family in copies.values() for score in family]
    merged = [Score(0, score.fp, 0) for family in (stored.originals, *apart.values()) for score in family]
    return {"originals": stored.originals, **copies, **apart, "pairs": together + merged}


class _Stored:
    """The texts of a corpus in a store, and to which story each of them came."""

    def __init__(self, store: SqlStore, corpus: Mapping[int, Text]) -> None:
        self._store, self._corpus = store, corpus
        self._stories: dict[StoryId, set[int]] = defaultdict(set)
        self._story_of: dict[int, StoryId] = {}
        self.originals = [
            self._add(claim, number, text)
            for claim, (number, text) in zip(_announced(store, len(corpus)), corpus.items(), strict=True)
        ]

    def copies(self, name: str, change: Change, donors: Sequence[Text]) -> Iterator[Score]:
        """Score a changed copy of each text: it should come to the story of the text."""
        for number, text in self._corpus.items():
            copy = change(text, Random(f"{name} {number}"), donors)
            if len(set(words_of(copy)) & set(words_of(text))) >= LEAST_KEPT:
                found = self._found(_article(f"copy {number}", copy, "copy.example"))
                right = any(self._story_of.get(each) == found for each in _same_as(number))
                yield Score(int(right), int(found in self._stories and not right), int(not right))

    def renumbered(self) -> Iterator[Score]:
        """Score notices like each text that has many numbers: they should come to no story."""
        for number, text in self._corpus.items():
            if len(re.findall(r"\d+", " ".join(text))) >= LEAST_NUMBERS:
                notice = with_other_numbers(text, Random(f"renumbered {number}"))
                yield _apart(
                    met=self._found(_article(f"notice {number}", notice, "copy.example")) in self._stories
                )

    def furniture(self) -> Iterator[Score]:
        """Score neighbors in the corpus as pages of one site: they should not meet."""
        for (number, text), (following, other) in pairwise(self._corpus.items()):
            if following not in _same_as(number):
                page, its = (
                    _article(str(n), [*each, FURNITURE], "site.example")
                    for n, each in ((number, text), (following, other))
                )
                story = choose(page, (), NOW, POLICY)
                near = StoryCandidate(
                    story=story,
                    fingerprint=page.fingerprint,
                    canonical_url=page.canonical_url,
                    language=page.language,
                )
                yield _apart(met=choose(its, [near], NOW, POLICY).id == story.id)

    def _add(self, claim: Claim[Entry], number: int, text: Text) -> Score:
        stored = _article(claim.row.id, text, "wire.example")
        with self._store.transaction() as tx:
            story = choose(stored, tx.stories_near(stored, NOW - DAY), NOW, POLICY)
            tx.save_processed(claim, _processed(claim.row, stored, story), {})
        met = self._stories[story.id]
        score = _apart(met=bool(met) and not met & _same_as(number))
        met.add(number)
        self._story_of[number] = story.id
        return score

    def _found(self, looked_up: Article) -> StoryId:
        with self._store.transaction() as tx:
            return choose(looked_up, tx.stories_near(looked_up, NOW - DAY), NOW, POLICY).id


def _apart(*, met: bool) -> Score:
    return Score(int(not met), int(met), 0)


def _same_as(number: int) -> frozenset[int]:
    """Return the documents that are the same text as one, itself among them."""
    return next((group for group in SAME if number in group), frozenset({number}))


def _announced(store: SqlStore, count: int) -> Sequence[Claim[Entry]]:
    url = "https://wire.example/feed"
    store.sync_feeds([FeedSettings(id=FEED, url=url, shown_url=url)], NOW)
    wanted = Wanted(limit=count, at_once=count)
    (claim,) = store.claim_feeds(NOW, wanted, DAY)
    entries = [
        Entry(
            id=EntryId(f"en_{number}"),
            feed_id=FEED,
            keys=(EntryKey(number),),
            announced=Announced(),
            host="wire.example",
            state=EntryState.PENDING,
            first_seen_at=NOW,
            due_at=NOW,
        )
        for number in range(count)
    ]
    with store.transaction() as tx:
        tx.save_poll(claim, claim.row, entries, {}, (), {})
    return store.claim_entries(NOW, wanted, DAY)


def _article(name: str, text: Text, host: str) -> Article:
    url = f"https://{host}/{name.replace(' ', '-')}"
    body = "\n\n".join(text)
    return Article(
        entry_id=EntryId(name),
        feed_id=FEED,
        url=url,
        canonical_url=url,
        zones=Zones(title="", text=body),
        verdict=Verdict.FULL,
        fingerprint=fingerprint(body),
        language="de",
        fetched_at=NOW,
    )


def _processed(entry: Entry, article: Article, story: Story) -> Processed:
    salience = Salience(value=0.5, about=True)
    match = Match(
        entity=EntityId("any"),
        tier=Tier.CONFIRMED,
        confidence=0.9,
        salience=salience,
        mentions=(),
        evidence=(),
    )
    return Processed(
        entry=entry,
        article=article,
        story=story,
        matched=Matched(matches=(match,)),
        told=frozenset(),
        alerts=(),
        held=(),
        deliveries=(),
    )

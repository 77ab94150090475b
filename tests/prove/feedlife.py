"""Is every entry that a feed showed us there once, whatever the feed does and wherever we break off?

A machine of random steps: an outlet adds, edits, moves, reorders, drops and brings back entries, gives
guids anew or twice, and answers as servers do; `poll` asks it on a store of SQLite, and breaks off
at any call of the store, by an error or by `kill -9`, or outlives its lease. The outlet knows its true
entries: after a poll that was kept each of those that it showed stands in the store under one id,
for ever the same; a poll that was not kept left nothing.

What no identity can know is left out. An entry is known by any two of guid, link and title: the machine
changes one of them between two times that the entry is seen, and makes no two entries alike in two.
A guid given anew is believed where most others stayed; elsewhere its entry changes no more.
Where every guid changes at every poll the title may change besides, as long as another entry stays as it
was. Each entry changes its marks eight times at most, for the store remembers a bounded number.
"""

import os
import random
import re
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from monitor.adapters.sandbox import InlineSandbox
from monitor.adapters.store import SqlStore, open_store
from monitor.engine.perform import perform
from monitor.matching.matcher import build_matcher
from monitor.model import Feed, FeedId, FeedSettings, FirstPoll
from monitor.pipeline import poll
from monitor.ports import Claim, Ports, Step, Wanted
from monitor.steps.rules import Rules
from tests.prove.outlets import BEGAN, MOST_EDITS, URL, Kind, KnowingOutlet, Mood, TrueEntry
from tests.prove.proof import Outcome, Proof, Say

STEPS = 50
LEASE = timedelta(minutes=2)
ALL = Wanted(limit=10, at_once=10)
FEED = FeedId("kurier")
SETTINGS = FeedSettings(id=FEED, url=URL, shown_url=URL, first_poll=FirstPoll.ALL)
RULES = Rules(
    feeds={FEED: SETTINGS},
    entities={},
    watchlists=(),
    receivers={},
    matcher=build_matcher(()),
    user_agent="proof",
)
# Calls of the store and the outlet in a poll, each with a moment before and after.
MOMENTS = 18
# Longer than any wait: a feed is never given up.
PATIENCE = timedelta(hours=27)
_AUTHOR = re.compile(r"Autor (\d+) Ende")


class BrokenOffError(Exception):
    """A poll ends here."""


@dataclass(slots=True, kw_only=True)
class Fate:
    """What happens at the `at`-th moment of a poll, and whether it has."""

    at: int
    strike: Callable[[], None]
    moment: int = 0

    def come(self) -> None:
        self.moment += 1
        if self.moment == self.at:
            self.strike()


class Doomed:
    """Something whose every call is a moment at which fate may strike, before it and after it."""

    def __init__(self, spared: Any, fate: Fate) -> None:
        self._spared, self._fate = spared, fate

    def __getattr__(self, name: str) -> Any:
        spared = getattr(self._spared, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._fate.come()
            result = spared(*args, **kwargs)
            self._fate.come()
            return result

        return call


class DoomedStore:
    """A store whose transactions are doomed, up to the moment after their commit."""

    def __init__(self, store: SqlStore, fate: Fate) -> None:
        self.release = store.release
        self._store, self._fate = store, fate

    def __getattr__(self, name: str) -> Any:
        return getattr(Doomed(self._store, self._fate), name)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with self._store.transaction() as tx:
            yield Doomed(tx, self._fate)
        self._fate.come()


@dataclass(slots=True)
class HandClock:
    now_: Any = BEGAN

    def now(self) -> Any:
        return self.now_


class FeedLife(RuleBasedStateMachine):
    """The steps; `taken` counts them over all machines, `kept` and `broken` the polls."""

    taken = kept = broken = 0

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="feedlife-")
        self._path = Path(self._folder.name) / "monitor.db"
        self.clock = HandClock()
        self.outlet = KnowingOutlet()
        self.ids: dict[int, str] = {}
        self.store = self._open("one")
        self.store.sync_feeds([SETTINGS], self.clock.now())

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()

    def _open(self, owner: str) -> SqlStore:
        return open_store(f"sqlite:///{self._path}", owner=owner)

    # ---- the outlet ----

    @initialize(kind=st.sampled_from(Kind), first=st.integers(1, 6))
    def begin(self, kind: Kind, first: int) -> None:
        self.outlet.kind = kind
        for _ in range(first):
            self.outlet.publish()
        # Stays as it is, for what churns to be seen by.
        self.anchor = self.outlet.entries[0]

    def _some(self, pick: int) -> TrueEntry:
        return self.outlet.shown[pick % len(self.outlet.shown)]

    @rule(count=st.sampled_from((1, 1, 2, 12)))
    def publishes(self, count: int) -> None:
        for _ in range(count):
            self.outlet.publish()
        self._trim()
        self._step()

    def _trim(self, most: int = 24) -> None:
        kept = self.outlet.shown[:most]
        self.outlet.shown = kept if self.anchor in kept else [*kept, self.anchor]

    @precondition(lambda self: self.outlet.kind is Kind.KEPT)
    @rule(pick=st.integers(0, 1000), mark=st.sampled_from(("guid", "link")))
    def uses_a_mark_twice(self, pick: int, mark: str) -> None:
        other = self.outlet.entries[pick % len(self.outlet.entries)]
        self.outlet.publish(**{mark: getattr(other, mark)})
        self._step()

    @rule(pick=st.integers(0, 1000))
    def edits_a_title(self, pick: int) -> None:
        entry = self._some(pick)
        if entry.may_change and entry is not self.anchor:
            entry.marked()
            entry.title = f"Meldung {entry.number}, Fassung {entry.edits}"
        self._step()

    @precondition(lambda self: self.outlet.kind in (Kind.KEPT, Kind.RENUMBERED))
    @rule(pick=st.integers(0, 1000))
    def moves_a_page(self, pick: int) -> None:
        entry = self._some(pick)
        if entry.may_change:
            entry.marked()
            entry.link = f"kurier.example/neu/{entry.number}/{entry.edits}"
        self._step()

    @precondition(lambda self: self.outlet.kind is Kind.RENUMBERED)
    @rule(pick=st.integers(0, 1000))
    def renumbers_one(self, pick: int) -> None:
        entry = self._some(pick)
        if entry.may_change and not any(each.changed for each in self.outlet.shown):
            entry.marked()
            entry.guid, entry.renumbered = f"g{entry.number}-{entry.edits}", True
        self._step()

    @rule(pick=st.integers(0, 1000), days=st.integers(-400, 400))
    def changes_what_is_no_mark(self, pick: int, days: int) -> None:
        entry = self._some(pick)
        entry.date, entry.text = BEGAN + timedelta(days=days), f"Text {days}"
        entry.secure = days % 2 == 0
        self._step()

    @rule(dice=st.randoms(use_true_random=False))
    def reorders(self, dice: random.Random) -> None:
        dice.shuffle(self.outlet.shown)
        self._step()

    @rule(pick=st.integers(0, 1000))
    def drops(self, pick: int) -> None:
        entry = self._some(pick)
        left = [each for each in self.outlet.shown if each is not entry]
        if left and entry is not self.anchor:
            self.outlet.shown = left
        self._step()

    @rule(pick=st.integers(0, 1000))
    def brings_back_or_shows_twice(self, pick: int) -> None:
        self.outlet.shown.append(self.outlet.entries[pick % len(self.outlet.entries)])
        self._trim()
        self._step()

    @precondition(lambda self: self.outlet.kind is not Kind.CHURNING)
    @rule(count=st.integers(2, 14))
    def shows_only_new_ones(self, count: int) -> None:
        self.outlet.shown = []
        for _ in range(count):
            self.outlet.publish()
        self._step()

    # ---- us ----

    @rule(mood=st.sampled_from((Mood.WELL, Mood.WELL, *Mood)))
    def polls(self, mood: Mood) -> None:
        self.outlet.mood = mood
        before = FeedLife.kept
        with self._judged():
            self._poll(self._claim(self.store), self.store, Fate(at=0, strike=_break_off))
        assert (FeedLife.kept > before) == self.outlet.answers_well, "an undisturbed poll is kept"
        self._step()

    @rule(at=st.integers(1, MOMENTS))
    def polls_and_breaks_off(self, at: int) -> None:
        self.outlet.mood = Mood.WELL
        with self._judged():
            self._poll(self._claim(self.store), self.store, Fate(at=at, strike=_break_off))
        self._step()

    @rule(at=st.integers(1, MOMENTS))
    def polls_and_is_killed(self, at: int) -> None:
        self.outlet.mood = Mood.WELL
        with self._judged():
            claim = self._claim(self.store)
            self.store.close()
            pid = os.fork()
            if pid == 0:
                self._die(claim, at)
            os.waitpid(pid, 0)
            self.outlet.served += 1
            self.store = self._open("one")
        self._step()

    @rule(late=st.booleans())
    def another_polls_when_the_lease_has_run_out(self, late: bool) -> None:  # noqa: FBT001
        self.outlet.mood = Mood.WELL
        claim = self._claim(self.store)
        with closing(self._open("two")) as rival:
            with self._judged():
                self.clock.now_ += LEASE + timedelta(seconds=1)
                other = self._claim(rival)
                self._poll(other, rival, Fate(at=0, strike=_break_off))
            if late:
                before = self._row()
                self._poll(claim, self.store, Fate(at=0, strike=_break_off))
                assert before == self._row(), "who lost the lease wrote"
                assert self.ids == self._stored(), "who lost the lease wrote entries"
        self._step()

    def _claim(self, store: SqlStore) -> Claim[Feed]:
        for _ in range(2):
            for claim in store.claim_feeds(self.clock.now(), ALL, LEASE):
                return claim
            self.clock.now_ += PATIENCE
        raise AssertionError("the feed is never asked again")

    def _poll(self, claim: Claim[Feed], store: SqlStore, fate: Fate) -> None:
        doomed: Any = DoomedStore(store, fate)
        on = Ports(
            fetcher=Doomed(self.outlet, fate),
            sender=None,  # type: ignore[arg-type]
            sandbox=InlineSandbox(),
            store=doomed,
            clock=self.clock,
            random=random.Random(1),
        )
        perform(Step.POLL, lambda each: poll(each, on, RULES), claim, store, self.clock, lambda *_: None)

    def _die(self, claim: Claim[Feed], at: int) -> None:
        """Poll in this process, which does not outlive it."""
        try:
            with closing(self._open("one")) as store:
                self._poll(claim, store, Fate(at=at, strike=_kill))
        finally:
            os._exit(0)

    @contextmanager
    def _judged(self) -> Iterator[None]:
        """See what a poll left in the store, and hold it against what the outlet showed."""
        before = self._row()
        yield
        after, found = self._row(), self._stored()
        kept = after["polls"] > before["polls"] and after["failures"] == 0
        FeedLife.kept, FeedLife.broken = FeedLife.kept + kept, FeedLife.broken + (not kept)
        if not kept:
            assert self.ids == found, "a poll that was not kept left entries"
            same = ("etag", "body_digest", "first_polled_at", "last_ok_at")
            assert [before[name] for name in same] == [after[name] for name in same], "or validators"
            return
        if before["body_digest"] != after["body_digest"]:
            self._learn_numbers()
        for entry in self.outlet.announced:
            assert entry.number in found, f"lost: entry {entry.number}, {entry}"
            entry.seen, entry.changed = True, False
        assert self.ids == {number: found.get(number) for number in self.ids}, "an id changed"
        assert set(found) <= {entry.number for entry in self.outlet.entries if entry.seen}
        self.ids = found

    def _learn_numbers(self) -> None:
        """A new guid is learned where most entries kept theirs; elsewhere its entry changes no more."""
        shown = {entry.number: entry for entry in self.outlet.announced if entry.seen}.values()
        anew = [entry for entry in shown if entry.renumbered]
        for entry in anew:
            entry.renumbered = 2 * len(anew) >= len(shown)
            entry.edits = MOST_EDITS if entry.renumbered else entry.edits

    def _row(self) -> dict[str, Any]:
        with closing(sqlite3.connect(self._path)) as database:
            database.row_factory = sqlite3.Row
            return dict(database.execute("SELECT * FROM feeds").fetchone())

    def _stored(self) -> dict[int, str]:
        """Return the id of each true entry that the store holds."""
        query = "SELECT id, announced FROM entries LEFT JOIN announcements ON entry_number = number"
        found: dict[int, str] = {}
        with closing(sqlite3.connect(self._path)) as database:
            for entry_id, announced in database.execute(query):
                author = _AUTHOR.search(str(announced))
                assert author is not None, announced
                number = int(author[1])
                assert number not in found, f"twice: entry {number}, {self.outlet.entries[number]}"
                found[number] = entry_id
        return found

    def _step(self) -> None:
        FeedLife.taken += 1


def _break_off() -> None:
    raise BrokenOffError


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run(count: int, dice: random.Random, say: Say) -> Outcome:
    """Take so many steps, on a fresh feed and store after every fifty."""
    FeedLife.taken = FeedLife.kept = FeedLife.broken = 0
    settings = hypothesis.settings(
        max_examples=8,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        phases=(Phase.generate,),
    )
    faults: list[str] = []
    while FeedLife.taken < count and not faults:
        machine = hypothesis.seed(dice.randrange(1 << 32))(type("SeededFeedLife", (FeedLife,), {}))
        try:
            run_state_machine_as_test(machine, settings=settings)
        except AssertionError as error:
            faults.append("\n".join([str(error), *getattr(error, "__notes__", ())]))
        say(f"{FeedLife.taken} steps, {FeedLife.kept} polls kept, {FeedLife.broken} not")
    facts = {"polls kept": FeedLife.kept, "not kept": FeedLife.broken}
    return Outcome(tried=FeedLife.taken, faults=tuple(faults), facts=facts)


PROOF = Proof(
    name="feedlife",
    law="whatever a feed does, and wherever a poll ends, each entry it showed is there, once",
    unit="steps",
    sample=300,
    usual=3000,
    full=10000,
    seconds=195,
    run=run,
)

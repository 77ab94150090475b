"""The composition root of the service: whoever imports it has imported all that a running service needs."""

import random
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from monitor.adapters.api import ROOT, Api
from monitor.adapters.clock import SystemClock
from monitor.adapters.health import Probes, answer_probe, sd_notify, watchdog_seconds
from monitor.adapters.http import HttpDoor
from monitor.adapters.parallel import cores
from monitor.adapters.sandbox import ProcessSandbox, SandboxPolicy
from monitor.adapters.serving import Answer, Request, Server, problem
from monitor.adapters.store import SqlStore, open_store
from monitor.adapters.telemetry import Telemetry
from monitor.agreement import Agreement
from monitor.articles.language import language_of
from monitor.config.changes import changes
from monitor.config.load import load_config
from monitor.config.schema import Config
from monitor.engine.embedded import Embedded
from monitor.engine.lanes import LEASE, Asking, Upkeep
from monitor.engine.perform import DAMAGED
from monitor.engines import FEED_AT_ONCE, Bounds, engine_of, lanes_of
from monitor.errands.doors import ports_to, senders_by
from monitor.errands.pages import PAGES
from monitor.errands.words import ready_words
from monitor.errors import ConfigError, MonitorError, StoreDamaged, StoreError, UsageError
from monitor.judging import PATH, Judging
from monitor.matching.languages import DICTIONARIES, is_word, lemma
from monitor.model import Feed, Reply, Subscription, VerdictLinks, Zones
from monitor.pipeline import deliver, heed, heed_quiet, poll, process, where_to_ask
from monitor.ports import Claim, FeedAnswer, Ports, Report, Step
from monitor.pushing import LARGEST_PUSH, PREFIX, answer_hub, attend_hubs
from monitor.steps.rules import Rules, build_rules
from monitor.upkeep import (
    Recalled,
    beat,
    begin_counting,
    forget_refused,
    having_recalled,
    recall,
    release_held,
    tell_refused,
)

# Everything a worker process needs, imported before its first document.
PRELOAD = ("monitor.feeds.parse", "feedparser", *PAGES)
REST_EVERY = timedelta(minutes=1)
# Clocks of several machines differ; more than this is a clock that was wrong, or is.
CLOCK_AHEAD = timedelta(minutes=1)
# Warnings of one configuration that a log keeps; long lists of names may have thousands.
MOST_WARNINGS = 20
DRAIN = timedelta(seconds=25)
# Several times within `agreeing.ALIVE`.
ATTEND_EVERY = timedelta(seconds=10)
DIGEST_EVERY = timedelta(seconds=5)
PURGE_EVERY = timedelta(hours=1)
HUBS_EVERY = timedelta(seconds=2)
# Some hundred articles each time, between which others write.
WORDS_EVERY = timedelta(seconds=2)
RECALL_EVERY = timedelta(minutes=1)
STALLED_EVERY = timedelta(seconds=30)
# Longer than any wait between two tries of a page, shorter than the rest after a bug.
WORTH_WAITING = timedelta(minutes=2)


def mind_the_clock(store: SqlStore, now: datetime) -> datetime | None:
    """Where a store was written at a later time than now, let nothing wait for that time, and return it."""
    latest = store.latest()
    if latest is None or latest <= now + CLOCK_AHEAD:
        return None
    store.clock_was_set_back(now, LEASE)
    return latest


@dataclass(frozen=True, slots=True)
class _InForce:
    """What a reload replaces as a whole."""

    config: Config
    rules: Rules
    ports: Ports


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a feed answered, or None where it was not asked; and what was in force when it was."""

    under: _InForce
    came: Callable[[], FeedAnswer | None]


class Worker:
    """The whole service: store, HTTP door, worker processes and engine, under one configuration."""

    def __init__(
        self,
        config: Config,
        *,
        telemetry: Telemetry | None = None,
        seen: Callable[[Report], None] = lambda _: None,
    ) -> None:
        """Open everything; feeds of the configuration are the active ones from here on.

        `seen` is called after each unit of work.
        """
        self.telemetry = telemetry or Telemetry()
        self._seen = seen
        self._clock = SystemClock()
        self.store = open_store(config.store_url, owner=f"worker-{uuid4().hex}")
        self.telemetry.show_store(lambda: self.store.measured(self._clock.now()))
        self.sandbox = ProcessSandbox(SandboxPolicy(workers=_workers(config)), PRELOAD)
        self._doors = [HttpDoor(config.fetch)]
        self._ready = False
        self._stop = threading.Event()
        self._damage: str | None = None
        dice = random.Random()  # noqa: S311  (spreads waits; no secret hangs on it)
        ports = ports_to(self._doors[0], self.store, self.sandbox, self._clock, dice)
        rules = _with_links(build_rules(config), config, self.store)
        self._ready_words(rules)
        self._recalled = recall(self.store, rules, Recalled())
        self._in_force = _InForce(config, having_recalled(rules, self._recalled), ports)
        self._changing = threading.Lock()
        self._bounds = Bounds(config)
        self._mind_the_clock()
        self._wordless = True
        self._agreement = Agreement(self.store, self._clock, self.telemetry, config)
        work = {
            Step.POLL: self._with_rules(partial(poll, lease=LEASE)),
            Step.PROCESS: self._with_rules(process),
            Step.DELIVER: self._with_rules(deliver),
        }
        asking = Asking(ask=self._ask, heed_quiet=self._heed_quiet, heed=self._heed)
        lanes = lanes_of(self.store, work, asking, self._bounds)
        self.engine = engine_of(
            config,
            [replace(each, claim=self._agreement.unless_behind(each.claim)) for each in lanes],
            self.store,
            self._clock,
            self._observe,
            self._upkeep(config),
            standing_by=lambda: self._agreement.behind() is not None,
        )
        if not isinstance(self.engine, Embedded):
            self.telemetry.show_queue(self.engine.depth)

    # ---- what it does --------------------------------------------------------------------------

    def run(self, stop: threading.Event) -> bool:
        """Serve until `stop` is set, then let what is in work end; False where it did not in time.

        Raises:
            StoreDamaged: the store cannot be trusted any more; who goes on would make it worse.
        """
        self._stop = stop
        config = self._in_force.config
        server = Server(config.listen, self._answering(), {PREFIX: LARGEST_PUSH}) if config.listen else None
        self._ready = True
        self._warn(config)
        forget_refused(self._in_force.ports)
        begin_counting(self._in_force.ports)
        self.telemetry.observe_start(self._clock.now().timestamp())
        self.telemetry.observe_upkeep("start", "ok", feeds=len(config.feeds), entities=len(config.entities))
        sd_notify("READY=1")
        try:
            ended = self.engine.run(stop, DRAIN)
        finally:
            self._ready = False
            sd_notify("STOPPING=1")
            if server:
                server.close()
        self._check_store()
        self.telemetry.observe_upkeep("stop", "ok" if ended else "unfinished")
        return ended

    def once(self) -> None:
        """Perform all that is due, and what follows from it, to the end.

        Raises:
            StoreDamaged: the store cannot be trusted any more.
            UsageError: the worker's engine is not the embedded one.
        """
        if not isinstance(self.engine, Embedded):
            raise UsageError("one pass is made by the embedded engine")
        if behind := self._agreement.behind():
            raise UsageError(f"{behind}, and a service that has it is at work")
        try:
            self.engine.drain(self._waiting)
        finally:
            self._check_store()

    def reload(self, environ: Mapping[str, str]) -> bool:
        """Put the configuration file in force anew; a bad one leaves the running one as it is."""
        before = self._in_force
        sd_notify("RELOADING=1")
        try:
            config = load_config(before.config.path, environ)
            if config.store_url != before.config.store_url:
                raise UsageError("store.url cannot change while the service runs; restart it")
            if config.engine != before.config.engine:
                raise UsageError("engine cannot change while the service runs; restart it")
            if config.listen != before.config.listen:
                raise UsageError("http.listen cannot change while the service runs; restart it")
            rules = _with_links(build_rules(config), config, self.store)
            recalled = recall(self.store, rules, Recalled())
            self._put_in_force(config, having_recalled(rules, recalled), recalled)
        except MonitorError as error:
            self._refuse(before, error)
            return False
        finally:
            sd_notify("READY=1")
        self._bounds.change(config)
        self.engine.retime("heartbeat", config.heartbeat_every)
        self._warn(config)
        self.telemetry.observe_reload("ok", self._clock.now().timestamp())
        self.telemetry.observe_upkeep(
            "reload", "ok", **changes(before.config, config), entities=len(config.entities)
        )
        with suppress(StoreError):
            forget_refused(self._in_force.ports)
        self.engine.wake()
        return True

    def _put_in_force(self, config: Config, rules: Rules, recalled: Recalled) -> None:
        """Replace all that is in force, in the store and here, as a whole."""
        ports = self._in_force.ports
        with self._agreement.changing(config):
            if config.fetch != self._in_force.config.fetch:
                door = HttpDoor(config.fetch)
                self._doors.append(door)
                ports = replace(ports, fetcher=door, sender=senders_by(door))
            with self._changing:
                self._recalled = recalled
                self._in_force = _InForce(config, rules, ports)

    def _refuse(self, running: _InForce, error: MonitorError) -> None:
        """Say everywhere that a configuration is refused: log, metric, and an event to those who want it."""
        self.telemetry.observe_upkeep("reload", "refused", detail=str(error)[:2000])
        self.telemetry.observe_reload("refused", None)
        faults = error.faults if isinstance(error, ConfigError) else (f"{running.config.path}: {error}",)
        # Where the store refuses, nobody can be told now; the log says so.
        with suppress(StoreError):
            if tell_refused(running.ports, running.rules, [str(fault) for fault in faults]):
                self.engine.wake()

    def _answering(self) -> Callable[[Request], Answer]:
        """Return what answers on the port: the API, and what the service says of itself."""
        probes = self.probes()
        judging = Judging(self.store, self._clock.now)
        api = Api(self.store.library(), lambda: self._in_force.config.access, self._clock.now)

        def answer(request: Request) -> Answer:
            if request.path.startswith(PREFIX):
                return self._answer_hub(request)
            if request.path == PATH:
                return self._answer_verdict(request, judging)
            return api.answer(request) if request.path.startswith(ROOT) else answer_probe(request, probes)

        return answer

    def probes(self) -> Probes:
        """Return what the health server asks."""
        return Probes(
            alive=self.engine.alive,
            ready=self._why_not_ready,
            metrics=self.telemetry.metrics,
            status=lambda: self.store.status(self._clock.now()),
        )

    def close(self) -> None:
        """Let go of processes, sockets and the store."""
        self.sandbox.close()
        for door in self._doors:
            door.close()
        with suppress(StoreError):
            self.store.unregister()
        self.store.close()

    # ---- what it is made of --------------------------------------------------------------------

    def _warn(self, config: Config) -> None:
        """Tell in the log what `check` would: who starts a service may never have called that."""
        for warning in config.warnings[:MOST_WARNINGS]:
            self.telemetry.observe_upkeep("configuration", "warning", detail=str(warning))
        more = len(config.warnings) - MOST_WARNINGS
        if more > 0:
            self.telemetry.observe_upkeep("configuration", "warning", detail=f"and {more} more; see `check`")

    def _with_rules(
        self, step: Callable[[Claim[Any], Ports, Rules], Report]
    ) -> Callable[[Claim[Any]], Report]:
        """Return the step under whatever is in force when it begins."""

        def work(claim: Claim[Any]) -> Report:
            in_force = self._in_force
            return step(claim, in_force.ports, in_force.rules)

        return work

    # ---- a poll in its parts: what was asked under some rules is heeded under the same ----------

    def _ask(self, claim: Claim[Feed], answered: Callable[[_Answer], None]) -> None:
        in_force, door = self._in_force, self._doors[-1]
        url = where_to_ask(claim, in_force.rules)
        if url is None:
            answered(_Answer(in_force, lambda: None))
        else:
            door.ask(url, claim.row.validators, lambda came: answered(_Answer(in_force, came)))

    def _heed_quiet(self, those: Sequence[tuple[Claim[Feed], _Answer]]) -> Mapping[int, Report]:
        under = those[0][1].under
        same = [at for at, (_, answer) in enumerate(those) if answer.under is under]
        reports = heed_quiet([(those[at][0], those[at][1].came()) for at in same], under.ports, under.rules)
        return {same[which]: report for which, report in reports.items()}

    def _heed(self, claim: Claim[Feed], answer: _Answer) -> Report:
        return heed(claim, answer.came(), answer.under.ports, answer.under.rules, LEASE)

    def _upkeep(self, config: Config) -> tuple[Upkeep, ...]:
        watchdog, in_turn = watchdog_seconds(), self._agreement.in_turn
        pulses = (
            (Upkeep(name="watchdog", every=timedelta(seconds=watchdog), run=self._pulse),) if watchdog else ()
        )
        return (
            Upkeep(name="heartbeat", every=config.heartbeat_every, run=in_turn(self._beat)),
            Upkeep(name="digest", every=DIGEST_EVERY, run=in_turn(self._release)),
            Upkeep(name="purge", every=PURGE_EVERY, run=in_turn(self._purge)),
            Upkeep(name="words", every=WORDS_EVERY, run=self._add_words),
            Upkeep(name="attend", every=ATTEND_EVERY, run=self._attend),
            Upkeep(name="hubs", every=HUBS_EVERY, run=in_turn(self._attend_hubs)),
            Upkeep(name="recall", every=RECALL_EVERY, run=self._recall),
            Upkeep(name="stalled", every=STALLED_EVERY, run=self._end_stalled),
            Upkeep(name="rest", every=REST_EVERY, run=self.sandbox.rest),
            *pulses,
        )

    def _beat(self) -> None:
        in_force = self._in_force
        if beat(in_force.ports, in_force.rules, in_force.config.heartbeat_every):
            self.engine.wake()

    def _release(self) -> None:
        if release_held(self._in_force.ports, self._in_force.rules):
            self.engine.wake()

    def _purge(self) -> None:
        self.store.purge(self._clock.now() - self._in_force.config.retention)

    def _add_words(self) -> None:
        """Have articles of older versions found by their words, some at a time until all are."""
        if self._wordless:
            self._wordless = self.store.add_words() > 0

    def _end_stalled(self) -> None:
        """Have nobody wait for a service that is frozen in a transaction."""
        ended = self.store.end_stalled(LEASE)
        if ended:
            self.telemetry.observe_upkeep("stalled", "ended", sessions=ended)

    def _recall(self) -> None:
        """Put what was learned since in force; a reload may come at the same time."""
        with self._changing:
            in_force = self._in_force
            recalled = recall(self.store, in_force.rules, self._recalled)
            if recalled.digests != self._recalled.digests:
                rules = having_recalled(in_force.rules, recalled)
                self._in_force = replace(in_force, rules=rules)
                self._recalled = recalled

    def _attend(self) -> None:
        if self._agreement.attend():
            self.engine.wake()

    def _attend_hubs(self) -> None:
        in_force = self._in_force
        if in_force.config.pushes is None:
            return

        def said(asked: Subscription, reply: Reply) -> None:
            why = reply.detail or f"answered {reply.status}"
            self.telemetry.observe_upkeep("hub", "refused", feed=asked.feed, detail=why)

        if attend_hubs(in_force.ports, self._doors[-1], in_force.config.pushes, said):
            self.engine.wake()

    def _answer_hub(self, request: Request) -> Answer:
        pushes, signature = self._in_force.config.pushes, request.headers.get("x-hub-signature")
        if pushes is None:
            return problem(404, "no hub is asked to push")
        asked = (request.method, request.path, request.query, signature, request.body)
        said = answer_hub(*asked, self.store, pushes, self._clock.now())
        return Answer(status=said.status, body=said.text.encode())

    def _answer_verdict(self, request: Request, judging: Judging) -> Answer:
        rules = self._in_force.rules
        if rules.links is None:
            return problem(404, "nobody is asked for verdicts")
        return judging.answer(request, rules.links.key, rules.entities)

    def _pulse(self) -> None:
        if self.engine.alive():
            sd_notify("WATCHDOG=1")

    def _waiting(self) -> int:
        now = self._clock.now()
        return self.store.waiting_entries(now, now + WORTH_WAITING)

    def _check_store(self) -> None:
        if self._damage is not None:
            raise StoreDamaged(self._damage)

    def _observe(self, report: Report, seconds: float) -> None:
        self.telemetry.observe(report, seconds)
        self._seen(report)
        if report.reason == DAMAGED:
            self._damage = str(report.facts["detail"]).partition(": ")[2]
            self._stop.set()

    def _ready_words(self, rules: Rules) -> None:
        unpacked = ready_words()
        if unpacked is not None:
            self.telemetry.observe_upkeep(
                "words", "slower", detail=f"dictionaries cannot be packed: {unpacked}"
            )
        _warm(rules)

    def _mind_the_clock(self) -> None:
        """Say so where the store was written at a later time than now; nothing waits for that time."""
        latest = mind_the_clock(self.store, self._clock.now())
        if latest is not None:
            self.telemetry.observe_upkeep(
                "clock", "behind", detail=f"the store was written at {latest:%FT%TZ}"
            )

    def _why_not_ready(self) -> str | None:
        if not self._ready:
            return "not serving"
        if not self.engine.alive():
            return "the dispatcher stands still"
        try:
            self.store.ping()
        except StoreError as error:
            return str(error)
        return self._agreement.behind()


def _with_links(rules: Rules, config: Config, store: SqlStore) -> Rules:
    """Return rules by which alerts have links for verdicts, where somebody is to be asked for such."""
    if config.verdicts_at is None:
        return rules
    key = store.key_of_verdicts(secrets.token_bytes(32))
    return replace(rules, links=VerdictLinks(public_url=config.verdicts_at, key=key))


def _workers(config: Config) -> int:
    """Return how many worker processes may be at work: one for each core.

    More than a feed has pages in work: bombs of one must not keep the others' pages waiting for a worker.
    """
    return config.workers or FEED_AT_ONCE + max(cores(), 2)


def _warm(rules: Rules) -> None:
    """Load dictionaries and models now: late, the first article would wait, or find no file handle left."""
    text = "Ein Satz der deutschen Sprache, an dem sich Wörterbücher und Modelle laden lassen."
    rules.matcher.match(Zones(title="", text=text, lead_end=len(text)), language_of(text))
    # A text that names nobody asks none; and the first sixteen articles at once would load one each.
    for language in DICTIONARIES:
        is_word(lemma("Wort", language), language)

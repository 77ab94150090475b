"""The conversation with who sets a monitor up; imported where there is one."""

import ipaddress
import os
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.cli.feeds import choose_feed
from monitor.config import values
from monitor.config.secret import Sources
from monitor.errands.doors import command_ports
from monitor.errands.trial import listening, trial_ports
from monitor.errands.words import use_ready_words
from monitor.errors import UsageError
from monitor.feeds.discovery import FoundFeed
from monitor.matching.matcher import build_matcher
from monitor.model import Entity, EntityKind, ReceiverName
from monitor.ops.discovery import feeds_found_table, look_for_feeds, passed_over_words
from monitor.ops.drafting import PRINT, RECEIVER, Answers, Receiving, entity_of, receiving_of
from monitor.ops.init import Begun, begin, doubt_words, doubts, expect_distinct, expect_new, show_begun
from monitor.ops.preview import preview, preview_table, preview_words
from monitor.ops.receivers import show_receiver_test
from monitor.ports import FetchPolicy, Ports
from monitor.steps.rules import build_rules
from monitor.tables import Shown
from monitor.terminal import ask, say, show_tables, spinner

TEST_PATIENCE = timedelta(seconds=30)
# Where a receiver for trying out listens, if nobody else does.
USUAL_PORT = 8080


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was said by options: feeds, entities, a receiver, private ranges; the file to write."""

    feeds: Sequence[str]
    entities: Sequence[str]
    receiver: str | None
    allow_private: Sequence[str]
    file: Path
    force: bool


def set_up(given: Given, *, asking: bool) -> Shown:
    """Ask what was not said, try it on the last articles, write the configuration, test the receiver.

    Raises:
        UsageError: something is missing and nobody can be asked, or is no good.
    """
    file = given.file
    expect_new(file, force=given.force)
    use_ready_words()
    policy = FetchPolicy(allow_private=_networks(given.allow_private))
    sources = Sources(environ=os.environ, folder=file.parent)
    with trial_ports(policy) as ports:
        feeds = _feeds(given.feeds, ports, asking=asking)
        entities = _entities(given.entities, asking=asking)
        receiving = _receiving(given.receiver, sources, asking=asking)
        with spinner() as progress:
            previewed = preview(feeds[0].url, build_matcher(entities, {}), ports, progress)
    if asking:
        show_tables([preview_table(previewed)])
        say(preview_words(previewed))
        if ask(f"write {file}?", "yes").lower() not in ("y", "yes", "j", "ja"):
            raise UsageError("nothing was written")
    answers = Answers(
        feeds=tuple(feeds),
        entities=tuple(entities),
        receiving=receiving,
        allow_private=policy.allow_private,
    )
    begun = begin(answers, file, os.environ, datetime.now(UTC), force=given.force)
    return show_begun(begun, previewed, _test(begun), with_table=not asking)


# ---- the three questions ---------------------------------------------------------------------


def _feeds(given: Sequence[str], ports: Ports, *, asking: bool) -> list[FoundFeed]:
    if not given and not asking:
        raise UsageError("name a feed or a site: --feed https://www.example.org/")
    found = [_feed(address, ports, asking=asking) for address in given]
    while not found:
        address = ask("which feed or site shall be read? (its address)")
        try:
            found += [_feed(address, ports, asking=True)] if address else []
        except UsageError as error:
            say(str(error))
    return list({each.url: each for each in found}.values())


def _feed(address: str, ports: Ports, *, asking: bool) -> FoundFeed:
    now = datetime.now(UTC)
    with spinner() as progress:
        looked = look_for_feeds(address, ports.fetcher, ports.sandbox, now, progress)
    if looked.failed:
        raise UsageError("\n".join((looked.failed, *passed_over_words(looked))))
    chosen = choose_feed(looked, None, now, asking=asking)
    if asking:
        show_tables([feeds_found_table([chosen], now)])
    return chosen


def _entities(given: Sequence[str], *, asking: bool) -> list[Entity]:
    if not given and not asking:
        raise UsageError("name whom to look for: --entity Amazon --entity 'Peter DeSantis:person'")
    entities = [entity_of(each) for each in given]
    while asking and not given:
        question = (
            "who else?" if entities else "whom shall be looked for? (a name; NAME|OTHER NAME for several)"
        )
        written = ask(question + (" (nothing ends the list)" if entities else ""))
        if not written and entities:
            break
        try:
            added = _asked_more(entity_of(written))
            expect_distinct([*entities, added])
            entities.append(added)
        except UsageError as error:
            say(str(error))
    expect_distinct(entities)
    return entities


def _asked_more(entity: Entity) -> Entity:
    """Return an entity with its kind, and with context where its name is doubtful."""
    kinds = [kind.value for kind in EntityKind]
    typed = ""
    while typed not in kinds:
        typed = ask(f"what is {entity.names[0].text}? ({values.one_of(kinds)})", entity.kind.value).lower()
    entity = replace(entity, kind=EntityKind(typed))
    doubtful = doubts([entity])
    for doubt in doubtful:
        say(doubt_words(doubt))
    if doubtful:
        context = _words(ask("words that speak for it, with commas between them (nothing for none)"))
        decoys = _words(ask("names of other things that look like it (nothing for none)"))
        entity = replace(
            entity, context=context, decoys=tuple(each for each in decoys if each not in _texts(entity))
        )
    return entity


def _receiving(given: str | None, sources: Sources, *, asking: bool) -> Receiving:
    port = free_port()
    if given is not None or not asking:
        return receiving_of(given or PRINT, port, sources)
    while True:
        question = "where do alerts go? (a URL; print: a receiver on this machine, to try it out)"
        try:
            return receiving_of(ask(question, PRINT), port, sources)
        except UsageError as error:
            say(str(error))


def _test(begun: Begun) -> Shown:
    """Send `webhook.test` through the real path; a receiver for trying out listens meanwhile."""
    config = begun.config
    (receiver,) = config.receivers
    with ExitStack() as stack:
        if begun.answers.receiving.listens:
            stack.enter_context(listening(receiver, lambda _: None))
        ports, store = stack.enter_context(command_ports(config))
        progress = stack.enter_context(spinner())
        progress(f"testing {receiver.name}")
        rules = build_rules(config)
        return show_receiver_test(ReceiverName(RECEIVER), ports, rules, store, TEST_PATIENCE, time.sleep)


# ---- small things ----------------------------------------------------------------------------


def _networks(given: Sequence[str]) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(each)) for each in given)
    except ValueError as error:
        raise UsageError(f"--allow-private: {error}; write a range such as 10.20.0.0/16") from error


def free_port(usual: int = USUAL_PORT) -> int:
    """Return the usual port of loopback if nobody listens there, else another one.

    Nothing listens here while it looks: whoever begins to at this moment is not kept from it.
    """
    for port in (usual, 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            free: int = probe.getsockname()[1]
            return free
    return usual


def _words(typed: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.strip() for each in typed.split(",") if each.strip()))


def _texts(entity: Entity) -> frozenset[str]:
    return frozenset(name.text for name in entity.names)

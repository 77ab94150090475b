"""What does a first configuration say? A few answers → a commented file, and the secrets beside it."""

import ipaddress
import json
import re
import secrets
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from monitor.config import values
from monitor.config.editing import as_scalar
from monitor.config.entities import entity_id
from monitor.config.secret import Sources, is_reference, resolved
from monitor.errors import UsageError
from monitor.feeds.discovery import FoundFeed
from monitor.matching.lexicon import folded_words
from monitor.matching.words.everyday import PLACES
from monitor.matching.words.given import BEFORE_SURNAMES
from monitor.matching.words.roles import LEGAL_FORMS
from monitor.model import Entity, EntityKind, Name

RECEIVER = "desk"
STORE_FOLDER = "var"
STORE_FILE = "monitor.db"
_KINDS = "person | organization | product | place | other; decides which forms a name takes"
_NAMES = "the canonical name, then other ways to write it"
_DECOYS = "names of other things that look like it"
_CONTEXT = "words that speak for it"
PRINT = "print"
_NOT_IN_URL = re.compile(r"[?#%]")
_FULL_NAME = range(2, 5)
_PLAIN = re.compile(r"[^\W\d_][\w.&/-]*(?: [\w.&/-]+)*")
_RESERVED = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
# Chat services by host, and by path where the host serves other things too: their address is the secret.
_CHATS = (
    ("slack", re.compile(r"hooks\.slack\.com/")),
    ("discord", re.compile(r"(?:[a-z]+\.)?discord(?:app)?\.com/api/webhooks/")),
    ("teams", re.compile(r"[a-z0-9.-]+\.(?:webhook\.office|logic\.azure|powerplatform)\.com[:/]")),
    ("ntfy", re.compile(r"ntfy\.sh/")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """Where alerts go.

    `url` is written into the file as it is. Where it leads to a file that is to be made, its content stands
    in `secret_files`, by name. Only a receiver of the standard format is `signed`.
    """

    url: str
    format: str = "standard"
    private: bool = False
    listens: bool = False
    secret_files: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def signed(self) -> bool:
        """Whether what it gets carries a signature."""
        return self.format == "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a first configuration is made of."""

    feeds: tuple[FoundFeed, ...]
    entities: tuple[Entity, ...]
    receiving: Receiving
    allow_private: tuple[str, ...] = ()


# ---- entities --------------------------------------------------------------------------------


def entity_of(written: str) -> Entity:
    """Return the entity that `Name|another name:kind` names; without a kind it is guessed.

    Raises:
        UsageError: it holds no name, or what stands behind the last colon looks like a kind and is none.
    """
    names, colon, kind = written.rpartition(":")
    kinds = [each.value for each in EntityKind]
    if colon and kind.strip() not in kinds and kind.strip().isalpha() and kind.strip().islower():
        raise UsageError(
            f"{values.shown(kind.strip())} is no kind; write {values.one_of(kinds)} behind the last colon, "
            f"{values.shown(f'{written}:other')} if it belongs to the name"
        )
    if not colon or kind.strip() not in kinds:
        names, kind = written, ""
    texts = tuple(dict.fromkeys(" ".join(each.split()) for each in names.split("|") if each.strip()))
    if not texts or not all(any(each.isalnum() for each in text) for text in texts):
        raise UsageError(
            f"{values.shown(written)} holds no name; write one such as Amazon, or Amazon|AWS:organization"
        )
    return Entity(
        id=entity_id(texts[0]),
        kind=EntityKind(kind.strip()) if kind else guessed_kind(texts[0]),
        names=tuple(Name(text=text) for text in texts),
    )


def guessed_kind(name: str) -> EntityKind:
    """Return what a name names, where it shows; else `other`, which promises nothing."""
    words = folded_words(name)
    if len(words) > 1 and words[-1] in LEGAL_FORMS:
        return EntityKind.ORGANIZATION
    if len(words) in _FULL_NAME and words[0] in BEFORE_SURNAMES:
        return EntityKind.PERSON
    if len(words) == 1 and words[0] in PLACES:
        return EntityKind.PLACE
    return EntityKind.OTHER


# ---- receivers -------------------------------------------------------------------------------


def receiving_of(written: str, port: int, sources: Sources) -> Receiving:
    """Return where alerts go by a URL, `env:NAME`, `file:PATH`, or `print`: a receiver here, at `port`.

    Raises:
        UsageError: it is nothing of these.
    """
    given = written.strip()
    if given == PRINT:
        return Receiving(url=f"http://127.0.0.1:{port}/", private=True, listens=True)
    if given.lower().startswith(("smtp:", "smtps:", "mailto:")):
        raise UsageError(
            "mail takes more answers than are asked for here: begin with 'print', then see 'format: email'"
        )
    try:
        url = values.web_url(resolved(given, sources))
    except ValueError as error:
        raise UsageError(
            f"the receiver's address {error}, or 'print' for a receiver on this machine"
        ) from error
    parts = urlsplit(url)
    place = f"{parts.hostname}{parts.path}".lower()
    chat = next((name for name, pattern in _CHATS if pattern.match(place)), None)
    if is_reference(given):
        return Receiving(url=given, format=chat or "standard", private=_is_private(url))
    if chat or parts.username or parts.password or parts.query:
        name = f"{RECEIVER}.url"
        return Receiving(
            url=f"file:{name}",
            format=chat or "standard",
            private=_is_private(url),
            secret_files={name: url},
        )
    return Receiving(url=url, private=_is_private(url))


def new_secret() -> str:
    """Return a new secret of 32 bytes, as receivers take it."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode("ascii")


def _is_private(url: str) -> bool:
    """Return whether an address is taken only with `allow_private`: plain http, or inside a network."""
    parts = urlsplit(url)
    try:
        return parts.scheme.lower() == "http" or not ipaddress.ip_address(parts.hostname or "").is_global
    except ValueError:
        return parts.hostname == "localhost"


# ---- the file --------------------------------------------------------------------------------


def draft(answers: Answers, folder: Path, now: datetime) -> str:
    """Return a commented configuration that stands in a folder, and has its store there."""
    return "\n".join(
        (
            f"# The configuration of a news monitor, begun by `monitor init` on {now:%Y-%m-%d}.",
            "# After a change: `monitor check` tells all that is wrong. `monitor schema` lists every key.",
            "",
            "# Where everything is remembered, from whatever folder the monitor is started.",
            f"store: {{url: {json.dumps(_store_url(folder), ensure_ascii=False)}}}",
            "",
            *_network(answers.allow_private),
            "# What is polled. More of it: monitor feeds add https://www.example.org/",
            "feeds:",
            *(line for feed in answers.feeds for line in _feed(feed)),
            "",
            "# Whom to look for. The key is the id that events use.",
            "entities:",
            *_entities(answers.entities),
            "",
            "# Who hears of it. Without `watchlists:` everybody hears of everything.",
            "receivers:",
            *_receiver(answers.receiving),
            "",
        )
    )


def _store_url(folder: Path) -> str:
    """Return the address of a store in a folder; a path that an address cannot hold stays relative."""
    written = str(folder.resolve())
    return f"sqlite:///{'' if _NOT_IN_URL.search(written) else f'{written}/'}{STORE_FOLDER}/{STORE_FILE}"


def _network(allow_private: Sequence[str]) -> Sequence[str]:
    if not allow_private:
        return ()
    return (
        "# Private addresses that feeds and pages may reach; nothing else inside your network is asked.",
        f"network: {{allow_private: {_list(allow_private)}}}",
        "",
    )


def _feed(feed: FoundFeed) -> Sequence[str]:
    key = "sitemap" if feed.format == "sitemap" else "url"
    called = "".join(each for each in " ".join(feed.title.split()) if each.isprintable())
    title = [f"  # {called}"] if called else []
    first = (
        "all   # it bears no dates: all that stands there now alerts, too; without it, what comes from now on"
        if feed.newest is None
        else "{since: 24h}   # the last day alerts, too; without it, what comes from now on"
    )
    return (*title, f"  - {key}: {as_scalar(feed.url)}", f"    first_poll: {first}")


def _entities(entities: Sequence[Entity]) -> Iterator[str]:
    """Yield the entities; what the keys mean stands at the first one."""
    for number, entity in enumerate(entities):
        kinds, names = (f"   # {each}" if number == 0 else "" for each in (_KINDS, _NAMES))
        yield f"  {entity.id}:"
        yield f"    kind: {entity.kind.value}{kinds}"
        yield f"    names: {_list(name.text for name in entity.names)}{names}"
        for key, texts, what in (("not", entity.decoys, _DECOYS), ("context", entity.context, _CONTEXT)):
            if texts:
                yield f"    {key}: {_list(texts)}"
            elif number == 0:
                yield f"    # {key}: [WORD, WORD]   # {what}"


def _receiver(receiving: Receiving) -> Iterator[str]:
    yield f"  {RECEIVER}:"
    yield f"    url: {as_scalar(receiving.url)}"
    if receiving.format != "standard":
        yield f"    format: {receiving.format}"
    if receiving.signed:
        yield f'    secrets: ["file:{RECEIVER}.secret"]   # beside this file; the receiver needs it too'
    if receiving.private:
        yield "    allow_private: true   # it is inside your own network, or takes plain http"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _quoted(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _RESERVED
    # A text of JSON is one of YAML.
    return text if plain else json.dumps(text, ensure_ascii=False)

"""What is to be explained: a URL, a file or standard input → one article, or why there is none."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.alerts.evidence import public_url
from monitor.articles.assemble import assemble, title_only
from monitor.errors import UsageError
from monitor.model import (
    Announced,
    Article,
    Document,
    Entry,
    EntryId,
    EntryState,
    Extracted,
    FeedId,
    FetchFailed,
    Match,
    SandboxFailed,
    Story,
    Told,
    Verdict,
)
from monitor.ops.match import article_fault, zones_of
from monitor.tables import Table

Fetch = Callable[[str], Document | FetchFailed]
Read = Callable[[Document, Announced], Extracted | SandboxFailed]

_LARGEST = 10_000_000
# Each becomes one replacement character, so that offsets stay; terminals would obey some of them.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_URL = re.compile("https?://", re.IGNORECASE)
_HTML = re.compile(rb"\s*<|.{0,1000}?<(?:!doctype\s+html|html|body|article|p)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """What the store says of an article: the verdicts of its time, its story, and who knew that before it.

    `came` are the alerts that came of it, as plain values.
    """

    matches: tuple[Match, ...] = ()
    refused: tuple[Match, ...] = ()
    story: Story | None = None
    told: frozenset[Told] = frozenset()
    came: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was looked at, and the article that came of it; `failed` says why none did.

    `facts` are for people, `source` is their plain form. `outside` is all that the page holds besides.
    Of one that came from the store, `stood` and `tables` say what became of it.
    """

    source: Mapping[str, Any]
    facts: Sequence[tuple[str, str]]
    article: Article | None = None
    failed: str = ""
    outside: str = ""
    stood: Stood | None = None
    tables: Sequence[Table] = ()


def look_at(what: str, stdin: Callable[[], bytes], fetch: Fetch, read: Read, now: datetime) -> Looked:
    """Return the article at a URL, in a file, or on standard input (`-`).

    A file holds HTML, one article as `match` takes them, or plain text.

    Raises:
        UsageError: there is no such file, or it holds no article.
    """
    if _URL.match(what):
        return _fetched(what, fetch, read, now)
    body = stdin() if what == "-" else _file(what)
    if len(body) > _LARGEST:
        raise UsageError(f"'{what}' is longer than {_LARGEST:,} bytes")
    name = "standard input" if what == "-" else what
    if _HTML.match(body):
        document = Document(url="", content_type="text/html", body=body)
        return _page(document, {"kind": "html", "file": name}, [("file", f"{name}, HTML")], read, now)
    text = body.decode("utf-8-sig", "replace")
    is_article = text.lstrip().startswith("{")
    given = _json_article(text, name) if is_article else {"text": text.replace("\r\n", "\n").strip("\n")}
    zones = zones_of(_clean(given.get("title") or ""), _clean(given.get("text") or ""))
    extracted = Extracted(zones=zones, verdict=Verdict.FULL, language=given.get("language"))
    article = assemble(_entry("", now), extracted, extracted, now)
    declared = given.get("language")
    kind = "article" if is_article else "text"
    return Looked(
        source={"kind": kind, "file": name},
        facts=[("file", f"{name}, {'one article in JSON' if is_article else 'plain text'}")],
        article=replace(article, language=declared) if declared else article,
    )


def _fetched(url: str, fetch: Fetch, read: Read, now: datetime) -> Looked:
    answer = fetch(url)
    shown_url = public_url(url) or ""
    source = {"kind": "url", "url": shown_url}
    facts = [("address", shown_url)]
    if isinstance(answer, FetchFailed):
        status = f", status {answer.status}" if answer.status else ""
        return Looked(
            source=source | {"reason": answer.reason.value, "detail": answer.detail, "status": answer.status},
            facts=[*facts, ("fetched", f"no: {answer.reason.value}{status}")],
            failed=f"the page cannot be had ({answer.reason.value}): {_clean(answer.detail)}; "
            "an entry of a feed would be matched on what the feed carries",
        )
    final_url, kind = public_url(answer.url) or "", _clean(answer.content_type or "of no type")
    facts += [("answered", final_url)] if final_url != shown_url else []
    facts += [("fetched", f"yes: {len(answer.body):,} bytes, {kind}")]
    source |= {"final_url": final_url, "content_type": kind}
    return _page(answer, source | {"bytes": len(answer.body)}, facts, read, now)


def _page(
    document: Document, source: Mapping[str, Any], facts: Sequence[tuple[str, str]], read: Read, now: datetime
) -> Looked:
    page = read(document, Announced(link=document.url))
    if isinstance(page, SandboxFailed):
        return Looked(
            source={**source, "reason": page.reason.value, "detail": page.detail},
            facts=facts,
            failed=f"the page cannot be read ({page.reason.value}): {page.detail}",
        )
    good = page.verdict in (Verdict.FULL, Verdict.PARTIAL)
    carried = page if good else title_only(Announced(title=page.zones.title))
    lack = "" if good else f" ({page.access or 'no text'}): only its title is matched"
    article = assemble(_entry(document.url, now), page, carried, now)
    return Looked(
        source=source,
        facts=[*facts, ("verdict", page.verdict.value + lack)],
        article=article,
        outside=document.body.decode("utf-8", "replace"),
    )


def _entry(link: str, now: datetime) -> Entry:
    """Return an entry that announces nothing but a link."""
    return Entry(
        id=EntryId("explained"),
        feed_id=FeedId("explained"),
        keys=(),
        announced=Announced(link=link),
        host="",
        state=EntryState.PENDING,
        first_seen_at=now,
        due_at=now,
    )


def _file(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"'{name}' cannot be read: {error.strerror}; write a URL (https://…), a file, or '-'"
        ) from error


def _json_article(text: str, name: str) -> Mapping[str, Any]:
    try:
        article: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"'{name}' begins as JSON, but is not one article: {error}") from error
    fault = article_fault(article)
    if fault:
        raise UsageError(f"'{name}' is not one article: {fault}")
    found: Mapping[str, Any] = article
    return found


def _clean(text: str) -> str:
    return _CONTROLS.sub("\ufffd", text)

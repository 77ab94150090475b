"""Right or wrong? What is answered to whoever follows a link of an alert, or is somebody else.

Mail scanners and previews of chats follow links too: only POST says anything.
"""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from html import escape
from typing import Protocol
from urllib.parse import parse_qsl

from monitor.adapters.serving import HTML, Answer, Request, plain_json, problem
from monitor.alerts.verdicts import PATH, is_signed
from monitor.errors import StoreError
from monitor.model import Entity, EntityId, EntryId, MatchVerdict, Rightness

__all__ = ["AT_ONCE", "PATH", "Judging", "Verdicts"]

# A note of 500 characters takes 6,000 bytes at most in a form, the rest 1,000.
LARGEST_VERDICT = 10_000
MOST_NOTE = 500
AT_ONCE = 2
PATIENCE_SECONDS = 3.0
_MOST_FIELDS = 10
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_NAMES = ("verdict", "article", "entity", "signature", "note")


class Verdicts(Protocol):
    """What is asked of the store where somebody judges."""

    def title_of(self, entry: EntryId) -> str | None:
        """Return the title of an entry's article, empty where that is not kept; None without an entry."""
        ...

    def verdict_of(self, entry: EntryId, entity: EntityId) -> MatchVerdict | None:
        """Return what was said last of a match."""
        ...

    def say(self, verdict: MatchVerdict) -> bool:
        """Write what is said of a match; tell whether there is such an entry."""
        ...


class _RefusedError(ValueError):
    """A request that is not taken: a status of HTTP, and why."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


class Judging:
    """Answers requests to `PATH`; the worst that may come of one is another word on a match that was told."""

    def __init__(self, store: Verdicts, clock: Callable[[], datetime]) -> None:
        """Let a few at a time have the store, so that no flood of them keeps others from it."""
        self._store, self._clock = store, clock
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def answer(self, request: Request, key: bytes, entities: Mapping[EntityId, Entity]) -> Answer:
        """Return the answer to a request; what its body says counts over what its address says."""
        if request.method not in ("GET", "HEAD", "POST"):
            why = "a link is looked at by GET, a verdict is said by POST"
            return problem(405, why, {"allow": "GET, HEAD, POST"})
        try:
            verdict = _verdict(_fields(request), key, self._clock())
        except _RefusedError as refused:
            return problem(refused.status, str(refused))
        if not self._turns.acquire(timeout=PATIENCE_SECONDS):
            return problem(503, "too many judge at the same time", {"retry-after": "1"})
        try:
            return self._answer(request, verdict, entities)
        except StoreError as error:
            return problem(503, str(error), {"retry-after": "5"})
        finally:
            self._turns.release()

    def _answer(self, request: Request, verdict: MatchVerdict, entities: Mapping[EntityId, Entity]) -> Answer:
        title = self._store.title_of(verdict.entry)
        if title is None:
            return problem(404, "there is no such article")
        called = entities[verdict.entity].names[0].text if verdict.entity in entities else verdict.entity
        before = self._store.verdict_of(verdict.entry, verdict.entity)
        if request.method != "POST":
            return _page(f"Is this alert of {called} right?", title, _question(verdict, before))
        if before is None or (before.said, before.note) != (verdict.said, verdict.note):
            self._store.say(verdict)
        if "text/html" in request.headers.get("accept", ""):
            return _page(f"{called}: {verdict.said.value}", title, _THANKS)
        told = {
            "article": verdict.entry,
            "entity": verdict.entity,
            "verdict": verdict.said,
            "note": verdict.note,
        }
        return plain_json(told)


def _verdict(fields: Mapping[str, str], key: bytes, now: datetime) -> MatchVerdict:
    article, entity = fields.get("article", ""), fields.get("entity", "")
    if not is_signed(article, entity, fields.get("signature", ""), key):
        raise _RefusedError("this is no link of this monitor", 403)
    said, note = fields.get("verdict", ""), _one_line(fields.get("note", ""))
    if said not in set(Rightness):
        raise _RefusedError(f"'verdict' is one of {', '.join(Rightness)}")
    if len(note) > MOST_NOTE:
        raise _RefusedError(f"'note' has at most {MOST_NOTE} characters")
    return MatchVerdict(
        entry=EntryId(article), entity=EntityId(entity), said=Rightness(said), note=note, said_at=now
    )


def _one_line(text: str) -> str:
    return "".join(each for each in " ".join(text.split()) if each.isprintable())


def _fields(request: Request) -> Mapping[str, str]:
    """Return what a request says, each thing once."""
    fields = _pairs(request.query)
    if not request.body or request.method != "POST":
        return fields
    if len(request.body) > LARGEST_VERDICT:
        raise _RefusedError(f"a verdict has at most {LARGEST_VERDICT} bytes", 413)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _JSON:
        return {**fields, **_members(request.body)}
    if kind == _FORM:
        return {**fields, **_pairs(request.body.decode("latin-1"))}
    raise _RefusedError(f"a verdict comes as {_FORM} or {_JSON}", 415)


def _pairs(written: str) -> Mapping[str, str]:
    try:
        pairs = parse_qsl(written, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise _RefusedError("the fields cannot be read: percent-encoded UTF-8 is expected") from None
    named = [pair for pair in pairs if pair[0] in _NAMES]
    if len(named) > len(dict(named)):
        raise _RefusedError("a field is given twice")
    return dict(named)


def _members(body: bytes) -> Mapping[str, str]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise _RefusedError("the body is no JSON") from None
    if not isinstance(told, dict):
        raise _RefusedError("the body is no object of JSON")
    members = {name: value for name, value in told.items() if name in _NAMES and value is not None}
    if not all(isinstance(value, str) for value in members.values()):
        raise _RefusedError("every member is a text")
    return members


# ---- pages -----------------------------------------------------------------------------------------

_THANKS = "<p>Noted. If that was not meant, follow the other link.</p>"


def _question(asked: MatchVerdict, before: MatchVerdict | None) -> str:
    """Return a form with a button for each word, that of the link first: it is what the Enter key says."""
    words = sorted(Rightness, key=lambda word: word is not asked.said)
    known = f"<p>Said so far: <b>{before.said.value}</b> {escape(before.note)}</p>\n" if before else ""
    buttons = "\n".join(
        f'<button name="verdict" value="{word.value}">{word.value.capitalize()}</button>' for word in words
    )
    note = f'<label>Note, if you like: <input name="note" maxlength="{MOST_NOTE}"></label>'
    # Without `action` it goes where the page came from, through whatever proxy.
    return f'{known}<form method="post"><p>{note}</p>\n{buttons}\n</form>'


def _page(heading: str, title: str, rest: str) -> Answer:
    head = escape(heading)
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        f'<meta name="viewport" content="width=device-width"><title>{head}</title></head>\n'
        f"<body><h1>{head}</h1>\n<p>{escape(title)}</p>\n{rest}\n</body></html>\n"
    )
    return Answer(status=200, body=page.encode("utf-8", "replace"), content_type=HTML)

"""`monitor match`: articles as JSON lines in, verdicts as JSON lines out."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from math import isinf
from typing import Any, Protocol

from monitor.articles.language import language_of
from monitor.matching.matcher import Matcher
from monitor.model import Evidence, Match, Matched, Mention, SandboxFailed, Zones

# A piece of input: what one read gives at most.
READ_BYTES = 1 << 18
# So many lines are judged before other processes are asked: a small input needs none.
FEW_LINES = 200
LONGEST_LINE = 10_000_000
_PLACES = 4
_SURROGATE = re.compile("[\ud800-\udfff]")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Lines of one piece of input, without their ends; `first` counts from 1.

    None stands for a line longer than `LONGEST_LINE` bytes.
    """

    first: int
    lines: tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdicts on a batch as lines, and how many of its lines were malformed."""

    verdicts: bytes
    malformed: int


class OrderedMap(Protocol):
    """Does the work on many batches at once, and gives the results in the batches' order."""

    def __call__(
        self, work: Callable[[Batch], Judged], batches: Iterable[Batch], /
    ) -> Iterable[tuple[Batch, Judged | SandboxFailed]]:
        """Yield each batch with its result as soon as it is there."""
        ...


def match_lines(
    matcher: Matcher,
    read: Callable[[int], bytes],
    write: Callable[[bytes], object],
    spread: OrderedMap | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Write one verdict for each line, in order, and return how many lines were malformed.

    `read` gives up to so many bytes, as soon as there are any, and none at the end. What one read
    brought is answered at once. From the 201st line on `spread` does the work, where there is one.
    A malformed line gives `{"error": …, "line": N}`; the rest goes on. `progress` gets the number of
    lines done.
    """

    def judge(batch: Batch) -> Judged:
        return judge_batch(matcher, batch)

    malformed = 0
    for batch, outcome in _judged(judge, batches_of(read), spread):
        judged = _given_up(batch, outcome) if isinstance(outcome, SandboxFailed) else outcome
        malformed += judged.malformed
        write(judged.verdicts)
        progress(batch.first + len(batch.lines) - 1)
    return malformed


def batches_of(read: Callable[[int], bytes]) -> Iterator[Batch]:
    """Yield the lines of an input, those that one read completed together; an endless line is not kept."""
    first, begun, endless = 1, bytearray(), False
    while piece := read(READ_BYTES):
        *ends, rest = piece.split(b"\n")
        lines: list[bytes | None] = []
        for end in ends:
            lines.append(None if endless or len(begun) + len(end) > LONGEST_LINE else bytes(begun) + end)
            begun.clear()
            endless = False
        begun += rest
        if len(begun) > LONGEST_LINE:
            begun.clear()
            endless = True
        if lines:
            yield Batch(first=first, lines=tuple(lines))
            first += len(lines)
    if begun or endless:
        yield Batch(first=first, lines=(None if endless else bytes(begun),))


def judge_batch(matcher: Matcher, batch: Batch) -> Judged:
    """Return the verdicts on the lines of a batch."""
    verdicts: list[str] = []
    malformed = 0
    for number, line in enumerate(batch.lines, batch.first):
        article = read_line(line, number)
        if isinstance(article, str):
            malformed += 1
            verdicts.append(_line({"error": article, "line": number}))
        else:
            verdicts.append(_line(verdict_on(matcher, article)))
    return Judged(verdicts="".join(verdicts).encode(), malformed=malformed)


def verdict_on(matcher: Matcher, article: Mapping[str, Any]) -> dict[str, Any]:
    """Return the verdict on an article with `id`, `title`, `text` and `language`; each may be missing."""
    zones = zones_of(article.get("title") or "", article.get("text") or "")
    language = article.get("language") or language_of(f"{zones.title}\n{zones.text}")
    matched = matcher.match(zones, language)
    return {"id": article.get("id"), "language": language, **shown(matched)}


def zones_of(title: str, text: str) -> Zones:
    """Return the zones of a plain text: its first paragraph is the lead."""
    first = text.find("\n\n")
    return Zones(title=title, text=text, lead_end=len(text) if first < 0 else first)


def article_fault(article: object) -> str | None:
    """Return what is wrong with a JSON value that should be an article."""
    if not isinstance(article, dict):
        return "not a JSON object"
    wrong = [key for key in ("title", "text", "language") if not isinstance(article.get(key), str | None)]
    return f"'{wrong[0]}' is not a text" if wrong else None


def shown(matched: Matched) -> dict[str, Any]:
    """Return what the matcher says as plain JSON."""
    return {
        "matches": [_match(match) for match in matched.matches],
        "rejected": [_rejected(match) for match in matched.rejected],
    }


def _judged(
    judge: Callable[[Batch], Judged], batches: Iterator[Batch], spread: OrderedMap | None
) -> Iterator[tuple[Batch, Judged | SandboxFailed]]:
    for batch in batches:
        yield batch, judge(batch)
        if spread is not None and batch.first + len(batch.lines) > FEW_LINES:
            break
    if spread is not None:
        following = next(batches, None)
        if following is not None:
            yield from spread(judge, chain((following,), batches))


def _given_up(batch: Batch, failed: SandboxFailed) -> Judged:
    """Return an error for each line of a batch that no verdict came back on."""
    numbers = range(batch.first, batch.first + len(batch.lines))
    told = "".join(_line({"error": f"not judged: {failed.detail}", "line": number}) for number in numbers)
    return Judged(verdicts=told.encode(), malformed=len(numbers))


def _line(verdict: Mapping[str, Any]) -> str:
    """Return a verdict as a line of JSON; one that quotes half a surrogate pair is all escapes."""
    line = json.dumps(verdict, ensure_ascii=False)
    return (json.dumps(verdict) if _SURROGATE.search(line) else line) + "\n"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")


def _finite(number: str) -> float:
    value = float(number)
    if isinf(value):
        raise ValueError("a number is too large")
    return value


def read_line(line: bytes | None, number: int) -> Mapping[str, Any] | str:
    """Return the article of a line, or what is wrong with it; the first has number 1."""
    if line is None:
        return f"longer than {LONGEST_LINE:,} bytes"
    text = line.removeprefix(_BOM) if number == 1 else line
    try:
        article = json.loads(text.decode("utf-8", "replace"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    fault = article_fault(article)
    return article if fault is None else fault


def _match(match: Match) -> dict[str, Any]:
    return {
        "entity": match.entity,
        "confidence": round(match.confidence, _PLACES),
        "tier": match.tier.value,
        "salience": round(match.salience.value, _PLACES),
        "level": "about" if match.salience.about else "mention",
        "mentions": [_mention(mention) for mention in match.mentions],
        "reasons": [_reason(evidence) for evidence in match.evidence],
    }


def _rejected(match: Match) -> dict[str, Any]:
    return {
        "entity": match.entity,
        "confidence": round(match.confidence, _PLACES),
        "mentions": [_mention(mention) for mention in match.mentions],
        "reasons": [_reason(evidence) for evidence in match.evidence],
    }


def _mention(mention: Mention) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "zone": mention.zone.value,
        "start": mention.start,
        "end": mention.end,
        "surface": mention.surface,
        "name": mention.name,
        "form": mention.form.value,
    }
    if mention.confidence is not None:
        plain["confidence"] = round(mention.confidence, _PLACES)
    return plain


def _reason(evidence: Evidence) -> dict[str, Any]:
    return {"reason": evidence.reason.value, "text": evidence.text, "weight": round(evidence.weight, _PLACES)}

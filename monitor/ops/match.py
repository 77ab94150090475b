"""`monitor match`: articles as JSON lines in, verdicts as JSON lines out."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TextIO

from monitor.articles.language import language_of
from monitor.matching.matcher import Matcher
from monitor.model import Evidence, Match, Matched, Mention, Zones

_PLACES = 4
_SURROGATE = re.compile("[\ud800-\udfff]")


def match_lines(
    matcher: Matcher, lines: Iterable[str], out: TextIO, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Write one verdict for each line, in order, and return how many lines were malformed.

    A malformed line gives `{"error": …, "line": N}`; the rest goes on. `progress` gets the number of
    lines done.
    """
    malformed = 0
    for number, line in enumerate(lines, 1):
        article = _read(line)
        if isinstance(article, str):
            malformed += 1
            verdict: Mapping[str, Any] = {"error": article, "line": number}
        else:
            verdict = verdict_on(matcher, article)
        out.write(_line(verdict) + "\n")
        progress(number)
    return malformed


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


def shown(matched: Matched) -> dict[str, Any]:
    """Return what the matcher says as plain JSON."""
    return {
        "matches": [_match(match) for match in matched.matches],
        "rejected": [_rejected(match) for match in matched.rejected],
    }


def _line(verdict: Mapping[str, Any]) -> str:
    """Return a verdict as JSON; one that quotes half a surrogate pair is all escapes."""
    line = json.dumps(verdict, ensure_ascii=False)
    return json.dumps(verdict) if _SURROGATE.search(line) else line


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")


def _read(line: str) -> Mapping[str, Any] | str:
    """Return the article of a line, or what is wrong with it."""
    try:
        article = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    if not isinstance(article, dict):
        return "not a JSON object"
    for key in ("title", "text", "language"):
        if not isinstance(article.get(key), str | None):
            return f"'{key}' is not a text"
    return article


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

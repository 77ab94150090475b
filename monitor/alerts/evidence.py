"""What does a match show of itself in a body, and how much of it fits?"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit

from monitor.alerts.verdicts import links_of
from monitor.model import (
    Article,
    Edit,
    Entity,
    EntityId,
    Evidence,
    Match,
    Mention,
    VerdictLinks,
    Zone,
    Zones,
)
from monitor.text.tokens import Span, cut_around, sentence_around

# A body has at most 20 kB (`docs/webhooks.md`); the rest of it, without `data`, takes under 200 bytes.
CONTENT_BYTES = 19_500

_SENTENCE_CHARS = 300
_EDIT_BYTES = 6_000
_TITLE_CHARS = 300
_URL_BYTES = 2_048
_WORD_CHARS = 80
_MOST_EVIDENCE = 20
_MOST_EVIDENCE_IN_ALL = 200
_FEW = 5
_MOST_REASONS = 20
_MOST_REJECTED = 10
_ZONE_ORDER = tuple(Zone)
_COUNTED = (Zone.TITLE, Zone.LEAD, Zone.BODY)

Plain = dict[str, object]


@dataclass(frozen=True, slots=True)
class Shown:
    """The matches as plain values, and how many mentions and matches were left out."""

    matches: list[Plain]
    mentions_left_out: int
    matches_left_out: int


def shown_matches(
    matches: Sequence[Match],
    article: Article,
    entities: Mapping[EntityId, Entity],
    room: int,
    links: VerdictLinks | None = None,
) -> Shown:
    """Return the matches with as much evidence as fits into `room` bytes.

    Each keeps its first mention as long as any, title before lead before body; only where even that
    is too much are the last matches left out, but never the first. With `links`, each says how to judge it.
    """
    most = max(_MOST_EVIDENCE_IN_ALL // max(len(matches), 1), 1)
    shown = [
        _plain_match(match, article, entities.get(match.entity), min(most, _MOST_EVIDENCE))
        | ({"verdict": links_of(article.entry_id, match.entity, links)} if links else {})
        for match in matches
    ]
    for kept in range(_MOST_EVIDENCE - 1, 0, -1):
        if size_of(shown) <= room:
            break
        shown = [each | {"evidence": _listed(each, "evidence")[:kept]} for each in shown]
    while len(shown) > 1 and size_of(shown) > room:
        shown.pop()
    if size_of(shown) > room:
        shown = [_bare(each) for each in shown]
    return _counted(shown, matches)


def size_of(value: object) -> int:
    """Return how many bytes a plain value takes in a body."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def quoted_sentence(zones: Zones, mention: Mention) -> str:
    """Return the sentence around a mention; where it was cut stands `…`."""
    return "".join(quoted(zones, mention))


def plain_edit(edit: Edit) -> Plain:
    """Return what an edit changed, with as many sentences as fit into 6 kB, and how many did not."""
    before_after = edit.title and {"before": short_title(edit.title[0]), "after": short_title(edit.title[1])}
    rewrites: list[Plain] = []
    for each in edit.rewrites:
        after = None if each.after is None else _one_line(_short(each.after, _SENTENCE_CHARS))
        before = _one_line(_short(each.before, _SENTENCE_CHARS))
        rewrites.append({"entity": each.entity, "before": before, "after": after})
    while size_of(rewrites) > _EDIT_BYTES:
        rewrites.pop()
    return {
        "revision": edit.revision,
        "title": before_after,
        "sentences": rewrites,
        "more": len(edit.rewrites) - len(rewrites),
    }


def short_title(text: str) -> str:
    """Return a title of at most 300 characters."""
    return _short(text, _TITLE_CHARS)


def short_word(text: str) -> str:
    """Return a name, a label or the like of at most 80 characters."""
    return _short(text, _WORD_CHARS)


def public_url(url: str | None) -> str | None:
    """Return a URL as announced, without user and password; None where it is none, or endless."""
    if url is None or len(url.encode("utf-8", "replace")) > _URL_BYTES:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def moment(time: datetime | None) -> str | None:
    """Return a time in UTC as `2025-12-17T20:03:11Z`."""
    return None if time is None else time.astimezone(UTC).isoformat(timespec="seconds")[:19] + "Z"


def _counted(shown: list[Plain], matches: Sequence[Match]) -> Shown:
    mentions = sum(len(match.mentions) for match in matches)
    kept = sum(len(_listed(each, "evidence")) for each in shown)
    return Shown(shown, mentions - kept, len(matches) - len(shown))


def _bare(match: Plain) -> Plain:
    """Return a match whose words alone fill a body with the first few of them."""
    confidence = match["confidence"]
    assert isinstance(confidence, dict)
    few = {name: _listed(confidence, name)[:_FEW] for name in ("reasons", "weights")}
    return match | {
        "confidence": confidence | few,
        "rejected": _listed(match, "rejected")[:_FEW],
    }


def _listed(record: Plain, member: str) -> list[object]:
    value = record[member]
    assert isinstance(value, list)
    return value


def _plain_match(match: Match, article: Article, entity: Entity | None, most: int) -> Plain:
    salience, ordered = match.salience, sorted(match.mentions, key=_place)
    return {
        "entity": plain_entity(match.entity, entity),
        "salience": {
            "level": "about" if salience.about else "mention",
            "value": round(salience.value, 4),
            "parts": {part: round(value, 4) for part, value in salience.parts.items()},
        },
        "confidence": {
            "value": round(match.confidence, 4),
            "reasons": [short_word(reason) for reason in _reasons(match.evidence)],
            "weights": [round(each.weight, 4) for each in match.evidence[:_MOST_REASONS]],
            "sum": round(sum(each.weight for each in match.evidence), 4),
        },
        "mentions": sum(mention.zone in _COUNTED for mention in match.mentions),
        "evidence": [_plain_mention(article.zones, mention) for mention in ordered[:most]],
        "rejected": [
            {"reading": short_word(each.reading), "reason": each.reason.value, "count": each.count}
            for each in match.rejected[:_MOST_REJECTED]
        ],
    }


def plain_entity(entity_id: EntityId, entity: Entity | None) -> Plain:
    """Return who is meant; of an entity that is configured no more only the id is known."""
    return {
        "id": entity_id,
        "kind": entity.kind.value if entity else None,
        "name": entity.names[0].text if entity else None,
        "wikidata": entity.wikidata if entity else None,
    }


def _plain_mention(zones: Zones, mention: Mention) -> Plain:
    before, marked, after = quoted(zones, mention)
    return {
        "zone": mention.zone.value,
        "surface": mention.surface,
        "name": mention.name,
        "form": mention.form.value,
        "sentence": before + marked + after,
        "sentence_start": len(before),
        "sentence_end": len(before) + len(marked),
        "start": mention.start,
        "end": mention.end,
    }


def quoted(zones: Zones, mention: Mention) -> tuple[str, str, str]:
    """Return the sentence around a mention in three pieces: before it, itself, after it."""
    text = zones.of(mention.zone)
    whole = sentence_around(text, mention.start, mention.end, limit=len(text))
    cut = cut_around(text, whole, Span(mention.start, mention.end), _SENTENCE_CHARS)
    # A letter stands in for the mention: blanks beside it are kept, those at the ends are not.
    before = _one_line(text[cut.start : mention.start] + "x")[:-1]
    after = _one_line("x" + text[mention.end : cut.end])[1:]
    left, right = "…" * (cut.start > whole.start), "…" * (cut.end < whole.end)
    return left + before, _one_line(text[mention.start : mention.end]), after + right


def _reasons(evidence: Sequence[Evidence]) -> Iterator[str]:
    for each in evidence[:_MOST_REASONS]:
        yield f"{each.reason.value}:{each.text}" if each.text else each.reason.value


def _place(mention: Mention) -> tuple[int, int]:
    return _ZONE_ORDER.index(mention.zone), mention.start


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"

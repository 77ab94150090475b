"""What did an edit do to an article that had matched?

Observations: pages change all the time around the article: related links, counters, "updated at". Texts
grow by paragraphs. A page behind a wall, or half of one, looks as if much had been taken out.

Theory of operation: compared are the title and the sentences that held a mention, by their words alone. A
sentence that still stands somewhere in the text has not changed; of one that does not, the likest of the
new sentences, by common words, is what it became. An entity is gone where the matcher finds it no more in
any tier. An edit is believed only where both readings come from the same place, page or feed, and where a
text that lost more than half is whole.

Known exceptions: a page that was emptied but for a notice of withdrawal is not believed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitor.model import Article, Edit, Match, Rewrite, Verdict, Zone
from monitor.text.tokens import sentence_around, sentences, words

_LEAST_COMMON = 0.25
_MOST_REWRITES = 20
_MOST_NEW = 500
_SHRUNKEN = 0.5


def edit_of(before: Article, then: Sequence[Match], after: Article, matches: Sequence[Match]) -> Edit | None:
    """Return what changed between two readings of an article.

    `then` are the matches of the first reading, `matches` those of the second. None where nothing changed,
    or where it is not believed.
    """
    retitled = _key(before.zones.title) != _key(after.zones.title)
    if not _is_believed(before, after) or not (retitled or _key(before.zones.text) != _key(after.zones.text)):
        return None
    old, new = _by_key(before), _by_key(after)
    fresh = [sentence for key, sentence in new.items() if key not in old][:_MOST_NEW]
    dropped = [(match, each) for match in then for each in _named_in(match, before) if _key(each) not in new]
    return Edit(
        revision=before.revision + 1,
        title=(before.zones.title, after.zones.title) if retitled else None,
        rewrites=tuple(
            Rewrite(entity=match.entity, before=sentence, after=_likest(sentence, fresh))
            for match, sentence in dropped[:_MOST_REWRITES]
        ),
        gone=frozenset(match.entity for match in then) - {match.entity for match in matches},
    )


def _is_believed(before: Article, after: Article) -> bool:
    if before.fallback is not after.fallback or after.verdict not in (Verdict.FULL, Verdict.PARTIAL):
        return False
    whole = after.verdict is Verdict.FULL
    return whole or len(after.zones.text) >= _SHRUNKEN * len(before.zones.text)


def _by_key(article: Article) -> Mapping[tuple[str, ...], str]:
    text = article.zones.text
    spans = sentences(text)
    return {_key(sentence): sentence for start, end in spans for sentence in [text[start:end]]}


def _named_in(match: Match, article: Article) -> Iterator[str]:
    """Yield each sentence of the running text that names the entity, once."""
    text = article.zones.text
    places = (each for each in match.mentions if each.zone in (Zone.LEAD, Zone.BODY))
    spans = (sentence_around(text, each.start, each.end, limit=len(text)) for each in places)
    yield from dict.fromkeys(text[start:end] for start, end in spans)


def _key(text: str) -> tuple[str, ...]:
    """Return the words of a text, in small letters: all that an edit is seen by."""
    small = text.casefold()
    return tuple(small[start:end] for start, end in words(small))


def _likest(sentence: str, fresh: Iterable[str]) -> str | None:
    ours = frozenset(_key(sentence))
    ranked = [(_common(ours, frozenset(_key(each))), each) for each in fresh]
    best = max(ranked, key=lambda pair: pair[0], default=(0.0, ""))
    return best[1] if best[0] >= _LEAST_COMMON else None


def _common(ours: frozenset[str], theirs: frozenset[str]) -> float:
    return len(ours & theirs) / max(len(ours | theirs), 1)

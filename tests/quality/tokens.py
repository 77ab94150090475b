"""How are the tokens and tags of a corpus read as a sentence and its marks?"""

from collections.abc import Iterator, Sequence

_CLOSES = frozenset(",.;:!?)]»“%…")
_OPENS = frozenset("([„«")
_QUOTES = frozenset({'"', "''", "``"})


def runs(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the runs of tokens that are tagged together, half-open, with their tag."""
    begin = 0
    for place, tag in enumerate([*tags, "O"]):
        if place and tag.startswith("I-"):
            continue
        if place and tags[begin] != "O":
            yield begin, place, tags[begin][2:]
        begin = place


def written(tokens: Sequence[str]) -> tuple[str, Sequence[int]]:
    """Return tokens as a sentence is written, and where each of them begins."""
    text, places = "", []
    quoted = sticks = False
    for token in tokens:
        closing = token in _CLOSES or (token in _QUOTES and quoted)
        text += "" if sticks or closing or not text else " "
        places.append(len(text))
        text += token
        sticks = token in _OPENS or (token in _QUOTES and not quoted)
        quoted ^= token in _QUOTES
    return text, places

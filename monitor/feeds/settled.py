"""Which entries of a document stand in it byte for byte as at the last poll? Nothing of them is new.

Observations. Of what a feed shows at a poll nearly all was there at the last one, in the same bytes. Many
documents change in nothing but the date of their making.

Theory of operation. An entry is settled where its bytes can be left out of the document without a change to
the others, where the store knows it by all keys that it could be known by, and where no edit of it is still
to be heeded. Of a document whose entries are all settled a digest of each is kept. At the next poll such
entries are looked for without a parser and taken away, and the little that is left is read. Each leaves a
processing instruction in its place: the walk over what is left must find as many of them, each where an
entry could stand, and the same elements around. Else the whole document is outlined.

What is left is judged as it would be in the whole document only where no key of it is known, and no two of
its entries have one in common: see `novelty.stands_alone`. Else the whole document is outlined, too.

Known exceptions. A feed that writes its entries anew at every poll, with a counter or in another order of
attributes, has no settled ones; nor has one of which an entry is not plain, or two lead to one page.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from monitor.text.ids import bytes63

TAKEN = "settled"
_INSTRUCTION = f"<?{TAKEN}?>".encode()
_BEGIN = re.compile(rb"<(item|entry)[\s>]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of a body, and the digests of the entries that were taken away, in order."""

    body: bytes
    taken: tuple[int, ...]


def digest_of(entry: bytes) -> int | None:
    """Return the digest by which an entry would be known again; None of one that would not be found whole."""
    return bytes63(entry) if next(iter(_spans(entry)), None) == (0, len(entry)) else None


def left_of(body: bytes, settled: Collection[int]) -> Left | None:
    """Take away what looks like a settled entry; None where nothing does."""
    if _INSTRUCTION[:-2] in body:
        return None
    kept: list[bytes] = []
    taken: list[int] = []
    at = 0
    for start, end in _spans(body):
        digest = bytes63(body[start:end])
        if digest in settled:
            kept += body[at:start], _INSTRUCTION
            taken.append(digest)
            at = end
    return Left(body=b"".join((*kept, body[at:])), taken=tuple(taken)) if taken else None


def _spans(body: bytes) -> Iterable[tuple[int, int]]:
    """Yield what looks like entries, in half-open ranges."""
    begun = _BEGIN.search(body)
    while begun is not None:
        close = b"</" + begun[1] + b">"
        end = body.find(close, begun.start())
        if end < 0:
            return
        end += len(close)
        yield begun.start(), end
        begun = _BEGIN.search(body, end)

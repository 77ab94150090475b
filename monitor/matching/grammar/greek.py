"""How does Greek inflect names?

Theory of operation: the forms of the genitive, the accusative and the vocative are made when names are
read, from the end of each word; accents move, but folding takes them away. The words at the beginning
of a name change together, or the first alone (Τράπεζα Πειραιώς); from the first small word on
("της Ελλάδος") nothing changes.

Known exceptions: names in the plural stay as they are. Source: the tables of school grammars.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product, takewhile

from monitor.text.normalize import fold

_LEAST_LETTERS = 3
_WORD = re.compile("[\u0370-\u03ff\u1f00-\u1fff]+")
# The folded end of the word, what is cut off, and genitive, accusative, vocative instead.
_ROWS = (
    ("οσ", 2, "ου/ους ο ε/ο"),
    ("ησ", 2, "η/ου η η"),
    ("ασ", 2, "α α α"),
    ("ουσ", 1, " / /"),
    ("μα", 2, "ματος/μας μα μα"),
    ("α", 1, "ας/ος α α"),
    ("η", 1, "ης/εως η η"),
    ("ω", 1, "ως/ους ω ω"),
    ("ο", 1, "ου ο ο"),
)


def declined(name: str) -> Sequence[str]:
    """Return the other forms of a name, each once; none where it is not written in Greek."""
    words = name.split()
    leading = list(takewhile(lambda word: _WORD.fullmatch(word) and word[0].isupper(), words))
    made = [
        " ".join([*changed, *words[len(changed) :]])
        for count in {1, len(leading)} & set(range(1, len(leading) + 1))
        for changed in _aligned(leading[:count])
    ]
    return [form for form in dict.fromkeys(made) if form != name]


def _aligned(words: Sequence[str]) -> Iterator[Sequence[str]]:
    for case in zip(*map(_cases, words), strict=True):
        yield from product(*case)


def _cases(word: str) -> Sequence[Sequence[str]]:
    folded = fold(word).text
    if len(word) >= _LEAST_LETTERS and not word.isupper():
        for end, cut, endings in _ROWS:
            if folded.endswith(end):
                return [[word[:-cut] + each for each in case.split("/")] for case in endings.split(" ")]
    return [[word]] * 3

"""What does a boolean query ask for?

    query  := and (OR and)*
    and    := not ([AND] not)*                     terms side by side must all hold
    not    := NOT not | near
    near   := atom ((NEAR/n | ONEAR/n) atom)*      at most n words between; ONEAR: in this order
    atom   := zone:atom | case:term | count(term) >= n | (query) | term
    zone   := title | lead | body
    term   := word | "a phrase" | prefix*

AND, OR, NOT, NEAR and ONEAR are written in capitals. From the tightest to the loosest: zone and `case`
prefixes, NEAR, NOT, AND, OR. So `title:Amazon NEAR/8 Chip` is `(title:Amazon) NEAR/8 Chip`. NEAR holds
within one running text only; lead and body are one. That query therefore holds where both words stand
in the title. Between NEAR stand terms, or terms joined by OR in parentheses.

Words are compared folded (case, accents, umlauts in both spellings, dashes); after `case:` also as
they are written. An ending or an article with an apostrophe may hang on them: `Amazon` finds
"Amazon's" and "l'Amazon"; `Amazon*` also finds "Amazons". A term without a zone is looked for in
title, lead, body and captions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from monitor.model import Zone
from monitor.text.normalize import fold
from monitor.text.tokens import words

_ZONES = {"title": Zone.TITLE, "lead": Zone.LEAD, "body": Zone.BODY}
_PREFIXES = ("title", "lead", "body", "case")
_MOST_BETWEEN = 100
_DEEPEST = 40
_DIGITS = 6
_TOKEN = re.compile(
    r"""(?P<phrase>["„“”](?P<quoted>[^"“”]*)(?P<closed>["“”])?\*?)
    | (?P<count>count\()
    | (?P<paren>[()])
    | (?P<least>>=\s*(?P<number>\d*))
    | (?P<prefix>[^\W\d_]+):(?!//)
    | (?P<word>[^\s()"„“”:>]+)
    | (?P<stray>\S)""",
    re.VERBOSE,
)
_NEAR = re.compile(r"(?P<ordered>O?)NEAR(?:/(?P<most>\d+))?")
_OPERATORS = ("AND", "OR", "NOT")
_COUNTED = "write count(term) >= 3, with a number of 1 or more"


class QueryError(ValueError):
    """A query that cannot be read; `column` counts from 1, the text says what to write."""

    def __init__(self, problem: str, column: int) -> None:
        """Keep where in the query the problem stands."""
        super().__init__(problem)
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Folded words in a row; `spelled` are the same as written, where case counts."""

    words: tuple[str, ...]
    spelled: tuple[str, ...] | None = None
    prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Every part holds."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    """At least one part holds."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """The part does not hold."""

    part: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Both sides stand in one text with at most `most` words between."""

    left: "Node"
    right: "Node"
    most: int
    ordered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """The part holds in one zone."""

    zone: Zone
    part: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The term stands in at least so many places."""

    term: "Node"
    least: int


Node = Term | All | Some | Absent | Near | Within | Count


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query that was read; `text` is how it was written."""

    text: str
    root: Node


def parse_query(text: str) -> Query:
    """Read a query.

    Raises:
        QueryError: it cannot be read; says where, and what to write.
    """
    tokens = _tokens(text)
    if not tokens:
        raise QueryError("the query is empty; write at least one word", 1)
    reader = _Reader(tokens, end=len(text) + 1)
    root = reader.either(depth=0)
    rest = reader.peek()
    if rest is not None:
        raise QueryError(
            f"'{rest.text}' closes nothing; remove it, or open a parenthesis before", rest.column
        )
    return Query(text=text, root=root)


# ---- reading ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """`kind` is the name of the group in `_TOKEN` that fitted, or an operator."""

    kind: str
    text: str
    column: int


def _tokens(text: str) -> list[_Token]:
    return [_token(found) for found in _TOKEN.finditer(text)]


def _token(found: re.Match[str]) -> _Token:
    written, column = found.group(), found.start() + 1
    kind = next(
        name for name in ("phrase", "count", "paren", "least", "prefix", "word", "stray") if found[name]
    )
    if written == ">":
        raise QueryError(_COUNTED, column)
    if kind == "stray":
        raise QueryError(f"'{written}' has no meaning here; put it between quotation marks", column)
    if kind == "phrase" and not found["closed"]:
        raise QueryError('the phrase does not end; close it with "', column)
    if kind == "prefix" and found["prefix"] not in _PREFIXES:
        raise QueryError(_unknown_prefix(found["prefix"]), column)
    if kind == "word":
        kind = _kind_of_word(written, column)
    return _Token(kind=kind, text=written, column=column)


def _unknown_prefix(prefix: str) -> str:
    close = get_close_matches(prefix.lower(), _PREFIXES, n=1)
    hint = f"did you mean '{close[0]}:'?" if close else "for the text itself write it between quotation marks"
    return f"unknown prefix '{prefix}:'; write title:, lead:, body: or case:; {hint}"


def _kind_of_word(written: str, column: int) -> str:
    if written in _OPERATORS:
        return written
    if written.upper() in _OPERATORS and written.islower():
        raise QueryError(f'write {written.upper()} in capitals, or "{written}" for the word', column)
    near = _NEAR.fullmatch(written.upper())
    if near is None or (near["most"] is None and written.upper() != written):
        return "word"
    if near["most"] is None or written.upper() != written:
        raise QueryError(f"write {near['ordered']}NEAR/5 for at most five words between", column)
    if len(near["most"]) > _DIGITS or int(near["most"]) > _MOST_BETWEEN:
        raise QueryError(f"write {near['ordered']}NEAR/{_MOST_BETWEEN} or less", column)
    return "NEAR"


class _Reader:
    """Reads tokens from left to right; one method for each rule of the grammar."""

    def __init__(self, tokens: Sequence[_Token], end: int) -> None:
        self._tokens = tokens
        self._next = 0
        self._end = end

    def peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, *kinds: str) -> _Token | None:
        token = self.peek()
        if token is None or token.kind not in kinds:
            return None
        self._next += 1
        return token

    def either(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise QueryError(f"more than {_DEEPEST} levels deep; write it flatter", self._column())
        parts = [self._every(depth)]
        while self._take("OR"):
            parts.append(self._every(depth))
        return parts[0] if len(parts) == 1 else Some(parts=tuple(parts))

    def _every(self, depth: int) -> Node:
        parts = [self._maybe_absent(depth)]
        while self._goes_on():
            self._take("AND")
            parts.append(self._maybe_absent(depth))
        return parts[0] if len(parts) == 1 else All(parts=tuple(parts))

    def _goes_on(self) -> bool:
        token = self.peek()
        return token is not None and token.kind != "OR" and token.text != ")"

    def _maybe_absent(self, depth: int) -> Node:
        absent = False
        while self._take("NOT"):
            absent = not absent
        part = self._near(depth)
        return Absent(part=part) if absent else part

    def _near(self, depth: int) -> Node:
        column = self._column()
        left = self._atom(depth)
        while near := self._take("NEAR"):
            right_column = self._column()
            right = self._atom(depth)
            _need_places(left, column)
            _need_places(right, right_column)
            most = int(near.text.partition("/")[2])
            left = Near(left=left, right=right, most=most, ordered=near.text.startswith("O"))
        return left

    def _atom(self, depth: int) -> Node:
        column = self._column()
        if prefix := self._take("prefix"):
            name = prefix.text.rstrip(":")
            return self._spelled() if name == "case" else Within(zone=_ZONES[name], part=self._nested(depth))
        if self._take("count"):
            return self._count(column, depth)
        if self._take_paren("("):
            return self._group(column, depth)
        return self._term()

    def _nested(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise QueryError(f"more than {_DEEPEST} levels deep; write it flatter", self._column())
        return self._atom(depth + 1)

    def _group(self, column: int, depth: int) -> Node:
        inner = self.either(depth + 1)
        if not self._take_paren(")"):
            raise QueryError("the parenthesis does not end; close it with )", column)
        return inner

    def _count(self, column: int, depth: int) -> Node:
        term = self._nested(depth)
        _need_places(term, column)
        closed = self._take_paren(")")
        least = self._take("least") if closed else None
        number = least.text[2:].strip() if least else ""
        if not 0 < len(number) <= _DIGITS or int(number) == 0:
            raise QueryError(_COUNTED, column)
        return Count(term=term, least=int(number))

    def _spelled(self) -> Term:
        term = self._term(spelled=True)
        if term.prefix:
            raise QueryError("case: and * do not go together; write one of them", self._column())
        return term

    def _term(self, *, spelled: bool = False) -> Term:
        token = self._take("word", "phrase")
        if token is None:
            raise QueryError(*self._missing())
        bare = token.text.rstrip("*")
        if "*" in bare:
            raise QueryError("* stands at the end of a word only", token.column + bare.index("*"))
        folded, surfaces = _words_of(bare)
        if not folded:
            raise QueryError(f"'{token.text}' has no letters or digits; write a word", token.column)
        return Term(words=folded, spelled=surfaces if spelled else None, prefix=token.text.endswith("*"))

    def _missing(self) -> tuple[str, int]:
        token = self.peek()
        if token is None:
            return "the query ends too early; write a word or a phrase", self._end
        return f"'{token.text}' cannot stand here; write a word or a phrase before it", token.column

    def _take_paren(self, which: str) -> bool:
        token = self.peek()
        return token is not None and token.text == which and self._take("paren") is not None

    def _column(self) -> int:
        token = self.peek()
        return token.column if token else self._end


def _need_places(node: Node, column: int) -> None:
    """Refuse what stands in no place, such as the absence of a word."""
    match node:
        case Term() | Near():
            return
        case Within(part=part):
            _need_places(part, column)
        case Some(parts=parts):
            for part in parts:
                _need_places(part, column)
        case _:
            raise QueryError(
                "NEAR and count take words and phrases, or such joined by OR in parentheses", column
            )


def _words_of(written: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words of a term, folded and as they are written."""
    folded = fold(written)
    spans = words(folded.text)
    surfaces = (written[start:end] for start, end in (folded.span(*span) for span in spans))
    return tuple(folded.text[start:end] for start, end in spans), tuple(map(one_apostrophe, surfaces))


def one_apostrophe(written: str) -> str:
    """Return a word as it is compared where case counts."""
    return written.replace("’", "'")

"""Does a boolean query hold in an article?

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
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from monitor.model import Zone, Zones
from monitor.text.normalize import fold
from monitor.text.tokens import words

_ZONES = {"title": Zone.TITLE, "lead": Zone.LEAD, "body": Zone.BODY}
_PREFIXES = ("title", "lead", "body", "case")
_EVERYWHERE = frozenset(Zone)
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


def holds(query: Query, zones: Zones) -> bool:
    """Tell whether the query holds in an article."""
    return holds_in(query, worded(zones))


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
            raise QueryError("write count(term) >= 3, with a number of 1 or more", column)
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


# ---- holding ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """One running text: its folded words in order, how each is written, and its zone."""

    words: tuple[str, ...]
    spelled: tuple[str, ...]
    zones: tuple[Zone, ...]


Worded = tuple[_Text, ...]
_Place = tuple[int, int]  # first and last word of a text, by number


def worded(zones: Zones) -> Worded:
    """Return the words of an article, for asking several queries of it."""
    return (
        _text_of(zones.title, Zone.TITLE),
        _text_of(zones.text, Zone.BODY, zones.lead_end),
        _text_of(zones.captions, Zone.CAPTION),
    )


def holds_in(query: Query, article: Worded) -> bool:
    """Tell whether the query holds in an article whose words are known."""
    return _holds(query.root, article, _EVERYWHERE)


def _holds(node: Node, article: Worded, scope: frozenset[Zone]) -> bool:
    match node:
        case All(parts=parts):
            return all(_holds(part, article, scope) for part in parts)
        case Some(parts=parts):
            return any(_holds(part, article, scope) for part in parts)
        case Absent(part=part):
            return not _holds(part, article, scope)
        case Within(zone=zone, part=part):
            return _holds(part, article, scope & {zone})
        case Count(term=term, least=least):
            return least <= sum(len(set(_places(term, text, scope))) for text in article)
        case _:
            return any(True for text in article for _ in _places(node, text, scope))


def _places(node: Node, text: _Text, scope: frozenset[Zone]) -> Iterator[_Place]:
    match node:
        case Term():
            yield from _places_of_term(node, text, scope)
        case Within(zone=zone, part=part):
            yield from _places(part, text, scope & {zone})
        case Some(parts=parts):
            for part in parts:
                yield from _places(part, text, scope)
        case _:
            assert isinstance(node, Near), "the reader admits nothing else here"
            yield from _places_near(node, text, scope)


def _places_of_term(term: Term, text: _Text, scope: frozenset[Zone]) -> Iterator[_Place]:
    length = len(term.words)
    for first in range(len(text.words) - length + 1):
        run = slice(first, first + length)
        if (
            all(map(_fits, term.words[:-1], text.words[run]))
            and _fits(term.words[-1], text.words[first + length - 1], prefix=term.prefix)
            and (term.spelled is None or all(map(_fits, term.spelled, text.spelled[run])))
            and scope.issuperset(text.zones[run])
        ):
            yield first, first + length - 1


def _fits(wanted: str, found: str, *, prefix: bool = False) -> bool:
    """Tell whether a word is the wanted one, what hangs on it by an apostrophe aside."""
    if wanted == found or (prefix and found.startswith(wanted)):
        return True
    return "'" in found and (found.startswith(f"{wanted}'") or found.endswith(f"'{wanted}"))


def _places_near(near: Near, text: _Text, scope: frozenset[Zone]) -> Iterator[_Place]:
    """Give the stretch from one side to the other for each pair that is near; none overlap."""
    rights = sorted(_places(near.right, text, scope))
    if not rights:
        return
    longest = max(last - first for first, last in rights)
    for left in _places(near.left, text, scope):
        start = bisect_left(rights, (left[0] - near.most - longest - 1, 0))
        for right in rights[start:]:
            if right[0] - left[1] - 1 > near.most:
                break
            if _are_near(left, right, near):
                yield min(left[0], right[0]), max(left[1], right[1])


def _are_near(left: _Place, right: _Place, near: Near) -> bool:
    if 0 <= right[0] - left[1] - 1 <= near.most:
        return True
    return not near.ordered and 0 <= left[0] - right[1] - 1 <= near.most


def _text_of(original: str, zone: Zone, lead_end: int = 0) -> _Text:
    folded = fold(original)
    spans = words(folded.text)
    places = [folded.span(*span) for span in spans]
    return _Text(
        words=tuple(folded.text[start:end] for start, end in spans),
        spelled=tuple(original[start:end].replace("’", "'") for start, end in places),
        zones=tuple(Zone.LEAD if start < lead_end else zone for start, _ in places),
    )


def _words_of(written: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    text = _text_of(written, Zone.BODY)
    return text.words, text.spelled

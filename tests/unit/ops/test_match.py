"""Laws of `monitor match`: one line out for each line in."""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching.matcher import Matcher, build_matcher
from monitor.model import Entity, EntityId, EntityKind, FailureReason, Name, SandboxFailed
from monitor.ops.match import FEW_LINES, LONGEST_LINE, Batch, Judged, batches_of, match_lines, zones_of

TEXT = "Amazon baut einen Chip.\n\nDen Chip stellt Amazon selbst her, sagte eine Sprecherin."


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    amazon = Entity(id=EntityId("amazon"), kind=EntityKind.ORGANIZATION, names=(Name(text="Amazon"),))
    return build_matcher([amazon])


def matched(matcher: Matcher, *lines: str) -> tuple[list[dict[str, Any]], int]:
    out, done = io.BytesIO(), list[int]()
    malformed = match_lines(matcher, io.BytesIO("".join(lines).encode()).read, out.write, None, done.append)
    assert done[-1:] == [len(lines)]
    return [json.loads(line) for line in out.getvalue().decode().split("\n")[:-1]], malformed


def line(**members: object) -> str:
    return json.dumps(members) + "\n"


# ---- verdicts --------------------------------------------------------------------------------------


def test_lines_come_out_in_their_order(matcher: Matcher) -> None:
    verdicts, malformed = matched(matcher, *(line(id=number, title="", text=TEXT) for number in range(20)))

    assert [verdict["id"] for verdict in verdicts] == list(range(20))
    assert malformed == 0


def test_every_offset_slices_its_surface(matcher: Matcher) -> None:
    title = "🙂 Amazon-Chef spricht"
    ((verdict,), _) = matched(matcher, line(id="a", title=title, text=TEXT, language="de"))

    (match,) = verdict["matches"]
    mentions = match["mentions"]
    assert (verdict["id"], verdict["language"], match["entity"]) == ("a", "de", "amazon")
    assert [mention["zone"] for mention in mentions] == ["title", "lead", "body"]
    for mention in mentions:
        whole = title if mention["zone"] == "title" else TEXT
        assert whole[mention["start"] : mention["end"]] == mention["surface"]
    assert set(match) == {"entity", "confidence", "tier", "salience", "level", "mentions", "reasons"}
    assert verdict["rejected"] == []


def test_numbers_have_four_places_at_most(matcher: Matcher) -> None:
    ((verdict,), _) = matched(matcher, line(text=TEXT, language="de"))

    (match,) = verdict["matches"]
    for number in (match["confidence"], match["salience"], *(each["weight"] for each in match["reasons"])):
        assert round(number, 4) == number


@pytest.mark.parametrize("missing", [{}, {"title": None, "text": None, "language": None}, {"text": ""}])
def test_whatever_is_missing_or_null_is_empty(matcher: Matcher, missing: dict[str, None]) -> None:
    ((verdict,), malformed) = matched(matcher, line(**missing))

    assert (verdict["id"], verdict["matches"], malformed) == (None, [], 0)


def test_an_undeclared_language_is_found(matcher: Matcher) -> None:
    ((verdict,), _) = matched(matcher, line(text=TEXT, language=None))

    assert verdict["language"] == "de"


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("{", "not JSON"),
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"id": NaN}', "not JSON"),
        ('{"id": 1e999}', "not JSON: a number is too large"),
        ("[1]", "not a JSON object"),
        ('{"text": 5}', "'text' is not a text"),
        ('{"title": ["x"]}', "'title' is not a text"),
        ('{"language": {}}', "'language' is not a text"),
        ('{"text": "' + "x" * LONGEST_LINE + '"}', f"longer than {LONGEST_LINE:,} bytes"),
    ],
)
def test_a_malformed_line_is_told_and_the_rest_goes_on(matcher: Matcher, bad: str, words: str) -> None:
    verdicts, malformed = matched(matcher, line(id=1), bad + "\n", line(id=3))

    assert malformed == 1
    assert [verdict.get("id") for verdict in verdicts] == [1, None, 3]
    assert verdicts[1]["line"] == 2
    assert verdicts[1]["error"].startswith(words)


def test_what_nests_as_deep_as_can_be_read_can_be_written(matcher: Matcher) -> None:
    depths = range(900, 1_100)

    verdicts, _ = matched(matcher, *(f'{{"id": {"[" * depth}{"]" * depth}}}\n' for depth in depths))

    assert len(verdicts) == len(depths)


def test_half_a_surrogate_pair_harms_no_line(matcher: Matcher) -> None:
    text = "\ud800Amazon\udfff baut. Amazon \ud83d wächst."

    verdicts, malformed = matched(
        matcher,
        line(id="\ud800", title="\ud800 Amazon", text=text, language="de"),
        line(id=2, text="ä Amazon"),
    )

    assert (malformed, len(verdicts)) == (0, 2)
    assert verdicts[0]["id"] == "\ud800"
    for mention in verdicts[0]["matches"][0]["mentions"]:
        whole = "\ud800 Amazon" if mention["zone"] == "title" else text
        assert whole[mention["start"] : mention["end"]] == mention["surface"]


def test_what_is_refused_is_listed() -> None:
    river = Entity(
        id=EntityId("amazon"),
        kind=EntityKind.ORGANIZATION,
        names=(Name(text="Amazon"),),
        decoys=("Amazon River",),
    )
    ((verdict,), _) = matched(
        build_matcher([river]), line(text="Low water in the Amazon River worries the region.", language="en")
    )

    (refused,) = verdict["rejected"]
    assert verdict["matches"] == []
    assert set(refused) == {"entity", "confidence", "mentions", "reasons"}
    assert refused["entity"] == "amazon"


def test_the_first_paragraph_is_the_lead() -> None:
    assert zones_of("", "eins\n\nzwei").lead_end == 4
    assert zones_of("", "eins zwei").lead_end == 9


# ---- lines -----------------------------------------------------------------------------------------


@given(st.binary(max_size=60), st.integers(min_value=1, max_value=9))
def test_lines_are_the_same_however_they_are_read(text: bytes, piece: int) -> None:
    source = io.BytesIO(text)
    *whole, rest = text.split(b"\n")

    batches = list(batches_of(lambda _: source.read(piece)))

    assert [*whole, *([rest] if rest else [])] == [each for batch in batches for each in batch.lines]
    before = [sum(len(each.lines) for each in batches[:number]) for number in range(len(batches))]
    assert [1 + count for count in before] == [batch.first for batch in batches]


@pytest.mark.parametrize("ended", [b"\n", b""])
def test_an_endless_line_is_not_kept(ended: bytes) -> None:
    pieces = iter([b"x" * 1_000_000] * 50 + [ended + b'{"id": 2}'[: 9 * len(ended)]])

    batches = list(batches_of(lambda _: next(pieces, b"")))

    assert [None, b'{"id": 2}'][: 1 + len(ended)] == [each for batch in batches for each in batch.lines]


def test_a_byte_order_mark_is_no_part_of_the_first_line(matcher: Matcher) -> None:
    verdicts, malformed = matched(matcher, "\ufeff" + line(id=1))

    assert (verdicts[0]["id"], malformed) == (1, 0)


def test_what_is_there_is_answered_before_more_is_read(matcher: Matcher) -> None:
    out, seen = io.BytesIO(), list[int]()
    pieces = iter([line(id=1).encode(), line(id=2).encode(), b""])

    def read(_: int) -> bytes:
        seen.append(out.getvalue().count(b"\n"))
        return next(pieces)

    match_lines(matcher, read, out.write)

    assert [0, 1, 2] == seen


# ---- many lines ------------------------------------------------------------------------------------


class Elsewhere:
    """Does the work where it is asked, and counts it."""

    def __init__(self) -> None:
        self.lines = 0

    def __call__(
        self, work: Callable[[Batch], Judged], batches: Iterable[Batch], /
    ) -> Iterator[tuple[Batch, Judged | SandboxFailed]]:
        for batch in batches:
            self.lines += len(batch.lines)
            yield batch, work(batch)


def test_few_lines_start_no_process(matcher: Matcher) -> None:
    elsewhere, out = Elsewhere(), io.BytesIO()
    pieces = iter([line(id=number).encode() for number in range(FEW_LINES)])

    match_lines(matcher, lambda _: next(pieces, b""), out.write, elsewhere)

    assert (0, FEW_LINES) == (elsewhere.lines, out.getvalue().count(b"\n"))


def test_many_lines_go_elsewhere_and_come_back_in_their_order(matcher: Matcher) -> None:
    elsewhere, out = Elsewhere(), io.BytesIO()
    pieces = iter([line(id=number).encode() for number in range(FEW_LINES + 50)])

    match_lines(matcher, lambda _: next(pieces, b""), out.write, elsewhere)

    assert 50 == elsewhere.lines
    assert list(range(FEW_LINES + 50)) == [json.loads(each)["id"] for each in out.getvalue().splitlines()]


def test_lines_that_no_verdict_came_back_on_are_told_one_by_one(matcher: Matcher) -> None:
    out = io.BytesIO()
    pieces = iter([(line(id=1) * FEW_LINES).encode(), (line(id=2) * 3).encode()])

    def breaks(
        _: Callable[[Batch], Judged], batches: Iterable[Batch], /
    ) -> Iterator[tuple[Batch, Judged | SandboxFailed]]:
        for batch in batches:
            yield batch, SandboxFailed(reason=FailureReason.TOO_COMPLEX, detail="a worker process died")

    malformed = match_lines(matcher, lambda _: next(pieces, b""), out.write, breaks)

    told = [json.loads(each) for each in out.getvalue().splitlines()[FEW_LINES:]]
    assert 3 == malformed
    assert [{"error": "not judged: a worker process died", "line": FEW_LINES + n} for n in (1, 2, 3)] == told

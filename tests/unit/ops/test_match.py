"""Laws of `monitor match`: one line out for each line in."""

import io
import json
from typing import Any

import pytest

from monitor.matching.matcher import Matcher, build_matcher
from monitor.model import Entity, EntityId, EntityKind, Name
from monitor.ops.match import match_lines, zones_of

TEXT = "Amazon baut einen Chip.\n\nDen Chip stellt Amazon selbst her, sagte eine Sprecherin."


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    amazon = Entity(id=EntityId("amazon"), kind=EntityKind.ORGANIZATION, names=(Name(text="Amazon"),))
    return build_matcher([amazon])


def matched(matcher: Matcher, *lines: str) -> tuple[list[dict[str, Any]], int]:
    out, done = io.StringIO(), list[int]()
    malformed = match_lines(matcher, lines, out, done.append)
    assert done == list(range(1, len(lines) + 1))
    out.getvalue().encode()
    return [json.loads(line) for line in out.getvalue().split("\n")[:-1]], malformed


def line(**members: object) -> str:
    return json.dumps(members) + "\n"


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
        ("[1]", "not a JSON object"),
        ('{"text": 5}', "'text' is not a text"),
        ('{"title": ["x"]}', "'title' is not a text"),
        ('{"language": {}}', "'language' is not a text"),
    ],
)
def test_a_malformed_line_is_told_and_the_rest_goes_on(matcher: Matcher, bad: str, words: str) -> None:
    verdicts, malformed = matched(matcher, line(id=1), bad, line(id=3))

    assert malformed == 1
    assert [verdict.get("id") for verdict in verdicts] == [1, None, 3]
    assert verdicts[1]["line"] == 2
    assert verdicts[1]["error"].startswith(words)


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

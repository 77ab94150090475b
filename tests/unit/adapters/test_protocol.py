"""What the bytes of HTTP/1.1 say, in whatever pieces they come; h11, another parser, is asked too."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.adapters.guard import Refused
from monitor.adapters.protocol import AnswerReader, request_of
from monitor.model import FailureReason

OK = b"HTTP/1.1 200 OK\r\n"
Said = tuple[int, Sequence[tuple[bytes, bytes]], bytes, bool]


def read(*pieces: bytes) -> Said:
    """Return status, headers, body, and whether the connection serves for another answer."""
    reading, body = AnswerReader(), b""
    for piece in pieces:
        reading.feed(piece)
        body += b"".join(reading.take())
    assert reading.ended
    return reading.status, reading.headers, body, reading.leaves_open


def refused(*pieces: bytes) -> tuple[FailureReason, str]:
    with pytest.raises(Refused) as caught:
        read(*pieces)
    return caught.value.reason, str(caught.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (OK + b"Content-Length: 4\r\n\r\nfour", (200, [(b"content-length", b"4")], b"four", True)),
        (b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n", (304, [(b"etag", b"x")], b"", True)),
        (b"HTTP/1.1 204\r\nContent-Length: 9\r\n\r\n", (204, [(b"content-length", b"9")], b"", True)),
        (OK + b"content-length: 0\r\nconnection: close\r\n\r\n", None),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", None),
        (b"HTTP/1.1 103 Hints\r\nlink: a\r\n\r\n" + OK + b"content-length: 0\r\n\r\n", None),
        (OK + b"transfer-encoding: Chunked\r\n\r\n2;a=b\r\nfo\r\n2\r\nur\r\n0\r\nx: y\r\n\r\n", None),
        (OK + b"transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n4\r\nfour\r\n0\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\nContent-Length: 4\n\nfour", None),
        (OK + b"a: b\r\n c\r\ncontent-length: 0\r\n\r\n", None),
        (OK + b"a:\r\nb: \xe4\r\ncontent-length: 0\r\n\r\n", None),
    ],
)
def test_answers_are_read_alike_in_one_piece_and_in_bytes(answer: bytes, said: Said | None) -> None:
    found = read(answer)

    assert said in (None, found)
    assert found == read(*(bytes([each]) for each in answer))


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    assert (200, [], b"four", False) == read(OK + b"\r\nfo", b"ur", b"")


def test_what_follows_an_answer_costs_the_connection_alone() -> None:
    whole = OK + b"content-length: 4\r\n\r\nfour"

    assert (200, [(b"content-length", b"4")], b"four", False) == read(whole + whole)
    assert (200, [(b"content-length", b"4")], b"four", False) == read(whole + b"\0")


@pytest.mark.parametrize(
    ("pieces", "problem"),
    [
        ((b"",), "no answer to the request"),
        ((OK, b""), "no answer to the request"),
        ((OK + b"content-length: 4\r\n\r\nfou", b""), "the answer's body breaks off"),
        ((OK + b"transfer-encoding: chunked\r\n\r\n1\r\nf\r\n", b""), "the answer's body breaks off"),
        ((OK + b"transfer-encoding: gzip\r\n\r\n",), "an unknown transfer encoding"),
        ((OK + b"transfer-encoding: gzip, chunked\r\n\r\n",), "an unknown transfer encoding"),
        ((OK + b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n",), "an unknown transfer"),
        ((b"HTTP/1.1 101 Up\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",), "an answer to another question"),
        ((b"HTTP/1.1 101 Up\r\n\r\n",), "an answer to another question"),
        ((b"HTTP/1.1 042 Up\r\n\r\n",), ""),
        ((OK + b"a: \0\r\n\r\n",), "a header with a zero byte"),
        ((OK + b"content-length: 4\r\ncontent-length: 5\r\n\r\n",), "no HTTP/1.1"),
        ((b"SSH-2.0-OpenSSH_9.2\r\n",), "no HTTP/1.1"),
        ((b"HTTP/1.1 102 Go\r\n\r\n" * 9,), "more than 8 interim answers"),
        ((OK, *[b"a: b\r\n" * 1000] * 11), "more than 65536 bytes that say nothing"),
        (
            (OK + b"transfer-encoding: chunked\r\n\r\n1;", *[b"x" * 9000] * 8),
            "more than 65536 bytes that say",
        ),
        (
            (OK + b"transfer-encoding: chunked\r\n\r\n0\r\n", *[b"a: b\r\n" * 1000] * 11),
            "more than 65536 bytes that say",
        ),
    ],
)
def test_what_is_no_answer_is_refused(pieces: Sequence[bytes], problem: str) -> None:
    reason, detail = refused(*pieces)

    assert FailureReason.PROTOCOL is reason
    assert problem in detail


def test_many_long_heads_are_too_big() -> None:
    hints = b"HTTP/1.1 103 Hints\r\n" + b"a: bcdefgh\r\n" * 5000 + b"\r\n"

    assert FailureReason.TOO_BIG is refused(*[hints] * 7)[0]


def test_words_of_a_server_are_in_no_refusal() -> None:
    assert "geheim" not in repr(refused(OK + b"geheim\0geheim: geheim\r\n\r\n"))


# ---- h11 as the judge --------------------------------------------------------------------------------

FIELDS = st.lists(
    st.sampled_from(
        ["Server: a", "x:", "x: y", 'ETag: "a: b"', "set-cookie: a=b; c", "via: \t a\tb  ", "_!~: ~"]
    ),
    max_size=6,
)


@st.composite
def answers(draw: st.DrawFn) -> tuple[bytes, bool]:
    """An answer as a server may give it, and whether the end of the connection ends it."""
    status, body = draw(st.sampled_from([200, 204, 301, 304, 404, 503])), draw(st.binary(max_size=200))
    lines = [f"HTTP/1.{draw(st.sampled_from('01'))} {status} {draw(st.sampled_from(['OK', '']))}"]
    lines += draw(FIELDS)
    if draw(st.booleans()):
        lines.append(f"connection: {draw(st.sampled_from(['close', 'keep-alive', 'Keep-Alive']))}")
    framed = draw(st.sampled_from(["length", "chunks", "end"]))
    if status in (204, 304):
        framed, body = "length", b""
    if framed == "length":
        lines.append(f"content-length: {len(body)}")
    if framed == "chunks":
        # An old server speaks of no chunks.
        lines[0] = lines[0].replace("1.0", "1.1")
        lines.append("transfer-encoding: chunked")
        cut = draw(st.integers(0, len(body)))
        parts = [each for each in (body[:cut], body[cut:]) if each]
        body = b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in parts) + b"0\r\n\r\n"
    return "\r\n".join([*lines, "", ""]).encode() + body, framed == "end"


def read_by_h11(answer: bytes, *, to_the_end: bool) -> Said:
    """Return what h11 says of an answer; it takes no old server's word that a connection stays open."""
    there = h11.Connection(h11.CLIENT)
    there.send(h11.Request(method=b"GET", target=b"/", headers=[(b"host", b"a.example")]))
    there.send(h11.EndOfMessage())
    there.receive_data(answer)
    there.receive_data(b"")
    head, body = there.next_event(), b""
    assert isinstance(head, h11.Response)
    while isinstance(event := there.next_event(), h11.Data):
        body += event.data
    assert isinstance(event, h11.EndOfMessage)
    return head.status_code, list(head.headers), body, there.their_state is h11.DONE and not to_the_end


@given(answers(), st.lists(st.integers(0, 600), max_size=4))
def test_answers_are_read_as_h11_reads_them(answer: tuple[bytes, bool], cuts: Sequence[int]) -> None:
    text, to_the_end = answer
    places = sorted({0, len(text), *(min(cut, len(text)) for cut in cuts)})
    pieces = [text[a:b] for a, b in pairwise(places)]

    found = read(*pieces, b"") if to_the_end else read(*pieces)

    *said, leaves_open = read_by_h11(text, to_the_end=to_the_end)
    assert said == list(found[:3])
    assert text.startswith(b"HTTP/1.0") or leaves_open == found[3]


@given(st.binary(max_size=300))
def test_of_any_bytes_comes_an_answer_or_a_refusal(noise: bytes) -> None:
    with suppress(Refused):
        assert 200 == read(OK + noise, b"")[0]


# ---- requests ----------------------------------------------------------------------------------------


def test_a_request_has_its_line_its_headers_and_an_end() -> None:
    assert b"GET /a?b HTTP/1.1\r\nhost: a.example\r\nx: \xe4 b\r\nempty: \r\n\r\n" == request_of(
        b"GET", b"/a?b", [(b"host", b"a.example"), (b"x", b"\xe4 b"), (b"empty", b"")]
    )


@pytest.mark.parametrize(
    ("target", "name", "value"),
    [
        (b"/a b", b"x", b"y"),
        (b"/\r\nhost: b", b"x", b"y"),
        (b"", b"x", b"y"),
        (b"/", b"x y", b"y"),
        (b"/", b"", b"y"),
        (b"/", b"x", b"y\r\nhost: b"),
        (b"/", b"x", b"y\n"),
        (b"/", b"x", b"\0"),
        (b"/", b"x", b" y"),
        (b"/", b"x", b"y\t"),
        (b"/", b"x\n", b"y"),
    ],
)
def test_what_would_end_a_line_or_say_more_is_not_sent(target: bytes, name: bytes, value: bytes) -> None:
    with pytest.raises(Refused) as caught:
        request_of(b"GET", target, [(name, value)])

    assert FailureReason.PROTOCOL is caught.value.reason


@given(
    st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=40)), max_size=4), st.binary(max_size=40)
)
def test_a_request_that_h11_would_not_send_is_not_sent(
    headers: Sequence[tuple[bytes, bytes]], target: bytes
) -> None:
    given = [(b"host", b"a.example"), *headers]
    try:
        sent = request_of(b"GET", target, given)
    except Refused:
        return
    read = h11.Connection(h11.SERVER)
    read.receive_data(sent)
    found = read.next_event()
    assert isinstance(found, h11.Request)
    assert (target, [(name.lower(), value) for name, value in given]) == (found.target, list(found.headers))

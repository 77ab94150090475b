"""HTTP/1.1 as bytes: what is sent, and what the bytes of an answer say (RFC 9112).

The parser is llhttp's, by way of httptools. It knows no sizes: all but the body's are bounded here. Servers
that are careless are understood where what they mean is plain: lines that end without a carriage return,
folded headers, chunks beside a length.
"""

import re
from collections.abc import Sequence

import httptools

from monitor.adapters.guard import Refused
from monitor.model import FailureReason

Headers = Sequence[tuple[bytes, bytes]]

# Bytes in which something must come of an answer: a head, a piece of the body, its end.
_FRUITLESS = 65_536
_ALL_HEADS = 262_144
_INTERIM_ANSWERS = 8
_INTERIM, _SWITCHING, _FINAL = 100, 101, 200
# As RFC 9110 §5.1 and §5.5 have them.
_TARGET = re.compile(rb"[\x21-\x7e]+")
_NAME = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(rb"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?")


def request_of(method: bytes, target: bytes, headers: Headers) -> bytes:
    """Return the head of a request.

    Raises:
        Refused: `protocol` where something cannot be sent.
    """
    if not _TARGET.fullmatch(target):
        raise Refused(FailureReason.PROTOCOL, "a target that cannot be sent")
    lines = [b"%b %b HTTP/1.1" % (method, target)]
    for name, value in headers:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise Refused(FailureReason.PROTOCOL, "a header that cannot be sent")
        lines.append(b"%b: %b" % (name, value))
    lines.append(b"\r\n")
    return b"\r\n".join(lines)


class AnswerReader:
    """What the bytes of one answer have said so far; what is `on_…` the parser calls.

    `status` and `headers` are those of the answer once it `has_head`; names are in lower case. The body's
    pieces wait until they are taken.
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.has_head = self.ended = False
        self._open = self._until_closed = False
        self._pieces: list[bytes] = []
        self._interim = self._all_heads = self._fruitless = 0
        self._wrong = ""
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_chunked_length=True,
            lenient_data_after_close=True,
            lenient_optional_cr_before_lf=True,
        )

    @property
    def leaves_open(self) -> bool:
        """Whether the answer is whole, and nothing speaks against another over the same connection."""
        return self.ended and self._open

    @property
    def is_bare(self) -> bool:
        """Whether the answer is whole, and nothing of a body waits to be taken."""
        return self.ended and not self._pieces

    def take(self) -> Sequence[bytes]:
        """Return the pieces of the body that have come, as they were framed."""
        pieces, self._pieces = self._pieces, []
        return pieces

    def feed(self, data: bytes) -> None:
        """Read on; no bytes stand for the end of the connection.

        Raises:
            Refused: `protocol` or `too_big`.
        """
        if not data:
            self._close()
            return
        self._fruitless += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            # What follows an answer that is whole costs the connection, not the answer.
            self._open = False
            if not self.ended:
                raise Refused(FailureReason.PROTOCOL, self._wrong or "no HTTP/1.1") from error
        if self._interim > _INTERIM_ANSWERS:
            raise Refused(FailureReason.PROTOCOL, f"more than {_INTERIM_ANSWERS} interim answers")
        if self._all_heads > _ALL_HEADS:
            raise Refused(FailureReason.TOO_BIG, f"headers of more than {_ALL_HEADS} bytes")
        if self._fruitless > _FRUITLESS:
            raise Refused(FailureReason.PROTOCOL, f"more than {_FRUITLESS} bytes that say nothing")

    def _close(self) -> None:
        self._open = False
        if self.has_head and self._until_closed:
            self.ended = True
        if not self.ended:
            part = "the answer's body breaks off" if self.has_head else "no answer to the request"
            raise Refused(FailureReason.PROTOCOL, part)

    def _refuse(self, wrong: str) -> None:
        self._wrong = wrong
        raise ValueError(wrong)

    # ---- what the parser calls; what is raised here ends the parsing

    def on_message_begin(self) -> None:
        """Begin with a head."""
        if self.ended:
            self._refuse("more than one answer")
        self.headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or what is said like one behind the body."""
        if self.has_head:
            # Of what stands behind a body nothing is needed.
            return
        if b"\0" in value:
            self._refuse("a header with a zero byte")
        self._all_heads += len(name) + len(value)
        self.headers.append((name.lower(), value.strip(b" \t")))

    def on_headers_complete(self) -> None:
        """Judge a head that is whole."""
        self._fruitless = 0
        status = self._parser.get_status_code()
        if status < _INTERIM or status == _SWITCHING:
            self._refuse("an answer to another question")
        if status < _FINAL:
            self._interim += 1
            return
        codings = [value for name, value in self.headers if name == b"transfer-encoding"]
        if codings and [each.lower() for each in codings] != [b"chunked"]:
            self._refuse("an unknown transfer encoding")
        self.status, self.has_head = status, True
        self._open = self._parser.should_keep_alive()
        self._until_closed = not codings and all(name != b"content-length" for name, _ in self.headers)

    def on_body(self, data: bytes) -> None:
        """Take a piece of the body."""
        self._fruitless = 0
        self._pieces.append(data)

    def on_message_complete(self) -> None:
        """End an answer, or an interim one."""
        self.ended = self.has_head

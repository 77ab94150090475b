"""The parser that feedparser is given: expat, which tells a text in one piece.

The standard library's driver has each entity of a text told by itself. Of HTML that is written as text, as
feeds have it, each `&lt;` is a call to feedparser then: a third of all the time that it takes.
"""

from typing import Any
from xml.sax.expatreader import ExpatParser

# Of text that is told at once; a longer one comes in several pieces.
_PIECE = 65_536


class _Parser(ExpatParser):
    def reset(self) -> None:
        """Begin anew, and gather the pieces of a text."""
        super().reset()
        parser: Any = vars(self)["_parser"]
        parser.buffer_text = True
        parser.buffer_size = _PIECE


def create_parser() -> ExpatParser:
    """Return a parser; `xml.sax.make_parser` asks a driver's module for this function."""
    return _Parser()

"""Whose surname alone is also the name of something else that is watched?

Well-known holders of public office whose surname is a company's name too, or that of another person
in the news. Their given names and what goes with them speak against a reading of the bare surname,
unless the entity's own names or context hold them. Written for this project, from general knowledge;
folded spelling. Keys are surnames without blanks.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Bearers(NamedTuple):
    """The given names of well-known people with one surname, and words that go with them."""

    given: frozenset[str]
    words: tuple[str, ...]


def _bearers(given: str, *words: str) -> Bearers:
    return Bearers(frozenset(given.split()), words)


BEARERS: Mapping[str, Bearers] = {
    "abbott": _bearers("greg tony", "Texas", "governor", "Gouverneur", "Australia"),
    "braun": _bearers("helge mike", "Kanzleramt", "Indiana"),
    "carter": _bearers("jimmy rosalynn", "White House", "Weißes Haus", "Plains"),
    "cooper": _bearers("roy", "North Carolina", "governor"),
    "desantis": _bearers(
        "ron casey", "Florida", "governor", "Gouverneur", "Republican", "Republikaner", "Tallahassee", "GOP"
    ),
    "ford": _bearers("doug gerald harrison betty", "Ontario", "premier", "White House"),
    "henkel": _bearers("frank", "Innensenator"),
    "kemp": _bearers("brian", "Georgia", "governor"),
    "koch": _bearers("roland", "Ministerpräsident", "Hessen"),
    "merz": _bearers("friedrich", "CDU", "Kanzler", "Bundeskanzler", "Union"),
    "polis": _bearers("jared", "Colorado", "governor"),
    "scott": _bearers("rick tim", "senator", "Florida", "South Carolina"),
    "walker": _bearers("scott herschel", "Wisconsin", "governor", "senate"),
    "wolf": _bearers("tom", "Pennsylvania", "governor"),
}

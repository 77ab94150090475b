"""What do Bengali and Tamil write onto a name?

Observations: Hindi writes its postpositions apart, Bengali and Tamil write case endings onto the word.
Vowel signs and the sign that mutes a vowel are letters of the word, and are never stripped.

Theory of operation: Bengali endings are listed. A Tamil name that ends in a muted consonant loses the
mute sign before an ending that begins with a vowel; these forms are made when names are read. What
stands behind a name in any other Indic script makes another word of it.

Known exceptions: Marathi, Gujarati and the other languages of the south write endings on names too;
they are not known here, so names there are found where they stand bare.
"""

from collections.abc import Sequence

from monitor.matching.words import listed

_BENGALI = listed("ের র কে ে তে য় য়ের ও ই টি এর এ")
_TAMIL_MUTE = "\u0bcd"
_TAMIL = ("ை", "ுக்கு", "ின்", "ில்", "ால்", "ுடன்", "ிலிருந்து", "ும்")


def is_bengali_ending(rest: str) -> bool:
    """Return whether folded letters are an ending that Bengali writes onto names."""
    return rest in _BENGALI


def declined(name: str) -> Sequence[str]:
    """Return the forms of a Tamil name that ends in a muted consonant; none for other names."""
    if not name.endswith(_TAMIL_MUTE):
        return ()
    return [name.removesuffix(_TAMIL_MUTE) + ending for ending in _TAMIL]

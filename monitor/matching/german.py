"""What does German do to a name?

Observations: half of all mentions of names such as "Deutsche Bank" or "Rotes Kreuz" are inflected;
genitives take -s, after s, x, z and ß an apostrophe; and any name may begin a compound, with a hyphen
or without.

Theory of operation: adjective forms are made when names are read. A rest of four letters or more
behind a name is a compound where it is a noun by its lemma and the whole is no word of its own
(Deutschland, Metropolis).
"""

from collections.abc import Iterator, Sequence

from monitor.matching.languages import is_word, lemma

LEAST_NOUN = 4  # letters; shorter rests are endings (Amazonas, Amazonen) more often than nouns

_ENDINGS = ("e", "en", "er", "es", "em")
_ARTICLES = frozenset({"der", "die", "das"})
_ARTICLE_FORMS = ("der", "die", "das", "den", "dem", "des")
_NO_GENITIVE_S = ("s", "x", "z", "ß")


def takes_s(name: str) -> bool:
    """Return whether a name takes -s in the genitive, rather than an apostrophe or nothing."""
    return not name.lower().endswith(_NO_GENITIVE_S)


def ends_in_noun(name: str) -> bool:
    """Return whether a name's last word is a noun of the language, which inflects as nouns do."""
    return is_noun(name.replace("-", " ").split()[-1])


def is_noun(word: str) -> bool:
    """Return whether a word, however it is written, is a form of a German noun."""
    written = word[:1].upper() + word[1:].lower()
    return is_word(written, "de") and lemma(written, "de")[:1].isupper()


def is_closed_compound(name_part: str, rest: str) -> bool:
    """Return whether `name_part + rest`, written as one word, is a compound with the name."""
    linked = rest[1:] if rest[:1] == "s" else ""
    return (
        len(rest) >= LEAST_NOUN
        and (is_noun(rest) or (len(linked) > LEAST_NOUN and is_noun(linked)))
        and not is_word(name_part + rest, "de")
    )


def adjective_forms(name: str) -> Sequence[str]:
    """Return the other forms of a name of several words that begins with adjectives or an article."""
    words = name.split()
    stems = [_stem(word) for word in words[:-1]]
    forms = [form for form in _declined(words, stems) if form != name]
    if len(words) > 1 and words[0].lower() in _ARTICLES:
        forms += [" ".join([article, *words[1:]]) for article in _ARTICLE_FORMS]
    return forms


def _declined(words: Sequence[str], stems: Sequence[str | None]) -> Iterator[str]:
    if not any(stems):
        return
    for ending in _ENDINGS:
        changed = [stem + ending if stem else word for word, stem in zip(words, stems, strict=False)]
        yield " ".join([*changed, words[-1]])


def _stem(word: str) -> str | None:
    """Return an adjective without its ending, or None where a word is no inflected adjective.

    Participles ("Vereinte") have their verb for a lemma and are told by what is before the ending.
    """
    if not word[:1].isupper() or not word.endswith(_ENDINGS) or not is_word(word.lower(), "de"):
        return None
    base = lemma(word.lower(), "de")
    for ending in sorted(_ENDINGS, key=len, reverse=True):
        stem = word.removesuffix(ending)
        adjective = stem.lower() in {base, base.removesuffix("e")}
        participle = base.endswith("n") and stem.endswith(("t", "en"))
        if stem != word and base[0].islower() and (adjective or participle):
            return stem
    return None

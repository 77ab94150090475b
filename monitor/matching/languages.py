"""Which language is meant, and which words does it know?

The dictionaries are those of simplemma, asked in their compact form (German takes some 20 MB). What
languages do to names stands in `grammar`, and for German in `german`.
"""

from functools import lru_cache

from simplemma import is_known, lemmatize

DICTIONARIES = frozenset({"de", "en"})
# Of the others, those in which a capital within a sentence means a name: no titles, no lands in the genitive.
SMALL_TITLES = frozenset({"fr", "es", "ca", "pt", "it", "nl", "sv", "da", "no", "nb", "nn"})


def primary(language: str | None) -> str:
    """Return the language's own subtag in lower case; unknown is read as German."""
    return language.replace("_", "-").split("-")[0].lower() if language else "de"


@lru_cache(maxsize=32768)
def is_word(word: str, language: str) -> bool:
    """Return whether a language's dictionary holds a word, in any of its forms.

    The dictionaries hold many names too. Languages without a dictionary here know no words.
    """
    return language in DICTIONARIES and is_known(word, lang=language, low_memory=True)


@lru_cache(maxsize=32768)
def lemma(word: str, language: str) -> str:
    """Return a word's dictionary form."""
    return lemmatize(word, lang=language, low_memory=True)

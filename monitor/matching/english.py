"""What does English do to a name that is also a word?

Observations: Apple, Target and Visa are nouns that take a plural; Walmart and Siemens are none. The
dictionary holds many names, but their plurals seldom.
"""

from functools import lru_cache

from monitor.matching.languages import is_word, lemma


@lru_cache(maxsize=32768)
def has_plural(name: str) -> bool:
    """Return whether the dictionary knows a name, in small letters, as a noun or verb with its -s."""
    word = name.lower()
    if not (word.isascii() and word.isalpha() and is_word(word, "en")):
        return False
    return any(is_word(form, "en") and lemma(form, "en") == word for form in (word + "s", word + "es"))

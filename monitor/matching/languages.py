"""What do languages do to the ends of names, and which words does a language know?

The dictionaries are those of simplemma, asked in their compact form (German takes some 20 MB).
German has a file of its own; here stands what the others need first.
"""

from functools import lru_cache

from simplemma import is_known, lemmatize

# Languages whose genitive is a plain -s. Where a language is unknown, German rules hold.
GENITIVE_S = frozenset({"de", "nl", "sv", "da", "no", "nb", "nn"})

DICTIONARIES = frozenset({"de", "en"})
_CYRILLIC = frozenset(
    """а у ю я е и й о ы ом ем ой ей ою ею ів ам ям ах ях ами ями ов ев ові еві ія ію ії""".split()  # noqa: SIM905
)
_POLISH = frozenset("a u owi em ie y i ą ę ów om ami ach a'".split())  # noqa: SIM905
_HANGUL = frozenset(
    "은 는 이 가 을 를 의 에 에서 에게 와 과 로 으로 도 만 까지 부터 보다 이나 나 이다 측 사".split()  # noqa: SIM905
)
_ENDINGS = {
    "ru": _CYRILLIC,
    "uk": _CYRILLIC,
    "bg": frozenset({"а", "ът", "я", "та", "то", "те"}),
    "pl": _POLISH,
    "ko": _HANGUL,
}
APOSTROPHE_SUFFIXES = frozenset({"tr", "az", "fi"})


def primary(language: str | None) -> str:
    """Return the language's own subtag in lower case; unknown is read as German."""
    return language.replace("_", "-").split("-")[0].lower() if language else "de"


def is_ending(rest: str, language: str) -> bool:
    """Return whether the folded rest of a token is an ending that the language puts on names."""
    return rest in _ENDINGS.get(language, ())


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

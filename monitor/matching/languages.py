"""Which language is meant, and which words does it know?

The dictionaries are those of simplemma: as they come, read from a compact stream, or packed into tries,
which hold the same words, are asked in a tenth of the time, and of which only what is looked at takes memory,
but which must be written once, which takes seconds. What languages do to names stands in `grammar`, and for
German in `german`.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from unicodedata import normalize

from monitor.matching.rules import rules_of

DICTIONARIES = frozenset({"de", "en"})
with rules_of(sorted(DICTIONARIES)):
    from simplemma import Lemmatizer, __version__
    from simplemma.strategies import (
        DefaultStrategy,
        DictionaryFactory,
        DictionaryLookupStrategy,
        StreamDictionaryFactory,
        TrieDictionaryFactory,
    )
    from simplemma.strategies.dictionaries.trie_dictionary_factory import (  # type: ignore[attr-defined]
        BytesTrie,  # marisa-trie's, which simplemma brings along
        TrieWrapDict,
    )
# Of the others, those in which a capital within a sentence means a name: no titles, no lands in the genitive.
SMALL_TITLES = frozenset({"fr", "es", "ca", "pt", "it", "nl", "sv", "da", "no", "nb", "nn"})


def primary(language: str | None) -> str:
    """Return the language's own subtag in lower case; unknown is read as German."""
    return language.replace("_", "-").split("-")[0].lower() if language else "de"


# What packed dictionaries are made of: those of another version are others.
EDITION = f"simplemma-{__version__}"


class _Packed:
    """Dictionaries that stay in the files that `pack` wrote; one that is damaged is packed anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._anew = TrieDictionaryFactory(disk_cache_dir=str(folder))
        self._open: dict[str, Mapping[str, str]] = {}

    def get_dictionary(self, lang: str) -> Mapping[str, str]:
        """Return a language's dictionary."""
        if lang not in self._open:
            try:
                self._open[lang] = TrieWrapDict(BytesTrie().mmap(str(self._folder / f"{lang}.dic")))
            except RuntimeError:
                self._open[lang] = self._anew.get_dictionary(lang)
        return self._open[lang]


class _Words:
    """How words are looked up: in whichever form the dictionaries are there."""

    def __init__(self) -> None:
        self.look_in(StreamDictionaryFactory())

    def look_in(self, dictionaries: DictionaryFactory) -> None:
        self.known = DictionaryLookupStrategy(dictionaries)
        strategy = DefaultStrategy(dictionary_factory=dictionaries)
        # What was asked is remembered below.
        self.lemmatizer = Lemmatizer(cache_max_size=0, lemmatization_strategy=strategy)


_WORDS = _Words()


def pack(folder: Path) -> None:
    """Write all dictionaries, packed, into a folder, which is made; some seconds and 100 MB.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True)
    packing = TrieDictionaryFactory(disk_cache_dir=str(folder))
    for language in sorted(DICTIONARIES):
        packing.get_dictionary(language)
        if not (folder / f"{language}.dic").is_file():
            raise OSError(f"the packed dictionary of '{language}' could not be written")


def use_packed(folder: Path) -> None:
    """Look words up from now on in what `pack` wrote into a folder; they are the same words."""
    _WORDS.look_in(_Packed(folder))


@lru_cache(maxsize=32768)
def is_word(word: str, language: str) -> bool:
    """Return whether a language's dictionary holds a word, in any of its forms.

    The dictionaries hold many names too. Languages without a dictionary here know no words.
    """
    return language in DICTIONARIES and _WORDS.known.get_lemma(normalize("NFC", word), language) is not None


@lru_cache(maxsize=32768)
def lemma(word: str, language: str) -> str:
    """Return a word's dictionary form."""
    return _WORDS.lemmatizer.lemmatize(word, language)

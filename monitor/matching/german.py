"""What does German do to a name?

Observations: half of all mentions of names such as "Deutsche Bank" or "Rotes Kreuz" are inflected;
genitives take -s, after s, x, z and ß an apostrophe; and any name may begin a compound, with a hyphen
or without.

Theory of operation: adjective forms are made when names are read. A rest of four letters or more
behind a name is a compound where it is a noun by its lemma and the whole is no word of its own
(Deutschland, Metropolis).
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from monitor.matching.languages import is_word, lemma
from monitor.matching.words.everyday import GERMAN_WORDS, PLACES
from monitor.matching.words.given import BEFORE_SURNAMES, GIVEN_NAMES, SURNAMES
from monitor.matching.words.roles import ORGANIZATION_HEADS
from monitor.text.normalize import fold

_LEAST_STEM = 4  # letters of a name before any noun; shorter ones begin other words (Rom|an, Si|eger)
_LEAST_PREFIX = 3  # letters of a compound's first part
LEAST_NOUN = 4  # letters; shorter rests are endings (Amazonas, Amazonen) more often than nouns

_ENDINGS = ("e", "en", "er", "es", "em")
_LONGEST_FIRST = ("en", "er", "es", "em", "e")
_NOUN_ENDINGS = ("es", "e", "en", "er", "n", "ern", "se")
_ARTICLE_FORMS = {
    "der": ("der", "den", "dem", "des"),
    "die": ("die", "der", "den"),
    "das": ("das", "dem", "des"),
}
_TELLING_HEADS = frozenset(
    "chef chefin sprecher sprecherin vorstand aktie manager managerin konzern tochter".split()  # noqa: SIM905
)
_LEAST_PROPER = 6  # letters from which a noun that inflects is hardly an everyday one (Bundestag, Schweiz)
_LEAST_INFLECTED = 3
# Amerika|nische: derivations with the look of a noun.
_DERIVED = re.compile(
    "n?i?a?n?isch(?:e[mnrs]?)?|i?an(?:er|ern|erin|ers)|n?er(?:in|innen|n|s)?"
    r"|ism(?:us|en)|isti?[kns]?(?:en)?|istin(?:nen)?|schaft(?:en|s)?|tums?|haft(?:e[mnrs]?)?|weit(?:e[mnrs]?)?"
)
_SHORT_HEADS = frozenset({"cup", "fan"})
# What ends the names of lands and towns, which are other names and no compounds; for this project.
_PLACE_ENDINGS = frozenset(
    """land lande landes laender länder länders reich reichs reiche staaten berg berge bergs berger burg
    burgs burger bürger feld felde dorf bach bachs brück wald walde walden haus hausen heim heimer stein
    furt kirchen hafen hagen stadt städte mark marken mann manns männer maenner polis lion lein ling heit
    keit news bruck bruecke tal thal zell werda sattel konzerne konzernen firmen anbieter anbietern
    straße strasse straßen strassen allee gasse weg wegs weges damm platz platzes""".split()  # noqa: SIM905
)
# What a noun's attributes begin with: Institut für, Verband der, Haus am.
_LINKS = frozenset({"für", "der", "des", "von", "am", "an", "in", "im", "zur", "zum", "auf", "gegen"})
_FEMININE = (
    "ung",
    "heit",
    "keit",
    "schaft",
    "tät",
    "ion",
    "ei",
    "e",
    "ik",
    "ur",
    "anz",
    "enz",
    "bank",
    "kammer",
)
_NO_GENITIVE_S = ("s", "x", "z", "ß")
_LATIN = frozenset({"Jesus"})  # whose genitive, Jesu, takes no ending


def takes_s(name: str) -> bool:
    """Return whether a name takes -s in the genitive, rather than an apostrophe or nothing."""
    return not name.lower().endswith(_NO_GENITIVE_S)


def takes_endings(name: str, ending: str) -> bool:
    """Return whether a name takes an ending: it is long enough, and no other name or word with it."""
    letters = sum(each.isalnum() for each in name)
    long = letters >= _LEAST_INFLECTED or (letters > 1 and name.isupper())
    return (long or not name.isascii()) and not (ending == "s" and _is_other_name(name))


def _is_other_name(name: str) -> bool:
    """Return whether a name and an -s are another word: Pari|s, Han|s, Jesu|s, Da|s, Orte|s."""
    whole = name + "s"
    if whole.lower() in GIVEN_NAMES or whole.lower() in PLACES or whole in _LATIN:
        return True
    known = name.lower() in BEFORE_SURNAMES or name.lower() in SURNAMES
    if known or name.isupper() or not is_word(whole, "de"):
        return False
    base = lemma(whole, "de")
    return base != name and (len(name) < _LEAST_STEM or len(base) < len(name))


def is_other_noun(whole: str, name: str) -> bool:
    """Return whether a name with its ending is a noun of its own, which no form of the name is: Haufe|n."""
    return whole != name and is_noun(whole) and lemma(whole, "de") == whole


def ends_in_noun(name: str) -> bool:
    """Return whether a name's last word is a noun of the language, which inflects as nouns do."""
    return is_noun(name.replace("-", " ").split()[-1])


def ends_in_some_noun(word: str) -> bool:
    """Return whether a word may be a compound: a noun stands at its end."""
    return any(is_noun(word[begin:]) for begin in range(_LEAST_PREFIX, len(word) - LEAST_NOUN + 1))


def is_noun(word: str) -> bool:
    """Return whether a word, however it is written, is a form of a German noun."""
    written = word[:1].upper() + word[1:].lower()
    return is_word(written, "de") and lemma(written, "de")[:1].isupper()


def is_form(word: str) -> bool:
    """Return whether a word is a form of a noun that is written otherwise: Visa of Visum, no genitive."""
    base = lemma(word, "de") if is_word(word, "de") else word
    return base[0].isupper() and word not in (base, f"{base}s", f"{base}es")


@lru_cache(maxsize=32768)
def inflects(word: str) -> bool:
    """Return whether the dictionary knows a word's plural or old genitive: it is a noun, not a mere name."""
    forms = (word + ending for ending in _NOUN_ENDINGS)
    return is_word(word, "de") and any(is_word(form, "de") and lemma(form, "de") == word for form in forms)


@lru_cache(maxsize=32768)
def with_umlauts(name: str) -> str:
    """Return a name with the umlauts that it spells out, where the dictionary holds it so alone: Mueller."""
    written = name.replace("ae", "ä").replace("oe", "ö").replace("ue", "ü")
    return written if written != name and is_word(written, "de") and not is_word(name, "de") else name


@lru_cache(maxsize=32768)
def is_ordinary(word: str) -> bool:
    """Return whether a word is a noun of every day, or the form of a verb or an adjective."""
    small = word.lower()
    listed = fold(word).text in GERMAN_WORDS or (len(word) < _LEAST_PROPER and inflects(word))
    return (
        listed
        or (is_word(small, "de") and lemma(small, "de")[0].islower())
        or _adjective_stem(small + "e") == small
    )


def is_adjective(word: str) -> bool:
    """Return whether a small word is an inflected adjective."""
    return word.islower() and _adjective_stem(word) is not None


@lru_cache(maxsize=32768)
def is_participle(word: str) -> bool:
    """Return whether a small word may be an inflected participle; "plante" is a verb's past as well."""
    if not word.islower() or not word.endswith(_ENDINGS) or not is_word(word, "de"):
        return False
    verb = lemma(word, "de")
    stems = (word.removesuffix(ending) for ending in _LONGEST_FIRST if word.endswith(ending))
    return verb.endswith("n") and verb[0].islower() and next(stems).endswith(("t", "en", "nd"))


def is_closed_compound(name_part: str, rest: str) -> bool:
    """Return whether `name_part + rest`, written as one word, is a compound with the name.

    A name that is a noun itself begins too many other words; its compounds are told by their heads
    (Bahnchef). A compound that the dictionary holds (Ostseeraum) needs a name of some length.
    """
    if _DERIVED.fullmatch(rest) or rest in GIVEN_NAMES:
        return False
    linked = rest[1:] if rest[:1] == _link(name_part) else ""
    noun = rest if _is_head(rest) else linked if len(linked) > LEAST_NOUN and _is_head(linked) else ""
    if len(noun) < LEAST_NOUN:
        return noun in _SHORT_HEADS
    ordinary = is_ordinary(name_part)
    if noun in ORGANIZATION_HEADS:
        return not ordinary or noun in _TELLING_HEADS or not is_word(name_part + rest, "de")
    if noun in _PLACE_ENDINGS or ordinary or len(name_part) < _LEAST_STEM:
        return False
    whole = name_part + rest
    head = lemma(noun[0].upper() + noun[1:], "de").lower()
    return not is_word(whole, "de") or lemma(whole, "de").lower().endswith(head)


@lru_cache(maxsize=32768)
def _is_head(rest: str) -> bool:
    """Return whether what hangs on a name is a noun, or two of them: Donau|insel|fest."""
    if is_noun(rest):
        return True
    places = range(LEAST_NOUN, len(rest) - LEAST_NOUN + 1)
    return any(is_noun(rest[place:]) and inflects(rest[:place].capitalize()) for place in places)


def _link(name_part: str) -> str:
    """Return the letter that joins a name to a noun: Lufthansa|s|streik, Sparkasse|n|kunden."""
    return "n" if name_part.lower().endswith("e") else "s"


def adjective_forms(name: str) -> Sequence[str]:
    """Return the other forms of a name of several words: of its adjectives, its article, and its noun.

    The last word is left as it is: what endings it takes is seen in the text.
    """
    words = name.split()
    stems = [_stem(word) for word in words[:-1]]
    forms = [form for form in _declined(words, stems) if form != name]
    articles = _ARTICLE_FORMS.get(words[0].lower(), ()) if len(words) > 1 else ()
    forms += [" ".join([article, *words[1:]]) for article in articles]
    return forms + list(_in_genitive(name, forms))


def _in_genitive(name: str, forms: Sequence[str]) -> Iterator[str]:
    """Yield the forms in which the noun that the rest hangs on is in the genitive: "des Verbandes der"."""
    words = name.split()
    link = next((place for place, word in enumerate(words[:-1]) if word in _LINKS), 0)
    noun = words[link - 1] if link else ""
    if not noun[:1].isupper():
        return
    for genitive in _genitives(noun):
        for form in (name, *forms):
            declined = form.split()
            yield " ".join([*declined[: link - 1], genitive, *declined[link:]])


def _genitives(noun: str) -> Sequence[str]:
    """Return a noun's genitives with an ending: those of the dictionary, or both where it lacks the noun.

    A noun that it holds without them, or one that ends as feminine ones do, has none.
    """
    both = [noun + "s", noun + "es"] if takes_s(noun) else [noun + "es"]
    known = [each for each in both if is_word(each, "de")]
    feminine = is_word(noun, "de") or noun.endswith(_FEMININE)
    return known if known or feminine else both


def _declined(words: Sequence[str], stems: Sequence[str | None]) -> Iterator[str]:
    if not any(stems):
        return
    for ending in _ENDINGS:
        changed = [stem + ending if stem else word for word, stem in zip(words, stems, strict=False)]
        yield " ".join([*changed, words[-1]])


def _stem(word: str) -> str | None:
    """Return an adjective of a name without its ending, or None where a word is no inflected adjective.

    Participles ("Vereinte") have their verb for a lemma and are told by what is before the ending.
    """
    if not word[:1].isupper():
        return None
    stem = _adjective_stem(word.lower())
    if stem is None and word.endswith(_ENDINGS) and is_word(word.lower(), "de"):
        base = lemma(word.lower(), "de")
        stems = (word.removesuffix(ending) for ending in _LONGEST_FIRST if word.endswith(ending))
        verb = base.endswith("n") and base[0].islower()
        return next((each for each in stems if verb and each.endswith(("t", "en"))), None)
    return word[: len(stem)] if stem else None


@lru_cache(maxsize=32768)
def _adjective_stem(word: str) -> str | None:
    """Return a small word without the ending of an adjective, or None where it has none."""
    if not word.endswith(_ENDINGS) or not is_word(word, "de"):
        return None
    base = lemma(word, "de")
    if not base[0].islower():
        return None
    stems = (word.removesuffix(ending) for ending in _LONGEST_FIRST if word.endswith(ending))
    return next((stem for stem in stems if stem in {base, base.removesuffix("e")}), None)

"""Which language is a text in?

Observations: feeds and pages often carry the tag of their template (`en-US` on a German page). The
identifier knows 130 languages and takes short German headlines for Luxembourgish, Afrikaans or
Danish; among the thirty languages that news feeds are mostly in, it gets the same headlines right.
Theory of operation: the identifier chooses among those thirty and must be sure by half, else the
language is unknown. A declared tag is believed, unless 30 words or more speak for another language
with near certainty.
"""

from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

_LANGUAGES = (
    *("ar", "bg", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu"),
    *("id", "it", "ja", "ko", "lt", "lv", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "th"),
    *("tr", "uk", "vi", "zh"),
)
_SURE_ENOUGH = 0.5
_NEARLY_CERTAIN = 0.99
_WORDS_TO_OVERRULE = 30
# The identifier reads a text's start: more changes nothing but the time it takes.
_CHARACTERS = 2_000
_PRIMARY_LENGTHS = (2, 3)
# What is packed: that of another version, or of other languages, is another.
EDITION = f"py3langid-{version('py3langid')}-{len(_LANGUAGES)}"
_PACKED: list[Path] = []


def language_of(text: str) -> str | None:
    """Return the primary BCP 47 tag of a text's language, or None where it is not sure by half."""
    language, probability = _identify(text)
    return language if probability >= _SURE_ENOUGH else None


def choose_language(announced: str | None, page: str | None, text: str) -> str | None:
    """Return the language of an article from what feed and page declare and what its text shows."""
    declared = tag(announced) or tag(page)
    if declared is None:
        return language_of(text)
    if len(text.split()) >= _WORDS_TO_OVERRULE:
        language, probability = _identify(text)
        if probability >= _NEARLY_CERTAIN and language != declared.partition("-")[0]:
            return language
    return declared


def tag(declared: str | None) -> str | None:
    """Return a declared tag in its usual spelling (`de-DE`), or None where it is no tag."""
    parts = (declared or "").strip().replace("_", "-").split("-")
    primary = parts[0].lower()
    if not (len(primary) in _PRIMARY_LENGTHS and primary.isascii() and primary.isalpha()):
        return None
    region = parts[1].upper() if len(parts) > 1 and len(parts[1]) == 2 and parts[1].isalpha() else ""  # noqa: PLR2004
    return f"{primary}-{region}" if region else primary


def _identify(text: str) -> tuple[str, float]:
    if not any(character.isalpha() for character in text):
        return "", 0.0
    language, probability = _identifier().classify(text[:_CHARACTERS])
    return str(language), float(probability)


def pack(folder: Path) -> None:
    """Write the model of the identifier, unpacked, into a folder that is there; 47 MB.

    Raises:
        OSError: it cannot be written.
    """
    from monitor.articles import identifier  # noqa: PLC0415  (as below)

    identifier.pack(folder, _LANGUAGES)


def use_packed(folder: Path) -> None:
    """Identify languages from now on by what `pack` wrote into a folder; the answers are the same."""
    _PACKED[:] = [folder]
    _identifier.cache_clear()


@cache
def _identifier() -> Any:  # noqa: ANN401  (the library has no types)
    # With numpy, which takes a tenth of a short command's time; a service asks before its work begins.
    from monitor.articles import identifier  # noqa: PLC0415

    return identifier.read_packed(_PACKED[0]) if _PACKED else identifier.unpacked(_LANGUAGES)

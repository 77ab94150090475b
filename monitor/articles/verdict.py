"""How much of an article could be read: full, partial, walled or empty?

Observations: a consent or paywall page is a page like any other, with a title and some sentences;
matched, it would alert on nothing or on the wall's own words. A free teaser in front of a paywall is
real text of the article.
Theory of operation: paragraphs that carry a wall's wording are counted and dropped. What is left
decides: nothing and no wall is `empty`; next to nothing beside a wall is `walled`; some text beside a
wall, or text that ends in the middle, is `partial`.
A long paragraph is a wall's where it carries two of its wordings.
Known exceptions: an article *about* cookie banners of fewer than 60 words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from monitor.model import Verdict

# Fewer words are a caption or a menu, not an article.
LEAST_WORDS = 25
# A teaser in front of a wall seldom has more.
TEASER_WORDS = 60

_CONSENT_WORDS = (
    *("cookies? (?:akzeptieren|zulassen|ablehnen)", "alle akzeptieren", "zustimmung (?:erteilen|jederzeit)"),
    *("mit werbung (?:und tracking )?(?:weiter)?lesen", "einwilligung (?:jederzeit )?widerrufen"),
    r"unsere[nr]? (?:\d+ )?partnern?\b.{0,40}(?:daten|informationen|cookies|kennungen)",
    "(?:verwendung|einsatz|nutzung) von cookies",
    *(
        r"nutzung.{0,40}mit werbung",
        "datenschutzeinstellungen",
        "privatsphäre-einstellungen",
        "werbefrei(?:es)? abo",
    ),
    *("(?:verwenden|nutzen|setzen) (?:wir )?cookies", r"personalisierte (?:anzeigen|werbung|inhalte)"),
    *("berechtigte[ns]? interesse", "informationen auf (?:ihrem|einem) (?:end)?gerät"),
    *("accept (?:all )?cookies", "we (?:and our partners )?use cookies", "consent to the use of"),
    *(
        "legitimate interest",
        "personali[sz]ed (?:ads|advertising|content)",
        "information on (?:a|your) device",
    ),
    "manage (?:your )?(?:cookie|privacy) (?:settings|preferences|choices)",
)
_PAYWALL_WORDS = (
    *(
        "(?:weiterlesen|weiter lesen|artikel lesen) mit ",
        "jetzt (?:abonnieren|testen|freischalten|weiterlesen)",
    ),
    *(
        "nur für abonnent",
        "(?:bereits|schon) (?:abonnent|registriert)",
        "monatlich kündbar",
        "exklusiv für abonnent",
    ),
    *("diesen artikel (?:weiterlesen|freischalten)", "subscribe (?:now|today|to (?:read|continue))"),
    *("already a (?:subscriber|member)", "to continue reading", "unlock (?:this|the) (?:article|story)"),
    "(?:article|content|story) is (?:only )?(?:available )?(?:for|to) (?:paid |registered )?subscribers",
    *("sign in to read", "cancel (?:at )?any ?time", "free articles? (?:left|remaining)"),
)


class _Wording(NamedTuple):
    """What walls say, and small letters of which some stand in whatever they say: looked for first."""

    pattern: re.Pattern[str]
    stems: tuple[str, ...]


_CONSENT = _Wording(
    re.compile("|".join(_CONSENT_WORDS), re.IGNORECASE),
    (
        *(
            "cookie",
            "akzeptieren",
            "zustimmung",
            "werbung",
            "einwilligung",
            "partner",
            "datenschutzeinstellungen",
        ),
        *("privatsphäre-einstellungen", "werbefrei", "personalisierte", "interesse", "informationen auf"),
        *("legitimate interest", "consent to the use", "personali", "information on", "privacy"),
    ),
)
_PAYWALL = _Wording(
    re.compile("|".join(_PAYWALL_WORDS), re.IGNORECASE),
    (
        *(
            "lesen mit",
            "jetzt",
            "abonnent",
            "registriert",
            "kündbar",
            "weiterlesen",
            "freischalten",
            "subscri",
        ),
        *("already a", "to continue reading", "unlock", "sign in", "cancel", "free article"),
    ),
)
_CUT = re.compile(
    r"(?:\[?(?:…|\.\.\.)\]?|(?:weiterlesen|mehr|read more|continue reading)\s*[»›>→]*)\s*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Paragraphs without those of a wall, and what that says; `access` as in `Extracted`."""

    paragraphs: tuple[str, ...]
    verdict: Verdict
    access: str | None


def judge(paragraphs: Sequence[str], *, declared_free: bool | None) -> Judged:
    """Return what is left of the paragraphs without a wall's, and how much of an article that is.

    `declared_free` is the page's own word (schema.org `isAccessibleForFree`), None where it says
    nothing.
    """
    consent = [text for text in paragraphs if _is_wall(text, _CONSENT)]
    paywall = [text for text in paragraphs if _is_wall(text, _PAYWALL)]
    wall = {*consent, *paywall}
    kept = tuple(text for text in paragraphs if text not in wall)
    words = sum(len(text.split()) for text in kept)
    access = _access(declared_free, consent=bool(consent), paywall=bool(paywall))
    if words < LEAST_WORDS:
        walled = bool(wall) or declared_free is False
        return Judged(paragraphs=kept, verdict=Verdict.WALLED if walled else Verdict.EMPTY, access=access)
    partial = access in ("paywall", "consent") or (kept and _CUT.search(kept[-1]))
    return Judged(paragraphs=kept, verdict=Verdict.PARTIAL if partial else Verdict.FULL, access=access)


def is_wall(text: str) -> bool:
    """Tell whether a paragraph has the wording of a consent layer or a paywall."""
    return _is_wall(text, _CONSENT) or _is_wall(text, _PAYWALL)


def _is_wall(text: str, wording: _Wording) -> bool:
    """Tell whether a paragraph is a wall's; a long one that speaks of walls once is an article about them."""
    folded = text.casefold()
    if not any(stem in folded for stem in wording.stems):
        return False
    found = {match[0].casefold() for match in wording.pattern.finditer(text)}
    return len(found) > 1 or (len(found) == 1 and len(text.split()) < TEASER_WORDS)


def _access(declared_free: bool | None, *, consent: bool, paywall: bool) -> str | None:  # noqa: FBT001
    if declared_free is False or paywall:
        return "paywall"
    if consent:
        return "consent"
    return "free" if declared_free else None

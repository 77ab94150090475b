"""Laws of how much of an article could be read."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.articles import verdict
from monitor.articles.verdict import judge
from monitor.model import Verdict
from tests.unit.articles.pages import ENGLISH, GERMAN, LEAD, page, paragraphs, read

CONSENT = (
    "Wir und unsere Partner verarbeiten Daten. Sie können alle akzeptieren oder ablehnen.",
    "Sie können Ihre Zustimmung jederzeit in den Datenschutzeinstellungen widerrufen.",
    "We and our partners use cookies to store information on a device.",
    "Manage your cookie settings to accept all cookies or refuse them.",
    "Mit Werbung weiterlesen oder ein werbefreies Abo abschließen.",
)
PAYWALL = (
    "Weiterlesen mit dem Digitalabo: jetzt testen, monatlich kündbar.",
    "Dieser Text ist nur für Abonnenten. Bereits registriert? Hier anmelden.",
    "Subscribe to continue reading. Already a subscriber? Sign in to read.",
    "This article is only available to subscribers. Cancel anytime.",
    "You have two free articles left this month.",
)


def test_text_without_a_wall_is_full() -> None:
    judged = judge(GERMAN, declared_free=None)

    assert (judged.verdict, judged.access, judged.paragraphs) == (Verdict.FULL, None, GERMAN)


@pytest.mark.parametrize("paragraph", CONSENT)
def test_a_page_of_consent_texts_is_walled(paragraph: str) -> None:
    judged = judge([paragraph], declared_free=None)

    assert (judged.verdict, judged.access, judged.paragraphs) == (Verdict.WALLED, "consent", ())


@pytest.mark.parametrize("paragraph", PAYWALL)
def test_a_page_of_paywall_texts_is_walled(paragraph: str) -> None:
    judged = judge([paragraph], declared_free=None)

    assert (judged.verdict, judged.access, judged.paragraphs) == (Verdict.WALLED, "paywall", ())


@pytest.mark.parametrize("paragraph", PAYWALL)
@pytest.mark.parametrize("teaser", [GERMAN[:2], ENGLISH[:2]])
def test_a_teaser_before_a_paywall_is_partial(paragraph: str, teaser: tuple[str, ...]) -> None:
    judged = judge([*teaser, paragraph], declared_free=None)

    assert (judged.verdict, judged.access, judged.paragraphs) == (Verdict.PARTIAL, "paywall", teaser)


@pytest.mark.parametrize("paragraph", CONSENT)
def test_consent_texts_beside_an_article_are_dropped(paragraph: str) -> None:
    judged = judge([paragraph, *GERMAN], declared_free=None)

    assert (judged.verdict, judged.access, judged.paragraphs) == (Verdict.PARTIAL, "consent", GERMAN)


def test_a_long_consent_text_is_a_wall_by_two_of_its_wordings() -> None:
    long = " ".join((*CONSENT, LEAD, LEAD, LEAD))

    assert judge([long], declared_free=None).verdict is Verdict.WALLED


def test_an_article_about_walls_is_an_article() -> None:
    about = " ".join((*GERMAN, "Ein Gericht verbot den Satz „Alle akzeptieren“ in solchen Fenstern."))

    judged = judge([about], declared_free=None)

    assert (judged.verdict, judged.paragraphs) == (Verdict.FULL, (about,))


@pytest.mark.parametrize(
    ("declared_free", "texts", "verdict", "access"),
    [
        (True, GERMAN, Verdict.FULL, "free"),
        (False, GERMAN, Verdict.PARTIAL, "paywall"),
        (False, (), Verdict.WALLED, "paywall"),
        (True, (), Verdict.EMPTY, "free"),
        (None, (), Verdict.EMPTY, None),
        (None, ("Nur wenige Worte.",), Verdict.EMPTY, None),
    ],
)
def test_what_a_page_declares_of_its_access_counts(
    declared_free: bool | None,  # noqa: FBT001
    texts: tuple[str, ...],
    verdict: Verdict,
    access: str | None,
) -> None:
    judged = judge(texts, declared_free=declared_free)

    assert (verdict, access) == (judged.verdict, judged.access)


@pytest.mark.parametrize("end", ["Und dann …", "Und dann [...]", "Weiterlesen »", "Read more", "mehr ›"])
def test_text_that_ends_in_the_middle_is_partial(end: str) -> None:
    assert judge([*GERMAN, end], declared_free=None).verdict is Verdict.PARTIAL


def test_a_consent_page_is_walled_and_carries_none_of_its_words() -> None:
    body = page(f'<div class="cmp">{paragraphs(CONSENT)}</div>', title="Ihre Auswahl")

    extracted = read(body)

    assert (extracted.verdict, extracted.access) == (Verdict.WALLED, "consent")
    assert extracted.zones.text == ""


def test_a_paywalled_page_gives_its_teaser() -> None:
    extracted = read(page(paragraphs(GERMAN[:2]) + f'<div class="offer">{paragraphs(PAYWALL)}</div>'))

    assert (extracted.verdict, extracted.access) == (Verdict.PARTIAL, "paywall")
    assert extracted.zones.text == "\n\n".join(GERMAN[:2])


@pytest.mark.parametrize(
    ("wording", "alternative"),
    [
        (wording, alternative)
        for wording, alternatives in (
            (verdict._CONSENT, verdict._CONSENT_WORDS),
            (verdict._PAYWALL, verdict._PAYWALL_WORDS),
        )
        for alternative in alternatives
    ],
)
@given(data=st.data())
@settings(max_examples=20)
def test_whatever_a_wall_says_holds_one_of_the_parts_that_are_looked_for_first(
    wording: verdict._Wording, alternative: str, data: st.DataObject
) -> None:
    said = data.draw(st.from_regex(re.compile(alternative, re.IGNORECASE | re.ASCII), fullmatch=True))

    assert any(stem in said.casefold() for stem in wording.stems)

from dataclasses import replace

import pytest

from monitor.alerts.evidence import moment, public_url, quoted_sentence, short_title, short_word
from monitor.model import Form, Mention, Zone, Zones
from tests.unit.alerts.samples import BODY, NOW, TITLE, ZONES, mention


def at(text: str, surface: str) -> tuple[Zones, Mention]:
    start = text.index(surface)
    place = Mention(
        zone=Zone.BODY, start=start, end=start + len(surface), surface=surface, name="A", form=Form.EXACT
    )
    return Zones(title="", text=text), place


def test_a_sentence_is_quoted_whole_on_one_line() -> None:
    wrapped = at("Erster Satz. Der zweite\nnennt  Amazon klar. Dritter Satz.", "Amazon")

    assert TITLE == quoted_sentence(ZONES, mention(Zone.TITLE, "Amazon"))
    assert BODY.endswith(quoted_sentence(ZONES, mention(Zone.BODY, "Amazon", nth=1)))
    assert quoted_sentence(*wrapped) == "Der zweite nennt Amazon klar."


@pytest.mark.parametrize(
    ("before", "after", "marks"), [(0, 100, (0, 1)), (100, 0, (1, 0)), (100, 100, (1, 1))]
)
def test_a_long_sentence_is_cut_at_both_sides_and_says_so(
    before: int, after: int, marks: tuple[int, int]
) -> None:
    sentence = quoted_sentence(*at("wort " * before + "Amazon" + " wort" * after + ".", "Amazon"))

    assert "Amazon" in sentence
    assert len(sentence) <= 302
    assert marks == (sentence.startswith("…"), sentence.endswith("…"))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (None, None),
        ("https://a.example/x?y=1#z", "https://a.example/x?y=1#z"),
        ("https://user:geheim@a.example:8443/x", "https://a.example:8443/x"),
        ("https://u@[::1/x", None),
        ("https://a.example/" + "x" * 2048, None),
    ],
)
def test_a_url_is_shown_as_announced_but_for_user_and_password(url: str | None, shown: str | None) -> None:
    assert shown == public_url(url)


def test_long_words_are_cut_and_say_so() -> None:
    assert short_word("x" * 80) == "x" * 80
    assert short_word("x" * 81) == "x" * 79 + "…"
    assert len(short_title("wort " * 100)) <= 300


def test_times_are_told_in_utc_to_the_second() -> None:
    assert moment(NOW) == "2025-12-17T20:03:11Z"
    assert moment(NOW.replace(microsecond=999_999)) == "2025-12-17T20:03:11Z"
    assert moment(None) is None


def test_captions_have_their_own_text() -> None:
    zones = replace(ZONES, captions="Amazon in Seattle")

    assert quoted_sentence(zones, mention(Zone.CAPTION, "Amazon")) == "Amazon in Seattle"

"""Laws of which language a text is in."""

from pathlib import Path

import pytest

from monitor.articles import language as module
from monitor.articles.language import _identify, choose_language, language_of, pack, tag, use_packed
from tests.unit.articles.pages import ENGLISH, GERMAN

FORTY_GERMAN_WORDS = " ".join(" ".join(GERMAN).split()[:40])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (" ".join(GERMAN), "de"),
        (" ".join(ENGLISH), "en"),
        ("Amazon macht Peter DeSantis zum Chef seiner KI-Organisation", "de"),
        ("Компания объединит свои исследовательские отделы в одном городе", "ru"),
        ("同社は来年春に新しい研究部門を設立すると発表した。", "ja"),
        ("", None),
        ("12345 %% 2025", None),
    ],
)
def test_the_language_is_found_from_the_text(text: str, language: str | None) -> None:
    assert language == language_of(text)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("de", "de"),
        ("DE_de", "de-DE"),
        (" en-us ", "en-US"),
        ("zh-Hans-CN", "zh"),
        ("de-1996", "de"),
        ("gsw-CH", "gsw-CH"),
        ("de-", "de"),
        ("de-1x", "de"),
        ("german", None),
        ("d", None),
        ("äö", None),
        ("12", None),
        ("", None),
        (None, None),
    ],
)
def test_a_declared_tag_is_written_as_usual_or_is_none(declared: str | None, expected: str | None) -> None:
    assert expected == tag(declared)


def test_the_tag_of_the_feed_goes_before_that_of_the_page() -> None:
    assert choose_language("de-AT", "en", "Kurz.") == "de-AT"
    assert choose_language("nonsense", "en_GB", "Kurz.") == "en-GB"


def test_a_template_s_tag_does_not_make_a_german_text_english() -> None:
    assert len(FORTY_GERMAN_WORDS.split()) == 40
    assert choose_language("en-US", None, FORTY_GERMAN_WORDS) == "de"


def test_few_words_do_not_speak_against_what_is_declared() -> None:
    assert choose_language("en-US", None, "Der Konzern stellt sich neu auf") == "en-US"


def test_a_text_that_agrees_keeps_its_region() -> None:
    assert choose_language("de-AT", None, FORTY_GERMAN_WORDS) == "de-AT"


def test_undeclared_texts_are_identified() -> None:
    assert choose_language(None, None, " ".join(ENGLISH)) == "en"


@pytest.mark.usefixtures("as_they_come")
def test_a_packed_model_gives_the_same_answers(tmp_path: Path) -> None:
    texts = (" ".join(GERMAN), " ".join(ENGLISH), "同社は来年春に新しい研究部門", "Компания", "Dublin", "ß")
    before = [_identify(text) for text in texts]

    pack(tmp_path)
    use_packed(tmp_path)

    assert before == [_identify(text) for text in texts]
    assert module._identifier().nb_ptc.filename == tmp_path / "features.npy"
    # An object for each of a hundred thousand numbers would take 4 MB.
    assert not isinstance(module._identifier().tk_output, list)

"""Names in whatever code points a text writes them with.

Decided: soft hyphens, joiners, zero-width and bidi controls vanish; composed and decomposed letters, full
and half width, ligatures, dashes, apostrophes and blanks of all kinds are one. ä ö ü ß match ae oe ue ss,
and a o u where the name has the umlaut; ø å match o a, and oe aa where the name has them; æ œ ł đ ð þ match
ae oe l d d th. A paragraph's end parts a name. Look-alikes of other scripts (Аmazon with a Cyrillic А)
are no spelling of a name.
"""

import unicodedata

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, sampled_from

from monitor.matching.matcher import build_matcher
from tests.unit.matching.texts import entity, mentioned, one_liners, read

SIGNS = """
    de | org | Amazon | Ama\u00adzon wächst | Ama\u00adzon folded
    de | org | Amazon | Ama\u200bzon wächst | Ama\u200bzon folded
    de | org | Amazon | Ama\u200czon und Ama\u200dzon | Ama\u200czon folded; Ama\u200dzon folded
    de | org | Amazon | \u202aAmazon\u202c wächst | Amazon exact
    de | org | Amazon | \u2067Amazon\u2069 wächst | Amazon exact
    de | org | Amazon | \ufeffAmazon wächst | Amazon exact
    de | org | Amazon | Ama\u2060zons Chip | Ama\u2060zons genitive
    de | org | Amazon | 😀Amazon😀 | Amazon exact
    de | org | Amazon | 👨\u200d👩\u200d👧 Amazon 🇩🇪 | Amazon exact
    de | org | Amazon | 🅰️Amazon | Amazon exact
    de | org | Amazon | 𝐀𝐦𝐚𝐳𝐨𝐧 wächst | 𝐀𝐦𝐚𝐳𝐨𝐧 folded
    de | org | Amazon | Ａｍａｚｏｎ wächst | Ａｍａｚｏｎ folded
    de | org | Amazon | Amazonʼs, Amazon＇s | Amazonʼs possessive; Amazon＇s possessive
    de | org | Amazon | Amazon‐Chef und Amazon‑Chef | Amazon‐Chef compound; Amazon‑Chef compound
    de | org | Amazon | Amazon－Chef | Amazon－Chef compound
    de | org | Amazon | Amazon–Google, Amazon—Google | Amazon exact; Amazon exact
    de | org | Amazon | Amazon\u0301 wächst | Amazon\u0301 folded
    de | org | Amazon | Аmazon mit kyrillischem A | -
    de | org | Amazon | Αmazon mit griechischem A | -
    de | org | Amazon | AmazΩn | -
    de | org | Amazon | Ama zon | -
    de | org | Amazon | Amazon\u20e3 wächst | -
    de | org | Amazon | Amazon™ und Amazon® | Amazon exact; Amazon exact
    de | org | Amazon | »Amazon« und „Amazon“ | Amazon exact; Amazon exact
    de | org | Amazon | Amazon… Amazon! | Amazon exact; Amazon exact
    de | org | Amazon | Amazon² | -
    de | org | Finanz | die ﬁnanz | -
    de | org | Fiskal | ﬁskal Fiskal ﬁskal | Fiskal exact
    en | org | Profinet | The Proﬁnet plan | Proﬁnet folded
    de | org | Rolls-Royce | Rolls‑Royce, Rolls–Royce | Rolls‑Royce folded; Rolls–Royce folded
    de | org | Rolls-Royce | Rolls\u00a0Royce und | Rolls\u00a0Royce folded
    de | org | Rolls-Royce | Rolls\u2009Royce und | Rolls\u2009Royce folded
    de | org | Rolls-Royce | Rolls \t Royce | Rolls \t Royce folded
    de | org | Rolls-Royce | Rolls/Royce | -
    de | org | Deutsche Bank | Deutsche\u202fBank | Deutsche\u202fBank folded
    de | org | Deutsche Bank | Deutsche\u00ad Bank | Deutsche\u00ad Bank folded
    de | org | H&M | H＆M und H&M | H＆M folded; H&M exact
"""

LETTERS = """
    de | org | Müller | Mu\u0308ller wächst | Mu\u0308ller folded
    de | org | Mu\u0308ller | Müller wächst | Müller folded
    de | org | Öztürk | Oeztuerk, Ozturk, ÖZTÜRK | Oeztuerk folded; Ozturk folded; ÖZTÜRK capitals
    de | org | Oeztuerk | Öztürk wächst | Öztürk folded
    de | org | Groß & Co | Gross & Co und GROSS & CO | Gross & Co folded; GROSS & CO capitals
    de | org | Citroën | Citroen und CITROËN | Citroen folded; CITROËN capitals
    de | org | Škoda | Skoda baut | Skoda folded
    de | org | Skoda | Škoda baut | Škoda folded
    de | org | Łukasiewicz | Lukasiewicz forscht | Lukasiewicz folded
    de | org | Lukasiewicz | Łukasiewicz forscht | Łukasiewicz folded
    da | org | Rødovre | Roedovre Rodovre | Roedovre folded; Rodovre folded
    sv | org | Åhléns | Ahlens öppnar, Aahléns | Ahlens folded; Aahléns folded
    is | org | Þróun | Throun vex | Throun folded
    en | org | Æon | Aeon grows | Aeon folded
    en | org | Aeonix | ÆONIX grows | ÆONIX capitals
    hr | org | Đuro | Duro raste | Duro folded
    ro | org | Ţiriac | Țiriac crește | Țiriac folded
    tr | org | ISBANK | İŞBANK büyüyor | İŞBANK folded
    tr | org | İşbank | ISBANK buyuyor, işbank | ISBANK capitals
    mt | org | Ħamrun | Hamrun jirbaħ | Hamrun folded
    vi | org | Vinđa | Vinda tăng | Vinda folded
    vi | person | Nguyễn Phú Trọng | Nguyen Phu Trong nói | Nguyen Phu Trong folded
    ko | org | 한국 | ᄒ\u1161\u11ab국 | ᄒ\u1161\u11ab국 folded
    hi | org | कंपनी | कपनी | -
    ka | place | თბილისი | ქალაქი თბილისი | თბილისი exact
    ka | place | თბილისი | თბილისის | -
    hy | place | Երևան | ԵՐԵՒԱՆ, Երևան | ԵՐԵՒԱՆ capitals; Երևան exact
    am | place | አዲስ | አዲስ አበባ | አዲስ exact
"""


@pytest.mark.parametrize(("language", "kind", "name", "text", "found"), one_liners(SIGNS + LETTERS))
def test_names_are_found_however_they_are_written(
    language: str, kind: str, name: str, text: str, found: list[tuple[str, str]]
) -> None:
    assert found == mentioned(language, kind, name, text)


NAMES = (
    "Amazon",
    "Владимир Путин",
    "Αθήνα",
    "أمازون",
    "אמזון",
    "亚马逊",
    "アマゾン",
    "아마존",
    "अमेज़न",
    "แอมะซอน",
    "Tesla",
)
PIECES = (
    *NAMES,
    *(
        "а",
        "ом",
        "ς",
        "و",
        "ب",
        "ה",
        "在",
        "プライム",
        "は",
        "이",
        "का",
        "เ",
        "า",
        "ń",
        "y",
        "'un",
        ":n",
        "-u",
        "s",
        "’",
    ),
    *(" ", ".", "\u0301", "\u093c", "\u200c", "\u200f", "\u00ad", "\u0640", "\n\n", "😀", "・", "ー"),
)
MATCHER = build_matcher([entity(f"e{n}", "other", name) for n, name in enumerate(NAMES)])
LANGUAGES = ("de", "pl", "tr", "fi", "ru", "ar", "he", "ja", "ko", "hu", None)


@given(lists(sampled_from(PIECES), max_size=12), integers(0, len(LANGUAGES) - 1))
def test_every_surface_is_the_slice_of_its_text_in_every_script(pieces: list[str], which: int) -> None:
    text = "".join(pieces)

    matched = read(MATCHER, text, LANGUAGES[which])

    for match in (*matched.matches, *matched.rejected):
        assert all(mention.surface == text[mention.start : mention.end] for mention in match.mentions)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_every_normal_form_of_a_name_is_the_name(name: str, form: str) -> None:
    text = unicodedata.normalize(form, f"({name})")  # type: ignore[arg-type]

    assert [text[1:-1]] == [surface for surface, _ in mentioned("?", "other", name, text)]

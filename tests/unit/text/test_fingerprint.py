from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.fingerprint import (
    LEAST_COMMON,
    LEAST_WORDS,
    STRANGERS,
    VALUES,
    bands,
    fingerprint,
    likeness,
)


def words(count: int, seed: int = 1) -> list[str]:
    chance = Random(seed)
    return [f"w{chance.randrange(10**6)}" for _ in range(count)]


def text(count: int, seed: int = 1) -> str:
    return " ".join(words(count, seed))


def held(one: list[str], other: list[str]) -> float:
    ours, theirs = ({tuple(each[i : i + 4]) for i in range(len(each) - 3)} for each in (one, other))
    return len(ours & theirs) / min(len(ours), len(theirs))


def contained(one: str, other: str) -> float:
    return likeness(fingerprint(one), fingerprint(other)).contained


def test_a_text_has_up_to_192_values_of_63_bits_and_a_short_one_a_single_digest() -> None:
    long, middling, short = (fingerprint(text(count)) for count in (900, LEAST_WORDS, LEAST_WORDS - 1))

    assert (VALUES, LEAST_WORDS - 3, 1) == (len(long), len(middling), len(short))
    assert all(0 <= value < 2**63 for value in (*long, *middling, *short))
    assert list(long) == sorted(set(long))


@pytest.mark.parametrize("nothing", ["", " \n", "—!?…", "\u00ad\u200b"])
def test_a_text_without_words_is_near_to_nothing(nothing: str) -> None:
    assert fingerprint(nothing) == ()
    assert bands(()) == ()
    assert likeness((), ()) == STRANGERS


@pytest.mark.parametrize("count", [5, 30, 400])
def test_case_punctuation_and_layout_do_not_change_a_fingerprint(count: int) -> None:
    plain = words(count)
    dressed = "“" + "!\n\n".join(word.upper() for word in plain).replace("W", "W\u00ad") + "” —"

    assert fingerprint(" ".join(plain)) == fingerprint(dressed)


@pytest.mark.parametrize("count", [30, 60, 170])
def test_up_to_195_words_containment_is_exact(count: int) -> None:
    whole = words(count)
    other = words(20, 2) + whole[: count - 5]

    assert contained(" ".join(whole), " ".join(other)) == held(whole, other)


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_a_copy_that_was_cut_is_contained_whole(kept: float) -> None:
    whole = words(900)

    assert contained(" ".join(whole), " ".join(whole[: int(900 * kept)])) == 1.0


def test_containment_of_long_texts_is_estimated_without_bias() -> None:
    errors = []

    for seed in range(60):
        whole = words(600, seed)
        other = whole[:300] + words(400, seed + 1000)
        errors.append(contained(" ".join(whole), " ".join(other)) - held(whole, other))

    assert max(map(abs, errors)) < 0.2
    assert abs(sum(errors) / len(errors)) < 0.02


def test_unrelated_texts_are_strangers() -> None:
    assert STRANGERS == likeness(fingerprint(text(300, 1)), fingerprint(text(300, 2)))


def test_who_is_held_by_less_than_is_asked_for_is_a_stranger() -> None:
    half = [*words(100, 1), *words(100, 2)]
    one, other = fingerprint(" ".join(words(100, 1))), fingerprint(" ".join([*half[:50], *half[100:]]))
    near = likeness(one, other)

    assert 0.3 < near.contained < 0.7
    assert near == likeness(one, other, 0.2)
    assert STRANGERS == likeness(one, other, 0.8)


def test_a_text_too_long_to_keep_enough_of_is_a_stranger() -> None:
    long = text(9000)

    assert contained(long, " ".join(long.split()[:100])) == 0.0


def test_a_short_text_is_near_to_itself_alone() -> None:
    short = "Amazon macht DeSantis zum KI-Chef"

    assert (1.0, 0.0) == likeness(fingerprint(short), fingerprint(f"{short}!"))
    assert contained(short, "Amazon macht DeSantis zum Chef") == 0.0
    assert contained(short, text(100)) == 0.0
    assert contained(short, f"{short} {text(100)}") == 0.0


NOTICE = (
    "Der Zug 2083 von Hamburg endet am Samstag, 23. April, um 16.55 Uhr in München und fällt bis "
    "Salzburg aus. Als Ersatz fahren Busse zwischen Freilassing und Salzburg. Grund dafür sind Arbeiten "
    "an der Oberleitung, die bis Mittwoch, 27. April, dauern."
)


@pytest.mark.parametrize(
    "other",
    [
        NOTICE.replace("23.", "24.").replace("27.", "28.").replace("2083", "2084"),
        NOTICE.replace("April", "Mai").replace("Mittwoch", "Sonntag"),
    ],
    ids=["numbers", "words of dates"],
)
def test_other_numbers_and_dates_in_the_same_sentences_contradict(other: str) -> None:
    near = likeness(fingerprint(NOTICE), fingerprint(other))

    assert near.contained > 0.4
    assert near.contradicted > 0.15


@pytest.mark.parametrize(
    "other", [NOTICE, f"{NOTICE} {text(40)} 17 und 4", NOTICE[:160], NOTICE.replace("Busse", "Taxis")]
)
def test_numbers_that_are_added_or_missing_contradict_nothing(other: str) -> None:
    assert likeness(fingerprint(NOTICE), fingerprint(other)).contradicted == 0.0


def test_characters_are_words_where_a_script_sets_no_spaces() -> None:
    paragraph = (
        "亚马逊任命彼得德桑蒂斯为人工智能部门负责人他此前负责云计算基础设施"
        "并且开发自己的芯片公司周三宣布这一消息股价随后上涨分析师表示欢迎"
    )

    changed = paragraph.replace("周三", "周四")

    assert len(fingerprint(paragraph)) > LEAST_COMMON
    assert 0.8 < contained(paragraph, changed) < 1.0


def test_near_texts_share_a_band_and_unrelated_ones_do_not() -> None:
    whole = words(400)
    near = fingerprint(" ".join(whole[:330]))

    assert set(bands(fingerprint(" ".join(whole)))) & set(bands(near))
    assert not set(bands(near)) & set(bands(fingerprint(text(400, 2))))
    assert len(bands(near)) == 24
    assert len(bands(fingerprint("short"))) == 1


@settings(max_examples=150)
@given(st.text(max_size=600))
def test_any_text_has_a_fingerprint_that_is_like_itself_in_bands_that_fit_a_column(any_text: str) -> None:
    values = fingerprint(any_text)

    assert values == fingerprint(any_text)
    assert likeness(values, values) == (
        (1.0, 0.0) if len(values) == 1 or len(values) >= LEAST_COMMON else STRANGERS
    )
    assert all(0 <= band < 2**63 for band in bands(values))

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.fingerprint import BINS, LEAST_WORDS, bands, fingerprint, likeness


def words(count: int, seed: int = 1) -> list[str]:
    chance = Random(seed)
    return [f"w{chance.randrange(10**6)}" for _ in range(count)]


def text(count: int, seed: int = 1) -> str:
    return " ".join(words(count, seed))


def exact(one: list[str], other: list[str]) -> float:
    ours, theirs = ({tuple(each[i : i + 3]) for i in range(len(each) - 2)} for each in (one, other))
    return len(ours & theirs) / len(ours | theirs)


def test_a_text_has_64_values_of_32_bits_and_a_short_one_a_single_digest() -> None:
    long, short = fingerprint(text(LEAST_WORDS)), fingerprint(text(LEAST_WORDS - 1))

    assert len(long) == BINS
    assert all(0 <= value < 2**32 for value in long)
    assert len(short) == 1
    assert 0 <= short[0] < 2**63


@pytest.mark.parametrize("nothing", ["", " \n", "—!?…", "\u00ad\u200b"])
def test_a_text_without_words_is_near_to_nothing(nothing: str) -> None:
    assert fingerprint(nothing) == ()
    assert bands(()) == ()
    assert likeness((), ()) == 0.0


@pytest.mark.parametrize("count", [5, 60])
def test_case_punctuation_and_layout_do_not_change_a_fingerprint(count: int) -> None:
    plain = words(count)
    dressed = "“" + "!\n\n".join(word.upper() for word in plain).replace("W", "W\u00ad") + "” —"

    assert fingerprint(" ".join(plain)) == fingerprint(dressed)


def test_likeness_estimates_the_share_of_common_shingles() -> None:
    whole = words(900)
    errors = []

    for kept in range(300, 900, 50):
        cut = whole[:kept]
        estimate = likeness(fingerprint(" ".join(whole)), fingerprint(" ".join(cut)))
        errors.append(estimate - exact(whole, cut))

    assert max(map(abs, errors)) < 0.2
    assert abs(sum(errors) / len(errors)) < 0.06


def test_empty_bins_do_not_bias_the_estimate() -> None:
    errors = []

    for seed in range(150):
        whole = words(60, seed)
        other = whole[:50] + words(10, seed + 1000)
        estimate = likeness(fingerprint(" ".join(whole)), fingerprint(" ".join(other)))
        errors.append(estimate - exact(whole, other))

    assert abs(sum(errors) / len(errors)) < 0.03


def test_unrelated_texts_are_not_alike() -> None:
    assert likeness(fingerprint(text(300, 1)), fingerprint(text(300, 2))) < 0.05


def test_a_short_text_is_near_to_itself_alone() -> None:
    short = fingerprint("Amazon macht DeSantis zum KI-Chef")

    assert likeness(short, fingerprint("Amazon macht DeSantis zum KI-Chef!")) == 1.0
    assert likeness(short, fingerprint("Amazon macht DeSantis zum Chef")) == 0.0
    assert likeness(short, fingerprint(text(100))) == 0.0


def test_characters_are_words_where_a_script_sets_no_spaces() -> None:
    paragraph = (
        "亚马逊任命彼得德桑蒂斯为人工智能部门负责人他此前负责云计算基础设施"
        "并且开发自己的芯片公司周三宣布这一消息股价随后上涨分析师表示欢迎"
    )

    changed = paragraph.replace("周三", "周四")

    assert len(fingerprint(paragraph)) == BINS
    assert 0.4 < likeness(fingerprint(paragraph), fingerprint(changed)) < 1.0


def test_near_texts_share_a_band_and_unrelated_ones_do_not() -> None:
    whole = words(400)
    near = fingerprint(" ".join(whole[:330]))

    assert set(bands(fingerprint(" ".join(whole)))) & set(bands(near))
    assert not set(bands(near)) & set(bands(fingerprint(text(400, 2))))
    assert len(bands(near)) == 21
    assert len(bands(fingerprint("short"))) == 1


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=600))
def test_any_text_has_a_fingerprint_that_is_like_itself_in_bands_that_fit_a_column(any_text: str) -> None:
    values = fingerprint(any_text)

    assert values == fingerprint(any_text)
    assert likeness(values, values) == float(bool(values))
    assert all(0 <= band < 2**63 for band in bands(values))

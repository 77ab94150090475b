"""Laws of ids that come from what they name."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.text.ids import derive_id, digest63

PARTS = st.lists(st.text(st.characters(), max_size=12), max_size=4)


def test_ids_never_change() -> None:
    # Stored ids and receivers' memories hang on these: a change of them sends everything twice.
    assert derive_id("msg_", "a", "ä") == "msg_5de57cd5a13fb425cca4628ec8bd6f38"
    assert digest63("a", "ä") == 2461985613640006118


@given(PARTS, PARTS)
def test_only_equal_parts_have_equal_ids(one: list[str], other: list[str]) -> None:
    assert (one == other) == (derive_id("x_", *one) == derive_id("x_", *other))
    assert (one == other) == (digest63(*one) == digest63(*other))


def test_the_border_between_parts_counts() -> None:
    assert derive_id("", "ab", "c") != derive_id("", "a", "bc")
    assert digest63("ab", "c") != digest63("a", "bc")


@given(PARTS, st.integers(1, 64))
def test_an_id_is_its_prefix_and_so_many_hex_digits(parts: list[str], digits: int) -> None:
    made = derive_id("al_", *parts, digits=digits)

    assert made.startswith("al_")
    assert len(made) == 3 + digits
    assert set(made[3:]) <= set("0123456789abcdef")


@given(PARTS)
def test_a_digest_fits_a_signed_column(parts: list[str]) -> None:
    assert 0 <= digest63(*parts) < 2**63


def test_lone_surrogates_have_ids_too() -> None:
    assert derive_id("", "\ud800") != derive_id("", "\udfff")

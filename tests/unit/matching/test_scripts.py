import pytest

from monitor.matching.scripts import begins_anywhere, is_dense, is_unspaced, parted


@pytest.mark.parametrize(
    ("character", "unspaced", "dense", "anywhere"),
    [
        ("a", False, False, False),
        ("漢", True, True, True),
        ("々", True, True, True),
        ("ﾀ", False, False, False),
        ("ไ", True, True, True),
        ("ក", True, True, True),
        ("က", True, True, True),
        ("한", False, True, False),
        ("ا", False, False, True),
        ("א", False, False, True),
        ("Ж", False, False, False),
        ("क", False, False, False),
    ],
)
def test_scripts_without_spaces_or_with_prefixes_are_known(
    character: str, *, unspaced: bool, dense: bool, anywhere: bool
) -> None:
    assert (unspaced, dense, anywhere) == (
        is_unspaced(character),
        is_dense(character),
        begins_anywhere(character),
    )


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("ascii alone", None),
        ("über alles", None),
        ("在 amazon", None),
        ("在amazon工", " amazon工"),
        ("בamazon", " amazon"),
        ("漢字", None),
        ("車toyota ไamazon", " toyota  amazon"),
    ],
)
def test_a_word_begins_where_another_script_runs_into_it(text: str, apart: str | None) -> None:
    assert apart == parted(text)
    assert apart is None or len(text) == len(apart)

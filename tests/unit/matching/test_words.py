from pathlib import Path

import pytest

import monitor.matching.words

NOTICE = (Path(__file__).parents[3] / "NOTICE").read_text(encoding="utf-8")
LISTS = sorted(
    path.name
    for path in Path(monitor.matching.words.__file__).parent.glob("*.py")
    if path.name != "__init__.py"
)


def test_there_are_lists_of_words() -> None:
    assert {"bearers.py", "everyday.py", "given.py", "roles.py"} <= set(LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_every_list_of_words_that_is_shipped_is_named_in_the_notice(name: str) -> None:
    assert f"- monitor/matching/words/{name}: " in NOTICE

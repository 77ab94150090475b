"""Are the dictionaries packed once, whoever comes, and done without where they cannot be?"""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from simplemma.strategies import DefaultDictionaryFactory, TrieDictionaryFactory

from monitor.articles.language import language_of
from monitor.errands import words
from monitor.errands.words import EDITION, ready_words
from monitor.matching.languages import DICTIONARIES, is_word

ROOT = Path(__file__).parents[2]
ASKING = "import sys; from pathlib import Path; from monitor.errands.words import ready_words; "
ASKING += "print(ready_words(Path(sys.argv[1])))"
USING = "import sys; from pathlib import Path; from monitor.errands.words import use_ready_words; "
USING += "use_ready_words(Path(sys.argv[1])); from monitor.matching.languages import is_word; "
USING += "from monitor.articles.language import language_of; "
USING += "print(is_word('Aktien', 'de'), language_of('Amazon macht Peter DeSantis zum Chef'))"

pytestmark = pytest.mark.usefixtures("as_they_come")


def asking(cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ASKING, str(cache)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where one was killed while it packed, and three that came then at once had all packed."""
    cache = tmp_path_factory.mktemp("shared") / "words"
    with asking(cache) as killed:
        ends = time.monotonic() + 60
        while not list(cache.glob(f"{EDITION}-*/made")) and time.monotonic() < ends:
            time.sleep(0.01)
        killed.kill()
    assert list(cache.glob(f"{EDITION}-*"))
    assert not (cache / EDITION).exists()
    several = [asking(cache) for _ in range(3)]
    assert ["None\n"] * 3 == [each.communicate(timeout=120)[0] for each in several]
    return cache


def test_packed_dictionaries_hold_the_same_words(shared: Path) -> None:
    tries, whole = TrieDictionaryFactory(disk_cache_dir=str(shared / EDITION)), DefaultDictionaryFactory()

    for each in DICTIONARIES:
        ours, theirs = tries.get_dictionary(each), whole.get_dictionary(each)
        assert len(ours) == len(theirs) > 100_000
        assert all(ours[word] == base for word, base in theirs.items())


def test_who_comes_when_one_was_killed_while_packing_shares_what_is_packed_anew_once(shared: Path) -> None:
    made = (shared / EDITION).stat()

    assert ready_words(shared) is None
    assert is_word("Aktien", "de")
    assert "de" == language_of("Amazon macht Peter DeSantis zum Chef seiner KI-Organisation")
    assert made.st_mtime_ns == (shared / EDITION).stat().st_mtime_ns
    assert {EDITION, f"{EDITION}.lock"} == {each.name for each in shared.iterdir()}


def test_a_command_uses_what_is_packed_and_has_nothing_packed(tmp_path: Path) -> None:
    def known() -> str:
        line = [sys.executable, "-c", USING, str(tmp_path)]
        return subprocess.run(line, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout

    assert "True de\n" == known()
    assert not list(tmp_path.iterdir())
    # Packed for all tests, where they begin.
    shutil.copytree(words._account_cache() / EDITION, tmp_path / EDITION)
    assert ready_words(tmp_path) is None
    assert "True de\n" == known()
    (tmp_path / EDITION / "en.dic").replace(tmp_path / EDITION / "de.dic")
    assert "False de\n" == known()


@pytest.mark.parametrize("trouble", ["no folder", "no process", "no time"])
def test_where_nothing_can_be_packed_words_are_looked_up_all_the_same(
    trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "words"
    if trouble == "no folder":
        cache.write_text("a file")
    elif trouble == "no process":
        monkeypatch.setattr(sys, "executable", "/nonexistent")
    else:
        monkeypatch.setattr(words, "PATIENCE", 0.01)

    assert ready_words(cache)
    assert is_word("Aktien", "de")
    assert "de" == language_of("Amazon macht Peter DeSantis zum Chef seiner KI-Organisation")
    assert not list(tmp_path.glob(f"words/{EDITION}*/*"))

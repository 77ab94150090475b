"""Rules of other languages are not imported, and are not missed."""

import json
import subprocess
import sys
from pathlib import Path

from monitor.matching.languages import DICTIONARIES, lemma

ROOT = Path(__file__).parents[3]
# Words that no dictionary has, with the endings that rules know.
UNKNOWN = (
    "Xylobildungen",
    "Quastheiten",
    "vorgeblafft",
    "Zwurzelchen",
    "blorpings",
    "quaxified",
    "zorbnesses",
)
FORMS = """
import json, sys
{before}
import monitor.matching.languages as ours
from simplemma.strategies.rules import RulesStrategy
languages = sorted(ours.DICTIONARIES)
rules = RulesStrategy()
found = [[rules.get_lemma(word, each) for word in sys.argv[1:]] for each in languages]
print(json.dumps([sorted(rules._rules), found]))
"""


def test_words_without_an_entry_have_the_base_that_all_rules_give_them() -> None:
    known, ours = forms("")
    all_known, theirs = forms("import simplemma")

    assert sorted(DICTIONARIES) == known
    assert set(known) < set(all_known)
    assert theirs == ours
    assert any(form is not None for each in ours for form in each)
    assert "Xylobildung" == lemma("Xylobildungen", "de")


def forms(before: str) -> tuple[list[str], list[list[str | None]]]:
    line = [sys.executable, "-c", FORMS.format(before=before), *UNKNOWN]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    known, found = json.loads(done.stdout)
    return known, found

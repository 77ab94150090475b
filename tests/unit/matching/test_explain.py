import pytest

from monitor.matching.explain import explain, in_words
from monitor.model import MatchReason
from tests.unit.matching.texts import FULL_MATCHER, read


@pytest.mark.parametrize("reason", MatchReason)
def test_every_reason_can_be_said(reason: MatchReason) -> None:
    assert "'Ron'" in in_words(reason, "Ron")


def test_a_full_name_that_governs_a_surname_is_said_as_such() -> None:
    assert "is the full name" in in_words(MatchReason.OTHER_GIVEN_NAME, "Ron DeSantis")


def test_a_match_is_explained_so_that_it_can_be_computed_again() -> None:
    (match,) = read(FULL_MATCHER, "Amazon liefert am Amazonas.").matches

    assert [
        "amazon: confirmed, confidence 0.731, 1 place",
        "for: 'Amazon' is the name, +2.0",
        "against: 'Amazonas' is another thing in this article (decoy), -1.0",
        "sum: +2.0 -1.0 = +1.0; the logistic of it is 0.731",
        "refused beside it, 1×: 'Amazonas' is another thing in this article (decoy)",
        "salience 0.52 (a mention) = title 0.00 + lead 0.24 + mentions 0.20 + spread 0.08",
    ] == explain(match)


def test_a_refusal_is_explained_without_salience() -> None:
    (match,) = read(FULL_MATCHER, "Casey DeSantis kam. Casey DeSantis ging.").rejected

    lines = explain(match)

    assert "desantis: refused, confidence 0.000, 2 places" == lines[0]
    assert "against: 'Casey' stands before the surname (other given name), -8.0" in lines
    assert not any("salience" in line for line in lines)

"""A sample of every proof that `python3 run.py prove` runs at length."""

from pathlib import Path

import pytest

from tests.prove.mutants import MUTANTS
from tests.prove.proof import Outcome, Proof, attempt
from tests.prove.proofs import PROOFS

SEED = 7


# Proofs without a sample are tests already.
SAMPLED = {name: proof for name, proof in PROOFS.items() if proof.sample}


@pytest.mark.parametrize("proof", SAMPLED.values(), ids=SAMPLED)
def test_a_sample_of_the_attacks_finds_no_fault(proof: Proof) -> None:
    told: list[str] = []

    outcome = attempt(proof, proof.sample, SEED, told.append)

    assert () == outcome.faults, told
    assert outcome.tried >= proof.sample


def test_fewer_attacks_than_asked_for_are_a_fault() -> None:
    proof = Proof(
        name="idle", law="", unit="tries", sample=1, usual=1, full=1, run=lambda *_: Outcome(tried=2)
    )

    assert ("only 2 of 3 tries landed",) == attempt(proof, 3, SEED, print).faults
    assert () == attempt(proof, 2, SEED, print).faults


def test_a_proof_that_breaks_is_a_fault_of_it() -> None:
    proof = Proof(name="broken", law="", unit="tries", sample=1, usual=1, full=1, run=lambda *_: 1 / 0)  # type: ignore[arg-type]

    assert ("ZeroDivisionError: division by zero",) == attempt(proof, 1, SEED, print).faults


def test_every_mutant_changes_code_that_is_there() -> None:
    root = Path(__file__).parents[2]
    stale = [
        (each.name, each.file)
        for each in MUTANTS
        for old, _ in each.changes
        if (root / each.file).read_text(encoding="utf-8").count(old) != 1
    ]

    assert [] == stale

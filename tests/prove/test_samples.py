"""A sample of every proof that `python3 run.py prove` runs at length."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.prove import cluster
from tests.prove.alone import attempt_alone, attempt_each
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


def _proof(run: Callable[..., Outcome]) -> Proof:
    return Proof(name="made up", law="", unit="tries", sample=1, usual=1, full=1, seconds=1, run=run)


def test_fewer_attacks_than_asked_for_are_a_fault() -> None:
    proof = _proof(lambda *_: Outcome(tried=2))

    assert ("only 2 of 3 tries landed",) == attempt(proof, 3, SEED, print).faults
    assert () == attempt(proof, 2, SEED, print).faults


def test_a_proof_that_breaks_is_a_fault_of_it() -> None:
    proof = _proof(lambda *_: 1 / 0)  # type: ignore[arg-type]

    assert ("ZeroDivisionError: division by zero",) == attempt(proof, 1, SEED, print).faults


def _end(*_: object) -> Outcome:
    os._exit(3)


def test_a_proof_whose_process_ends_or_hangs_is_a_fault_of_it() -> None:
    assert ("its process ended with 3",) == attempt_alone(_proof(_end), 1, SEED).faults
    assert ("it did not end within 0 s",) == attempt_alone(PROOFS["soak"], 60, SEED, 0).faults


def test_proofs_run_side_by_side_but_for_one_that_needs_the_machine_for_itself() -> None:
    whole = replace(PROOFS["signatures"], whole=True)
    told: list[str] = []

    tasks = [(whole, 2), (PROOFS["ssrf"], 2), (PROOFS["fuzz"], 1)]
    outcomes = {}
    for proof, outcome, _ in attempt_each(
        tasks, SEED, 2, lambda proof, _: told.append(f"{proof.name} begins")
    ):
        told.append(f"{proof.name} ended")
        outcomes[proof.name] = outcome

    assert {"ssrf begins", "fuzz begins"} == set(told[:2])
    assert {"ssrf ended", "fuzz ended"} == set(told[2:4])
    assert ["signatures begins", "signatures ended"] == told[4:]
    assert [(), (), ()] == [each.faults for each in outcomes.values()]
    assert 2 == outcomes["signatures"].facts["genuine"]


# What the design of the guarantees asks for at least, of `prove --full`.
LEAST = {
    "syscalls": 2000,
    "chaos": 1000,
    "shortage": 600,
    "postgres": 600,
    "cluster": 400,
    "transport": 120,
    "ssrf": 1000,
    "complexity": 137,
    "feedlife": 10_000,
    "receivers": 25,
    "signatures": 10_000,
    "gallery": 60,
    "secrets": 12,
    "soak": 24 * 3600,
    "mutants": 10,
}


def test_the_full_number_of_attacks_is_no_less_than_what_was_promised() -> None:
    assert {} == {name: PROOFS[name].full for name, least in LEAST.items() if PROOFS[name].full < least}
    assert 50_000 <= cluster.MANY * cluster.ENTRIES * cluster.WATCHLISTS


def test_every_mutant_changes_code_that_is_there() -> None:
    root = Path(__file__).parents[2]
    stale = [
        (each.name, each.file)
        for each in MUTANTS
        for old, _ in each.changes
        if (root / each.file).read_text(encoding="utf-8").count(old) != 1
    ]

    assert [] == stale

"""Which proofs are there? Each a module that attacks one promise of docs/guarantees.md."""

from collections.abc import Mapping

from tests.prove import (
    chaos,
    clocks,
    cluster,
    complexity,
    feedlife,
    fuzz,
    kills,
    mutants,
    neighbors,
    night,
    postgres,
    restores,
    secrets,
    shortage,
    signatures,
    soak,
    ssrf,
    suites,
    syscalls,
)
from tests.prove.proof import Proof

PROOFS: Mapping[str, Proof] = {
    each.name: each
    for each in (
        kills.PROOF,
        chaos.PROOF,
        clocks.PROOF,
        syscalls.PROOF,
        shortage.PROOF,
        postgres.PROOF,
        cluster.PROOF,
        restores.PROOF,
        ssrf.PROOF,
        signatures.PROOF,
        secrets.PROOF,
        *suites.SUITES,
        neighbors.PROOF,
        feedlife.PROOF,
        complexity.PROOF,
        fuzz.PROOF,
        night.PROOF,
        soak.PROOF,
        mutants.PROOF,
    )
}

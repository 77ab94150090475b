"""Which proofs are there? Each a module that attacks one promise of docs/guarantees.md."""

from collections.abc import Mapping

from tests.prove import kills, mutants, shortage, ssrf, syscalls
from tests.prove.proof import Proof

PROOFS: Mapping[str, Proof] = {
    each.name: each for each in (kills.PROOF, syscalls.PROOF, shortage.PROOF, ssrf.PROOF, mutants.PROOF)
}

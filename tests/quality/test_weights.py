"""Do weights speak for what is there, and against what is not?"""

from collections import Counter

from monitor.matching.weights import Weights
from tests.quality.weights import on_gold

_SEEN = 5  # verdicts from which a share says something


def test_heavy_evidence_has_the_sign_of_what_it_goes_with() -> None:
    spoken, named = Counter[str](), Counter[str]()
    for name, right in on_gold():
        spoken[name] += 1
        named[name] += right
    shares = {name: named[name] / count for name, count in spoken.items() if count >= _SEEN}
    heavy = {name: getattr(Weights(), name) for name in shares}

    assert [] == [name for name, weight in heavy.items() if weight >= 2.5 and shares[name] < 0.8]
    assert [] == [name for name, weight in heavy.items() if weight <= -4 and shares[name] > 0.2]
    assert len(heavy) > 20

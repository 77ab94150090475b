"""Laws of searching a page before it is extracted."""

import pytest

from monitor.matching.lexicon import build_lexicon
from monitor.matching.sieve import Sieve, build_sieve
from monitor.model import Entity, EntityId, EntityKind, Extracted, Name, Skimmed, Verdict, Zones

CARRIED = Extracted(zones=Zones(title="", text=""), verdict=Verdict.EMPTY)


def sieve_of(*names: str, decoys: tuple[str, ...] = ()) -> Sieve:
    return build_sieve(
        build_lexicon(
            [
                Entity(
                    id=EntityId(name), kind=EntityKind.ORGANIZATION, names=(Name(text=name),), decoys=decoys
                )
                for name in names
            ]
        )
    )


def looked_at(text: str = "", before: tuple[str, ...] = (), behind: tuple[str, ...] = ()) -> Skimmed:
    return Skimmed(certain=True, text=text, before=before, behind=behind, carried=CARRIED)


@pytest.fixture(scope="module")
def sieve() -> Sieve:
    return sieve_of("Amazon", "Deutsche Bank", "Rolls-Royce Power Systems", "亚马逊", decoys=("Zebra Nil",))


@pytest.mark.parametrize(
    "text",
    [
        "der chip von amazons sparte",
        "ama<zon",
        "der <amazon<",
        "deutsche< < bank",
        "rolls-<royce power systems",
        "在amazon",
        "<亚<马逊",
    ],
)
def test_names_pass_with_markup_anywhere_in_them(sieve: Sieve, text: str) -> None:
    assert sieve.passes(looked_at(text))


@pytest.mark.parametrize("text", ["die bank", "ein amaz on", "deutsche post bank", "", "zebra mil"])
def test_other_texts_do_not_pass(sieve: Sieve, text: str) -> None:
    assert not sieve.passes(looked_at(text))


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        (("die deutsche ",), (" bank",)),
        (("die deutsche",), ("banken",)),
        (("deutsche",), ("ba<", "nk")),
        (("von ama",), ("zons",)),
        (("ama",), ("z<", "on")),
        (("ama",), ("z<", "o<", "n")),
        (("rolls royce po",), ("wer",)),
        (("亚",), ("马",)),
    ],
)
def test_a_name_around_something_that_is_left_out_passes(
    sieve: Sieve, before: tuple[str, ...], behind: tuple[str, ...]
) -> None:
    assert sieve.passes(looked_at(before=before, behind=behind))


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ((), ()),
        (("die deutsche ",), ("post", " ban")),
        (("ama ",), ("zon",)),
        (("ama",), (" zon",)),
        (("ama",), ("z<", "o")),
        (("ama",), ("z", "on")),
        (("von po",), ("wer",)),
        (("... ",), ("-",)),
        (("zebra ",), (" nil",)),
    ],
)
def test_what_makes_no_name_does_not_pass(
    sieve: Sieve, before: tuple[str, ...], behind: tuple[str, ...]
) -> None:
    assert not sieve.passes(looked_at(before=before, behind=behind))


@pytest.mark.parametrize(
    ("behind", "passes"), [(("le",), True), (("l<", "e"), True), (("la",), False), (("l<", "a"), False)]
)
def test_of_many_names_that_begin_alike_each_is_found(behind: tuple[str, ...], passes: bool) -> None:  # noqa: FBT001
    sieve = sieve_of("Abe", *(f"Abc{first}{second}" for first in "xyz" for second in "uvw"), "Able")

    assert passes is sieve.passes(looked_at(before=("ab",), behind=behind))


def test_of_a_name_that_holds_a_shorter_one_only_that_is_looked_for() -> None:
    sieve = sieve_of("Nova", "Nova Energie")

    assert not sieve.passes(looked_at(before=("ener",), behind=("gie",)))
    assert sieve.passes(looked_at("nova"))

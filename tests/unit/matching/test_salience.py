from math import fsum, isclose

import pytest
from hypothesis import given
from hypothesis.strategies import builds, floats, integers, just, lists, sampled_from

from monitor.matching.salience import salience
from monitor.model import Form, Mention, Zone

MENTIONS = lists(
    builds(
        Mention,
        zone=sampled_from(Zone),
        start=integers(0, 99),
        end=just(100),
        surface=just("x"),
        name=just("x"),
        form=just(Form.EXACT),
    ),
    max_size=30,
)


def mention(zone: Zone, start: int = 0) -> Mention:
    return Mention(zone=zone, start=start, end=start + 6, surface="Amazon", name="Amazon", form=Form.EXACT)


@given(MENTIONS, floats(0, 1))
def test_the_value_is_within_0_and_1_and_the_sum_of_its_parts(mentions: list[Mention], about: float) -> None:
    found = salience(mentions, 100, about)

    assert 0 <= found.value <= 1
    assert isclose(found.value, fsum(found.parts.values()))
    assert found.about == (found.value >= about)


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ([mention(Zone.TITLE)], [mention(Zone.LEAD)]),
        ([mention(Zone.LEAD)], [mention(Zone.BODY)]),
        ([mention(Zone.BODY, 0), mention(Zone.BODY, 90)], [mention(Zone.BODY, 0), mention(Zone.BODY, 1)]),
        ([mention(Zone.BODY)] * 2, [mention(Zone.BODY)]),
        ([mention(Zone.BODY)], [mention(Zone.CAPTION)]),
    ],
)
def test_titles_leads_spread_and_counts_raise_it(more: list[Mention], less: list[Mention]) -> None:
    assert salience(more, 100, 0.5).value > salience(less, 100, 0.5).value


def test_an_article_without_text_can_be_about_its_title() -> None:
    assert salience([mention(Zone.TITLE)], 0, 0.5).value > 0.5
    assert 0.0 == salience([], 0, 0.5).value

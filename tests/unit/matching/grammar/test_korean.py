"""Names in Korean.

Decided: particles are endings where they have the form that goes with the syllable before them; heads of
the list (측, 사, 그룹, 회장 and their like) make a compound, with particles after them or not; any other rest
is another word. Latin names take particles of either form.
"""

import pytest

from tests.unit.matching.texts import mentioned, one_liners

CASES = """
    ko | org | 아마존 | 아마존은 발표했다 | 아마존은 inflected
    ko | org | 아마존 | 아마존이 짓는다 | 아마존이 inflected
    ko | org | 아마존 | 아마존을, 아마존의 | 아마존을 inflected; 아마존의 inflected
    ko | org | 아마존 | 아마존에서는 | 아마존에서는 inflected
    ko | org | 아마존 | 아마존으로부터 | 아마존으로부터 inflected
    ko | org | 아마존 | 아마존 주가 | 아마존 exact
    ko | org | 아마존 | 아마존측은 | 아마존측은 compound
    ko | org | 아마존 | 아마존사의 | 아마존사의 compound
    ko | org | 아마존 | 아마존닷컴 | 아마존닷컴 compound
    ko | org | 아마존 | 아마존강의 수위 | -
    ko | org | 아마존 | 아마존는 | -
    ko | org | 아마존 | 아마존가 | -
    ko | org | 삼성전자 | 삼성전자의 실적 | 삼성전자의 inflected
    ko | org | 삼성전자 | 삼성전자가, 삼성전자와 | 삼성전자가 inflected; 삼성전자와 inflected
    ko | org | 삼성전자 | 삼성전자은 | -
    ko | org | 삼성 | 삼성그룹은 | 삼성그룹은 compound
    ko | org | 삼성 | 삼성이 | 삼성이 inflected
    ko | org | 삼성 | 삼성역에서 | -
    ko | org | 구글 | 구글로 | 구글로 inflected
    ko | org | 구글 | 구글코리아 | 구글코리아 compound
    ko | org | Amazon | Amazon은 Amazon에서 | Amazon은 inflected; Amazon에서 inflected
    ko | org | Tesla | Tesla가 Tesla를 | Tesla가 inflected; Tesla를 inflected
    ko | org | LG | LG는 | LG는 inflected
    ko | person | 이재명 | 이재명 대통령은 | 이재명 exact
    ko | person | 이재명 | 이재명이 말했다 | 이재명이 inflected
    ko | place | 서울 | 서울에 서울로 | 서울에 inflected; 서울로 inflected
    ko | place | 서울 | 서울대 | -
    ko | org | 한국은행 | \u1112\u1161\u11ab국은행이 | \u1112\u1161\u11ab국은행이 inflected
    ? | org | 아마존 | 아마존이 | 아마존이 inflected
    de | org | 아마존 | 아마존이 | 아마존이 inflected
    de | org | Amazon | Amazon은 | Amazon은 inflected
"""


@pytest.mark.parametrize(("language", "kind", "name", "text", "found"), one_liners(CASES))
def test_names_are_found_in_the_forms_of_the_language(
    language: str, kind: str, name: str, text: str, found: list[tuple[str, str]]
) -> None:
    assert found == mentioned(language, kind, name, text)

"""What does Korean hang on a name?

Observations: particles are written onto the noun (아마존이, 삼성전자의), several in a row (에서는), and so
are heads of compounds (삼성그룹, 구글코리아, 아마존측). Many particles have two forms: one after a syllable
that ends in a consonant, one after an open one.

Theory of operation: a rest is an inflection where it is a head, particles, or both, and the first
particle is the form that fits the syllable before it. Any other rest makes another word (아마존강, the
river). Source: the tables of particles in grammars of Korean.
"""

import re

from monitor.matching.words import listed
from monitor.model import Form

_HEADS = listed(
    "측 사 씨 들 그룹 닷컴 코리아 재팬 차이나 아메리카 본사 지사 주가 주식 주주 회장 사장 대표 직원",
    "노조 공장 매장 제품 서비스 쇼핑 클라우드 대통령 총리 장관 의원 시장",
)
_PARTICLES = listed(
    "에게서 에게 에서 에 께서 께 한테서 한테 으로서 으로써 으로 로서 로써 로 와 과 의 이나 나 까지 부터",
    "보다 처럼 만큼 마다 이라고 라고 이라는 라는 이란 란 이며 이고 이다 이었다 였다 은 는 이 가 을 를 도 만",
    "조차 마저 이랑 랑 하고",
)
_MORE = listed("은 는 이 가 을 를 도 만 의 까지 부터 보다 나")
_AFTER_CONSONANT = frozenset("은을과이으")
_AFTER_VOWEL = frozenset("는를와가로나란라랑였")
_REST = re.compile(f"({'|'.join(_HEADS)})?((?:{'|'.join(_PARTICLES)})(?:{'|'.join(_MORE)})?)?")
_FIRST, _LAST, _FINALS = 0xAC00, 0xD7A3, 28
_RIEUL = 8  # ㄹ, after which stands 로


def is_hangul(character: str) -> bool:
    """Return whether a character is a syllable of Hangul."""
    return _FIRST <= ord(character) <= _LAST


def form_of_rest(before: str, rest: str) -> Form | None:
    """Return the form of a name with a rest in Hangul; `before` is the name's last character."""
    found = _REST.fullmatch(rest)
    if found is None:
        return None
    head, particles = found[1] or "", found[2] or ""
    if particles and not _fits((head or before)[-1], particles[0]):
        return None
    return Form.COMPOUND if head else Form.INFLECTED


def _fits(syllable: str, particle: str) -> bool:
    """Return whether a particle has the form that goes with the syllable before it."""
    if not is_hangul(syllable):
        return True
    final = (ord(syllable) - _FIRST) % _FINALS
    if particle in _AFTER_CONSONANT:
        return final != 0 and not (particle == "으" and final == _RIEUL)
    return particle not in _AFTER_VOWEL or final == 0 or (particle == "로" and final == _RIEUL)

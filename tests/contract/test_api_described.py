"""The read API does what its description says: requests drawn from it, over sockets, to a filled store."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from monitor.adapters.api import Api, describe
from monitor.adapters.serving import Answer, Request, Server
from monitor.adapters.store import open_store
from monitor.alerts.verdicts import signature_of
from monitor.judging import PATH, Judging
from monitor.model import DeliveryState
from monitor.ports import Access
from tests.contract.store_rows import ALL, LEASE, NOW, attempted, delivery, fill, promise

# What stands in the store, by the path that tells it.
KEPT = {
    "/api/v1/articles": ["en_a", "en_b", "en_c", "en_d", "en_e"],
    "/api/v1/alerts": ["al_a", "al_e"],
    "/api/v1/deliveries": ["msg_a", "msg_b", "msg_c"],
}
DRAWN = settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def closed(schema: Any) -> Any:
    """Return a description that allows no field which it does not name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    told = {name: closed(value) for name, value in schema.items()}
    return told | {"additionalProperties": False} if "required" in told and "properties" in told else told


DESCRIBED = schemathesis.openapi.from_dict(closed(describe()))
PATHS = tuple(describe()["paths"])
OPERATIONS = {path: DESCRIBED[path]["POST" if path == PATH else "GET"] for path in PATHS}
KEY = b"k"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of an API whose store holds a row of each kind and state."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('api')}/monitor.db", owner="one")
    fill(store)
    promise(store, *(delivery(name) for name in "abc"))
    claims = store.claim_deliveries(NOW, ALL, LEASE)
    attempted(store, claims[0])
    attempted(store, claims[1], DeliveryState.DEAD)
    api = Api(store.library(), lambda: Access(on=True), lambda: datetime.now(UTC))

    judging = Judging(store, lambda: datetime.now(UTC))

    def answer(request: Request) -> Answer:
        if request.path == PATH:
            return judging.answer(request, KEY, {})
        return api.answer(request)

    server = Server(("127.0.0.1", 0), answer)
    yield "http://{}:{}".format(*server.address)
    server.close()
    store.close()


def test_what_the_store_holds_is_told_in_the_fields_described(base: str) -> None:
    said = {"verdict": "wrong", "article": "en_a", "entity": "amazon", "note": "der Fluß"}
    signed: Any = said | {"signature": signature_of("en_a", "amazon", KEY)}
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        case = OPERATIONS[PATH].Case(body=signed, media_type=kind)
        assert said == case.call_and_validate(base_url=base).json()
    for name in ("articles", "matches", "alerts", "deliveries", "openapi.json"):
        path = f"/api/v1/{name}"
        answer = OPERATIONS[path].Case().call_and_validate(base_url=base)
        assert path not in KEPT or KEPT[path] == sorted(row["id"] for row in answer.json()[name])
    for path, names in KEPT.items():
        for name in names:
            case = OPERATIONS[f"{path}/{{id}}"].Case(path_parameters={"id": name})
            assert 200 == case.call_and_validate(base_url=base).status_code


@pytest.mark.parametrize("path", PATHS)
def test_what_is_asked_as_described_is_answered_as_described(base: str, path: str) -> None:
    # A text may be fair by its schema and yet be no time, no cursor that was given, and no signature.
    refusing = [positive_data_acceptance]

    @DRAWN
    @given(case=OPERATIONS[path].as_strategy(generation_mode=GenerationMode.POSITIVE))
    def holds(case: Any) -> None:
        case.call_and_validate(base_url=base, excluded_checks=refusing)

    holds()


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/api/v1/openapi.json"])
def test_what_is_asked_otherwise_than_described_is_refused_as_described(base: str, path: str) -> None:
    @DRAWN
    @given(case=OPERATIONS[path].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def holds(case: Any) -> None:
        case.call_and_validate(base_url=base)

    holds()

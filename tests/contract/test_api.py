"""The read API over real sockets and a real store: what it gives, and what it refuses."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.api import Api, describe
from monitor.adapters.serving import MOST_CONNECTIONS, REQUEST_SECONDS, Request, Server, plain_json, problem
from monitor.adapters.store import SqlStore, open_store
from monitor.ports import Access
from tests.contract.store_rows import DAY, NOW, announce, article, delivery, entry, process, promise, story

TOKEN = "a-token-of-more-than-24-characters"
Ask = Callable[..., tuple[int, Any]]


def asked(
    server: Server, target: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(*server.address, timeout=20)
    connection.request(method, target, body, headers)
    answer = connection.getresponse()
    return answer, answer.read()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """A store in a file: what the databases answer is held in `test_store_browsing`."""
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db", owner="one")
    yield opened
    opened.close()


@pytest.fixture
def access() -> list[Access]:
    """Who may ask; a test changes it as a reload does."""
    return [Access(on=True)]


@pytest.fixture
def server(store: SqlStore, access: list[Access]) -> Iterator[Server]:
    announce(store, *(entry(name) for name in "ab"))
    secret = article(
        entry("a"), url="https://user:hunter2@news.example/a", canonical_url="https://u:hunter2@x/"
    )
    process(store, "a", story("a"), article=secret)
    promise(store, delivery("a"))
    api = Api(store.library(), lambda: access[0], lambda: datetime.now(UTC))
    made = Server(("127.0.0.1", 0), api.answer)
    yield made
    made.close()


@pytest.fixture
def ask(server: Server) -> Ask:
    def answered(path: str, method: str = "GET", **headers: str) -> tuple[int, Any]:
        answer, body = asked(server, f"/api/v1/{path}", method, None, **headers)
        return answer.status, json.loads(body) if body else None

    return answered


# ---- answers -----------------------------------------------------------------------------------


def test_each_list_and_each_single_thing_can_be_asked(ask: Ask) -> None:
    for kind, name in (("articles", "en_a"), ("deliveries", "msg_a")):
        status, listed = ask(kind)
        assert (200, [name], None) == (status, [row["id"] for row in listed[kind]], listed["next"])
        assert (200, name) == (ask(f"{kind}/{name}")[0], ask(f"{kind}/{name}")[1]["id"])
        assert 404 == ask(f"{kind}/{name}x")[0]
    assert (200, ["amazon"]) == (ask("matches")[0], [row["entity"] for row in ask("matches")[1]["matches"]])
    assert (200, {"alerts": [], "next": None}) == ask("alerts?limit=1")


def test_the_next_page_is_where_the_cursor_leads(ask: Ask, store: SqlStore) -> None:
    promise(store, delivery("b", created_at=NOW + DAY))

    first = ask("deliveries?limit=1")[1]
    second = ask(f"deliveries?limit=1&cursor={first['next']}")[1]

    assert (["msg_b"], ["msg_a"]) == tuple(
        [row["id"] for row in page["deliveries"]] for page in (first, second)
    )
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("limit=0", "'limit' is a number from 1 to 200"),
        ("limit=201", "'limit' is a number from 1 to 200"),
        ("limit=²", "'limit' is a number"),
        ("limit=1&limit=2", "'limit' is given twice"),
        ("since=yesterday", "'since' is no time; write one such as"),
        ("since=0001-01-01T00:00:00%2B23:00", "'since' is no time"),
        ("cursor=%00", "'cursor' is none that an answer gave"),
        ("cursor=MTIzNA", "'cursor' is none that an answer gave"),
        ("feed=", "'feed' has 1 to 200 characters"),
        ("feed=%00", "'feed' holds a character that cannot be printed"),
        ("feed=%ff", "the query cannot be read"),
        ("q=-amazon", "'q' names no word that is to be found"),
        ("q=%22*%00", "'q' holds a character that cannot be printed"),
        ("min_confidence=nan", "'min_confidence' is a number from 0 to 1"),
        ("min_confidence=2", "'min_confidence' is a number from 0 to 1"),
        ("sort=id", "articles take no such parameter; there are cursor, entity"),
        ("&".join(f"a{n}=1" for n in range(99)), "the query cannot be read"),
        (f"feed={'x' * 5000}", "the query is longer than"),
    ],
)
def test_a_query_that_means_nothing_is_told_why(ask: Ask, query: str, words: str) -> None:
    status, told = ask(f"articles?{query.replace('²', '%C2%B2')}")

    assert (400, "Bad Request") == (status, told["title"])
    assert words in told["detail"]


@pytest.mark.parametrize(
    "path", ["", "articles/", "articles/../alerts", "articles/en_a/x", "nothing", "matches/1"]
)
def test_what_is_not_there_is_not_found(ask: Ask, path: str) -> None:
    assert 404 == ask(path)[0]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_written(server: Server, method: str) -> None:
    answer, _ = asked(server, "/api/v1/articles", method)

    assert (405, "GET, HEAD") == (answer.status, answer.headers["allow"])


def test_head_is_get_without_its_body(server: Server) -> None:
    whole, body = asked(server, "/api/v1/articles")
    bare, nothing = asked(server, "/api/v1/articles", "HEAD")

    assert (200, str(len(body)), b"") == (bare.status, bare.headers["content-length"], nothing)
    assert whole.headers["content-type"] == "application/json"


def test_no_browser_takes_an_answer_for_anything_else(server: Server) -> None:
    for path in ("articles", "nothing"):
        answer, _ = asked(server, f"/api/v1/{path}", origin="https://evil.example")
        headers = {name.lower(): value for name, value in answer.headers.items()}
        assert ("no-store", "nosniff") == (headers["cache-control"], headers["x-content-type-options"])
        assert not any(name.startswith("access-control") for name in headers)


def test_nothing_secret_stands_in_an_answer(ask: Ask) -> None:
    for path in ("articles", "articles/en_a", "matches"):
        status, told = ask(path)
        assert 200 == status
        assert "hunter2" not in json.dumps(told)
    assert "https://news.example/a" == ask("articles/en_a")[1]["url"]


def test_the_description_is_valid_and_is_given(ask: Ask) -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: PLC0415  (takes a second)

    OpenAPIV31SpecValidator(dict(describe())).validate()

    assert (200, describe()) == ask("openapi.json")


# ---- who may ask -------------------------------------------------------------------------------


def test_with_a_token_only_who_shows_it_may_ask(ask: Ask, access: list[Access]) -> None:
    access[0] = Access(on=True, token=TOKEN)

    refused = [None, "", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ", "Bearer tök"]
    for given in refused:
        headers = {} if given is None else {"authorization": given.encode("utf-8").decode("latin-1")}
        assert 401 == ask("articles", **headers)[0]
    assert 200 == ask("articles", authorization=f"Bearer {TOKEN}")[0]
    assert 200 == ask("articles", authorization=f"bearer {TOKEN}", host="monitor.example.org")[0]


def test_without_a_token_no_name_of_a_stranger_leads_here(ask: Ask) -> None:
    for host in ("localhost:9464", "127.0.0.1", "[::1]:9464"):
        assert 200 == ask("articles", host=host)[0]
    for host in ("evil.example", "localhost.evil.example:9464", "127.0.0.1.evil.example"):
        assert 403 == ask("articles", host=host)[0]


def test_an_api_that_is_off_answers_nobody(ask: Ask, access: list[Access]) -> None:
    access[0] = Access(on=False)

    status, told = ask("articles", authorization=f"Bearer {TOKEN}")

    assert (403, True) == (status, "http.token" in told["detail"])


# ---- the peers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST /api/v1/articles HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", 413),
        (b"POST /api/v1/articles HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        (b"POST /api/v1/articles HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /api/v1/articles HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
        (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400),
        (b"BREW /api/v1/articles HTTP/1.1\r\n\r\n", 501),
    ],
)
def test_what_is_no_fair_request_is_refused(server: Server, head: bytes, status: int) -> None:
    with socket.create_connection(server.address, timeout=10) as peer:
        peer.sendall(head)
        answer = peer.makefile("rb").readline()

    assert str(status).encode() in answer or (b"\x16" in head and b"400" in answer)


def test_a_request_that_drips_is_cut_off_in_time(server: Server) -> None:
    started = time.monotonic()
    with socket.create_connection(server.address, timeout=20) as peer:
        try:
            for letter in b"GET /api/v1/articles HTTP/1.1\r\nA: " + b"b" * 200:
                peer.send(bytes([letter]))
                time.sleep(0.1)
                if time.monotonic() > started + 3 * REQUEST_SECONDS:
                    break
        except OSError:
            pass

    assert time.monotonic() - started < 2 * REQUEST_SECONDS


def test_any_number_of_slow_peers_keeps_nobody_out(server: Server) -> None:
    slow = [socket.create_connection(server.address, timeout=10) for _ in range(2 * MOST_CONNECTIONS)]
    started = time.monotonic()

    answer, _ = asked(server, "/api/v1/articles")

    for peer in slow:
        peer.close()
    assert 200 == answer.status
    assert time.monotonic() - started < 2 * REQUEST_SECONDS


def test_a_bug_fails_one_request_and_says_nothing_of_itself() -> None:
    def fails(request: Request) -> Any:
        raise KeyError(f"secret {request.path}")

    server = Server(("127.0.0.1", 0), fails)
    answer, body = asked(server, "/x")
    server.close()

    assert (500, b"secret" in body) == (answer.status, False)


def test_requests_are_answered_side_by_side() -> None:
    met = threading.Barrier(8, timeout=10)

    def meets(_: Request) -> Any:
        met.wait()
        return plain_json({"met": True}) if not met.broken else problem(503, "alone")

    server = Server(("127.0.0.1", 0), meets)
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(asked(server, "/")[0].status)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    server.close()

    assert [200] * 8 == found

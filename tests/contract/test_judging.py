"""Verdicts over real sockets and a real store: who may say what, and what is refused."""

import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from monitor.adapters.serving import Request, Server
from monitor.adapters.store import SqlStore, open_store
from monitor.alerts.verdicts import links_of, signature_of
from monitor.judging import AT_ONCE, PATH, Judging
from monitor.model import Entity, EntityId, EntityKind, EntryId, Name, Rightness, VerdictLinks, Zones
from tests.contract.store_rows import NOW, announce, article, entry, process, story

KEY = b"k" * 32
AMAZON, ENTRY = EntityId("amazon"), EntryId("en_a")
ENTITIES = {AMAZON: Entity(id=AMAZON, kind=EntityKind.ORGANIZATION, names=(Name(text="Amazon & Co"),))}
HERE = VerdictLinks(public_url="", key=KEY)
LINKS = links_of(ENTRY, AMAZON, HERE)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
SIGNED = {"article": ENTRY, "entity": AMAZON, "signature": signature_of(ENTRY, AMAZON, KEY)}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path}/monitor.db", owner="one")
    announce(opened, entry("a"))
    hostile = Zones(title="<script>alert(1)</script>", text="Amazon")
    process(opened, "a", story("a"), article=replace(article(entry("a")), zones=hostile))
    yield opened
    opened.close()


@pytest.fixture
def server(store: SqlStore) -> Iterator[Server]:
    judging = Judging(store, lambda: NOW)
    made = Server(("127.0.0.1", 0), lambda asked: judging.answer(asked, KEY, ENTITIES))
    yield made
    made.close()


def ask(
    server: Server, method: str, target: str, body: bytes | None = None, kind: str = "", accept: str = ""
) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection(*server.address, timeout=20)
    connection.request(method, target, body, {"content-type": kind, "accept": accept})
    answer = connection.getresponse()
    return answer.status, answer.headers["content-type"].partition(";")[0], answer.read()


def said(store: SqlStore) -> tuple[Rightness, str] | None:
    found = store.verdict_of(ENTRY, AMAZON)
    return (found.said, found.note) if found else None


def test_a_link_that_is_only_looked_at_says_nothing_and_shows_a_button_for_each_word(
    store: SqlStore, server: Server
) -> None:
    for method in ("HEAD", "GET"):
        status, kind, page = ask(server, method, LINKS["wrong"])
        assert (200, "text/html") == (status, kind)
        assert said(store) is None
    shown = page.decode()

    assert "Amazon &amp; Co" in shown
    assert "&lt;script&gt;" in shown
    assert "<script" not in shown
    assert shown.index('value="wrong"') < shown.index('value="right"')
    assert "Said so far" not in shown


def test_the_button_a_form_json_or_the_bare_link_says_it_and_the_last_word_counts(
    store: SqlStore, server: Server
) -> None:
    pressed = urlencode({"note": "  der\r\nFluß\x1b[31m ", "verdict": "right"}).encode()
    status, kind, page = ask(server, "POST", LINKS["wrong"], pressed, FORM, "text/html,*/*;q=0.8")
    assert (200, "text/html") == (status, kind)
    assert b"Noted" in page
    assert (Rightness.RIGHT, "der Fluß[31m") == said(store)
    assert "Said so far: <b>right</b> der Fluß" in ask(server, "GET", LINKS["wrong"])[2].decode()

    told = json.dumps(SIGNED | {"verdict": "wrong", "note": None, "more": 1}).encode()
    status, kind, answer = ask(server, "POST", PATH, told, f"{JSON}; charset=utf-8")
    assert (200, JSON) == (status, kind)
    assert {"article": "en_a", "entity": "amazon", "verdict": "wrong", "note": ""} == json.loads(answer)
    assert (Rightness.WRONG, "") == said(store)

    assert ask(server, "POST", LINKS["right"])[0] == 200
    assert (Rightness.RIGHT, "") == said(store)


@pytest.mark.parametrize(
    ("method", "target", "body", "kind", "status"),
    [
        ("PUT", LINKS["wrong"], b"", FORM, 405),
        ("POST", PATH, b"", FORM, 403),
        ("GET", PATH, b"", FORM, 403),
        ("POST", LINKS["wrong"].replace("en_a", "en_b"), b"", FORM, 403),
        ("POST", LINKS["wrong"].replace("signature=", "signature=%F0%9F%98%80"), b"", FORM, 403),
        ("POST", LINKS["wrong"], b"entity=desantis", FORM, 403),
        ("POST", LINKS["wrong"], b"verdict=maybe", FORM, 400),
        ("POST", LINKS["wrong"], b"verdict=right&verdict=wrong", FORM, 400),
        ("POST", LINKS["wrong"], b"note=%FF", FORM, 400),
        ("POST", LINKS["wrong"], b"&".join([b"x=1"] * 11), FORM, 400),
        ("POST", LINKS["wrong"], b"note=" + b"%C3%BC" * 501, FORM, 400),
        ("POST", LINKS["wrong"], b"note=" + b"x" * 10_000, FORM, 413),
        ("POST", LINKS["wrong"], b"{", JSON, 400),
        ("POST", LINKS["wrong"], b"\xff", JSON, 400),
        ("POST", LINKS["wrong"], b"[" * 9_999, JSON, 400),
        ("POST", LINKS["wrong"], b'["right"]', JSON, 400),
        ("POST", LINKS["wrong"], b'{"verdict": 1}', JSON, 400),
        ("POST", LINKS["wrong"], b"--x", "multipart/form-data; boundary=x", 415),
        ("POST", links_of(EntryId("en_none"), AMAZON, HERE)["wrong"], b"", FORM, 404),
    ],
)
def test_what_is_not_signed_means_nothing_or_was_never_there_is_refused_and_says_nothing(
    store: SqlStore, server: Server, method: str, target: str, body: bytes, kind: str, status: int
) -> None:
    answered, refusal, words = ask(server, method, target, body, kind)

    assert (status, "application/problem+json") == (answered, refusal)
    assert json.loads(words)["detail"]
    assert said(store) is None


def test_a_note_may_have_500_characters_of_any_kind(store: SqlStore, server: Server) -> None:
    note = "😀" * 500

    assert ask(server, "POST", LINKS["wrong"], urlencode({"note": note}).encode(), FORM)[0] == 200
    assert (Rightness.WRONG, note) == said(store)


def test_a_few_judge_at_a_time_and_who_cannot_sign_is_refused_at_once(store: SqlStore) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()

    class Slow:
        """The store, on a disk that stands still until a test lets it go on."""

        verdict_of, say = store.verdict_of, store.say

        def title_of(self, entry: EntryId) -> str | None:
            begun.release()
            assert go_on.wait(60)
            return store.title_of(entry)

    judging = Judging(Slow(), lambda: NOW)
    query = LINKS["wrong"].partition("?")[2]
    asked = Request(method="POST", path=PATH, query=query)
    with ThreadPoolExecutor() as threads:
        first = [threads.submit(judging.answer, asked, KEY, ENTITIES) for _ in range(AT_ONCE)]
        assert all(begun.acquire(timeout=60) for _ in first)
        refused = judging.answer(asked, b"another", ENTITIES)
        crowded = judging.answer(asked, KEY, ENTITIES)
        go_on.set()
        answers = [each.result(60).status for each in first]

    assert (403, 503, [200] * AT_ONCE) == (refused.status, crowded.status, answers)
    assert (Rightness.WRONG, "") == said(store)


def test_a_store_that_refuses_is_told_with_when_to_ask_again(store: SqlStore, server: Server) -> None:
    with store._writer.begin() as connection:
        connection.execute(text("ALTER TABLE verdicts RENAME TO gone"))

    assert (503, "application/problem+json") == ask(server, "POST", LINKS["wrong"])[:2]

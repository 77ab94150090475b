"""Who may ask, what is asked, and what is the answer?"""

import hmac
import ipaddress
import re
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from monitor.adapters.api import asking
from monitor.adapters.api.asking import Listing, RefusedError, cursor_of, read_query
from monitor.adapters.api.description import describe
from monitor.adapters.serving import Answer, Request, plain_json, problem
from monitor.errors import StoreError, TookTooLong
from monitor.ports import Access, Library, Page, Sought

ROOT = "/api/"
# Questions at the same time: the store has other work. The others wait their turn, so many seconds.
AT_ONCE = 2
PATIENCE_SECONDS = 3.0
_ID = re.compile(r"[A-Za-z0-9_]{1,80}")
_READING = ("GET", "HEAD")
_FORBIDDEN = 403


class Api:
    """Answers questions about the store."""

    def __init__(self, library: Library, access: Callable[[], Access], clock: Callable[[], datetime]) -> None:
        """Ask `access` anew for each request, so that a reload changes it."""
        self._access, self._clock = access, clock
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._lists: Mapping[str, tuple[Listing, Callable[[Sought], Page]]] = {
            "articles": (asking.ARTICLES, library.find_articles),
            "matches": (asking.MATCHES, library.find_matches),
            "alerts": (asking.ALERTS, library.find_alerts),
            "deliveries": (asking.DELIVERIES, library.find_deliveries),
        }
        self._singles: Mapping[str, Callable[[str], Mapping[str, Any] | None]] = {
            "articles": library.show_article,
            "alerts": library.show_alert,
            "deliveries": library.show_delivery,
        }

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request whose path begins with `ROOT`."""
        refused = refusal(request, self._access())
        if refused is not None:
            return refused
        ask = self._question(request.path.removeprefix(ROOT), request.query)
        if ask is None:
            return problem(404, "there is no such thing; /api/v1/openapi.json tells what there is")
        if request.method not in _READING:
            return problem(405, "this can be read only", {"allow": ", ".join(_READING)})
        return self._in_turn(ask)

    def _in_turn(self, ask: Callable[[], Answer]) -> Answer:
        if not self._turns.acquire(timeout=PATIENCE_SECONDS):
            return problem(503, "too many ask at the same time", {"retry-after": "1"})
        try:
            return ask()
        except RefusedError as error:
            return problem(400, str(error))
        except TookTooLong as error:
            return problem(503, f"{error}; ask for less, with 'since' and 'until'")
        except StoreError as error:
            return problem(503, str(error), {"retry-after": "5"})
        finally:
            self._turns.release()

    def _question(self, path: str, query: str) -> Callable[[], Answer] | None:
        version, _, rest = path.partition("/")
        kind, slash, one = rest.partition("/")
        if version != "v1":
            return None
        if rest == "openapi.json":
            return lambda: plain_json(describe())
        if kind in self._lists and not slash:
            return lambda: self._list(kind, query)
        if kind in self._singles and _ID.fullmatch(one):
            return lambda: self._single(kind, one)
        return None

    def _list(self, kind: str, query: str) -> Answer:
        listing, find = self._lists[kind]
        page = find(read_query(query, listing, self._clock()))
        return plain_json({kind: page.rows, "next": cursor_of(page.last)})

    def _single(self, kind: str, one: str) -> Answer:
        found = self._singles[kind](one)
        return problem(404, "there is none of this id") if found is None else plain_json(found)


def refusal(request: Request, access: Access) -> Answer | None:
    """Return why somebody may not ask; None where they may."""
    if not access.on:
        return problem(_FORBIDDEN, "the API is off; on an address that is not loopback it needs 'http.token'")
    if access.token is None:
        # A page in a browser on this machine may have a name of its own lead here, and read what comes back.
        if _is_local(request.headers.get("host", "")):
            return None
        return problem(_FORBIDDEN, "without 'http.token', only 'localhost' and addresses may be asked")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    right = hmac.compare_digest(given.strip().encode("utf-8", "replace"), access.token.encode())
    if scheme.lower() == "bearer" and right:
        return None
    return problem(401, "a bearer token is needed", {"www-authenticate": 'Bearer realm="news-monitor"'})


def _is_local(host: str) -> bool:
    """Tell whether a Host header names this machine by address, or as `localhost`."""
    name = re.sub(r":[0-9]{1,5}$", "", host) if not host.endswith("]") else host
    if name.lower() in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")) is not None
    except ValueError:
        return False

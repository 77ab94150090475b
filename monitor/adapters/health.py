"""`/healthz`, `/readyz`, `/metrics` and `/status`; and systemd's readiness and watchdog."""

import json
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from monitor.adapters.serving import TEXT, Answer, Request, problem
from monitor.errors import StoreError

_METRICS = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """Where the answers come from. `ready` returns None, or why the service is not ready."""

    alive: Callable[[], bool]
    ready: Callable[[], str | None]
    metrics: Callable[[], bytes]
    status: Callable[[], Mapping[str, Any]]


def answer_probe(request: Request, probes: Probes) -> Answer:
    """Return how the service is; a probe that fails is an answer too."""
    try:
        given = _answer(request.path, probes)
    except Exception as error:  # noqa: BLE001  (whoever asks how we are is told that too)
        return Answer(status=500, body=f"{type(error).__name__}\n".encode())
    if given.status != 404 and request.method not in ("GET", "HEAD"):  # noqa: PLR2004  (HTTP's own)
        return problem(405, "this can be read only", {"allow": "GET, HEAD"})
    return given


def _answer(path: str, probes: Probes) -> Answer:
    match path:
        case "/healthz":
            return _said("ok") if probes.alive() else _said("the dispatcher stands still", 503)
        case "/readyz":
            reason = probes.ready()
            return _said("ready") if reason is None else _said(reason, 503)
        case "/metrics":
            return Answer(status=200, body=probes.metrics(), content_type=_METRICS)
        case "/status":
            try:
                body = json.dumps(probes.status(), ensure_ascii=False).encode()
            except StoreError as error:
                return _said(str(error), 503)
            return Answer(status=200, body=body, content_type="application/json")
    return _said("try /healthz, /readyz, /metrics, /status or /api/v1", 404)


def _said(words: str, status: int = 200) -> Answer:
    return Answer(status=status, body=f"{words}\n".encode(), content_type=TEXT)


def sd_notify(state: str) -> bool:
    """Tell systemd a state such as `READY=1`; False where nobody listens (`NOTIFY_SOCKET` unset)."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.sendto(state.encode(), address)
    except OSError:
        return False
    return True


def watchdog_seconds() -> float | None:
    """Return how often systemd wants a sign of life, halved; None where it does not ask for one."""
    wanted = os.environ.get("WATCHDOG_USEC", "")
    mine = os.environ.get("WATCHDOG_PID", "") in ("", str(os.getpid()))
    return int(wanted) / 2e6 if wanted.isdecimal() and mine else None

"""The bridge to Apprise: each delivery in a process of its own, guarded from within, killed when late.

What happens there stands in `bridged`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from monitor.model import FailureReason, Receiver, Reply

_LINE = [sys.executable, "-I", "-c", "from monitor.adapters.bridged import main; main()"]
_MOST_BYTES = 65_536
_DETAIL_CHARS = 200


class Bridge:
    """Sender of the receivers with the format `apprise`."""

    def post(self, receiver: Receiver, _: Mapping[str, str], body: bytes) -> Reply:
        """Let Apprise tell a message once; what it says is told without its words, which may hold secrets."""
        if find_spec("apprise") is None:
            detail = "the package 'apprise' is not installed; install news-monitor[apprise]"
            return Reply(status=None, reason=FailureReason.INTERNAL, detail=detail)
        told = _told(body)
        if told is None:
            detail = "the body was written for another format, before the receiver became one of Apprise"
            return Reply(status=None, reason=FailureReason.INTERNAL, detail=detail)
        given = {**told, "url": receiver.url, "private": receiver.allow_private}
        try:
            done = subprocess.run(  # noqa: S603  (a fixed line; what is given goes by standard input)
                _LINE,
                input=json.dumps(given).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=receiver.timeout.total_seconds(),
                # No proxy, no credentials, nothing that Apprise's plugins would take from there.
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": os.devnull},
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Reply(status=None, reason=FailureReason.TIMEOUT, detail="Apprise did not end in time")
        return _reply_of(done.stdout[:_MOST_BYTES])


def _told(body: bytes) -> Mapping[str, str] | None:
    try:
        told: Any = json.loads(body)
        return {"title": str(told["title"]), "body": str(told["body"])}
    except (ValueError, KeyError, TypeError):
        return None


def _reply_of(said: bytes) -> Reply:
    try:
        told: Any = json.loads(said)
    except ValueError:
        return Reply(status=None, reason=FailureReason.INTERNAL, detail="Apprise ended without an answer")
    if told.get("taken") is True:
        return Reply(status=200)
    reason = FailureReason(told.get("reason", FailureReason.PROTOCOL))
    return Reply(status=None, reason=reason, detail=str(told.get("detail"))[:_DETAIL_CHARS])

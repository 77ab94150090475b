"""A receiver in Python: verifies a Standard Webhooks signature with the standard library alone.

WEBHOOK_SECRET='whsec_…' python3 receiver.py

Settings, from the environment: WEBHOOK_SECRET (several separated by blanks while they rotate),
HOST (127.0.0.1), PORT (8080), SEEN (./seen, the folder that remembers ids).
"""

import base64
import hashlib
import hmac
import json
import os
import re
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TOLERANCE_SECONDS = 300
MOST_BYTES = 64_000
ID = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)

one_at_a_time = threading.Lock()


def keys_of(secrets: str) -> list[bytes]:
    """Return the raw keys of secrets written as `whsec_` and base64."""
    return [base64.b64decode(secret.removeprefix("whsec_"), validate=True) for secret in secrets.split()]


def is_genuine(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], now: float) -> bool:
    """Tell whether a request was signed with one of the keys, within five minutes of `now`."""
    name, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not ID.fullmatch(name) or not TIMESTAMP.fullmatch(timestamp):
        return False
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{name}.{timestamp}.".encode() + body
    wanted = [b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in keys]
    given = [each.encode("utf-8", "replace") for each in headers.get("webhook-signature", "").split(" ")]
    # Every pair is compared, in constant time: how long it takes tells nothing.
    return sum(hmac.compare_digest(one, other) for one in given for other in wanted) > 0


def act_on(event: Mapping[str, object], name: str) -> None:
    """Do what an event is worth; here it is printed."""
    print(f"{event['type']} {name}", flush=True)


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to a genuine event, 401 to anything else."""

    timeout = 10

    def do_POST(self) -> None:
        """Verify the bytes as they came, act once for each id, then answer."""
        length = self.headers.get("content-length", "")
        if not TIMESTAMP.fullmatch(length):
            return self.answer(411)
        if int(length) > MOST_BYTES:
            return self.answer(413)
        body = self.rfile.read(int(length))
        if not is_genuine(self.headers, body, KEYS, time.time()):
            return self.answer(401)
        name = self.headers["webhook-id"]
        seen = SEEN / name
        with one_at_a_time:
            if not seen.exists():
                act_on(json.loads(body), name)
                # Remembered after the deed: a crash in between repeats an event, and loses none.
                seen.touch()
        return self.answer(204)

    def answer(self, status: int) -> None:
        """Send an answer without a body."""
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Write no access log."""


if __name__ == "__main__":
    KEYS = keys_of(os.environ.get("WEBHOOK_SECRET", ""))
    if not KEYS:
        sys.exit("set WEBHOOK_SECRET")
    SEEN = Path(os.environ.get("SEEN", "seen"))
    SEEN.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(
        (os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8080"))), Receiver
    )
    print(f"listening on {server.server_address[0]}:{server.server_address[1]}", flush=True)
    server.serve_forever()

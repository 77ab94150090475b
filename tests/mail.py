"""A mail server on loopback that somebody else wrote, with a mailbox that answers as a test wants."""

import asyncio
import socket
import ssl
import threading
import warnings
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import aiosmtpd.smtp as served


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as it came, and how."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    encrypted: bool
    signed_in: bool

    @property
    def message(self) -> EmailMessage:
        """Return it as Python's parser reads it."""
        return message_from_bytes(self.raw, policy=SMTP)


# Without slots: the server asks for each of its members, which Python before 3.11.4 has one too many of then.
@dataclass(kw_only=True)
class Mailbox:
    """Keeps what comes; answers by `recipients` and `answers`, else takes everything."""

    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    answers: deque[str] = field(default_factory=deque)
    recipients: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802  (the server's own name for it)
        self, _: served.SMTP, __: served.Session, envelope: served.Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or refuse it."""
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _: served.SMTP, session: served.Session, envelope: served.Envelope) -> str:  # noqa: N802
        """Take a message, or refuse it."""
        raw = envelope.original_content or b""
        self.letters.append(
            Letter(
                sender=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                raw=raw,
                encrypted=session.ssl is not None,
                signed_in=bool(session.authenticated),
            )
        )
        return self.answers.popleft() if self.answers else "250 taken"


@contextmanager
def mail_server(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
) -> Iterator[Mailbox]:
    """Serve until the block ends: plainly, with STARTTLS, or over TLS; `login` is who must sign in."""

    def authenticate(
        _: served.SMTP, __: served.Session, ___: served.Envelope, ____: str, given: object
    ) -> served.AuthResult:
        good = (
            isinstance(given, served.LoginPassword)
            and (given.login.decode(), given.password.decode()) == login
        )
        return served.AuthResult(success=good, handled=False)

    mailbox = Mailbox()
    options: dict[str, Any] = {"tls_context": starttls, "require_starttls": starttls is not None}
    if login is not None:
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
    loop = asyncio.new_event_loop()

    def attend() -> served.SMTP:
        with warnings.catch_warnings():
            # It warns of signing in without TLS.
            warnings.simplefilter("ignore")
            return served.SMTP(mailbox, hostname="localhost", loop=loop, **options)

    listener = socket.create_server(("127.0.0.1", 0))
    mailbox.port = listener.getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(
        loop.create_server(attend, sock=listener, ssl=tls), loop
    ).result(10)
    try:
        yield mailbox
    finally:
        asyncio.run_coroutine_threadsafe(_closed(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _closed(server: asyncio.Server) -> None:
    server.close()
    running = asyncio.all_tasks() - {asyncio.current_task()}
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)

"""The door of mail: brings a message to a mail server, and is at its mercy no more than HTTP's is.

Each delivery has a connection of its own, to an address that was checked, and one deadline for
everything. Whatever the server does comes back as a value.
"""

import asyncio
import io
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from monitor.adapters.client import tls_context
from monitor.adapters.guard import Guard, Network, Refused, Resolve, networks, system_resolve
from monitor.model import FailureReason, Mail, Receiver, Reply

_MESSAGE = "message/rfc822"
_SUBMISSION, _SUBMISSIONS = 587, 465
# No server has so much to say; one that never ends must not fill the memory.
_MOST_BYTES = 65_536
_DETAIL_CHARS = 200
# RFC 5321: the codes of a greeting and of what was done; where refusals begin, and those that last.
_READY, _DONE, _FORWARDED, _LEAST_REFUSAL, _PERMANENT = 220, 250, 251, 400, 500
_ANYWHERE = ("0.0.0.0/0", "::/0")


class MailDoor:
    """Sender of the receivers at `smtp://` (STARTTLS) and `smtps://`. For any number of threads.

    `resolve` looks up a host's addresses; `context` is whom to trust, by default what the machine does.
    """

    def __init__(self, resolve: Resolve = system_resolve, context: ssl.SSLContext | None = None) -> None:
        self._resolve = resolve
        self._context = context or tls_context(None)

    def post(self, receiver: Receiver, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send a message once, to all of its recipients or to none.

        The status is the server's code. Where it takes one recipient and not another, nobody is sent
        anything: else those that it takes would get the message anew with every further attempt.
        """
        if receiver.mail is None:
            return Reply(status=None, reason=FailureReason.INTERNAL, detail="no addresses are configured")
        if headers.get("content-type") != _MESSAGE:
            detail = "the body was written for another format, before the receiver became a mail server"
            return Reply(status=None, reason=FailureReason.INTERNAL, detail=detail)
        mail = receiver.mail
        return self._in_session(receiver, lambda session: _sent(session, mail, body))

    def reach(self, receiver: Receiver) -> Reply:
        """Greet a mail server, over TLS where that is needed, and send nothing; nobody signs in."""
        return self._in_session(receiver, lambda _: Reply(status=None))

    def _in_session(self, receiver: Receiver, say: "Callable[[_Session], Reply]") -> Reply:
        deadline = time.monotonic() + receiver.timeout.total_seconds()
        try:
            with self._connected(receiver, deadline) as session:
                return say(session)
        except Refused as refused:
            return Reply(status=None, reason=refused.reason, detail=str(refused))
        except (smtplib.SMTPException, OSError, ValueError) as error:
            if time.monotonic() >= deadline:
                detail = "the mail server did not take the message in time"
                return Reply(status=None, reason=FailureReason.TIMEOUT, detail=detail)
            return _failed(error)

    @contextmanager
    def _connected(self, receiver: Receiver, deadline: float) -> Iterator["_Session"]:
        parts = urlsplit(receiver.url)
        host, at_once = parts.hostname or "", parts.scheme.lower() == "smtps"
        port = parts.port or (_SUBMISSIONS if at_once else _SUBMISSION)
        allowed = networks(_ANYWHERE) if receiver.allow_private else ()
        addresses = self._addresses(host, allowed, deadline)
        connection = _dialed(addresses, port, deadline)
        # A copy of the handle: breaking it off breaks the connection off, TLS or not, wherever it waits.
        with connection.dup() as handle, _ended_at(handle, deadline):
            session = _Session(connection, host, self._context)
            try:
                session.begin(tls_at_once=at_once, tls_needed=not receiver.allow_private)
                yield session
            finally:
                session.close()

    def _addresses(self, host: str, allowed: tuple[Network, ...], deadline: float) -> tuple[str, ...]:
        guard = Guard(self._resolve, allowed, at_once=1)

        async def look_up() -> tuple[str, ...]:
            async with asyncio.timeout(max(deadline - time.monotonic(), 0)):
                return await guard.addresses(host)

        try:
            return asyncio.run(look_up())
        except TimeoutError as error:
            raise Refused(FailureReason.TIMEOUT, f"'{host}' was not looked up in time") from error


class _Session(smtplib.SMTP):
    """A session over a connection that stands already, whose server may say only so much."""

    def __init__(self, connection: socket.socket, host: str, context: ssl.SSLContext) -> None:
        # Our own name is nobody's business: an address literal instead of the machine's name.
        super().__init__(local_hostname="[127.0.0.1]")
        self.sock: socket.socket = connection
        # The name that a certificate is checked for; smtplib has no other way to be told.
        self._host = host
        self._trusted = context

    def begin(self, *, tls_at_once: bool, tls_needed: bool) -> None:
        """Greet, over TLS where that is spoken.

        Raises:
            Refused: TLS is needed, and the server does not speak it.
        """
        if tls_at_once:
            self.sock = self._trusted.wrap_socket(self.sock, server_hostname=self._host)
        code, words = self.getreply()
        if code != _READY:
            raise smtplib.SMTPConnectError(code, words)
        self.ehlo_or_helo_if_needed()
        if tls_at_once:
            return
        if self.has_extn("starttls"):
            self.starttls(context=self._trusted)
            self.ehlo_or_helo_if_needed()
        elif tls_needed:
            problem = (
                "the mail server speaks no STARTTLS; write smtps://…, or allow_private where it is internal"
            )
            raise Refused(FailureReason.TLS, problem)

    def getreply(self) -> tuple[int, bytes]:
        """Read a reply, of a bounded size."""
        if self.file is None:
            self.file = io.BufferedReader(_Bounded(self.sock))
        return super().getreply()


class _Bounded(io.RawIOBase):
    """What a server says, up to a limit for the whole session."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._left = _MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if self._left <= 0:
            raise Refused(FailureReason.TOO_BIG, f"the mail server said more than {_MOST_BYTES} bytes")
        count = self._connection.recv_into(view[: self._left])
        self._left -= count
        return count


def _sent(session: _Session, mail: Mail, body: bytes) -> Reply:
    if mail.user is not None:
        session.login(mail.user, mail.password)
    code, words = session.mail(mail.sender)
    for recipient in mail.recipients:
        if code not in (_DONE, _FORWARDED):
            break
        code, words = session.rcpt(recipient)
    if code in (_DONE, _FORWARDED):
        code, words = session.data(body)
    # It is taken or refused by now; how the farewell goes changes nothing.
    with suppress(smtplib.SMTPException, OSError, Refused):
        session.quit()
    return _reply(code, words)


def _reply(code: int, words: bytes) -> Reply:
    excerpt = words.decode("utf-8", "replace")
    if code == _DONE:
        return Reply(status=code, excerpt=excerpt)
    detail = f"the mail server answered {code}"
    if code < _LEAST_REFUSAL:
        # A code of success where none belongs is no success.
        return Reply(status=None, reason=FailureReason.PROTOCOL, detail=detail, excerpt=excerpt)
    reason = FailureReason.MAIL_REFUSED if code >= _PERMANENT else FailureReason.MAIL_LATER
    return Reply(status=code, reason=reason, detail=detail, excerpt=excerpt)


def _failed(error: Exception) -> Reply:
    """Return what an error says; never its text, in which a password could stand."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, _bytes(error.smtp_error))
    if isinstance(error, ssl.SSLError):
        why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else error.reason
        return Reply(status=None, reason=FailureReason.TLS, detail=f"no TLS with the mail server: {why}")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        detail = "the mail server has no way to sign in"
        return Reply(status=None, reason=FailureReason.PROTOCOL, detail=detail)
    if isinstance(error, OSError) and error.strerror:
        return Reply(status=None, reason=FailureReason.CONNECT, detail=error.strerror[:_DETAIL_CHARS])
    return Reply(
        status=None, reason=FailureReason.PROTOCOL, detail="the mail server broke off, or spoke no SMTP"
    )


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode("utf-8", "replace")


def _dialed(addresses: tuple[str, ...], port: int, deadline: float) -> socket.socket:
    """Return a connection to the first address that answers.

    Raises:
        OSError: none does.
    """
    problem: OSError = TimeoutError("no time is left")
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except OSError as error:
            problem = error
    raise problem


@contextmanager
def _ended_at(handle: socket.socket, deadline: float) -> Iterator[None]:
    """Break a connection off at the deadline, however slowly its server drips.

    smtplib's own timeout begins anew with every byte.
    """

    def break_off() -> None:
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline - time.monotonic(), 0), break_off)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()

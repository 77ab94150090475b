"""What the door of mail makes of mail servers."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from monitor.adapters.guard import Refused
from monitor.adapters.smtp import MailDoor, _Session
from monitor.alerts.examples import example_delivery, example_events
from monitor.model import EventType, FailureReason, Mail, Receiver, ReceiverName, Reply
from tests.mail import Mailbox, mail_server
from tests.servers import Authority, Peer, accepting, authority

MAIL = Mail(sender="monitor@example.org", recipients=("desk@example.org", "chef@example.org"))
HOST = "mail.example"
HEADERS = {"content-type": "message/rfc822"}
DELIVERY = example_delivery(
    example_events()[EventType.MATCH_CREATED],
    Receiver(name=ReceiverName("desk"), url="", format="email", mail=MAIL),
)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def door(trusted: Authority) -> MailDoor:
    return MailDoor(lambda _: ["127.0.0.1"], ssl.create_default_context(cafile=trusted.ca_file))


@pytest.fixture(scope="module")
def certified(trusted: Authority) -> ssl.SSLContext:
    return trusted.context("mail", host=HOST)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as opened:
        yield opened


def receiver(url: str, mail: Mail | None = MAIL, *, private: bool = True, seconds: float = 5) -> Receiver:
    timeout = timedelta(seconds=seconds)
    return Receiver(
        name=ReceiverName("desk"), url=url, format="email", mail=mail, allow_private=private, timeout=timeout
    )


def sent(door: MailDoor, to: Receiver) -> Reply:
    return door.post(to, HEADERS, DELIVERY.body)


def test_a_message_arrives_as_it_was_stored_for_all_recipients(door: MailDoor, mailbox: Mailbox) -> None:
    reply = sent(door, receiver(f"smtp://127.0.0.1:{mailbox.port}"))

    (letter,) = mailbox.letters
    assert 250 == reply.status
    assert (MAIL.sender, MAIL.recipients) == (letter.sender, letter.recipients)
    assert DELIVERY.body == letter.raw
    assert f"<{DELIVERY.id}@example.org>" == letter.message["Message-ID"]


def test_a_line_that_is_a_dot_ends_nothing(door: MailDoor, mailbox: Mailbox) -> None:
    body = b"Subject: x\r\n\r\na\r\n.\r\n..b\r\nMAIL FROM:<x@example.org>\r\n"

    door.post(receiver(f"smtp://127.0.0.1:{mailbox.port}"), HEADERS, body)

    assert [body] == [letter.raw for letter in mailbox.letters]


def test_starttls_is_spoken_and_the_name_is_proved(door: MailDoor, certified: ssl.SSLContext) -> None:
    with mail_server(starttls=certified) as mailbox:
        reply = sent(door, receiver(f"smtp://{HOST}:{mailbox.port}"))

    assert (250, [True]) == (reply.status, [letter.encrypted for letter in mailbox.letters])


def test_tls_from_the_first_byte_is_spoken(door: MailDoor, certified: ssl.SSLContext) -> None:
    with mail_server(tls=certified) as mailbox:
        reply = sent(door, receiver(f"smtps://{HOST}:{mailbox.port}"))

    assert (250, 1) == (reply.status, len(mailbox.letters))


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_for_another_name_is_refused(
    door: MailDoor, certified: ssl.SSLContext, scheme: str
) -> None:
    with mail_server(starttls=certified) if scheme == "smtp" else mail_server(tls=certified) as mailbox:
        reply = sent(door, receiver(f"{scheme}://other.example:{mailbox.port}"))

    assert (None, FailureReason.TLS) == (reply.status, reply.reason)
    assert "not valid for 'other.example'" in reply.detail
    assert [] == mailbox.letters


def test_without_tls_nothing_is_told_to_a_server_that_is_not_internal(trusted: Authority) -> None:
    heard: list[bytes] = []

    def without_tls(peer: Peer) -> None:
        peer.send(b"220 hi\r\n")
        heard.append(peer.connection.recv(1_000))
        peer.send(b"250 hello\r\n")
        heard.append(peer.connection.recv(1_000))

    with accepting(without_tls) as server:
        connection = socket.create_connection(("127.0.0.1", server.port), timeout=5)
        session = _Session(connection, HOST, ssl.create_default_context(cafile=trusted.ca_file))
        with pytest.raises(Refused, match="no STARTTLS"):
            session.begin(tls_at_once=False, tls_needed=True)
        session.close()

    assert [b"ehlo [127.0.0.1]\r\n", b""] == heard


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "2130706433"])
def test_a_private_address_is_not_dialed(address: str) -> None:
    reply = sent(MailDoor(), receiver(f"smtp://{address}:25", private=False))

    assert (None, FailureReason.PRIVATE_ADDRESS) == (reply.status, reply.reason)


def test_who_must_sign_in_does(door: MailDoor, certified: ssl.SSLContext) -> None:
    mail = Mail(sender=MAIL.sender, recipients=MAIL.recipients, user="monitor", password="g€heim")
    good = Mail(sender=MAIL.sender, recipients=MAIL.recipients, user="monitor", password="geheim")
    with mail_server(starttls=certified, login=("monitor", "geheim")) as mailbox:
        url = f"smtp://{HOST}:{mailbox.port}"
        refused, odd, taken = (sent(door, receiver(url, each)) for each in (MAIL, mail, good))

    assert (530, FailureReason.MAIL_REFUSED) == (refused.status, refused.reason)
    assert odd.reason in (FailureReason.MAIL_REFUSED, FailureReason.PROTOCOL)
    assert (250, [True]) == (taken.status, [letter.signed_in for letter in mailbox.letters])


def test_a_wrong_password_is_refused_and_told_nowhere(door: MailDoor, certified: ssl.SSLContext) -> None:
    mail = Mail(sender=MAIL.sender, recipients=MAIL.recipients, user="monitor", password="falsch99")
    with mail_server(starttls=certified, login=("monitor", "geheim")) as mailbox:
        reply = sent(door, receiver(f"smtp://{HOST}:{mailbox.port}", mail))

    assert (535, FailureReason.MAIL_REFUSED) == (reply.status, reply.reason)
    assert "falsch99" not in repr((reply, mail))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [("452 later", FailureReason.MAIL_LATER), ("554 no", FailureReason.MAIL_REFUSED)],
)
def test_a_refusal_says_whether_it_is_meant_to_last(
    door: MailDoor, mailbox: Mailbox, answer: str, reason: FailureReason
) -> None:
    mailbox.answers.append(answer)

    reply = sent(door, receiver(f"smtp://127.0.0.1:{mailbox.port}"))

    assert (int(answer[:3]), reason) == (reply.status, reply.reason)


def test_where_one_recipient_is_refused_nobody_is_sent_anything(door: MailDoor, mailbox: Mailbox) -> None:
    mailbox.recipients["chef@example.org"] = "550 unknown"

    reply = sent(door, receiver(f"smtp://127.0.0.1:{mailbox.port}"))

    assert (550, FailureReason.MAIL_REFUSED, []) == (reply.status, reply.reason, mailbox.letters)


def greets(peer: Peer) -> None:
    peer.send(b"554 go away\r\n")
    peer.hang()


def drips(peer: Peer) -> None:
    peer.send(b"220-")
    peer.drip(b"x")


def floods(peer: Peer) -> None:
    peer.pour(b"220-hello\r\n" * 1_000)


def long_line(peer: Peer) -> None:
    peer.pour(b"2" * 10_000)


def other(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    peer.hang()


def hangs(peer: Peer) -> None:
    peer.hang()


def breaks_off(peer: Peer) -> None:
    peer.send(b"220 hi\r\n")
    peer.reset()


def lies(peer: Peer) -> None:
    peer.send(b"220 hi\r\n")
    for said in (b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"299 what\r\n"):
        peer.connection.recv(10_000)
        peer.send(said)
    peer.hang()


@pytest.mark.parametrize(
    ("behavior", "reasons"),
    [
        (greets, {FailureReason.MAIL_REFUSED}),
        (drips, {FailureReason.TIMEOUT}),
        (hangs, {FailureReason.TIMEOUT}),
        (floods, {FailureReason.TOO_BIG}),
        (long_line, {FailureReason.MAIL_REFUSED, FailureReason.TOO_BIG}),
        (other, {FailureReason.PROTOCOL}),
        (breaks_off, {FailureReason.PROTOCOL, FailureReason.CONNECT}),
        (lies, {FailureReason.MAIL_LATER, FailureReason.PROTOCOL}),
    ],
)
def test_a_server_that_behaves_badly_costs_no_more_than_its_time(
    door: MailDoor, behavior: Callable[[Peer], None], reasons: set[FailureReason]
) -> None:
    with accepting(behavior) as server:
        began = time.monotonic()
        reply = sent(door, receiver(f"smtp://127.0.0.1:{server.port}", seconds=0.7))
        took = time.monotonic() - began

    assert reply.reason in reasons
    assert not 200 <= (reply.status or 0) < 300
    assert took < 3


def test_a_tls_handshake_that_hangs_ends_in_time(door: MailDoor) -> None:
    with accepting(hangs) as server:
        reply = sent(door, receiver(f"smtps://{HOST}:{server.port}", seconds=0.5))

    assert FailureReason.TIMEOUT == reply.reason


def test_a_name_that_is_slow_to_look_up_ends_in_time() -> None:
    asleep = threading.Event()

    def slow(_: str) -> list[str]:
        asleep.wait(10)
        return []

    reply = sent(MailDoor(slow), receiver("smtp://slow.example", seconds=0.3))
    asleep.set()

    assert FailureReason.TIMEOUT == reply.reason


def test_nobody_there_and_nobody_configured_are_told(door: MailDoor) -> None:
    with accepting(hangs) as server:
        pass

    assert FailureReason.CONNECT == sent(door, receiver(f"smtp://127.0.0.1:{server.port}")).reason
    assert FailureReason.INTERNAL == sent(door, receiver("smtp://127.0.0.1:1", None)).reason


def test_what_was_written_for_another_format_is_no_mail(door: MailDoor, mailbox: Mailbox) -> None:
    headers = {"content-type": "application/json; charset=utf-8"}

    reply = door.post(receiver(f"smtp://127.0.0.1:{mailbox.port}"), headers, b"{}")

    assert (FailureReason.INTERNAL, []) == (reply.reason, mailbox.letters)


def test_a_connection_and_a_thread_are_left_behind_by_none(door: MailDoor, mailbox: Mailbox) -> None:
    before = threading.active_count()

    for _ in range(5):
        sent(door, receiver(f"smtp://127.0.0.1:{mailbox.port}"))

    assert before == threading.active_count()
    assert 5 == len(mailbox.letters)


def test_a_mail_server_is_reached_over_tls_and_sent_nothing(
    door: MailDoor, certified: ssl.SSLContext
) -> None:
    with mail_server(starttls=certified) as mailbox:
        told = [
            door.reach(receiver(f"smtp://{host}:{mailbox.port}", private=True))
            for host in (HOST, "other.example")
        ]

    assert [None, FailureReason.TLS] == [reply.reason for reply in told]
    assert [] == mailbox.letters

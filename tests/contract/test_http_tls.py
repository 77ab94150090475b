"""Only who proves a name over TLS is believed."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.http import HttpDoor
from monitor.errors import UsageError
from monitor.model import Document, FailureReason, FetchFailed, Receiver, ReceiverName, Validators
from monitor.ports import FetchPolicy
from tests.servers import Authority, accepting, answer, authority, self_signed, serving, wait_until

LOOPBACK = ("127.0.0.0/8",)
HOST = "news.example"
NONE = Validators()


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def door(trusted: Authority) -> Iterator[HttpDoor]:
    policy = FetchPolicy(allow_private=LOOPBACK, feed_deadline=timedelta(seconds=3))
    opened = HttpDoor(policy, lambda _: ["127.0.0.1"], ca_file=trusted.ca_file)
    yield opened
    opened.close()


def test_the_name_is_what_is_proved_and_asked_for_not_the_address(door: HttpDoor, trusted: Authority) -> None:
    names: list[str | None] = []
    context = trusted.context("good", host=HOST)
    context.sni_callback = lambda _, name, __: names.append(name)

    with serving(answer(), context) as server:
        found = [door.revalidate(server.url(host=HOST), NONE) for _ in range(3)]

    assert all(isinstance(each, Document) for each in found)
    assert [HOST] == names
    assert f"{HOST}:{server.port}" == server.asked[0].headers["host"]
    assert 1 == server.connections


def test_a_name_with_a_final_dot_is_the_same_name(door: HttpDoor, trusted: Authority) -> None:
    with serving(answer(), trusted.context("dotted", host=HOST)) as server:
        found = door.revalidate(server.url(host=f"{HOST}."), NONE)

    assert isinstance(found, Document)


def test_a_certificate_for_another_name_is_refused(door: HttpDoor, trusted: Authority) -> None:
    with serving(answer(), trusted.context("other", host="other.example")) as server:
        failed = door.revalidate(server.url("/?s3cret", host=HOST), NONE)

    _expect_tls(failed, "not valid for 'news.example'")
    assert [] == server.asked


def test_an_expired_certificate_is_refused(door: HttpDoor, trusted: Authority) -> None:
    with serving(answer(), trusted.context("expired", days=-1, host=HOST)) as server:
        failed = door.revalidate(server.url(host=HOST), NONE)

    _expect_tls(failed, "expired")


def test_a_certificate_that_nobody_vouches_for_is_refused(door: HttpDoor, tmp_path: Path) -> None:
    with serving(answer(), self_signed(tmp_path, HOST)) as server:
        failed = door.revalidate(server.url(host=HOST), NONE)

    _expect_tls(failed, "self-signed certificate")


def test_an_authority_that_was_not_named_is_not_trusted(trusted: Authority) -> None:
    door = HttpDoor(FetchPolicy(allow_private=LOOPBACK), lambda _: ["127.0.0.1"])
    with serving(answer(), trusted.context("unnamed", host=HOST)) as server:
        failed = door.revalidate(server.url(host=HOST), NONE)

    door.close()
    _expect_tls(failed, "certificate")


def test_receivers_are_proved_too(door: HttpDoor, trusted: Authority, tmp_path: Path) -> None:
    replies = []
    for context in (trusted.context("receiver", host=HOST), self_signed(tmp_path, HOST)):
        with serving(answer(b"ok"), context) as server:
            receiver = Receiver(name=ReceiverName("desk"), url=server.url(host=HOST), allow_private=True)
            replies.append(door.post(receiver, {"webhook-id": "msg_1"}, b"{}"))

    assert [200, None] == [reply.status for reply in replies]
    assert [None, FailureReason.TLS] == [reply.reason for reply in replies]


def test_a_server_that_speaks_no_tls_fails_by_tls(door: HttpDoor) -> None:
    with accepting(lambda peer: peer.send(b"HTTP/1.1 400 Bad\r\n\r\n")) as server:
        failed = door.revalidate(server.url(host=HOST).replace("http:", "https:"), NONE)

    _expect_tls(failed, "TLS with 'news.example' failed")


def test_a_handshake_that_hangs_ends_with_the_deadline_and_leaves_no_socket(trusted: Authority) -> None:
    policy = FetchPolicy(allow_private=LOOPBACK, feed_deadline=timedelta(seconds=0.3))
    door = HttpDoor(policy, lambda _: ["127.0.0.1"], ca_file=trusted.ca_file)

    with accepting(lambda peer: peer.hang()) as server:
        failed = door.revalidate(server.url(host=HOST).replace("http:", "https:"), NONE)
        left = wait_until(lambda: server.now_open == 0)

    door.close()
    assert isinstance(failed, FetchFailed)
    assert FailureReason.TIMEOUT == failed.reason
    assert left


def test_a_redirect_from_http_to_https_moves_a_feed(door: HttpDoor, trusted: Authority) -> None:
    with serving(answer(), trusted.context("moved", host=HOST)) as secure:
        there = secure.url("/feed", host=HOST)
        with serving(answer(b"", 301, {"location": there})) as server:
            document = door.revalidate(server.url(host=HOST), NONE)

    assert isinstance(document, Document)
    assert there == document.moved_to


def test_certificates_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("nothing")

    for path in (str(broken), str(tmp_path / "absent.pem")):
        with pytest.raises(UsageError, match="no certificates that can be read"):
            HttpDoor(FetchPolicy(), ca_file=path)


def test_authorities_that_changed_in_their_file_are_the_ones_that_later_doors_trust(
    tmp_path: Path, trusted: Authority
) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(Path(authority(tmp_path).ca_file).read_text("ascii"), encoding="ascii")
    policy = FetchPolicy(allow_private=LOOPBACK, feed_deadline=timedelta(seconds=3))

    def asked() -> object:
        with closing(HttpDoor(policy, lambda _: ["127.0.0.1"], ca_file=str(file))) as door:
            return door.revalidate(server.url(host=HOST), NONE)

    with serving(answer(), trusted.context("renewed", host=HOST)) as server:
        before = asked()
        file.write_text(Path(trusted.ca_file).read_text("ascii"), encoding="ascii")
        after = asked()

    assert isinstance(before, FetchFailed)
    assert FailureReason.TLS == before.reason
    assert isinstance(after, Document)


def _expect_tls(failed: object, why: str) -> None:
    assert isinstance(failed, FetchFailed)
    assert FailureReason.TLS == failed.reason
    assert why in failed.detail
    assert "s3cret" not in failed.detail

"""Which door does a delivery leave by?"""

from collections.abc import Mapping
from typing import Protocol

from monitor.adapters.pace import Pace
from monitor.model import Receiver, Reply

_MAIL = ("smtp://", "smtps://")
_BRIDGE = "apprise"


class Bridged(Protocol):
    """What can only send."""

    def post(self, receiver: Receiver, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send once."""
        ...


class Door(Bridged, Protocol):
    """What can also look whether anybody is there."""

    def reach(self, receiver: Receiver) -> Reply:
        """Connect and send nothing; the reply has a reason where that failed."""
        ...


class Senders:
    """A sender made of three: mail servers by their address, Apprise by the format, all others by HTTP."""

    def __init__(self, *, http: Door, mail: Door, bridge: Bridged) -> None:
        self._http, self._mail, self._bridge = http, mail, bridge
        self._pace = Pace()

    def await_turn(self, receiver: Receiver) -> None:
        """Wait until the receiver's rate allows one more."""
        self._pace.await_turn(receiver)

    def post(self, receiver: Receiver, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send once, by the receiver's door."""
        if receiver.format == _BRIDGE:
            return self._bridge.post(receiver, headers, body)
        return self._door_to(receiver).post(receiver, headers, body)

    def reach(self, receiver: Receiver) -> Reply:
        """Connect to a receiver and send nothing; Apprise cannot, and is told to be there."""
        if receiver.format == _BRIDGE:
            return Reply(status=None, detail="not looked at: Apprise connects only to send")
        return self._door_to(receiver).reach(receiver)

    def _door_to(self, receiver: Receiver) -> Door:
        return self._mail if receiver.url.lower().startswith(_MAIL) else self._http

"""Which door does a delivery leave by?"""

from collections.abc import Mapping

from monitor.model import Receiver, Reply
from monitor.ports import Sender

_MAIL = ("smtp://", "smtps://")
_BRIDGE = "apprise"


class Senders:
    """A sender made of three: mail servers by their address, Apprise by the format, all others by HTTP."""

    def __init__(self, *, http: Sender, mail: Sender, bridge: Sender) -> None:
        self._http, self._mail, self._bridge = http, mail, bridge

    def post(self, receiver: Receiver, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send once, by the receiver's door."""
        if receiver.format == _BRIDGE:
            return self._bridge.post(receiver, headers, body)
        if receiver.url.lower().startswith(_MAIL):
            return self._mail.post(receiver, headers, body)
        return self._http.post(receiver, headers, body)

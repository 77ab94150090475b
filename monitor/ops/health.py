"""`monitor health`: does the running service say that it is ready?"""

import contextlib
import http.client

from monitor.tables import Shown

PATIENCE_SECONDS = 5


def show_health(listen: tuple[str, int] | None) -> Shown:
    """Ask `/readyz`; the answer failed where nobody listens or the service is not ready."""
    if listen is None:
        return Shown(
            plain={"ready": False}, words=("http.listen is off: there is nobody to ask",), failed=True
        )
    try:
        with contextlib.closing(http.client.HTTPConnection(*listen, timeout=PATIENCE_SECONDS)) as connection:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            words, ready = answer.read(1000).decode(errors="replace").strip(), answer.status == http.client.OK
    except (OSError, http.client.HTTPException) as error:
        words, ready = f"{listen[0]}:{listen[1]} does not answer: {error}", False
    return Shown(plain={"ready": ready, "detail": words}, words=(words,), failed=not ready)

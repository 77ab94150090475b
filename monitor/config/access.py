"""Who may ask the API?"""

import ipaddress

from monitor.config.findings import Findings, Spot
from monitor.config.keys import RawHttp
from monitor.config.secret import Sources, is_reference, resolved
from monitor.ports import Access

# Characters: 24 of a base64 text are 18 random bytes.
_LEAST, _MOST = 24, 500
_MAKE_ONE = "make one by: openssl rand -base64 32"


def read_access(raw: RawHttp, spot: Spot, sources: Sources, findings: Findings) -> Access:
    """Return who may ask; a token is a must on addresses that others than this machine reach."""
    token = None if raw.token is None else _token(raw.token, spot, sources, findings)
    safe = raw.listen is None or is_loopback(raw.listen[0]) or raw.token is not None
    if raw.api and not safe:
        problem = (
            f"anybody could ask the API on this address; set http.token, or leave 'api' out; {_MAKE_ONE}"
        )
        spot.fault(findings, problem, "http", "api")
    return Access(on=safe if raw.api is None else raw.api, token=token)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    return host == "localhost" or ipaddress.ip_address(host).is_loopback


def _token(written: str, spot: Spot, sources: Sources, findings: Findings) -> str | None:
    if not is_reference(written):
        problem = "the token stands in this file for all to read; write env:NAME or file:/path instead"
        spot.warn(findings, problem, "http", "token")
    try:
        token = resolved(written, sources)
        if not (token.isascii() and token.isprintable() and " " not in token):
            raise ValueError(f"the token holds other than printable ASCII characters; {_MAKE_ONE}")  # noqa: TRY301
        if not _LEAST <= len(token) <= _MOST:
            raise ValueError(f"the token has not {_LEAST} to {_MOST} characters; {_MAKE_ONE}")  # noqa: TRY301
    except ValueError as error:
        spot.fault(findings, str(error), "http", "token")
        return None
    return token

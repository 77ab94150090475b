"""Where do hubs reach us, and what are their signatures made of?"""

from urllib.parse import urlsplit

from monitor.config.findings import Findings, Spot
from monitor.config.keys import RawHttp
from monitor.config.secret import Sources, is_reference, resolved, signing_key
from monitor.model import Pushes


def read_pushes(raw: RawHttp, spot: Spot, sources: Sources, findings: Findings) -> Pushes | None:
    """Return how hubs push; None where they are not asked to, or cannot."""
    if raw.public_url is not None and not _is_public_url(raw.public_url):
        problem = "is no address that hubs can call; write one such as https://monitor.example.org"
        spot.fault(findings, problem, "http", "public_url")
        return None
    if raw.websub is None:
        return None
    if raw.public_url is None or raw.listen is None:
        lack = "public_url" if raw.public_url is None else "listen"
        problem = f"hubs cannot call without http.{lack}; set it, or leave 'websub' out"
        spot.fault(findings, problem, "http", "websub")
        return None
    written = raw.websub.secret
    if not is_reference(written):
        problem = "the secret stands in this file for all to read; write env:NAME or file:/path instead"
        spot.warn(findings, problem, "http", "websub", "secret")
    try:
        return Pushes(public_url=raw.public_url.rstrip("/"), key=signing_key(resolved(written, sources)))
    except ValueError as error:
        spot.fault(findings, str(error), "http", "websub", "secret")
        return None


def _is_public_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and not (parts.username or parts.password or parts.query or parts.fragment)
    )

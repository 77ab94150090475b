"""Where do others reach us, and what are the signatures of hubs made of?"""

from urllib.parse import urlsplit

from monitor.config.findings import Findings, Spot
from monitor.config.keys import RawHttp
from monitor.config.secret import Sources, is_reference, resolved, signing_key
from monitor.model import Pushes

# It stands in two links for each match of an alert.
_MOST_CHARS = 100


def read_pushes(raw: RawHttp, spot: Spot, sources: Sources, findings: Findings) -> Pushes | None:
    """Return how hubs push; None where they are not asked to, or cannot."""
    if raw.websub is None or (raw.public_url is not None and not _is_public_url(raw.public_url)):
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


def read_verdicts_at(raw: RawHttp, spot: Spot, findings: Findings) -> str | None:
    """Return where verdicts are taken, without a slash at the end; None where nobody is asked for any."""
    if raw.public_url is None:
        return None
    if not _is_public_url(raw.public_url):
        problem = (
            "is no address that others can call; write one such as https://monitor.example.org, of at most "
            f"{_MOST_CHARS} characters"
        )
        spot.fault(findings, problem, "http", "public_url")
        return None
    return raw.public_url.rstrip("/") if raw.verdicts else None


def _is_public_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and len(url) <= _MOST_CHARS
        and not (parts.username or parts.password or parts.query or parts.fragment)
    )

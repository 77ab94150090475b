"""What a URL is called, and how it may be shown."""

import re
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

# Most URLs of pages are such: written in the one spelling, with neither user, port, query nor fragment.
_PLAIN = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)*)/[A-Za-z0-9/._~%+-]*")
_URL_IN_TEXT = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s'\"<>]+[@?][^\s'\"<>]*")
_KEY_IN_TEXT = re.compile(r"whsec_[A-Za-z0-9+/=_-]{8,}")
# Parameters that only tell where a reader came from; the same page answers without them.
_TRACKING = frozenset(
    (
        "fbclid",
        "gclid",
        "dclid",
        "msclkid",
        "mc_cid",
        "mc_eid",
        "igshid",
        "yclid",
        "wt_mc",
        "wt_zmc",
        "ref_src",
        "xtor",
        "cmpid",
        "ns_mchannel",
        "ns_source",
        "ns_campaign",
        "ns_linkname",
    )
)
_USERINFO = re.compile(r"^((?:[a-z][a-z0-9+.-]*:)?//)[^/?#]*@", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """Return one spelling for the many of the same page.

    Scheme and host in lower case, default port, fragment, user and tracking parameters dropped, the
    remaining parameters in their order. What is no URL is returned as it came.
    """
    if _PLAIN.fullmatch(url):
        return url
    parts = _split(url)
    if parts is None or not _host(parts):
        return url.strip()
    kept = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if key.lower() not in _TRACKING and not key.lower().startswith("utm_")
    ]
    query = urlencode(kept, errors="replace")
    # Spaces at the end of a path become the end of the URL, and would go next time.
    return urlunsplit((parts.scheme.lower(), _authority(parts), parts.path or "/", query, "")).strip()


def shown_url(url: str) -> str:
    """Return the URL without what may be secret: user, password, fragment, and every query value."""
    parts = _split(url)
    if parts is None or not parts.hostname:
        return "(not a URL)"
    query = "&".join(_shown_parameter(each) for each in parts.query.split("&") if each)
    return urlunsplit((parts.scheme.lower(), _authority(parts), parts.path, query, ""))


def _shown_parameter(parameter: str) -> str:
    """Return a parameter's name without its value; one without value may be a token all by itself."""
    name, _, value = parameter.partition("=")
    return f"{quote(unquote(name), errors='replace')}=…" if value.strip("=") else "…"


def without_secrets(text: str) -> str:
    """Return a text without signing keys; a URL with a user or a query is written as by `shown_url`."""
    return _KEY_IN_TEXT.sub("whsec_…", _URL_IN_TEXT.sub(lambda found: shown_url(found[0]), text))


def host_of(url: str) -> str:
    """Return the host in lower case, with its port where that is not the scheme's own.

    A text that is no URL gives an empty one.
    """
    plain = _PLAIN.fullmatch(url)
    if plain:
        return plain[1]
    parts = _split(url)
    return _authority(parts) if parts else ""


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return None
    return parts


def _host(parts: SplitResult) -> str:
    """Return the host without the dot at the end of a name that is whole; dots alone name none."""
    return (parts.hostname or "").lower().rstrip(".")


def _authority(parts: SplitResult) -> str:
    host = _host(parts)
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    if port is None or _DEFAULT_PORTS.get(parts.scheme.lower()) == port:
        return host
    return f"{host}:{port}"


def without_userinfo(url: str) -> str:
    """Return the URL as it stands, but for user and password; even where it is no URL that can be read."""
    return _USERINFO.sub(r"\1", url.strip())

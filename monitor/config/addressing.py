"""What does a receiver's format need beside a web address? Mail, patterns, and the bridge to Apprise."""

import re
from importlib.util import find_spec

from monitor.alerts.formats import template_faults
from monitor.config import values
from monitor.config.findings import Findings, Spot
from monitor.config.keys import RawReceiver
from monitor.config.places import Listing, Node, Table, Text, child, is_null
from monitor.config.secret import Sources, is_reference, resolved
from monitor.model import Mail

MAIL, TEMPLATE, APPRISE = "email", "template", "apprise"
# The scalars of JSON; a number of more digits could not be read back as it was written.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(\.[0-9]{1,14})?")
_KEYS_OF_MAIL = ("from", "to", "user", "password")


def address_of(raw: RawReceiver, spot: Spot, sources: Sources, findings: Findings) -> str:
    """Return where a receiver is; an empty text where that is at fault."""
    try:
        given = resolved(raw.url, sources)
        url = _checked(given, raw.format)
    except ValueError as error:
        spot.fault(findings, str(error), "url")
        return ""
    if url.lower().startswith("http://") and not raw.allow_private:
        problem = (
            "http is not secret; write https://…, or 'allow_private: true' where the receiver is internal"
        )
        spot.fault(findings, problem, "url")
    if raw.format == APPRISE:
        _check_bridge(raw, spot, findings)
    return url


def mail_of(raw: RawReceiver, spot: Spot, sources: Sources, findings: Findings) -> Mail | None:
    """Return from whom and to whom mail goes; None where the format is another, or something is at fault."""
    if raw.format != MAIL:
        _check_stray(_KEYS_OF_MAIL, MAIL, spot, findings)
        return None
    before = len(findings.faults)
    if raw.sender is None or not raw.to:
        missing = " and ".join(key for key, value in (("from", raw.sender), ("to", raw.to)) if not value)
        spot.fault(findings, f"mail needs {missing}; write the addresses it comes from and goes to")
    if (raw.user is None) is not (raw.password is None):
        there = "user" if raw.password is None else "password"
        spot.fault(findings, "signing in takes 'user' and 'password'; write both, or neither", there)
    if raw.password is not None and not is_reference(raw.password):
        problem = "the password stands in this file for all to read; write env:NAME or file:/path instead"
        spot.warn(findings, problem, "password")
    sender = _read(raw.sender, spot, sources, findings, "from", mail=True)
    to = [_read(each, spot, sources, findings, "to", index, mail=True) for index, each in enumerate(raw.to)]
    user = _read(raw.user, spot, sources, findings, "user")
    password = _read(raw.password, spot, sources, findings, "password")
    if len(findings.faults) > before:
        return None
    return Mail(sender=sender, recipients=tuple(to), user=user or None, password=password)


def template_of(raw: RawReceiver, spot: Spot, findings: Findings) -> object:
    """Return the pattern of a body as plain JSON; None where the format is another, or it is at fault."""
    if raw.format != TEMPLATE:
        _check_stray(("template",), TEMPLATE, spot, findings)
        return None
    if raw.template is None:
        spot.fault(
            findings, "needs a 'template'; write the body, with {{ article.title }} and the like", "format"
        )
        return None
    pattern, faulty = _plain(raw.template), False
    for path, problem in template_faults(pattern):
        spot.fault(findings, problem, "template", *path)
        faulty = True
    return None if faulty else pattern


def _checked(url: str, form: str) -> str:
    if form == MAIL:
        return values.mail_url(url)
    if form == APPRISE:
        if not re.fullmatch(r"[a-z][a-z0-9+.-]*://\S+", url, re.IGNORECASE):
            raise ValueError("is no address that Apprise knows; write env:NAME, where one stands")
        return url
    if url.lower().startswith(("smtp://", "smtps://")):
        raise ValueError(f"is a mail server; write 'format: {MAIL}' beside it")
    return values.web_url(url)


def _check_bridge(raw: RawReceiver, spot: Spot, findings: Findings) -> None:
    if find_spec("apprise") is None:
        problem = "needs the package 'apprise', which is not installed; install news-monitor[apprise]"
        spot.fault(findings, problem, "format")
    if not is_reference(raw.url):
        problem = "the address is a secret that stands in this file for all to read; write env:NAME instead"
        spot.warn(findings, problem, "url")


def _check_stray(keys: tuple[str, ...], form: str, spot: Spot, findings: Findings) -> None:
    for key in keys:
        node = child(spot.node, key)
        if node is not None and not is_null(node):
            spot.fault(findings, f"has a meaning only with 'format: {form}'; write that, or remove it", key)


def _read(
    written: Text | None,
    spot: Spot,
    sources: Sources,
    findings: Findings,
    *steps: str | int,
    mail: bool = False,
) -> str:
    """Return a value or what a reference to it leads to; empty where there is none, or it is at fault."""
    if written is None:
        return ""
    try:
        found = resolved(written, sources)
        return values.mail_address(found) if mail else found
    except ValueError as error:
        spot.fault(findings, str(error), *steps)
        return ""


def _plain(node: Node) -> object:
    if isinstance(node, Table):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, Listing):
        return [_plain(each) for each in node]
    if node.quoted:
        return str(node)
    if is_null(node) or node in ("true", "false"):
        return None if is_null(node) else node == "true"
    number = _NUMBER.fullmatch(node)
    if number:
        return float(node) if number[1] else int(node)
    return str(node)

"""Alerts as an Atom feed (RFC 4287), for a feed reader."""

from collections.abc import Mapping
from typing import Any

from monitor.ops.page import is_web, said, sure

# RFC 4151; `.invalid` belongs to nobody, and these ids are no addresses.
_ID = "tag:news-monitor.invalid,2026:"


def atom(report: Mapping[str, Any]) -> str:
    """Return a feed of the alerts of what `report.gather` gives, the newest first."""
    entries = "".join(map(_entry, report["alerts"]["shown"]))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{_ID}alerts</id><title>News monitor: alerts</title><updated>{said(report['until'])}</updated>"
        f"<author><name>News monitor</name></author>{entries}</feed>\n"
    )


def _entry(alert: Mapping[str, Any]) -> str:
    article = alert["article"] or {}
    url = article.get("url")
    link = f'<link rel="alternate" href="{said(url)}"/>' if is_web(url) else ""
    title = article.get("title") or ", ".join(alert["entities"])
    labels = "".join(f'<category term="{said(entity)}"/>' for entity in alert["entities"])
    # HTML within XML: escaped once as what it says, and once more as what carries it.
    content = said("".join(map(_quote, alert["matches"])) or _names(alert))
    return (
        f"<entry><id>{_ID}{said(alert['id'])}</id><title>{said(title)}</title>{link}"
        f"<updated>{said(alert['raised_at'])}</updated>{labels}"
        f'<content type="html">{content}</content></entry>'
    )


def _names(alert: Mapping[str, Any]) -> str:
    return f"<p>{said(', '.join(alert['entities']))}</p>"


def _quote(match: Mapping[str, Any]) -> str:
    before, marked, behind = map(said, match["sentence"] or ("", "", ""))
    level = "about it" if match["about"] else "a mention"
    quote = f"<blockquote>{before}<mark>{marked}</mark>{behind}</blockquote>" if match["sentence"] else ""
    return f"<p><b>{said(match['entity'])}</b>, {level}, {sure(match['confidence'])} sure</p>{quote}"

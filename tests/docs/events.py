"""Writes the example behind each mark in docs/webhooks.md, docs/openapi.json and docs/api.json.

python -m tests.docs.events            print the page
python -m tests.docs.events --write    write all
"""
# ruff: noqa: T201 - a command that prints

import json
import re
import sys
from pathlib import Path

from monitor.adapters.api import describe
from monitor.alerts.examples import example_events
from monitor.alerts.formats.standard import body_of
from monitor.alerts.openapi import openapi
from monitor.model import EventType

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, DOCUMENT, API = DOCS / "webhooks.md", DOCS / "openapi.json", DOCS / "api.json"
MARKED = re.compile(r"(<!-- example: ([a-z._]+) -->\n\n```json\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)
WIDTH = 120


def page(text: str) -> str:
    """Return the page with every example as the program makes it."""
    examples = example_events()

    def written(found: re.Match[str]) -> str:
        return f"{found[1]}{laid_out(body_of(examples[EventType(found[2])]))}\n{found[4]}"

    return MARKED.sub(written, text)


def document() -> str:
    """Return the OpenAPI document as it stands on disk."""
    return laid_out(openapi()) + "\n"


def api() -> str:
    """Return the description of the API as it stands on disk."""
    return laid_out(describe()) + "\n"


def laid_out(value: object, indent: int = 0, before: int = 0) -> str:
    """Return JSON in which whatever fits into a line stands on one; `before` is what stands there already."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or indent + before + len(line) <= WIDTH:
        return line
    inner = indent + 2
    if isinstance(value, list):
        parts = [laid_out(each, inner) for each in value]
        opening, closing = "[", "]"
    else:
        names = [f"{json.dumps(name)}: " for name in value]
        parts = [
            name + laid_out(each, inner, len(name)) for name, each in zip(names, value.values(), strict=True)
        ]
        opening, closing = "{", "}"
    return f"{opening}\n{_filled(parts, inner)}\n{' ' * indent}{closing}"


def _filled(parts: list[str], indent: int) -> str:
    """Return parts in as few lines as they fit into; one of several lines stands alone."""
    lines: list[str] = []
    for part in parts:
        short = lines and "\n" not in part and "\n" not in lines[-1]
        if short and indent + len(lines[-1]) + len(part) + 3 <= WIDTH:
            lines[-1] += f", {part}"
        else:
            lines.append(part)
    return ",\n".join(" " * indent + line for line in lines)


if __name__ == "__main__":
    found = page(PAGE.read_text("utf-8"))
    if "--write" in sys.argv:
        PAGE.write_text(found, "utf-8")
        DOCUMENT.write_text(document(), "utf-8")
        API.write_text(api(), "utf-8")
    else:
        print(found)

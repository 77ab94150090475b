"""Does every relative link in the documents lead somewhere?"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "seeds/**/*.md")
    for path in ROOT.glob(pattern)
)
CODE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*<?(\S+?)>?$", re.MULTILINE)


def test_the_documents_of_a_user_are_there() -> None:
    wanted = {"README.md", "CHANGELOG.md", "docs/configuration.md", "docs/webhooks.md", "docs/operations.md"}

    assert wanted <= set(DOCUMENTS)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_relative_link_leads_somewhere(document: str) -> None:
    dead = [link for link in relative_links(document) if not leads(ROOT / document, link)]

    assert [] == dead


def test_every_decision_is_listed_once_by_number_which_its_title_repeats() -> None:
    files = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [path.name[:4] for path in files]
    titles = [path.read_text(encoding="utf-8").partition(".")[0] for path in files]

    assert [f"{number:04}" for number in range(1, len(numbers) + 1)] == numbers
    assert [f"# {int(number)}" for number in numbers] == titles


def relative_links(document: str) -> Iterator[str]:
    """Give the targets of links that stay within the project; links in examples of code are none."""
    text = CODE.sub("", (ROOT / document).read_text(encoding="utf-8"))
    for inline, reference in LINK.findall(text):
        target = inline or reference
        if not re.match(r"[a-z][a-z0-9+.-]*:", target, re.IGNORECASE):
            yield target


def leads(document: Path, link: str) -> bool:
    """Tell whether a link's file exists, and its heading where it names one."""
    name, _, heading = link.partition("#")
    target = (document.parent / name) if name else document
    if not target.exists() or not target.resolve().is_relative_to(ROOT):
        return False
    return not heading or heading in headings(target)


def headings(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as they are made where it is read."""
    text = CODE.sub("", document.read_text(encoding="utf-8"))
    titles = re.findall(r"^#{1,6}\s+(.+?)\s*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

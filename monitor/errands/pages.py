"""Pages and feeds, fetched and read as the service would, for one command."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from monitor.adapters.http import HttpDoor
from monitor.adapters.sandbox import ProcessSandbox, SandboxPolicy
from monitor.articles.extract import read_page
from monitor.model import Announced, Document, Extracted, FetchFailed, SandboxFailed
from monitor.ports import FetchPolicy

# What a process that reads pages, or feeds, imports before its first document.
PAGES = ("monitor.articles.extract", "trafilatura.core")
FEEDS = ("monitor.feeds.parse", "feedparser", "monitor.feeds.discovery")


def fetch_page(policy: FetchPolicy, url: str) -> Document | FetchFailed:
    """Fetch one page as the service would: robots.txt, the guard of addresses and every limit hold."""
    with closing(HttpDoor(policy)) as door:
        return door.get(url)


@contextmanager
def web_and_sandbox(policy: FetchPolicy) -> Iterator[tuple[HttpDoor, ProcessSandbox]]:
    """Open what one command needs to ask sites and to read what they answer."""
    sandbox = ProcessSandbox(SandboxPolicy(workers=1), FEEDS)
    with closing(HttpDoor(policy)) as door, closing(sandbox):
        yield door, sandbox


def read_apart(document: Document, announced: Announced) -> Extracted | SandboxFailed:
    """Read one page in a process that can be killed."""
    with closing(ProcessSandbox(SandboxPolicy(workers=1), PAGES)) as sandbox:
        return sandbox.run(read_page, document, announced)

"""Two configurations, ready for one command to judge, and the pages that are read for it."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from monitor.adapters.sandbox import ProcessSandbox, SandboxPolicy
from monitor.articles.extract import read_page
from monitor.config.schema import Config
from monitor.errands.pages import PAGES
from monitor.model import Announced, Document, Extracted, SandboxFailed
from monitor.ports import Store
from monitor.steps.rules import Rules, build_rules
from monitor.upkeep import Recalled, having_recalled, recall

Pages = Sequence[tuple[Document, Announced]]
ReadAll = Callable[[Pages], Sequence[Extracted | SandboxFailed]]


def rules_for(config: Config, store: Store | None) -> Rules:
    """Make of a configuration what judging needs, with what the store, where one is asked, has learned."""
    rules = build_rules(config)
    return rules if store is None else having_recalled(rules, recall(store, rules, Recalled()))


@contextmanager
def pages_apart(processes: int) -> Iterator[ReadAll]:
    """Give what reads many pages at once, in processes that can be killed; they start with the first page."""
    opened: list[ProcessSandbox] = []

    def read_all(pages: Pages) -> Sequence[Extracted | SandboxFailed]:
        if not opened:
            opened.append(ProcessSandbox(replace(SandboxPolicy(), workers=processes), PAGES))
        with ThreadPoolExecutor(processes) as threads:
            return list(threads.map(lambda page: opened[0].run(read_page, *page), pages))

    try:
        yield read_all
    finally:
        for each in opened:
            each.close()

"""`monitor demo`: the real worker on the bundled seeds, from feed to verified alert."""

import secrets
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from monitor.config.load import load_config
from monitor.config.schema import Config
from monitor.demo.desk import Desk, Received
from monitor.demo.web import SeedServer
from monitor.errors import UsageError
from monitor.matching.explain import in_words
from monitor.model import MatchReason
from monitor.ops.tables import Shown, Table

# The first entities of the product, as a user would write them.
CONFIGURATION = """\
store: {{url: "sqlite:///{store}"}}
network:
  allow_private: ["127.0.0.0/8"]
  per_host: {{at_once: 4, pause: 0s}}
feeds:
{feeds}
entities:
  amazon:
    kind: organization
    names: [Amazon, Amazon.com, {{text: AWS, case: exact}}]
    not: [Amazonas, Amazon River, Amazon rainforest, Amazonen]
    context: [Jassy, Cloud, Alexa]
    not_context: [Regenwald, rainforest]
    related: [desantis, trainium]
    wikidata: Q3884
  desantis: {{kind: person, names: [Peter DeSantis], not: [Ron DeSantis]}}
  trainium: {{kind: product, names: [Trainium]}}
receivers:
  desk: {{url: "{desk}", secrets: ["env:DEMO_SECRET"], allow_private: true}}
http: {{listen: null}}
"""


class DemoStore(Protocol):
    """What is read of the store once the worker has finished."""

    def recent_articles(self, limit: int) -> Sequence[Mapping[str, Any]]:
        """Return the newest articles with their matches and refusals, as plain JSON."""
        ...


class DemoWorker(Protocol):
    """The part of the worker that the demo drives."""

    store: Any

    def once(self) -> None:
        """Perform all that is due, to the end."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


def run_demo(make_worker: Callable[[Config], DemoWorker], say: Callable[[str], None]) -> Shown:
    """Publish the seeds on loopback, run the worker over them, and return what alerted and what not.

    Raises:
        UsageError: the seeds are not where they belong.
    """
    began = time.monotonic()
    secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
    seeds = SeedServer(seeds_folder())
    desk = Desk(secret)
    with tempfile.TemporaryDirectory(prefix="news-monitor-demo-") as folder:
        say("starting the worker")
        config = _configure(Path(folder), seeds, desk, secret)
        worker = make_worker(config)
        try:
            worker.once()
            articles = worker.store.recent_articles(100)
        finally:
            worker.close()
            seeds.close()
            desk.close()
    return _shown(desk.received(), articles, time.monotonic() - began)


def seeds_folder() -> Path:
    """Return where the seeds are: inside the installed package, or beside it in a checkout.

    Raises:
        UsageError: they are at neither place.
    """
    package = Path(__file__).parent
    for folder in (package / "seeds", package.parent.parent / "seeds"):
        if (folder / "feeds").is_dir():
            return folder
    raise UsageError("the demo's seeds are missing from this installation")


def _configure(folder: Path, seeds: SeedServer, desk: Desk, secret: str) -> Config:
    feeds = "\n".join(f'  - {{url: "{url}", first_poll: all}}' for url in seeds.feeds())
    file = folder / "monitor.yaml"
    file.write_text(
        CONFIGURATION.format(store=folder / "monitor.db", feeds=feeds, desk=desk.url), encoding="utf-8"
    )
    return load_config(file, {"DEMO_SECRET": secret})


def _shown(received: Sequence[Received], articles: Sequence[Mapping[str, Any]], seconds: float) -> Shown:
    bad = [each for each in received if each.problem]
    plain = {
        "alerts": [each.event for each in received],
        "verified": len(received) - len(bad),
        "articles": list(articles),
    }
    words = (
        f"{len(articles)} articles read, {len(received)} alerts received, {len(received) - len(bad)} "
        f"signatures verified with the reference library, in {seconds:.1f} s",
        *(f"{each.id}: signature refused: {each.problem}" for each in bad),
    )
    return Shown(
        plain=plain,
        tables=(_alerted(received), _refused(articles), _silent(articles)),
        words=words,
        failed=bool(bad) or not received,
    )


def _alerted(received: Sequence[Received]) -> Table:
    rows = []
    for each in received:
        content = each.event["data"]
        for match in content.get("matches", ()):
            evidence = match["evidence"][0] if match["evidence"] else {"sentence": "", "surface": ""}
            rows.append(
                (
                    content["article"]["title"],
                    match["entity"]["name"],
                    f"{match['salience']['level']}, {match['confidence']['value']:.2f}",
                    str(match["mentions"]),
                    _marked(evidence),
                    ", ".join(match["confidence"]["reasons"][:3]),
                )
            )
    return Table(
        title="alerted",
        columns=("article", "entity", "level", "mentions", "first evidence", "why"),
        rows=rows,
        empty="no alert arrived",
    )


def _marked(evidence: Mapping[str, Any]) -> str:
    """Return the sentence with its mention between « and »."""
    sentence, surface = str(evidence["sentence"]), str(evidence["surface"])
    return sentence.replace(surface, f"«{surface}»", 1)


def _refused(articles: Sequence[Mapping[str, Any]]) -> Table:
    rows = []
    for article in articles:
        for rejected in article["rejected"]:
            surfaces = list(dict.fromkeys(mention["surface"] for mention in rejected["mentions"]))
            against = [each for each in rejected["evidence"] if each["weight"] < 0]
            why = "; ".join(in_words(MatchReason(each["reason"]), each["text"]) for each in against[:2])
            rows.append((article["title"], rejected["entity"], ", ".join(surfaces[:4]), why))
    return Table(
        title="refused",
        columns=("article", "entity", "what stood there", "why it is not meant"),
        rows=rows,
        empty="nothing was refused",
    )


def _silent(articles: Sequence[Mapping[str, Any]]) -> Table:
    """Return what became of the articles that sent nothing: told already, or naming nobody."""
    rows = [
        (
            article["title"],
            article["verdict"],
            "same story as another: told once" if article["matches"] else "names nobody who is watched",
        )
        for article in articles
        if not article["alerts"]
    ]
    return Table(title="silent", columns=("article", "text", "why nothing was sent"), rows=rows)

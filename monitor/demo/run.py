"""`monitor demo`: the real worker on the bundled seeds, from feed to verified alert."""

import secrets
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from monitor.config.load import load_config
from monitor.config.schema import Config
from monitor.demo.desk import Desk, Received
from monitor.demo.web import SeedServer
from monitor.errors import UsageError
from monitor.matching.explain import in_words
from monitor.model import Article, Match
from monitor.tables import Shown, Table

# The first entities of the product, as a user would write them.
# Evidence and reasons stand side by side: at 100 columns they break inside words.
_WIDTH = 120
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


class Found(Protocol):
    """An article as the store holds it, with what was accepted and refused in it."""

    @property
    def article(self) -> Article: ...  # noqa: D102
    @property
    def matches(self) -> Sequence[Match]: ...  # noqa: D102
    @property
    def refused(self) -> Sequence[Match]: ...  # noqa: D102


class DemoWorker(Protocol):
    """The part of the worker that the demo drives."""

    store: Any

    def once(self) -> None:
        """Perform all that is due, to the end."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


@contextmanager
def run_demo(
    make_worker: Callable[[Config], DemoWorker], say: Callable[[str], None]
) -> Iterator[tuple[Config, Shown]]:
    """Publish the seeds on loopback, run the worker over them, and give what alerted and what not.

    Seeds, receiver and store are there until the context ends.

    Raises:
        UsageError: the seeds are not where they belong.
    """
    began = time.monotonic()
    secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
    with (
        closing(SeedServer(seeds_folder())) as seeds,
        closing(Desk(secret)) as desk,
        tempfile.TemporaryDirectory(prefix="news-monitor-demo-") as folder,
    ):
        say("starting the worker")
        config = _configure(Path(folder), seeds, desk, secret)
        worker = make_worker(config)
        try:
            worker.once()
            articles = worker.store.recent_articles(100)
        finally:
            worker.close()
        yield config, _shown(desk.received(), articles, time.monotonic() - began)


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
    feeds = "\n".join(f'  - {{url: "{url}", first_poll: all, every: 5s}}' for url in seeds.feeds())
    file = folder / "monitor.yaml"
    file.write_text(
        CONFIGURATION.format(store=folder / "monitor.db", feeds=feeds, desk=desk.url), encoding="utf-8"
    )
    return load_config(file, {"DEMO_SECRET": secret})


def _shown(received: Sequence[Received], articles: Sequence[Found], seconds: float) -> Shown:
    bad = [each for each in received if each.problem]
    verified = len(received) - len(bad)
    told = f"{len(articles)} articles read, {len(received)} alerts received, {verified} signatures verified"
    words = (
        f"{told} with the reference library, in {seconds:.1f} s",
        *(f"{each.id}: signature refused: {each.problem}" for each in bad),
    )
    return Shown(
        plain={"alerts": [each.event for each in received], "verified": verified, "seconds": seconds},
        tables=(*map(_alerted, received), _refused(articles), _silent(articles, received)),
        words=words,
        failed=bool(bad) or not received,
    )


def _alerted(received: Received) -> Table:
    """Return one alert: its article as the title, a row for each entity."""
    content = received.event["data"]
    rows = [
        (
            match["entity"]["name"],
            f"{match['salience']['level']} {match['salience']['value']:.2f}",
            str(match["mentions"]),
            _marked(match["evidence"][0]),
            f"{match['confidence']['value']:.2f}",
            "\n".join(match["confidence"]["reasons"][:3]),
        )
        for match in content["matches"]
    ]
    columns = ("entity", "salience", "named", "first evidence", "sure", "why")
    return Table(
        title=f"ALERTED  {content['article']['title']}", columns=columns, rows=rows, prose=True, width=_WIDTH
    )


def _marked(evidence: Mapping[str, Any]) -> str:
    """Return the sentence with its mention between « and »."""
    surface = str(evidence["surface"])
    return str(evidence["sentence"]).replace(surface, f"«{surface}»", 1)


def _refused(articles: Sequence[Found]) -> Table:
    rows = []
    for found in reversed(articles):
        title = found.article.zones.title
        for rejected in found.refused:
            surfaces = dict.fromkeys(mention.surface for mention in rejected.mentions)
            against = sorted(rejected.evidence, key=lambda each: each.weight)[:2]
            why = "; ".join(in_words(each.reason, each.text) for each in against if each.weight < 0)
            rows.append((title, rejected.entity, ", ".join(tuple(surfaces)[:4]), why))
            title = ""
    columns = ("article", "entity", "what stood there", "why it is not meant")
    return Table(
        title="REFUSED", columns=columns, rows=rows, empty="nothing was refused", prose=True, width=_WIDTH
    )


def _silent(articles: Sequence[Found], received: Sequence[Received]) -> Table:
    """Return what became of the articles that sent nothing."""
    sent = {each.event["data"]["article"]["url"] for each in received}
    rows = [
        (found.article.zones.title, _why_silent(found))
        for found in reversed(articles)
        if found.article.url not in sent
    ]
    return Table(
        title="SILENT", columns=("article", "why nothing was sent"), rows=rows, prose=True, width=_WIDTH
    )


def _why_silent(found: Found) -> str:
    if found.matches:
        return "the same story as an article above: told once"
    return "all that stood there was refused" if found.refused else "its text names nobody who is watched"

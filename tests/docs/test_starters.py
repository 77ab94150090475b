"""Do the lists that people may start with load, and are they what they say?"""

from pathlib import Path

import pytest

from monitor.config.load import load_config
from monitor.config.opml import read_opml
from monitor.config.schema import Config
from monitor.matching.matcher import build_matcher
from monitor.model import Zones

CONFIG = Path(__file__).parents[2] / "config"
FEEDS = sorted((CONFIG / "feeds").glob("*.opml"))
WATCHLIST = CONFIG / "watchlists" / "german-companies.csv"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    path = tmp_path_factory.mktemp("starters") / "monitor.yaml"
    feeds = "".join(f"  - {{opml: '{each}'}}\n" for each in FEEDS)
    path.write_text(
        f"feeds:\n{feeds}entities:\n  german: {{file: '{WATCHLIST}'}}\n"
        "receivers: {desk: {url: 'https://example.org/', format: slack}}\n"
    )
    return load_config(path, {})


def test_every_list_loads_without_a_warning(config: Config) -> None:
    assert 4 == len(FEEDS)
    assert () == config.warnings
    assert len(config.feeds) == sum(len(read_opml(each.read_bytes())) for each in FEEDS)


def test_feeds_are_asked_over_tls_and_can_be_chosen_by_their_category(config: Config) -> None:
    assert [] == [feed.url for feed in config.feeds if not feed.url.startswith("https://")]
    assert {"/business/de", "/business/en", "/technology/de", "/technology/en"} == {
        feed.labels["category"] for feed in config.feeds
    }
    assert all(feed.title for feed in config.feeds)


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_a_list_says_that_nobody_has_fetched_it(path: Path) -> None:
    assert "Nobody has fetched them to check this list" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Die Allianz erhöht ihre Prämien.", ["allianz"]),
        ("In der Allianz Arena gewann Bayern.", []),
        ("Henkel verkauft mehr Persil.", ["henkel"]),
        ("Hans-Olaf Henkel kritisiert die Regierung.", []),
        ("Merck & Co. meldet Zahlen aus New Jersey.", []),
        ("Porsche baut in Zuffenhausen den Taycan.", ["porsche"]),
        ("Wolfgang Porsche reist nach Salzburg.", []),
        ("Rot-Weiss Essen gewinnt das Derby.", []),
        ("Siemens Energy liefert Gasturbinen.", ["siemens-energy"]),
        ("VW plant in Wolfsburg einen Umbau.", ["volkswagen"]),
    ],
)
def test_the_watchlist_tells_companies_from_their_namesakes(
    config: Config, text: str, named: list[str]
) -> None:
    matched = build_matcher(config.entities, {}).match(Zones(title="", text=text, lead_end=len(text)), "de")

    assert named == [match.entity for match in matched.matches]

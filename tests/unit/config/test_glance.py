"""One look at a configuration says what the whole reading says, or nothing."""

from pathlib import Path

import pytest

from monitor.config.glance import TOP_KEYS, Whereabouts, glance
from monitor.config.keys import SETTINGS
from monitor.config.load import load_config

HOOK = "receivers: {desk: https://hooks.example.org/news}\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "monitor.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ("", {}),
        ("store: {url: 'sqlite:///there.db'}\n", {}),
        ("store: {url: 'env:STORE'}\n", {"STORE": "postgresql://db.example/news"}),
        ("store: {url: 'file:store.txt'}\n", {}),
        ("", {"MONITOR__STORE__URL": "sqlite:///elsewhere.db"}),
        ("http: {listen: '[::1]:9999'}\n", {}),
        ("http: {listen: null}\n", {}),
        ("http: {}\n", {}),
        ("store:\nhttp:\n", {}),
        ("", {"MONITOR__HTTP__LISTEN": ":9465"}),
    ],
)
def test_what_it_says_is_what_the_whole_reading_says(
    tmp_path: Path, text: str, environ: dict[str, str]
) -> None:
    (tmp_path / "store.txt").write_text("sqlite:///from-a-file.db\n")
    path = written(tmp_path, f"feeds: [https://www.example.org/a.rss]\nentities: [Amazon]\n{HOOK}{text}")
    whole = load_config(path, environ)

    seen = glance(path, environ) or whole

    assert (whole.store_url, whole.listen) == (seen.store_url, seen.listen)


def test_what_is_wrong_elsewhere_and_lists_of_entities_are_not_looked_at(tmp_path: Path) -> None:
    path = written(
        tmp_path, "feeds: [{every: never}]\nentities: [{file: none.csv}]\nstore: {url: 'sqlite:///a'}"
    )

    assert Whereabouts(store_url="sqlite:///a", listen=("127.0.0.1", 9464)) == glance(path, {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        "store: {url: 'sqlite:///a.db'",
        "stroe: {url: 'sqlite:///a.db'}",
        "store: {ulr: 'sqlite:///a.db'}",
        "store: {url: 'sqlite:///a.db', path: b.db}",
        "store: {url: [a]}",
        "store: a.db",
        "store: {url: 'mysql://a/b'}",
        "store: {url: 'env:NOT_SET'}",
        "store: {url: ' '}",
        "http: {listen: anywhere}",
        "http: [listen]",
    ],
)
def test_where_the_store_or_the_port_may_be_at_fault_it_says_nothing(tmp_path: Path, text: str) -> None:
    assert glance(written(tmp_path, text), {}) is None
    assert glance(tmp_path / "none.yaml", {}) is None


def test_it_knows_every_key_of_the_top() -> None:
    assert sorted(SETTINGS) == sorted(TOP_KEYS)

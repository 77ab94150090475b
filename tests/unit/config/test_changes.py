"""A reload tells what it changed."""

from pathlib import Path

from monitor.config.changes import changes
from monitor.config.load import load_config
from monitor.config.schema import Config

BEFORE = """
feeds: [{id: kurier, url: 'https://www.example.org/a.rss'}, {id: bote, url: 'https://www.example.org/b.rss'}]
entities: {amazon: {names: [Amazon, AWS]}, trainium: [Trainium]}
receivers: {desk: 'https://hooks.example.org/news'}
watchlists: {all: {entities: [amazon], receivers: [desk]}}
"""
AFTER = """
feeds: [{id: kurier, url: 'https://www.example.org/c.rss'}, {id: blatt, url: 'https://www.example.org/b.rss'}]
entities: {amazon: {names: [Amazon]}, siemens: [Siemens], trainium: [Trainium]}
receivers: {desk: 'https://hooks.example.org/news', ops: 'https://hooks.example.org/ops'}
watchlists: {cloud: {entities: [amazon], receivers: [desk]}}
"""


def loaded(folder: Path, text: str) -> Config:
    path = folder / "monitor.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, {})


def test_what_came_went_and_changed_is_counted_and_the_rest_left_out(tmp_path: Path) -> None:
    before, after = loaded(tmp_path, BEFORE), loaded(tmp_path, AFTER)

    assert {
        "feeds_added": 1,
        "feeds_removed": 1,
        "feeds_changed": 1,
        "entities_added": 1,
        "entities_changed": 1,
        "watchlists_added": 1,
        "watchlists_removed": 1,
        "receivers_added": 1,
        "names": 3,
    } == changes(before, after)
    assert {"names": 3} == changes(before, before)

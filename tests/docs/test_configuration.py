"""Does every YAML example of the documents load, and does every key have one?"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator, ValidationError

from monitor.config import keys
from monitor.config.described import json_schema
from monitor.config.load import load_config
from monitor.config.places import Listing, Table, is_null, parse

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *(each for each in [ROOT / "README.md"] if each.is_file()),
]
# A block opened by exactly ```yaml is a configuration; ```yaml compose and the like are something else.
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = [
    pytest.param(block[1], id=f"{path.name}:{path.read_text('utf-8').count(chr(10), 0, block.start()) + 1}")
    for path in DOCUMENTS
    for block in BLOCK.finditer(path.read_text("utf-8"))
]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ENVIRON = {
    "API_TOKEN": "a-token-of-more-than-24-characters",
    "HUB_SECRET": SECRET,
    "DESK_SECRET": SECRET,
    "DESK_SECRET_OLD": SECRET,
    "MAIL_PASSWORD": "geheim",
    "SLACK_URL": "https://hooks.example.org/slack",
    "PARTNER_FEED": "https://partner.example.org/feed?token=1",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "ops").write_text(SECRET, "utf-8")
    (tmp_path / "watchlists" / "companies.csv").write_text("id,name\nsiemens,Siemens\n", "utf-8")
    (tmp_path / "feeds.opml").write_text(
        '<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example.org/rss"/></body></opml>',
        "utf-8",
    )
    return tmp_path


def plain(node: Any) -> Any:
    """Return what a YAML 1.2 reader, such as an editor's, makes of a value."""
    if isinstance(node, Table):
        return {str(key): plain(each) for key, each in node.items()}
    if isinstance(node, Listing):
        return [plain(each) for each in node]
    if is_null(node):
        return None
    if not node.quoted and re.fullmatch(r"true|false|[0-9]+(\.[0-9]+)?", node):
        return json.loads(node) if not re.fullmatch("0[0-9]+", node) else int(node)
    return str(node)


def key_paths(node: Any, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Return the paths of the keys in an example, with `*` for what users name themselves."""
    if isinstance(node, Listing):
        return {found for each in node for found in key_paths(each, path)}
    if not isinstance(node, Table):
        return set()
    free = path in {("entities",), ("watchlists",), ("receivers",)} or path[-1:] == ("labels",)
    free = free or path == ("watchlists", "*", "feeds")
    found = set()
    for key, each in node.items():
        below = (*path, "*" if free else str(key))
        found |= {below} | key_paths(each, below)
    return found


def keys_of(model: type[keys.Raw], path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found = set()
    for name, field in model.model_fields.items():
        below = (*path, field.alias or name)
        found.add(below)
        for inner in models_in(field.annotation):
            deeper = (*below, "*") if below in {("entities",), ("watchlists",), ("receivers",)} else below
            found |= keys_of(inner, deeper)
    return found


def models_in(kind: Any) -> list[type[keys.Raw]]:
    if isinstance(kind, type) and issubclass(kind, keys.Raw):
        return [kind]
    return [found for part in getattr(kind, "__args__", ()) for found in models_in(part)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_loads(example: str, folder: Path) -> None:
    path = folder / "monitor.yaml"
    path.write_text(example.replace("/run/secrets/ops", str(folder / "ops")), "utf-8")

    assert path == load_config(path, ENVIRON).path


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_fits_the_json_schema(example: str) -> None:
    root, _ = parse(example, "example")

    Draft202012Validator(json_schema()).validate(plain(root))


def test_every_key_has_an_example() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    shown = {found for block in BLOCK.finditer(text) for found in key_paths(parse(block[1], "example")[0])}
    wanted = keys_of(keys.RawConfig)

    # The short forms of entities hold keys that have their examples in the long form.
    short = {("entities", "file"), ("entities", "*", "text"), ("entities", "*", "case")}
    assert set() == wanted - shown - short


def test_the_schema_on_disk_is_current() -> None:
    on_disk = json.loads((ROOT / "config" / "monitor.schema.json").read_text("utf-8"))

    assert json_schema() == on_disk


def test_the_example_configuration_fits_the_json_schema() -> None:
    root, faults = parse((ROOT / "config" / "monitor.yaml").read_text("utf-8"), "monitor.yaml")

    assert [] == faults
    Draft202012Validator(json_schema()).validate(plain(root))


@pytest.mark.parametrize(
    "broken",
    [
        "feds: []",
        "feeds: https://www.example.org/",
        "feeds: [{url: 'https://www.example.org/', evry: 15m}]",
        "heartbeat: {every: 15}",
        "receivers: [desk]",
        "receivers: {desk: {secrets: []}}",
        "watchlists: {w: {min_confidence: 2}}",
        "watchlists: {w: {severity: loud}}",
        "entities: {amazon: {kind: firm, names: [Amazon]}}",
        "network: {per_host: {at_once: many}}",
        "http: []",
    ],
)
def test_the_json_schema_refuses_broken_files(broken: str) -> None:
    root, _ = parse(broken, "broken")

    with pytest.raises(ValidationError):
        Draft202012Validator(json_schema()).validate(plain(root))


def test_words_that_yaml_takes_for_numbers_fit_where_texts_stand() -> None:
    root, _ = parse(
        "feeds: [{url: 'https://a.example.org/', labels: {tier: 1}}]\nentities: [1860]", "example"
    )

    Draft202012Validator(json_schema()).validate(plain(root))

"""Who and what is watched? Names, mappings and CSV files of a hundred thousand → Entity."""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from monitor.config import values
from monitor.config.feeds import slug
from monitor.config.files import read_text
from monitor.config.findings import Findings, Spot
from monitor.config.keys import RawEntity, RawEntityFile
from monitor.config.places import Listing, Node, Place, Table, Text, as_listing, as_table, is_null
from monitor.config.reading import read
from monitor.model import Entity, EntityId, EntityKind, Learning, Name
from monitor.text.ids import derive_id

Progress = Callable[[int], None]
_COLUMNS = ("id", "kind", "name", "aliases", "not", "context")
_LARGEST = 200_000_000
_LONGEST_NAME = 200
# Rows between two calls of the progress callback.
_STRIDE = 1_000
# Made once: a list asks for every row.
_read_kind = values.choice(EntityKind)


@dataclass(frozen=True, slots=True)
class Watched:
    """The entities read; `spots` has every id that was named, faulty ones too.

    `groups` are the ids in each CSV file, by the key that the file stands under. `learn` holds for
    entities that say nothing else.
    """

    entities: list[Entity] = field(default_factory=list)
    spots: dict[str, Spot] = field(default_factory=dict)
    groups: dict[str, tuple[EntityId, ...]] = field(default_factory=dict)
    learn: Learning = Learning.OFF


def read_entities(
    spot: Spot | None,
    folder: FilePath,
    findings: Findings,
    progress: Progress,
    learn: Learning = Learning.OFF,
) -> Watched:
    """Return the entities under `entities`; relative files are read from `folder`.

    `progress` is told the number of rows read, every thousand of a CSV file.
    """
    watched = Watched(learn=learn)
    if spot is None:
        return watched
    if isinstance(spot.node, Listing):
        for index, node in enumerate(spot.node):
            _read_listed(Spot(node, (*spot.path, index)), folder, watched, findings, progress)
    elif isinstance(spot.node, Table):
        for key, node in spot.node.items():
            _read_named(key, Spot(node, (*spot.path, str(key))), folder, watched, findings, progress)
    else:
        spot.fault(findings, "is a single value; write a list of names, or a mapping of ids")
    _check_related(watched, findings)
    return watched


def entity_id(name: str) -> EntityId:
    """Return an id made from a name: `peter-desantis`; derived digits where it has no Latin letters."""
    return EntityId(slug(name)[:100].strip("-") or derive_id("entity-", name, digits=8))


# ---- from YAML -------------------------------------------------------------------------------


def _read_listed(
    spot: Spot, folder: FilePath, watched: Watched, findings: Findings, progress: Progress
) -> None:
    if isinstance(spot.node, Text) and spot.node.strip():
        name = str(spot.node).strip()
        _note_entity(entity_id(name), _names_alone(spot.node), spot, watched, findings)
    elif isinstance(spot.node, Table) and any(key == "file" for key in spot.node):
        _read_file("", spot, folder, watched, findings, progress)
    else:
        spot.fault(
            findings, "is no name; write a text, {file: FILE.csv}, or all entities as a mapping of ids"
        )


def _read_named(
    key: Text, spot: Spot, folder: FilePath, watched: Watched, findings: Findings, progress: Progress
) -> None:
    if isinstance(spot.node, Table) and any(each == "file" for each in spot.node):
        _read_file(str(key), spot, folder, watched, findings, progress)
        return
    try:
        values.identifier(key)
    except ValueError as error:
        findings.fault(key.place, spot.path, str(error))
    table = spot.node
    if is_null(table):
        findings.fault(key.place, spot.path, "is empty; write its names, such as [Amazon, AWS]")
        watched.spots[str(key)] = spot
        return
    if isinstance(table, Text | Listing):
        table = _names_alone(table)
    _note_entity(EntityId(str(key)), table, spot, watched, findings)


def _names_alone(node: Text | Listing) -> Table:
    names = as_listing([node], node.place) if isinstance(node, Text) else node
    return as_table({Text("names", node.place): names}, node.place)


def _note_entity(name: EntityId, node: Node, spot: Spot, watched: Watched, findings: Findings) -> None:
    if name in watched.spots:
        first = watched.spots[name].place()
        spot.fault(findings, f"entity '{name}' stands in {first.file}:{first.line} already; remove one")
        return
    watched.spots[name] = spot
    raw = read(RawEntity, Spot(node, spot.path), findings)
    if raw is not None:
        watched.entities.append(_entity(name, raw, watched.learn, spot, findings))


def _entity(name: EntityId, raw: RawEntity, learn: Learning, spot: Spot, findings: Findings) -> Entity:
    names = {str(each.text).strip(): Name(text=str(each.text).strip(), case=each.case) for each in raw.names}
    for index, written in enumerate(raw.names):
        problem = _name_fault(written.text)
        if problem:
            spot.fault(findings, problem, "names", index)
    decoys = _plain(raw.decoys)
    for index, decoy in enumerate(decoys):
        if decoy in names:
            spot.fault(findings, f"{values.shown(decoy)} is a name of it as well; remove one", "not", index)
    return Entity(
        id=name,
        kind=raw.kind,
        names=tuple(names.values()),
        decoys=decoys,
        context=_plain(raw.context),
        not_context=_plain(raw.not_context),
        require=_plain(raw.require),
        related=tuple(EntityId(each) for each in _plain(raw.related)),
        wikidata=raw.wikidata,
        learn=raw.learn or learn,
        tests_match=_plain(raw.tests.match),
        tests_no_match=_plain(raw.tests.no_match),
    )


def _plain(texts: list[Text]) -> tuple[str, ...]:
    return tuple(str(each).strip() for each in texts)


def _name_fault(name: str) -> str | None:
    if not any(each.isalnum() for each in name):
        return f"name {values.shown(name)} has no letter and no digit; write a name"
    if len(name) > _LONGEST_NAME:
        return f"name {values.shown(name)} is too long; write at most {_LONGEST_NAME} characters"
    return None


def _check_related(watched: Watched, findings: Findings) -> None:
    for entity in watched.entities:
        for index, other in enumerate(entity.related):
            spot = watched.spots[entity.id]
            if other == entity.id:
                spot.fault(findings, "an entity is not related to itself; remove it", "related", index)
            elif other not in watched.spots:
                hint = values.did_you_mean(other, watched.spots)
                spot.fault(findings, f"unknown entity {values.shown(other)}{hint}", "related", index)


# ---- from CSV --------------------------------------------------------------------------------


def _read_file(
    group: str, spot: Spot, folder: FilePath, watched: Watched, findings: Findings, progress: Progress
) -> None:
    raw = read(RawEntityFile, spot, findings)
    if raw is None:
        return
    file = str(raw.file).strip()
    before = len(watched.entities)
    try:
        text = read_text(folder / file, file, _LARGEST)
    except ValueError as error:
        spot.fault(findings, str(error), "file")
        return
    _read_rows(text, file, spot, watched, findings, progress)
    ids = tuple(entity.id for entity in watched.entities[before:])
    if not ids:
        spot.warn(findings, f"'{file}' holds no entity", "file")
    watched.groups[group] = watched.groups.get(group, ()) + ids


def _read_rows(
    text: str, file: str, spot: Spot, watched: Watched, findings: Findings, progress: Progress
) -> None:
    first = text[: text.find("\n")] if "\n" in text else text
    # Spreadsheets of many countries write semicolons.
    delimiter = ";" if ";" in first and "," not in first else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [each.strip().casefold() for each in next(rows, [])]
        if not _good_header(header, file, spot, findings):
            return
        begun = rows.line_num + 1
        for count, row in enumerate(rows, 1):
            if any(cell.strip() for cell in row):
                _read_row(header, row, Place(file, begun, 1), spot, watched, findings)
            begun = rows.line_num + 1
            if count % _STRIDE == 0:
                progress(count)
    except csv.Error as error:
        findings.fault(
            Place(file, rows.line_num, 1), spot.path, f"not CSV: {error}; check the quotation marks"
        )


def _good_header(header: list[str], file: str, spot: Spot, findings: Findings) -> bool:
    before = len(findings.faults)
    for column in header:
        if column not in _COLUMNS:
            hint = values.did_you_mean(column, _COLUMNS)
            findings.fault(Place(file, 1, 1), spot.path, f"unknown column {values.shown(column)}{hint}")
        elif header.count(column) > 1:
            findings.fault(Place(file, 1, 1), spot.path, f"column '{column}' stands twice; remove one")
    if "name" not in header:
        wanted = ",".join(_COLUMNS)
        problem = f"column 'name' is missing; begin the file with the line {wanted}"
        findings.fault(Place(file, 1, 1), spot.path, problem)
    return len(findings.faults) == before


def _read_row(
    header: list[str], row: list[str], place: Place, spot: Spot, watched: Watched, findings: Findings
) -> None:
    if len(row) > len(header):
        problem = (
            f"{len(row)} values for {len(header)} columns; put a value with a separator in quotation marks"
        )
        findings.fault(place, spot.path, problem)
        return
    cells = {column: cell.strip() for column, cell in zip(header, row, strict=False)}
    names = list(dict.fromkeys([cells.get("name", ""), *_many(cells, "aliases")]))
    name = EntityId(cells.get("id") or entity_id(names[0]))
    wrong = _row_fault(name, names, cells, watched)
    if wrong:
        findings.fault(place, spot.path, wrong)
        return
    watched.spots[name] = Spot(Text(names[0], place, quoted=True), spot.path)
    watched.entities.append(
        Entity(
            id=name,
            kind=EntityKind(cells.get("kind") or EntityKind.OTHER),
            names=tuple(Name(text=each) for each in names),
            decoys=tuple(_many(cells, "not")),
            context=tuple(_many(cells, "context")),
            learn=watched.learn,
        )
    )


def _row_fault(name: str, names: list[str], cells: Mapping[str, str], watched: Watched) -> str | None:
    if not names[0]:
        return "the name is empty; write one"
    try:
        values.identifier(name)
        if cells.get("kind"):
            _read_kind(cells["kind"])
    except ValueError as error:
        return str(error)
    if name in watched.spots:
        first = watched.spots[name].place()
        return f"entity '{name}' stands in {first.file}:{first.line} already; remove one"
    return next(filter(None, map(_name_fault, names)), None)


def _many(cells: Mapping[str, str], column: str) -> list[str]:
    return [each.strip() for each in cells.get(column, "").split("|") if each.strip()]

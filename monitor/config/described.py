"""What may an editor know of a configuration? Its JSON Schema, with the texts that stand below the keys.

They are read from the source once somebody asks for them: pydantic would read them at each start of each
command, for a third of the time that it takes to learn the keys.
"""

import ast
from collections import defaultdict
from collections.abc import Mapping
from inspect import cleandoc
from itertools import pairwise
from pathlib import Path
from typing import Any

from monitor.config import keys

# What stands below the fields of a class, by the name of each.
Texts = Mapping[str, Mapping[str, str]]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a configuration file."""
    texts, made = _texts(), keys.bare_schema()
    for name, schema in ((keys.RawConfig.__name__, made), *made["$defs"].items()):
        _describe(schema["properties"], getattr(keys, name), texts)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": "News monitor configuration",
    }


def _describe(properties: dict[str, dict[str, Any]], model: type[keys.Raw], texts: Texts) -> None:
    """Give each property of a model the text below its field, be that its own or inherited."""
    for each in model.__mro__:
        for name, text in texts.get(each.__name__, {}).items():
            key = model.model_fields[name].alias or name
            properties[key] = dict(sorted({**properties[key], "description": text}.items()))


def _texts() -> Texts:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    source = ast.parse(Path(keys.__file__).read_text(encoding="utf-8"))
    for model in (each for each in source.body if isinstance(each, ast.ClassDef)):
        for pair in pairwise(model.body):
            match pair:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[model.name][name] = cleandoc(text)
    return found

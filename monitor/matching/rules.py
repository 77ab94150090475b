"""Imports the rules of simplemma for some languages alone.

Observations: simplemma has rules for words that its dictionaries lack, in twenty-one languages, and compiles
all of them when it is imported: a sixth of the time in which a service starts.
Theory: where the package of the rules is there already, holding those that are wanted, it imports no others.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_PACKAGE = "simplemma.strategies.defaultrules"


@contextmanager
def rules_of(languages: Iterable[str]) -> Iterator[None]:
    """Have simplemma, if it is imported meanwhile for the first time, know the rules of these languages."""
    if "simplemma" not in sys.modules:
        sys.modules[_PACKAGE] = package = _package()
        for language in languages:
            rules = import_module(f"{_PACKAGE}.{language}")
            package.RULE_FUNCTIONS[language] = getattr(rules, f"apply_{language}")
    yield


def _package() -> Any:  # noqa: ANN401  (a module's names are not known)
    """Return the package of the rules without any."""
    found = find_spec("simplemma")
    assert found is not None
    assert found.origin is not None
    package: Any = ModuleType(_PACKAGE)
    package.__path__ = [str(Path(found.origin).parent.joinpath(*_PACKAGE.split(".")[1:]))]
    package.RULE_FUNCTIONS = {}
    return package

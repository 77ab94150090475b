"""What was found wrong, or worth telling, while a configuration was read; kept in the file's order."""

from dataclasses import dataclass, field

from monitor.config.places import Node, Path, Place, place_of
from monitor.errors import Fault


@dataclass(frozen=True, slots=True)
class Findings:
    """Two lists that grow while reading: faults forbid the configuration, warnings do not."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    def fault(self, place: Place, path: Path, problem: str) -> None:
        """Note what is wrong at a place."""
        self.faults.append(place.fault(path, problem))

    def warn(self, place: Place, path: Path, problem: str) -> None:
        """Note what is worth telling at a place."""
        self.warnings.append(place.fault(path, problem))


@dataclass(frozen=True, slots=True)
class Spot:
    """A value of the configuration and the path that leads to it: what a fault is told of."""

    node: Node
    path: Path

    def place(self, *steps: str | int) -> Place:
        """Return the place of what stands below, or of the last step that is there."""
        return place_of(self.node, steps)

    def fault(self, findings: Findings, problem: str, *steps: str | int) -> None:
        """Note what is wrong with this value, or with one below it."""
        findings.fault(self.place(*steps), (*self.path, *steps), problem)

    def warn(self, findings: Findings, problem: str, *steps: str | int) -> None:
        """Note what is worth telling of this value, or of one below it."""
        findings.warn(self.place(*steps), (*self.path, *steps), problem)


def in_order(faults: list[Fault], first: str) -> tuple[Fault, ...]:
    """Return each fault once: those of the file `first` by line and column, then those of the others."""
    unique = dict.fromkeys(faults)
    return tuple(sorted(unique, key=lambda each: (each.file != first, each.file, each.line, each.column)))

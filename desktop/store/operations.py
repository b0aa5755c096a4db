"""What replica and server say to each other: changes, what became of them, and rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

type Values = Mapping[str, Any]
"""Columns and what they hold, as JSON: ids and times are text."""

Kind = Literal["insert", "update", "delete"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One change to one row, as its author made it.

    ``seen`` are the values that the author saw: of the changed fields, or of a deleted row all. They are never adjusted afterwards.
    """

    id: UUID
    table: str
    row: UUID
    kind: Kind
    set: Values = field(default_factory=dict)
    seen: Values = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As ``lms.push`` takes it."""
        return {"op": str(self.id), "table": self.table, "row": str(self.row), "kind": self.kind, "set": self.set, "seen": self.seen}

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Operation:
        return Operation(UUID(values["op"]), values["table"], UUID(values["row"]), values["kind"], values["set"], values["seen"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an operation.

    ``result`` is ``done`` (every field set, or equal already), ``conflict`` (``fields`` kept the server's value), ``gone`` (the row, or
    what it belongs to, was deleted), ``kept`` (not deleted: ``fields`` were changed since, or something was put into it), or ``refused``
    (the values break a rule; ``message`` is the server's).
    """

    op: UUID
    result: str
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    code: str = ""
    message: str = ""

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> Outcome:
        return Outcome(UUID(values["op"]), values["outcome"], values.get("fields", {}), values.get("code", ""), values.get("message", ""))


@dataclass(frozen=True, slots=True)
class Pulled:
    """A row as the server has it; ``values`` is None where it was deleted."""

    table: str
    row: UUID
    version: int
    values: Values | None


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed in a course or bank after version ``since`` (None: everything there is), up to ``clock``."""

    scope: UUID
    since: int | None
    clock: int
    rows: tuple[Pulled, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations that are on their way, in order, and how far the replica knew its course when they left."""

    scope: UUID
    since: int | None
    operations: tuple[Operation, ...]

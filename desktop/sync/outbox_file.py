"""What waits, and what lost, as a file: taken to another computer, or to a colleague who may still write the course."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from desktop.errors import Invalid
from desktop.i18n import _
from desktop.store.authored import TABLES
from desktop.store.operations import Operation
from desktop.store.replica import Replica

LARGEST = 64 << 20
"""Bytes. A day's work is a thousandth of that."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file: ``changes`` were put among what waits, ``known`` were there already; ``left`` are in the file alone."""

    course: UUID
    changes: int
    known: int
    left: int


def export_outbox(replica: Replica, target: Path, scope: UUID) -> int:
    """Write what waits in a course, and what lost, to a readable file; returns how many entries that is. Raises OSError."""
    operations = [one.to_json() for one in replica.pending(scope)]
    lost = [
        {
            "table": conflict.table,
            "row": str(conflict.id),
            "kind": conflict.kind,
            "values": dict(conflict.row),
            "fields": {one.name: {"mine": one.mine, "seen": one.seen} for one in conflict.fields},
        }
        for conflict in replica.conflicts(scope)
    ]
    said = {"course": str(scope), "author": str(replica.member), "changes": operations, "conflicts": lost}
    target.write_text(json.dumps(said, indent=2, ensure_ascii=False), "utf-8")
    return len(operations) + len(lost)


def write_operations(target: Path, scope: UUID, author: UUID, operations: Sequence[Operation]) -> None:
    """Operations of one course as a file that :func:`import_outbox` takes. Raises OSError."""
    said = {"course": str(scope), "author": str(author), "changes": [one.to_json() for one in operations], "conflicts": []}
    target.write_text(json.dumps(said, indent=2, ensure_ascii=False), "utf-8")


def import_outbox(replica: Replica, source: Path) -> Taken:
    """Put the changes of a file among those that wait here. Each is merged by the server as if it had just been made.

    One's own changes keep their numbers: what the server had of them already, it answers as it did then. Those of a colleague get numbers
    that depend on who takes them, so that the same file twice is the same as once. A field that lost is tried again, with what its
    author saw.

    Raises:
        Invalid: the file is none of these, or somebody changed it by hand so that it makes no sense.
    """
    scope, author, operations, left = _read(source)
    if author != replica.member:
        operations = [Operation(uuid5(replica.member, str(one.id)), one.table, one.row, one.kind, one.set, one.seen) for one in operations]
    taken = replica.take(scope, operations)
    return Taken(scope, taken, len(operations) - taken, left)


def _read(source: Path) -> tuple[UUID, UUID, list[Operation], int]:
    try:
        if source.stat().st_size > LARGEST:
            raise ValueError("too large")
        found = json.loads(source.read_text("utf-8"))
        scope, author = UUID(found["course"]), UUID(found["author"])
        operations = [_sound(Operation.from_json(one)) for one in found["changes"]]
        lost = [one for one in found["conflicts"] if one["kind"] == "conflict"]
        operations += [_sound(_again(author, one)) for one in lost]
        return scope, author, operations, len(found["conflicts"]) - len(lost)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(
            _("“{name}” holds no changes to a course.").format(name=source.name),
            remedy=_("Choose a file that “Export what was not sent…” has written."),
            details=str(error),
        ) from error


def _again(author: UUID, lost: Mapping[str, Any]) -> Operation:
    """The fields that lost, tried once more under a number of their own."""
    fields: Mapping[str, Mapping[str, Any]] = lost["fields"]
    mine, seen = ({name: one[key] for name, one in fields.items()} for key in ("mine", "seen"))
    number = uuid5(author, json.dumps([lost["table"], lost["row"], mine, seen], sort_keys=True))
    return Operation(number if fields else uuid4(), lost["table"], UUID(lost["row"]), "update", mine, seen)


def _sound(operation: Operation) -> Operation:
    columns = TABLES[operation.table].columns
    if operation.kind not in ("insert", "update", "delete") or not isinstance(operation.set, dict) or not isinstance(operation.seen, dict):
        raise ValueError(operation.kind)
    if unknown := operation.set.keys() - columns:
        raise ValueError(f"{operation.table} has no {', '.join(sorted(unknown))}")
    return operation

"""Reading and changing the courses on this computer: what :class:`desktop.store.replica.Replica` deals to a read and to an edit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from sqlcipher3 import dbapi2 as sqlite

from desktop.errors import NotFound
from desktop.i18n import _
from desktop.store.authored import TABLES, Authored
from desktop.store.operations import Kind, Values

BLANK = {name: table.blank for name, table in TABLES.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """An authored row as the author sees it. ``values`` are JSON: ids and times are text, times in UTC.

    ``parent`` is what it belongs to; ``pending`` says that something of it still waits to be sent.
    """

    table: str
    id: UUID
    scope: UUID
    parent: UUID | None
    values: Values
    pending: bool = False

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)


@dataclass(frozen=True, slots=True)
class Edit:
    """Of one row: ``before`` and ``after`` are None where it was not there, and hold only what changed where it was there throughout."""

    table: str
    id: UUID
    before: Values | None
    after: Values | None


class Reader:
    """Reads of the replica, inside :meth:`Replica.read`."""

    def __init__(self, database: sqlite.Connection) -> None:
        self._database = database

    def find(self, table: str, row: UUID) -> Row | None:
        """The row, or None where there is none (any more)."""
        found = self._select("v.tbl = ? AND v.id = ?", (table, str(row)))
        return found[0] if found else None

    def get(self, table: str, row: UUID) -> Row:
        """The row; raises :class:`NotFound` where somebody deleted it."""
        found = self.find(table, row)
        if found is None:
            raise NotFound(_("This is no longer there. Somebody may have deleted it."))
        return found

    def children(self, table: str, parent: UUID) -> list[Row]:
        """The rows of ``table`` that belong to ``parent``, in their order."""
        return self._select("v.parent = ? AND v.tbl = ?", (str(parent), table))

    def list_all(self, table: str, scope: UUID) -> list[Row]:
        """Every row of ``table`` in a course, in the order of their positions (within each parent)."""
        return self._select("v.scope = ? AND v.tbl = ?", (str(scope), table))

    def _select(self, where: str, arguments: Sequence[object]) -> list[Row]:
        rows = self._database.execute(
            "SELECT v.tbl, v.id, v.scope, v.parent, v.data, EXISTS (SELECT 1 FROM outbox AS o WHERE o.tbl = v.tbl AND o.id = v.id)"
            f" FROM view AS v WHERE {where} ORDER BY v.position, v.id",
            arguments,
        )
        return [
            # What was fetched before a column was there has what the server gave that column then
            Row(table, UUID(row), UUID(scope), UUID(parent) if parent else None, BLANK[table] | json.loads(data), bool(pending))
            for table, row, scope, parent, data, pending in rows
        ]


class Draft(Reader):
    """The hand an edit is dealt: reads, and changes to one course, inside :meth:`Replica.edit`. Each is in the view at once."""

    def __init__(self, database: sqlite.Connection, scope: UUID) -> None:
        super().__init__(database)
        self.scope = scope
        self.edits: list[Edit] = []
        self.touched: set[str] = set()
        """Operations that were made, changed or taken back."""

    def insert(self, table: str, values: Values, row: UUID | None = None) -> UUID:
        """Add a row; columns that are left out get the server's defaults. Give ``row`` to bring one back under its own id."""
        declared = TABLES[table]
        row = row or uuid4()
        full = declared.blank | dict(values)
        self._check(declared, values)
        if declared.ordered and full["position"] is None:
            full["position"] = self.place(table, UUID(full[declared.parents[0][0]]))
        self._want(declared, row, "insert", full, {})
        self.edits.append(Edit(table, row, None, full))
        return row

    def update(self, table: str, row: UUID, values: Values, seen: Values = MappingProxyType({})) -> None:
        """Set columns of a row; those that hold the value already are left alone. Raises :class:`NotFound`.

        ``seen``: what the author had before their eyes, where a pull has changed the row since: the server compares with that.
        """
        declared = TABLES[table]
        self._check(declared, values)
        now = self.get(table, row).values
        wanted = {column: value for column, value in values.items() if now.get(column) != value}
        if wanted:
            before = {column: now.get(column) for column in wanted}
            self._want(declared, row, "update", wanted, before | {column: seen[column] for column in wanted if column in seen})
            self.edits.append(Edit(table, row, before, wanted))

    def delete(self, table: str, row: UUID) -> None:
        """Delete a row and what belongs to it, from the leaves up. Raises :class:`NotFound`."""
        declared = TABLES[table]
        found = self.get(table, row)
        for child in self._belonging(row):
            if self.find(child.table, child.id) is not None:  # a quiz may belong to a lesson and to its course
                self.delete(child.table, child.id)
        seen = {column: found.values.get(column) for column in declared.columns}
        self._want(declared, row, "delete", {}, seen)
        self.edits.append(Edit(table, row, seen, None))

    def place(self, table: str, parent: UUID, after: UUID | None = None, *, first: bool = False) -> float:
        """A position in ``parent``: behind the row ``after``, at the beginning, or at the end.

        Where two neighbours have come too close for a number between them, all of them are spread out again, which is an edit of each.
        """
        rows = self.children(table, parent)
        index = 0 if first else len(rows)
        if after is not None:
            index = next((number for number, one in enumerate(rows, start=1) if one.id == after), len(rows))
        before = rows[index - 1]["position"] if index else None
        behind = rows[index]["position"] if index < len(rows) else None
        if before is None:
            return 1.0 if behind is None else float(behind) - 1.0
        if behind is None:
            return float(before) + 1.0
        middle = (float(before) + float(behind)) / 2
        if before < middle < behind:
            return middle
        for number, one in enumerate(rows, start=1):
            self.update(table, one.id, {"position": float(number if number <= index else number + 1)})
        return float(index + 1)

    def has_children(self, row: UUID) -> bool:
        return bool(self._belonging(row))

    def _belonging(self, row: UUID) -> list[Row]:
        return self._select("v.parent = ?", (str(row),))

    def _check(self, declared: Authored, values: Values) -> None:
        unknown = values.keys() - set(declared.columns)
        if unknown:
            raise ValueError(f"not columns that authors write in {declared.name}: {sorted(unknown)}")

    def _want(self, declared: Authored, row: UUID, kind: Kind, wanted: Values, seen: Values) -> None:
        """Write the outbox and the view: into the newest operation on this row, as long as it has not left and order does not matter."""
        if kind == "update" and wanted.keys() & set(declared.together):
            now = self.get(declared.name, row).values
            whole = {column: now.get(column) for column in declared.together}
            wanted, seen = whole | dict(wanted), whole | dict(seen)
        last = self._database.execute(
            "SELECT seq, op, kind, wanted, seen, sealed FROM outbox WHERE tbl = ? AND id = ? ORDER BY seq DESC LIMIT 1",
            (declared.name, str(row)),
        ).fetchone()
        if last is not None and not last[5]:
            if kind == "update" and last[2] != "delete" and not declared.references & wanted.keys():
                self._grow(declared, last, wanted, seen)
            elif kind == "delete" and last[2] == "insert":
                self._take_back("tbl = ? AND id = ? AND NOT sealed", (declared.name, str(row)))
            elif kind == "insert" and last[2] == "delete":
                self._take_back("op = ?", (last[1],))
                gone = json.loads(last[4])
                changed = {column: value for column, value in wanted.items() if gone.get(column) != value}
                if changed:
                    self._append(declared.name, row, "update", changed, {column: gone.get(column) for column in changed})
            else:
                self._append(declared.name, row, kind, wanted, seen)
        else:
            self._append(declared.name, row, kind, wanted, seen)
        refresh(self._database, self.scope, declared, str(row))

    def _grow(self, declared: Authored, last: Sequence[Any], wanted: Values, seen: Values) -> None:
        _seq, op, kind, before, first_seen, _sealed = last
        values, start = json.loads(before), json.loads(first_seen)
        for column, value in wanted.items():
            values[column] = value
            if kind == "update":
                start.setdefault(column, seen[column])  # what was seen first: that is what the server is asked to compare
        if kind == "update":
            back = {column for column in wanted if start[column] == values[column]}
            if not back.issuperset(declared.together):
                back -= set(declared.together)
            for column in back:
                del values[column], start[column]
        if not values:
            self._take_back("op = ?", (op,))
            return
        self._database.execute("UPDATE outbox SET wanted = ?, seen = ? WHERE op = ?", (dump(values), dump(start), op))
        self.touched.add(op)

    def _append(self, table: str, row: UUID, kind: Kind, wanted: Values, seen: Values) -> None:
        op = str(uuid4())
        self._database.execute(
            "INSERT INTO outbox (op, scope, tbl, id, kind, wanted, seen) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (op, str(self.scope), table, str(row), kind, dump(wanted), dump(seen)),
        )
        self.touched.add(op)

    def _take_back(self, where: str, arguments: Sequence[object]) -> None:
        for (op,) in self._database.execute(f"DELETE FROM outbox WHERE {where} RETURNING op", arguments).fetchall():
            self.touched.add(op)


def dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parent_of(declared: Authored, values: Values) -> str | None:
    """The id of what a row with these values belongs to."""
    return next((values[column] for column, _table in declared.parents if values.get(column)), None)


def refresh(database: sqlite.Connection, scope: UUID, declared: Authored, row: str) -> bool:
    """Make the view of a row anew: what the server last said, and on it what waits, in order. True where it is another now."""
    key = (declared.name, row)
    base = database.execute("SELECT data FROM base WHERE tbl = ? AND id = ? AND NOT gone", key).fetchone()
    values: dict[str, Any] | None = json.loads(base[0]) if base else None
    for kind, wanted in database.execute("SELECT kind, wanted FROM outbox WHERE tbl = ? AND id = ? ORDER BY seq", key):
        if kind == "delete":
            values = None
        elif kind == "insert":
            values = {**(values or {}), **json.loads(wanted)}
        elif values is not None:
            values |= json.loads(wanted)
    shown = database.execute("SELECT data FROM view WHERE tbl = ? AND id = ?", key).fetchone()
    if values is None:
        database.execute("DELETE FROM view WHERE tbl = ? AND id = ?", key)
        return shown is not None
    if shown is not None and json.loads(shown[0]) == values:
        return False
    database.execute(
        "INSERT OR REPLACE INTO view (tbl, id, scope, parent, position, data) VALUES (?, ?, ?, ?, ?, ?)",
        (*key, str(scope), parent_of(declared, values), values.get("position"), dump(values)),
    )
    return True

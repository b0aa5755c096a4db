"""The replica: the courses that an author works on, on this computer. docs/design.md, "Courses offline".

Two encrypted files per workspace and member. The replica itself holds, for each row, what the server last said (``base``), what the author
wants (``outbox``: operations in order), what of that lost (``conflict``), and for reading the view, which is always base + outbox. The
journal beside it holds outbox and conflicts once more: if the replica is damaged, nothing that waits is lost.

An edit is one local transaction that writes view, outbox and step. What the server says is applied in one local transaction that also
removes exactly the operations it answered. The values that an author saw are kept as they were, whatever is pulled later.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Concatenate
from uuid import UUID, uuid4

from sqlcipher3 import dbapi2 as sqlite

from desktop.changes import Changes, Done, Undo
from desktop.errors import Conflict, LmsError, NotFound, ReadOnly
from desktop.i18n import _
from desktop.store.assets import CHUNK, asset_url, manifest_id
from desktop.store.authored import TABLES
from desktop.store.cipher import FileDamaged, local_errors, means_damaged, open_encrypted, transaction
from desktop.store.draft import Draft, Edit, Reader, Row, dump, parent_of, refresh
from desktop.store.media import Media
from desktop.store.operations import Batch, Delta, Operation, Outcome, Values
from desktop.tasks import JobControl

__all__ = [
    "CheckedOut",
    "Draft",
    "Edit",
    "FieldConflict",
    "LocalFile",
    "Reader",
    "Replica",
    "ReplicaDamaged",
    "Row",
    "RowConflict",
    "Step",
    "parent_of",
]

STEPS_KEPT = 500
"""Steps per course that undo can go back, across restarts."""

BATCH_OPERATIONS = 500
BATCH_CHARACTERS = 4 << 20
"""At most this much is sent at once; one operation larger than that goes alone."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cursor (
  scope TEXT PRIMARY KEY, clock INTEGER, revoked INTEGER NOT NULL DEFAULT 0, pinned INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS base (
  tbl TEXT NOT NULL, id TEXT NOT NULL, scope TEXT NOT NULL, parent TEXT, version INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0,
  data TEXT NOT NULL, PRIMARY KEY (tbl, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS base_scope ON base (scope);
CREATE INDEX IF NOT EXISTS base_parent ON base (parent);
CREATE TABLE IF NOT EXISTS view (
  tbl TEXT NOT NULL, id TEXT NOT NULL, scope TEXT NOT NULL, parent TEXT, position REAL, data TEXT NOT NULL, PRIMARY KEY (tbl, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS view_scope ON view (scope, tbl);
CREATE INDEX IF NOT EXISTS view_parent ON view (parent, tbl);
CREATE TABLE IF NOT EXISTS outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, op TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, tbl TEXT NOT NULL, id TEXT NOT NULL,
  kind TEXT NOT NULL, wanted TEXT NOT NULL, seen TEXT NOT NULL, sealed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS outbox_row ON outbox (tbl, id);
CREATE TABLE IF NOT EXISTS conflict (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, op TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, tbl TEXT NOT NULL, id TEXT NOT NULL,
  kind TEXT NOT NULL, fields TEXT NOT NULL, row TEXT NOT NULL, message TEXT NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS step (
  id INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, name TEXT NOT NULL, at TEXT NOT NULL, undone INTEGER NOT NULL DEFAULT 0,
  edits TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS step_scope ON step (scope, id);
CREATE TABLE IF NOT EXISTS file (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, media_type TEXT NOT NULL, sent INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""

JOURNAL_SCHEMA = "CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, seq INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID"


LAYOUT = 1
"""Of the tables above, in ``PRAGMA user_version``. A file with a higher one was written by a later version of the application."""
COLUMNS = "columns"
"""Under which the file says what authors could write when it was filled."""


class ReplicaNewer(LmsError):
    """The file was written by a later version of the application; it is left as it is, with all that waits in it."""

    code = "replica-newer"


class ReplicaDamaged(LmsError):
    """The file on this computer was damaged. It has been set aside and is being rebuilt; what waited to be sent was kept."""

    code = "replica-damaged"


@dataclass(frozen=True, slots=True)
class CheckedOut:
    """A course (or bank) that is here. ``clock`` is None until it has arrived; ``size`` is in bytes, without media."""

    scope: UUID
    title: str
    clock: int | None
    revoked: bool
    pinned: bool
    waiting: int
    conflicts: int
    size: int


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file that rows name as ``asset:<id>``, kept here until (and after) the server has it."""

    id: str
    path: Path
    name: str
    media_type: str


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """``seen`` is what the author started from, ``mine`` what they made of it, ``theirs`` what the course says now."""

    name: str
    seen: Any
    mine: Any
    theirs: Any


@dataclass(frozen=True, slots=True)
class RowConflict:
    """What could not be merged in one row: see :class:`desktop.store.operations.Outcome` for ``kind``.

    ``row`` is the row as its author wanted it, where it is gone or was refused. ``operations`` are those it came from.
    """

    scope: UUID
    table: str
    id: UUID
    kind: str
    fields: tuple[FieldConflict, ...]
    row: Values
    message: str
    at: datetime
    operations: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Something an author did, under the name that undo shows."""

    id: int
    scope: UUID
    name: str
    at: datetime
    undone: bool


class Replica:
    """The replica of one member in one workspace. Safe to use from any thread; writers take turns.

    ``notice`` is what the person must be told after opening (damage that was found), or nothing.
    """

    def __init__(self, folder: Path, member: UUID, key: str) -> None:
        self.folder = folder
        self.path = folder / f"{member}.replica"
        self.journal_path = folder / f"{member}.outbox"
        self.files = folder / f"{member}.files"
        self.listeners: list[Callable[[Changes], object]] = []
        """Called on the thread that changed something, with what changed in the view, or ``conflicts``."""
        self.edited: list[Callable[[], object]] = []
        """Called on the thread of an edit, once it is on the disk and waits to be sent."""
        self.notice = ""
        self.member = member
        self._key = key
        self._writing = threading.RLock()
        self._reading = threading.Lock()
        self._open()

    def beside(self, name: str) -> tuple[Path, str]:
        """A further encrypted file of the same person: its path, and its key."""
        return self.path.with_suffix(f".{name}"), self._key

    # Reading and editing

    def read[**P, T](self, fn: Callable[Concatenate[Reader, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(reader, …)`` on one moment of the replica."""
        with self._reading, self._guarded():
            self._reader.execute("BEGIN")
            try:
                return fn(Reader(self._reader), *args, **kwargs)
            finally:
                self._reader.execute("COMMIT")

    def edit[**P, T](self, scope: UUID, name: str, fn: Callable[Concatenate[Draft, P], T], /, *args: P.args, **kwargs: P.kwargs) -> Done[T]:
        """Run ``fn(draft, …)`` in one local transaction: an edit of the course ``scope`` that undo calls ``name``.

        It is on this computer's disk when this returns, and waits to be sent. Whatever ``fn`` raises undoes all of it. Raises
        :class:`ReadOnly` where the author may no longer write in this course.
        """
        return self._edited(scope, name, lambda draft: fn(draft, *args, **kwargs), continues=False)

    def continue_edit[**P, T](
        self, scope: UUID, name: str, fn: Callable[Concatenate[Draft, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Done[T]:
        """As :meth:`edit`, but part of the last step where that has the same name and touched the same rows: typing is one step."""
        return self._edited(scope, name, lambda draft: fn(draft, *args, **kwargs), continues=True)

    def toggle(self, step_id: int) -> Done[None]:
        """Undo the step, or do again what was undone; the inverse is the same call.

        A field is set back only where it still holds what the step left there: what somebody else wrote since stays. Raises
        :class:`Conflict` where nothing of it can be taken back.
        """
        with self._writing:
            found = self._rows("SELECT scope, name, undone, edits FROM step WHERE id = ?", step_id)
            if not found:
                raise NotFound(_("This step is too long ago to be taken back."))
            scope, name, undone, edits = UUID(found[0][0]), found[0][1], bool(found[0][2]), _edits(found[0][3])

            def turn(draft: Draft) -> None:
                pairs = [(e, e.before, e.after) if undone else (e, e.after, e.before) for e in (edits if undone else reversed(edits))]
                done = [_turn(draft, edit, now, then) for edit, now, then in pairs]
                if not any(done):
                    raise Conflict(_("“{name}” cannot be taken back: it was changed since.").format(name=name))
                draft._database.execute("UPDATE step SET undone = ? WHERE id = ?", (not undone, step_id))

            done = self._write(scope, turn)
        return Done(None, done.changes, Undo(name, self.toggle, (step_id,), local=True))

    def steps(self, scope: UUID) -> list[Step]:
        """What was done in a course here, oldest first: what Ctrl+Z still knows after a restart."""
        return [
            Step(number, scope, name, datetime.fromisoformat(at), bool(undone))
            for number, name, at, undone in self._rows("SELECT id, name, at, undone FROM step WHERE scope = ? ORDER BY id", str(scope))
        ]

    def edits(self, step_id: int) -> list[Edit]:
        """What a step did, in its order."""
        found = self._rows("SELECT edits FROM step WHERE id = ?", step_id)
        return _edits(found[0][0]) if found else []

    # What a form needs to know

    def remember(self, name: str, value: Any) -> None:
        """Keep something that the server said (names to choose from) for times without it, as JSON."""
        with self._transaction() as database:
            database.execute(
                "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, dump(value))
            )

    def recall(self, name: str) -> Any:
        """What was remembered under ``name``, or None."""
        found = self._rows("SELECT value FROM meta WHERE name = ?", name)
        return json.loads(found[0][0]) if found else None

    # Files

    def keep_file(self, source: Path, name: str, media_type: str, control: JobControl) -> str:
        """Copy a file into the replica's folder and return what rows name it by (``asset:<id>``). It is sent before such a row is.

        The copy is not encrypted: only its owner may read it, as with the file it was made from. Raises ``Cancelled`` and OSError.
        """
        self.files.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, made = tempfile.mkstemp(dir=self.files)
        try:
            with os.fdopen(handle, "wb") as target, source.open("rb") as file:
                chunks = []
                while data := file.read(CHUNK):
                    control.check()
                    chunks.append(sha256(data).digest())
                    target.write(data)
                target.flush()
                os.fsync(target.fileno())
            asset = manifest_id(chunks)
            Path(made).replace(self.files / asset)
        finally:
            Path(made).unlink(missing_ok=True)
        with self._transaction() as database:
            database.execute("INSERT OR IGNORE INTO file (id, name, media_type) VALUES (?, ?, ?)", (asset, name, media_type))
            with self._journalling():
                self._journal_entry(f"file:{asset}", [name, media_type])
        return asset_url(asset)

    def file_path(self, asset: str) -> Path | None:
        """Where the file is on this computer, or None."""
        path = self.files / asset
        return path if path.exists() else None

    @property
    def media(self) -> Media:
        """What authors put into courses, on this computer."""
        return Media(self.folder / "media")

    @staticmethod
    def named_files(batch: Batch) -> frozenset[str]:
        """The ids of the assets that the operations of a batch name."""
        return frozenset(found for one in batch.operations for found in ASSET.findall(dump(one.set)))

    def files_to_send(self, batch: Batch) -> list[LocalFile]:
        """The files that the operations of a batch name and the server may not have yet."""
        named = self.named_files(batch)
        rows = self._rows("SELECT id, name, media_type FROM file WHERE NOT sent")
        return [LocalFile(asset, self.files / asset, name, media_type) for asset, name, media_type in rows if asset in named]

    def file_sent(self, asset: str) -> None:
        """The server has the file."""
        with self._transaction() as database:
            database.execute("UPDATE file SET sent = 1 WHERE id = ?", (asset,))

    # What is here and what waits

    def check_out(self, scope: UUID, *, pinned: bool | None = None) -> None:
        """Ask for a course: the next exchange with the server brings it. ``pinned`` keeps it here until it is given back."""
        with self._transaction() as database:
            database.execute("INSERT OR IGNORE INTO cursor (scope) VALUES (?)", (str(scope),))
            if pinned is not None:
                database.execute("UPDATE cursor SET pinned = ? WHERE scope = ?", (pinned, str(scope)))
            (kept,) = database.execute("SELECT pinned FROM cursor WHERE scope = ?", (str(scope),)).fetchone()
            self._journal_entry(f"scope:{scope}", {"pinned": bool(kept)})

    def give_back(self, scope: UUID) -> None:
        """Remove a course from this computer. Raises :class:`Conflict` while something of it waits to be sent or settled."""
        with self._transaction() as database:
            for table in ("outbox", "conflict"):
                if database.execute(f"SELECT 1 FROM {table} WHERE scope = ? LIMIT 1", (str(scope),)).fetchone():
                    raise Conflict(
                        _("Some of your changes to this course have not reached the server yet."),
                        remedy=_("Send them, or export them to a file, first."),
                    )
            for table in ("base", "view", "step", "cursor"):
                database.execute(f"DELETE FROM {table} WHERE scope = ?", (str(scope),))
            self._journal_entry(f"scope:{scope}", None)

    def list_checked_out(self) -> list[CheckedOut]:
        """Every course that is here, by title."""
        rows = self._rows(
            "SELECT c.scope, coalesce(json_extract(v.data, '$.title'), ''), c.clock, c.revoked, c.pinned,"
            " (SELECT count(*) FROM outbox AS o WHERE o.scope = c.scope),"
            " (SELECT count(DISTINCT x.tbl || x.id || x.kind) FROM conflict AS x WHERE x.scope = c.scope),"
            " (SELECT coalesce(sum(length(b.data)), 0) FROM base AS b WHERE b.scope = c.scope)"
            " FROM cursor AS c LEFT JOIN view AS v ON v.id = c.scope AND v.tbl IN ('courses', 'quizzes') ORDER BY 2, 1"
        )
        return [
            CheckedOut(UUID(scope), title, clock, bool(revoked), bool(pinned), *counts)
            for scope, title, clock, revoked, pinned, *counts in rows
        ]

    def waiting(self) -> int:
        """How many changes wait to be sent."""
        count: int = self._rows("SELECT count(*) FROM outbox")[0][0]
        return count

    def conflicts(self, scope: UUID | None = None) -> list[RowConflict]:
        """What is to be settled, oldest first, folded by row: of several tries at one field the last counts."""
        with self._reading, self._guarded():
            return list_conflicts(self._reader, scope)

    def pending(self, scope: UUID | None = None) -> list[Operation]:
        """The operations that wait, in their order."""
        where, arguments = ("WHERE scope = ?", (str(scope),)) if scope else ("", ())
        return [_operation(row) for row in self._rows(f"SELECT {OPERATION} FROM outbox {where} ORDER BY seq", *arguments)]

    # Settling

    def settle(self, conflict: RowConflict, chosen: Values) -> Done[None]:
        """Settle fields of a conflict: ``chosen`` are the values to keep, the other's, one's own, or something of both.

        Raises :class:`Conflict` where the course has moved on since ``conflict`` was read: look again, nothing is overwritten unseen.
        """

        def apply(draft: Draft) -> None:
            shown = {one.name: one.theirs for one in conflict.fields}
            now = draft.get(conflict.table, conflict.id).values
            if any(now.get(name) != shown[name] for name in chosen):
                raise Conflict(_("Somebody has changed this again meanwhile."), remedy=_("Look at the new text, then choose."))
            draft.update(conflict.table, conflict.id, chosen)
            self._forget(draft, conflict, chosen.keys())

        return self._settled(conflict, _("Settle a conflict"), apply)

    def restore(self, conflict: RowConflict) -> Done[None]:
        """Bring back a row that somebody deleted (or that was refused), with the author's own edits; and what it belongs to."""

        def apply(draft: Draft) -> None:
            if draft.find(conflict.table, conflict.id) is None:
                _bring_back(draft, conflict.table, conflict.id, conflict.row)
            else:
                draft.update(conflict.table, conflict.id, {one.name: one.mine for one in conflict.fields})
            self._forget(draft, conflict)

        return self._settled(conflict, _("Restore with my edits"), apply)

    def delete_anyway(self, conflict: RowConflict) -> Done[None]:
        """Delete after all what was kept because somebody had changed it."""

        def apply(draft: Draft) -> None:
            if draft.find(conflict.table, conflict.id) is not None:
                draft.delete(conflict.table, conflict.id)
            self._forget(draft, conflict)

        return self._settled(conflict, _("Delete"), apply)

    def discard(self, conflict: RowConflict) -> Done[None]:
        """Let the course have its way: the author's values are forgotten."""
        return self._settled(conflict, "", lambda draft: self._forget(draft, conflict))

    # What goes between here and the server

    def seal(self, scope: UUID) -> Batch:
        """The next operations to send, oldest first; from now on they stay as they are. What was sealed before is sent again."""
        with self._transaction() as database:
            taken: list[Operation] = []
            characters = 0
            for row in database.execute(
                f"SELECT {OPERATION} FROM outbox WHERE scope = ? ORDER BY seq LIMIT ?", (str(scope), BATCH_OPERATIONS)
            ):
                characters += len(row[4]) + len(row[5])
                if taken and characters > BATCH_CHARACTERS:
                    break
                taken.append(_operation(row))
            database.executemany("UPDATE outbox SET sealed = 1 WHERE op = ?", [(str(one.id),) for one in taken])
            known = database.execute("SELECT clock FROM cursor WHERE scope = ?", (str(scope),)).fetchone()
            return Batch(scope, known[0] if known else None, tuple(taken))

    def finish(self, outcomes: Sequence[Outcome], delta: Delta) -> Changes:
        """What the server answered: remove exactly these operations, keep what lost, and apply the rows. One transaction.

        Answers that were heard before change nothing.
        """
        with self._transaction() as database:
            changed: set[tuple[str, str]] = set()
            for outcome in outcomes:
                row = database.execute(f"SELECT {OPERATION} FROM outbox WHERE op = ?", (str(outcome.op),)).fetchone()
                if row is not None:
                    operation = _operation(row)
                    if outcome.result != "done":
                        self._lose(database, delta.scope, operation, outcome)
                    database.execute("DELETE FROM outbox WHERE op = ?", (str(outcome.op),))
                    changed.add((operation.table, str(operation.row)))
            changed |= _absorb(database, delta)
            shown = [(table, row_id) for table, row_id in changed if refresh(database, delta.scope, TABLES[table], row_id)]
        with self._writing, self._guarded(), self._journalling():
            for outcome in outcomes:
                self._journal_entry(f"op:{outcome.op}", None)
        lost = {"conflicts"} if any(outcome.result != "done" for outcome in outcomes) else set()
        changes = Changes(frozenset({table for table, _row in shown} | lost), frozenset(UUID(row_id) for _table, row_id in shown))
        self._tell(changes)
        return changes

    def rewind(self, delta: Delta) -> list[Operation]:
        """Take all of a course as the server has it now, though that is older than what is known here. What waits stays.

        Returns what would make the server's rows again what they were, parents before their children.
        """
        with self._transaction() as database:
            scope = str(delta.scope)
            known = database.execute("SELECT tbl, id, data FROM base WHERE scope = ? AND NOT gone", (scope,)).fetchall()
            database.execute("DELETE FROM base WHERE scope = ?", (scope,))
            database.execute("UPDATE cursor SET clock = NULL WHERE scope = ?", (scope,))
            changed = _absorb(database, delta) | {(table, row) for table, row, _data in known}
            for table, row in changed:
                refresh(database, delta.scope, TABLES[table], row)
        self._tell(Changes(frozenset(table for table, _row in changed), frozenset(UUID(row) for _table, row in changed)))
        before = {(table, row): json.loads(data) for table, row, data in known}
        return _beyond(before, {(one.table, str(one.row)): one.values for one in delta.rows if one.values is not None})

    def revoke(self, scope: UUID, *, revoked: bool = True) -> None:
        """The server refuses this course to its author: read-only from now on, until it no longer refuses."""
        with self._transaction() as database:
            changed = database.execute(
                "UPDATE cursor SET revoked = ? WHERE scope = ? AND revoked <> ?", (revoked, str(scope), revoked)
            ).rowcount
            if changed and not revoked:
                database.execute("UPDATE cursor SET clock = NULL WHERE scope = ?", (str(scope),))  # rights gained: everything anew
        if changed:
            self._tell(Changes.of("courses", ids=(scope,)))

    def take(self, scope: UUID, operations: Sequence[Operation]) -> int:
        """Put operations that were made elsewhere behind those that wait, as they are; returns how many were not here already."""
        new = 0
        with self._transaction() as database, self._journalling():
            database.execute("INSERT OR IGNORE INTO cursor (scope) VALUES (?)", (str(scope),))
            (kept,) = database.execute("SELECT pinned FROM cursor WHERE scope = ?", (str(scope),)).fetchone()
            self._journal_entry(f"scope:{scope}", {"pinned": bool(kept)})
            for one in operations:
                if database.execute("SELECT 1 FROM outbox WHERE op = ?", (str(one.id),)).fetchone():
                    continue
                database.execute(
                    "INSERT INTO outbox (op, scope, tbl, id, kind, wanted, seen, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
                    (str(one.id), str(scope), one.table, str(one.row), one.kind, dump(dict(one.set)), dump(dict(one.seen))),
                )
                self._journal_operation(database, str(one.id))
                new += 1
            for table, row in {(one.table, str(one.row)): None for one in operations}:
                refresh(database, scope, TABLES[table], row)
        self._tell(Changes.of("courses", *{one.table for one in operations}, ids=(scope,)))
        return new

    def close(self) -> None:
        with self._writing, self._reading:
            for connection in (self._database, self._reader, self._journal):
                connection.close()

    # Inside

    def _edited[T](self, scope: UUID, name: str, work: Callable[[Draft], T], *, continues: bool) -> Done[T]:
        with self._writing:
            step: list[int] = []

            def keep_step(draft: Draft) -> T:
                value = work(draft)
                if draft.edits:
                    step.append(_keep_step(draft, name, continues=continues))
                return value

            done = self._write(scope, keep_step)
        undo = Undo(name, self.toggle, (step[0],), local=True) if step else None
        return Done(done.value, done.changes, undo)

    def _settled(self, conflict: RowConflict, name: str, work: Callable[[Draft], None]) -> Done[None]:
        done = self._edited(conflict.scope, name, work, continues=False)
        kinds = done.changes.kinds | {"conflicts"}
        return Done(None, Changes(kinds, done.changes.ids), done.undo)

    def _write[T](self, scope: UUID, work: Callable[[Draft], T]) -> Done[T]:
        with self._transaction() as database:
            state = database.execute("SELECT revoked FROM cursor WHERE scope = ?", (str(scope),)).fetchone()
            if state is None:
                database.execute("INSERT INTO cursor (scope) VALUES (?)", (str(scope),))
            elif state[0]:
                raise ReadOnly(
                    _("You no longer write in this course, so it can only be read."),
                    remedy=_("Export what you have not sent, and ask its instructor."),
                )
            draft = Draft(database, scope)
            with self._journalling():  # committed before the replica: what is there is in the journal, too
                value = work(draft)
                for op in draft.touched:
                    self._journal_operation(database, op)
        if draft.touched:
            for listener in tuple(self.edited):
                listener()
        changes = Changes(frozenset(edit.table for edit in draft.edits), frozenset(edit.id for edit in draft.edits))
        return Done(value, changes)

    def _lose(self, database: sqlite.Connection, scope: UUID, operation: Operation, outcome: Outcome) -> None:
        """Keep the author's values of an operation that could not be merged."""
        view = database.execute("SELECT data FROM view WHERE tbl = ? AND id = ?", (operation.table, str(operation.row))).fetchone()
        base = database.execute("SELECT data FROM base WHERE tbl = ? AND id = ?", (operation.table, str(operation.row))).fetchone()
        whole = {**(json.loads(base[0]) if base else {}), **(json.loads(view[0]) if view else {}), **operation.set}
        authored = {column: whole.get(column) for column in TABLES[operation.table].columns}
        names = outcome.fields if outcome.result in ("conflict", "kept") else operation.set
        fields = {
            name: {
                "seen": operation.seen.get(name),
                "mine": operation.set.get(name),
                "theirs": outcome.fields.get(name, {}).get("theirs"),
            }
            for name in names
        }
        entry = (
            *(str(operation.id), str(scope), operation.table, str(operation.row), outcome.result, dump(fields), dump(authored)),
            *(outcome.message, datetime.now(UTC).isoformat()),
        )
        database.execute(f"INSERT OR IGNORE INTO conflict ({CONFLICT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", entry)
        with self._journalling():
            self._journal_entry(f"conflict:{operation.id}", entry)

    def _forget(self, draft: Draft, conflict: RowConflict, names: Iterator[str] | Any = None) -> None:
        for op in map(str, conflict.operations):
            (fields,) = draft._database.execute("SELECT fields FROM conflict WHERE op = ?", (op,)).fetchone() or ("{}",)
            left = {name: values for name, values in json.loads(fields).items() if names is not None and name not in names}
            if left:
                draft._database.execute("UPDATE conflict SET fields = ? WHERE op = ?", (dump(left), op))
            else:
                draft._database.execute("DELETE FROM conflict WHERE op = ?", (op,))
                self._journal_entry(f"conflict:{op}", None)

    def _tell(self, changes: Changes) -> None:
        if changes.kinds:
            for listener in tuple(self.listeners):
                listener(changes)

    def _rows(self, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
        with self._reading, self._guarded():
            rows: list[tuple[Any, ...]] = self._reader.execute(statement, arguments).fetchall()
            return rows

    @contextmanager
    def _transaction(self) -> Iterator[sqlite.Connection]:
        with self._writing, self._guarded(), transaction(self._database) as database:
            yield database

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            with local_errors(self.folder):
                yield
        except sqlite.DatabaseError as error:
            if not means_damaged(error):
                raise
            raise ReplicaDamaged(
                _("The copy of your courses on this computer is damaged."),
                remedy=_("Sign in again: it will be rebuilt, with everything that you have not sent."),
                details=str(error),
            ) from error

    # Files

    def _open(self) -> None:
        with ExitStack() as opened, local_errors(self.folder):
            damaged = False
            try:
                self._database = open_encrypted(self.path, self._key, check=True)
            except FileDamaged:
                damaged = True
                self._set_aside(self.path)
                self._database = open_encrypted(self.path, self._key)
            opened.callback(self._database.close)
            self._bring_up_to_date()
            # Without a course: new, set aside just now, or set aside before the last start was cut short. What waited is in the journal.
            bare = self._database.execute("SELECT 1 FROM cursor LIMIT 1").fetchone() is None
            waiting = self._salvage() if bare else []
            if waiting:
                self._rebuild(waiting)
            try:
                self._journal = open_encrypted(self.journal_path, self._key)
                opened.callback(self._journal.close)
                self._journal.execute(JOURNAL_SCHEMA)
            except FileDamaged:
                self._set_aside(self.journal_path)
                self._journal = open_encrypted(self.journal_path, self._key)
                opened.callback(self._journal.close)
                self._journal.execute(JOURNAL_SCHEMA)
            self._write_journal_anew()
            self._reader = open_encrypted(self.path, self._key)
            opened.pop_all()
        if damaged:
            self.notice = (
                _("The copy of your courses on this computer was damaged. It is being rebuilt; what you have not sent yet was kept.")
                if waiting is not None
                else _(
                    "The copy of your courses on this computer was damaged and is being rebuilt. Changes that had not been sent are lost."
                )
            )

    def _bring_up_to_date(self) -> None:
        """Make the tables, or see that they are ours. Where authors can write more than they could, everything is fetched anew."""
        (layout,) = self._database.execute("PRAGMA user_version").fetchone()
        if layout > LAYOUT:
            raise ReplicaNewer(
                _("The courses on this computer were kept by a newer version of this application."),
                remedy=_("Update the application on this computer, then sign in again. Nothing was changed."),
            )
        self._database.executescript(SCHEMA)
        columns = dump({name: sorted(table.columns) for name, table in TABLES.items()})
        with transaction(self._database) as database:
            database.execute(f"PRAGMA user_version = {LAYOUT}")
            known = database.execute("SELECT value FROM meta WHERE name = ?", (COLUMNS,)).fetchone()
            if known is None or known[0] != columns:
                database.execute("UPDATE cursor SET clock = NULL")
                database.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (COLUMNS, columns))

    def _salvage(self) -> list[tuple[str, Any]] | None:
        """What the journal holds, or None where that is damaged, too."""
        try:
            journal = open_encrypted(self.journal_path, self._key, check=True)
        except FileDamaged:
            return None
        try:
            journal.execute(JOURNAL_SCHEMA)
            return [(key, json.loads(body)) for key, body in journal.execute("SELECT key, body FROM entry ORDER BY seq, key")]
        finally:
            journal.close()

    def _rebuild(self, entries: list[tuple[str, Any]]) -> None:
        """A new replica from the journal. Nobody knows which operations had left already, so none of them may change any more."""
        with transaction(self._database) as database:
            for key, body in entries:
                kind, _colon, name = key.partition(":")
                if kind == "scope":
                    database.execute("INSERT OR IGNORE INTO cursor (scope, pinned) VALUES (?, ?)", (name, body["pinned"]))
                elif kind == "file":
                    database.execute("INSERT OR IGNORE INTO file (id, name, media_type) VALUES (?, ?, ?)", (name, *body))
                elif kind == "conflict":
                    database.execute(f"INSERT OR IGNORE INTO conflict ({CONFLICT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", body)
                else:
                    database.execute("INSERT OR IGNORE INTO cursor (scope) VALUES (?)", (body[1],))
                    database.execute(
                        "INSERT INTO outbox (op, scope, tbl, id, kind, wanted, seen, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, 1)", body
                    )
            for scope, table, row_id in database.execute("SELECT DISTINCT scope, tbl, id FROM outbox").fetchall():
                refresh(database, UUID(scope), TABLES[table], row_id)

    def _write_journal_anew(self) -> None:
        # Both files, in the order of an edit: another copy of the application may be between its journal and its replica.
        with transaction(self._database), transaction(self._journal) as journal:
            journal.execute("DELETE FROM entry")
            for scope, pinned in self._database.execute("SELECT scope, pinned FROM cursor"):
                self._journal_entry(f"scope:{scope}", {"pinned": bool(pinned)})
            for asset, name, media_type in self._database.execute("SELECT id, name, media_type FROM file WHERE NOT sent"):
                self._journal_entry(f"file:{asset}", [name, media_type])
            for (op,) in self._database.execute("SELECT op FROM outbox").fetchall():
                self._journal_operation(self._database, op)
            for entry in self._database.execute(f"SELECT {CONFLICT} FROM conflict"):
                self._journal_entry(f"conflict:{entry[0]}", entry)

    def _set_aside(self, path: Path) -> None:
        mark = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.replace(path.with_name(f"{path.name}.damaged-{mark}{suffix}"))

    @contextmanager
    def _journalling(self) -> Iterator[None]:
        if self._journal.in_transaction:
            yield
        else:
            with transaction(self._journal):
                yield

    def _journal_operation(self, database: sqlite.Connection, op: str) -> None:
        row = database.execute("SELECT op, scope, tbl, id, kind, wanted, seen, seq FROM outbox WHERE op = ?", (op,)).fetchone()
        self._journal_entry(f"op:{op}", row[:7] if row else None, row[7] if row else 0)

    def _journal_entry(self, key: str, body: object, seq: int = 0) -> None:
        """Keep an entry, or with None remove it."""
        if body is None:
            self._journal.execute("DELETE FROM entry WHERE key = ?", (key,))
        else:
            self._journal.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", (key, seq, dump(body)))


ASSET = re.compile(r"\basset:([0-9a-f]{64})")
OPERATION = "op, tbl, id, kind, wanted, seen"
CONFLICT = "op, scope, tbl, id, kind, fields, row, message, at"


def list_conflicts(database: sqlite.Connection, scope: UUID | None) -> list[RowConflict]:
    where, arguments = ("WHERE scope = ?", (str(scope),)) if scope else ("", ())
    folded: dict[tuple[str, str, str], list[tuple[Any, ...]]] = {}
    for entry in database.execute(f"SELECT {CONFLICT} FROM conflict {where} ORDER BY seq", arguments):
        folded.setdefault((entry[2], entry[3], entry[4]), []).append(entry)
    found = []
    for (table, row, kind), entries in folded.items():
        view = database.execute("SELECT data FROM view WHERE tbl = ? AND id = ?", (table, row)).fetchone()
        now = json.loads(view[0]) if view else {}
        fields: dict[str, FieldConflict] = {}
        for entry in entries:
            for name, values in json.loads(entry[5]).items():
                first = fields[name].seen if name in fields else values["seen"]
                fields[name] = FieldConflict(name, first, values["mine"], now.get(name))
        last = entries[-1]
        found.append(
            RowConflict(
                *(UUID(last[1]), table, UUID(row), kind, tuple(fields.values())),
                {**json.loads(last[6]), **{one.name: one.mine for one in fields.values() if kind != "kept"}},
                *(last[7], datetime.fromisoformat(entries[0][8]), tuple(UUID(entry[0]) for entry in entries)),
            )
        )
    return found


def _operation(row: Sequence[Any]) -> Operation:
    op, table, row_id, kind, wanted, seen = row
    return Operation(UUID(op), table, UUID(row_id), kind, json.loads(wanted), json.loads(seen))


def _absorb(database: sqlite.Connection, delta: Delta) -> set[tuple[str, str]]:
    """Make the base what the server says; returns the rows that changed. A delta that does not fit to what is known is left alone."""
    scope = str(delta.scope)
    known = database.execute("SELECT clock FROM cursor WHERE scope = ?", (scope,)).fetchone()
    clock = known[0] if known else None
    if (clock is not None and delta.clock < clock) or (delta.since is not None and (clock is None or delta.since > clock)):
        return set()
    changed: set[tuple[str, str]] = set()
    gone: list[tuple[str, str, int]] = []
    for pulled in delta.rows:
        table, row = pulled.table, str(pulled.row)
        if pulled.values is None:
            gone.append((table, row, pulled.version))
            continue
        database.execute(
            "INSERT INTO base (tbl, id, scope, parent, version, data) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tbl, id) DO UPDATE"
            " SET parent = excluded.parent, version = excluded.version, gone = 0, data = excluded.data",
            (table, row, scope, parent_of(TABLES[table], pulled.values), pulled.version, dump(pulled.values)),
        )
        changed.add((table, row))
    if delta.since is None:  # everything there is: what is not among it is gone
        here = {(pulled.table, str(pulled.row)) for pulled in delta.rows}
        for table, row in database.execute("SELECT tbl, id FROM base WHERE scope = ? AND NOT gone", (scope,)).fetchall():
            if (table, row) not in here:
                gone.append((table, row, delta.clock))
    while gone:
        table, row, version = gone.pop()
        if database.execute(
            "UPDATE base SET gone = 1, version = ? WHERE tbl = ? AND id = ? AND NOT gone AND version <= ?", (version, table, row, version)
        ).rowcount:
            changed.add((table, row))
            # What belonged to it went with it.
            children = database.execute("SELECT tbl, id FROM base WHERE parent = ? AND NOT gone", (row,)).fetchall()
            gone.extend((child, child_id, version) for child, child_id in children)
    database.execute(
        "INSERT INTO cursor (scope, clock) VALUES (?, ?) ON CONFLICT (scope) DO UPDATE SET clock = excluded.clock", (scope, delta.clock)
    )
    return changed


def _beyond(before: Mapping[tuple[str, str], Values], now: Mapping[tuple[str, str], Values]) -> list[Operation]:
    """What makes ``now`` what was ``before``. Rows that came since stay: nobody knows whether they were made after the restore."""
    operations = []
    for name, authored in TABLES.items():
        for (table, row), values in before.items():
            if table != name:
                continue
            there = now.get((table, row))
            if there is None:
                wanted = {column: values.get(column) for column in authored.columns if values.get(column) is not None}
                operations.append(Operation(uuid4(), table, UUID(row), "insert", wanted))
            elif differing := [column for column in authored.columns if values.get(column) != there.get(column)]:
                mine, theirs = ({column: one.get(column) for column in differing} for one in (values, there))
                operations.append(Operation(uuid4(), table, UUID(row), "update", mine, theirs))
    return operations


def _turn(draft: Draft, edit: Edit, now: Values | None, then: Values | None) -> bool:
    """Take one row from ``now`` to ``then``; False where it is no longer as it was."""
    row = draft.find(edit.table, edit.id)
    if now is None:
        if row is not None or then is None:
            return False
        draft.insert(edit.table, then, edit.id)
        return True
    if row is None:
        return False
    if then is None:
        if draft.has_children(edit.id) or any(row[column] != value for column, value in now.items()):
            return False
        draft.delete(edit.table, edit.id)
        return True
    back = {column: value for column, value in then.items() if row[column] == now.get(column)}
    draft.update(edit.table, edit.id, back)
    return bool(back)


def _bring_back(draft: Draft, table: str, row: UUID, values: Values) -> None:
    declared = TABLES[table]
    for column, parent_table in declared.parents:
        parent = values.get(column)
        if parent and parent_table != "courses" and draft.find(parent_table, UUID(parent)) is None:
            found = draft._database.execute("SELECT data FROM base WHERE tbl = ? AND id = ?", (parent_table, parent)).fetchone()
            if found is None:
                raise NotFound(_("What this belonged to is no longer known here."), remedy=_("Copy your text, and put it somewhere else."))
            _bring_back(draft, parent_table, UUID(parent), json.loads(found[0]))
    links = {column: None for column in declared.links if values.get(column) and not _exists(draft, values[column])}
    draft.insert(table, {column: values.get(column) for column in declared.columns} | links, row)


def _exists(draft: Draft, row: str) -> bool:
    return draft._database.execute("SELECT 1 FROM view WHERE id = ?", (row,)).fetchone() is not None


def _keep_step(draft: Draft, name: str, *, continues: bool) -> int:
    database, scope, edits = draft._database, str(draft.scope), draft.edits
    if continues:
        last = database.execute("SELECT id, name, undone, edits FROM step WHERE scope = ? ORDER BY id DESC LIMIT 1", (scope,)).fetchone()
        if last is not None and last[1] == name and not last[2]:
            merged = _continued(_edits(last[3]), edits)
            if merged is not None:
                database.execute(
                    "UPDATE step SET edits = ?, at = ? WHERE id = ?", (_dump_edits(merged), datetime.now(UTC).isoformat(), last[0])
                )
                return int(last[0])
    database.execute("DELETE FROM step WHERE scope = ? AND undone", (scope,))  # what was undone before cannot be done again
    step = database.execute(
        "INSERT INTO step (scope, name, at, edits) VALUES (?, ?, ?, ?)", (scope, name, datetime.now(UTC).isoformat(), _dump_edits(edits))
    ).lastrowid
    database.execute("DELETE FROM step WHERE scope = ? AND id <= ?", (scope, step - STEPS_KEPT))
    return int(step)


def _continued(before: Sequence[Edit], edits: Sequence[Edit]) -> list[Edit] | None:
    """The edits of two steps as one, where both set the same fields of one row."""
    if len(before) != 1 or len(edits) != 1:
        return None
    first, second = before[0], edits[0]
    if (first.table, first.id) != (second.table, second.id) or None in (first.before, first.after, second.before, second.after):
        return None
    assert first.before is not None
    assert second.after is not None
    if first.before.keys() != second.after.keys():
        return None
    return [Edit(first.table, first.id, first.before, second.after)]


def _dump_edits(edits: Sequence[Edit]) -> str:
    return dump([[edit.table, str(edit.id), edit.before, edit.after] for edit in edits])


def _edits(text: str) -> list[Edit]:
    return [Edit(table, UUID(row), before, after) for table, row, before, after in json.loads(text)]

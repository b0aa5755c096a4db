"""Takes the audit log out of the application."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from desktop.errors import Invalid
from desktop.i18n import N_, _
from desktop.spreadsheets import Cell, write_csv
from desktop.store.connection import Store
from desktop.tasks import JobControl
from desktop.upkeep.difference import changes, naming, table_words
from desktop.upkeep.queries import AuditFilter, AuditRow, count_audit, iterate_audit

HEAD = (
    N_("Entry"),
    N_("When"),
    N_("Who"),
    N_("Login"),
    N_("Action"),
    N_("Kind"),
    N_("Record"),
    N_("Name"),
    N_("Field"),
    N_("Before"),
    N_("After"),
)


def save_audit(control: JobControl, store: Store, filter: AuditFilter, path: Path) -> int:
    """Write the entries that fit as CSV, a line for each field that changed (one where none is known); returns how many entries.

    CSV and no workbook: a sheet ends at a million lines. What was there before stays until all is written.

    Raises :class:`~desktop.errors.Invalid` where the file cannot be written.
    """
    expected = max(1, store.read(count_audit, filter))
    beside = path.with_name(f".{path.name}.part")

    def write(session: Session) -> int:
        written = 0

        def lines() -> Iterator[tuple[Cell, ...]]:
            nonlocal written
            yield tuple(map(_, HEAD))
            for row in iterate_audit(session, filter):
                yield from _lines(row)
                written += 1
                if written % 1000 == 0:
                    control.report(written, expected)

        write_csv(lines(), beside)
        beside.replace(path)
        return written

    try:
        return store.read(write)
    except OSError as error:
        raise Invalid(
            _("{name} could not be written.").format(name=path.name), remedy=_("Choose another folder."), details=str(error)
        ) from error
    finally:
        beside.unlink(missing_ok=True)


def _lines(row: AuditRow) -> Iterator[tuple[Cell, ...]]:
    record = str(row.record) if row.record else None
    name = naming(row.before, row.after) or None
    head = (row.id, row.occurred_at.isoformat(), row.member, row.login, row.action, table_words(row.table), record, name)
    found = changes(row.before, row.after)
    for change in found:
        yield (*head, change.field, change.before, change.after)
    if not found:
        yield (*head, None, None, None)

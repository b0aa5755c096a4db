"""Reads of the audit log, newest first. The server gives it to administrators alone; others get :class:`desktop.errors.NotAllowed`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select
from sqlalchemy.orm import Session

from desktop.models.audit import AuditLog
from desktop.models.courses import Course
from desktop.models.people import Member

ACTIONS = ("insert", "update", "delete")
"""What triggers write. Anything else in the log is a command, such as ``certificate.revoke``."""
COMMAND = "command"
"""Stands for every action that is none of :data:`ACTIONS` in :class:`AuditFilter`."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries to show. An empty field filters nothing; within a field any of its values fits, and all fields must fit.

    ``text``: every word must occur in what was changed, from or to. ``who``: every word must occur in the member's name or in the login.
    ``record``: the row that was changed. ``since`` is the first moment, ``until`` the first one that is too late.
    """

    text: str = ""
    who: str = ""
    tables: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    record: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One changed row. ``member`` is None where a login did it that is no member's, or the member is gone.

    ``before`` and ``after`` hold the columns that changed; of a removed row, all. Of an added one there are none.
    """

    id: int
    occurred_at: datetime
    member: str | None
    login: str
    action: str
    table: str
    record: UUID | None
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def who(self) -> str:
        return self.member or self.login

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that changed, in the order of the alphabet."""
        return tuple(sorted(self.before.keys() | self.after.keys()))


def select_audit(filter: AuditFilter, *columns: Any) -> Select[Any]:
    """``columns`` of the entries that fit, in no particular order."""
    query = sa.select(*columns).select_from(AuditLog)
    for word in filter.text.split():
        query = query.where(sa.or_(*(sa.cast(values, sa.Text).icontains(word, autoescape=True) for values in _VALUES)))
    if filter.who.strip():
        names = sa.select(Member.id)
        logins = []
        for word in filter.who.split():
            names = names.where((Member.first_name + " " + Member.last_name).icontains(word, autoescape=True))
            logins.append(AuditLog.session_user_name.icontains(word, autoescape=True))
        # An array, read once, and not a join: the index on who did it then serves.
        query = query.where(sa.or_(AuditLog.member_id == sa.any_(sa.func.array(names.scalar_subquery())), sa.and_(*logins)))
    if filter.tables:
        query = query.where(AuditLog.table_name.in_(sorted(filter.tables)))
    if filter.actions:
        plain = sorted(filter.actions - {COMMAND})
        fits = [AuditLog.action.in_(plain)] if plain else []
        query = query.where(sa.or_(*fits, *([AuditLog.action.not_in(ACTIONS)] if COMMAND in filter.actions else [])))
    if filter.record is not None:
        query = query.where(AuditLog.row_id == filter.record)
    if filter.since is not None:
        query = query.where(AuditLog.occurred_at >= filter.since)
    if filter.until is not None:
        query = query.where(AuditLog.occurred_at < filter.until)
    return query


_VALUES = (AuditLog.old_values, AuditLog.new_values)


def page_audit(session: Session, filter: AuditFilter, before: int | None = None, limit: int = 100) -> tuple[AuditRow, ...]:
    """The ``limit`` entries that are older than the entry ``before``, newest first."""
    chosen = select_audit(filter, AuditLog.id)
    if before is not None:
        chosen = chosen.where(AuditLog.id < before)
    ids = chosen.order_by(AuditLog.id.desc()).limit(limit).subquery()
    query = (
        sa.select(
            AuditLog.id,
            AuditLog.occurred_at,
            Member.first_name + " " + Member.last_name,
            AuditLog.session_user_name,
            AuditLog.action,
            AuditLog.table_name,
            AuditLog.row_id,
            sa.func.coalesce(AuditLog.old_values, sa.text("'{}'::jsonb")),
            sa.func.coalesce(AuditLog.new_values, sa.text("'{}'::jsonb")),
        )
        .join(ids, ids.c.id == AuditLog.id)
        .outerjoin(Member, Member.id == AuditLog.member_id)
        .order_by(AuditLog.id.desc())
    )
    return tuple(AuditRow(*row) for row in session.execute(query))


def count_audit(session: Session, filter: AuditFilter) -> int:
    count: int = session.execute(select_audit(filter, sa.func.count())).scalar_one()
    return count


def list_audit_keys(session: Session, filter: AuditFilter, page_size: int) -> tuple[int, ...]:
    """The id of the last entry of each full page, in one pass and without OFFSET."""
    newest_first = AuditLog.id.desc()
    numbered = select_audit(filter, AuditLog.id, sa.func.row_number().over(order_by=newest_first).label("number")).subquery()
    query = sa.select(numbered.c.id).where(numbered.c.number % page_size == 0).order_by(numbered.c.number)
    return tuple(session.execute(query).scalars())


def list_audit_tables(session: Session) -> tuple[str, ...]:
    """The tables that are in the log, each found by one step in an index, however long the log is."""
    first = sa.select(sa.func.min(AuditLog.table_name).label("name")).cte("tables", recursive=True)
    following = sa.select(sa.func.min(AuditLog.table_name)).where(AuditLog.table_name > first.c.name).scalar_subquery()
    tables = first.union_all(sa.select(following).where(first.c.name.is_not(None)))
    return tuple(session.execute(sa.select(tables.c.name).where(tables.c.name.is_not(None))).scalars())


def list_audit_names(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of those of ``ids`` that are members or courses."""
    wanted = list(ids)
    if not wanted:
        return {}
    people = sa.select(Member.id, Member.first_name + " " + Member.last_name).where(Member.id.in_(wanted))
    courses = sa.select(Course.id, Course.title).where(Course.id.in_(wanted))
    return {row[0]: row[1] for row in session.execute(people.union_all(courses))}


def iterate_audit(session: Session, filter: AuditFilter, limit: int = 1000) -> Iterator[AuditRow]:
    """Every entry that fits, newest first, a page at a time."""
    before: int | None = None
    while page := page_audit(session, filter, before, limit):
        yield from page
        before = page[-1].id

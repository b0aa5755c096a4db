"""Reads about people: who I am, the members, their roles and logins.

Everybody may ask :func:`get_identity` and :func:`get_profile`. The rest reads private columns, which the server gives to administrators
alone; others get :class:`desktop.errors.NotAllowed`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session, aliased

from desktop.errors import NotFound
from desktop.i18n import _
from desktop.models.people import Member, MemberLogin, MemberRole


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is signed in. ``member_id`` is None for a role that is no member, such as the one that installed the schema."""

    member_id: UUID | None
    name: str
    roles: frozenset[str]
    login: str

    def has_role(self, role: str) -> bool:
        return role in self.roles

    @property
    def is_staff(self) -> bool:
        return any(role != "learner" for role in self.roles)


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """Which members to show. An empty field filters nothing; within a field any of its values fits, and all fields must fit.

    ``text``: every word must occur in the name, the e-mail address or the organization. ``designations`` are codes. ``with_login``: True
    for members who can sign in, False for those who cannot.
    """

    text: str = ""
    name: str = ""
    email: str = ""
    roles: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    designations: frozenset[str] = frozenset()
    with_login: bool | None = None


@dataclass(frozen=True, slots=True)
class MemberKey:
    """Where a member stands in the list, which is ordered by last name, first name and id."""

    last_name: str
    first_name: str
    id: UUID


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as a line of the list. ``roles`` holds what was granted: everybody is a learner besides."""

    id: UUID
    first_name: str
    last_name: str
    email: str
    organization: str | None
    status: str
    designations: tuple[str, ...]
    roles: tuple[str, ...]
    login: str | None
    login_disabled: bool

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def key(self) -> MemberKey:
        return MemberKey(self.last_name, self.first_name, self.id)


EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def is_email(text: str) -> bool:
    """True for what may be an e-mail address, spaces around it aside; whether it is one, only a message can tell."""
    return EMAIL.fullmatch(text.strip()) is not None


@dataclass(frozen=True, slots=True)
class MemberFields:
    """What is kept about a member and may be edited."""

    first_name: str
    last_name: str
    email: str
    phone: str | None = None
    organization: str | None = None
    job_title: str | None = None
    credentials: tuple[str, ...] = ()
    designations: tuple[str, ...] = ()
    status: str = "active"
    member_since: date | None = None
    npn: str | None = None
    license_state: str | None = None
    license_number: str | None = None
    lists_certificates: bool = False
    time_zone: str | None = None


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role that a member was given, when and by whom (None: by the installer)."""

    role: str
    granted_at: datetime
    granted_by: str | None


@dataclass(frozen=True, slots=True)
class Login:
    """A member's database role. ``disabled_at`` is None while it can sign in."""

    role_name: str
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class MemberDetail:
    """One member with everything that the people page shows."""

    id: UUID
    fields: MemberFields
    engagement_score: int
    created_at: datetime
    roles: tuple[RoleGrant, ...]
    login: Login | None

    @property
    def name(self) -> str:
        return f"{self.fields.first_name} {self.fields.last_name}"


FIELDS = tuple(Member.__table__.c[name] for name in MemberFields.__dataclass_fields__)
ORDER = (Member.last_name, Member.first_name, Member.id)


def get_identity(session: Session) -> Identity:
    """Who the server says is signed in."""
    row = session.execute(
        sa.text(
            "SELECT lms.current_member_id() AS member_id, lms.my_roles() AS roles, session_user::text AS login,"
            " (SELECT first_name || ' ' || last_name FROM lms.my_profile()) AS name"
        )
    ).one()
    return Identity(row.member_id, row.name or row.login, frozenset(row.roles), row.login)


def get_profile(session: Session) -> MemberFields:
    """The record of whoever is signed in."""
    row = session.execute(sa.select(*_names()).select_from(sa.func.lms.my_profile().table_valued(*_names(), name="profile"))).one_or_none()
    if row is None:
        raise NotFound(_("You are not a member."))
    return _fields(row)


def select_members(filter: MemberFilter, *columns: Any) -> Select[Any]:
    """``columns`` of the members that fit, in no particular order."""
    query = sa.select(*columns).select_from(Member).outerjoin(MemberLogin, MemberLogin.member_id == Member.id)
    query = query.where(Member.merged_into.is_(None))
    full_name = Member.first_name + " " + Member.last_name
    for word in filter.text.split():
        query = query.where(sa.or_(*(_contains(column, word) for column in (full_name, Member.email, Member.organization))))
    for word in filter.name.split():
        query = query.where(_contains(full_name, word))
    if filter.email:
        query = query.where(_contains(Member.email, filter.email))
    if filter.roles:
        query = query.where(Member.id.in_(sa.select(MemberRole.member_id).where(MemberRole.role.in_(sorted(filter.roles)))))
    if filter.statuses:
        query = query.where(Member.status.in_(sorted(filter.statuses)))
    if filter.designations:
        query = query.where(Member.designations.overlap(sorted(filter.designations)))
    if filter.with_login is not None:
        can_sign_in = sa.and_(MemberLogin.role_name.is_not(None), MemberLogin.disabled_at.is_(None))
        query = query.where(can_sign_in if filter.with_login else sa.not_(can_sign_in))
    return query


def page_members(session: Session, filter: MemberFilter, after: MemberKey | None = None, limit: int = 100) -> tuple[MemberRow, ...]:
    """The ``limit`` members that follow ``after``, by last name, first name and id."""
    roles = sa.select(MemberRole.role).where(MemberRole.member_id == Member.id).order_by(MemberRole.role)
    query = select_members(
        filter,
        Member.id,
        Member.first_name,
        Member.last_name,
        Member.email,
        Member.organization,
        Member.status,
        Member.designations,
        sa.func.array(roles.scalar_subquery()).label("roles"),
        MemberLogin.role_name.label("login"),
        MemberLogin.disabled_at.is_not(None).label("login_disabled"),
    )
    if after is not None:
        query = query.where(sa.tuple_(*ORDER) > sa.tuple_(sa.literal(after.last_name), sa.literal(after.first_name), sa.literal(after.id)))
    return tuple(
        MemberRow(**{**row, "designations": tuple(row["designations"]), "roles": tuple(row["roles"])})
        for row in session.execute(query.order_by(*ORDER).limit(limit)).mappings()
    )


def count_members(session: Session, filter: MemberFilter) -> int:
    count: int = session.execute(select_members(filter, sa.func.count())).scalar_one()
    return count


def list_member_keys(session: Session, filter: MemberFilter, page_size: int) -> tuple[MemberKey, ...]:
    """The key of the last row of each full page: page n starts after key n-1. What a jump needs, in one pass and without OFFSET."""
    numbered = select_members(filter, *ORDER, sa.func.row_number().over(order_by=ORDER).label("number")).subquery()
    query = (
        sa.select(numbered.c.last_name, numbered.c.first_name, numbered.c.id)
        .where(numbered.c.number % page_size == 0)
        .order_by(numbered.c.number)
    )
    return tuple(MemberKey(*row) for row in session.execute(query))


def get_member(session: Session, member_id: UUID) -> MemberDetail:
    query = (
        sa.select(
            *FIELDS,
            Member.engagement_score,
            Member.created_at,
            MemberLogin.role_name,
            MemberLogin.created_at.label("login_created_at"),
            MemberLogin.disabled_at,
        )
        .outerjoin(MemberLogin, MemberLogin.member_id == Member.id)
        .where(Member.id == member_id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(_("There is no such member."))
    login = None if row.role_name is None else Login(row.role_name, row.login_created_at, row.disabled_at)
    return MemberDetail(member_id, _fields(row), row.engagement_score, row.created_at, list_roles(session, member_id), login)


def list_roles(session: Session, member_id: UUID) -> tuple[RoleGrant, ...]:
    granter = aliased(Member)
    query = (
        sa.select(MemberRole.role, MemberRole.granted_at, granter.first_name + " " + granter.last_name)
        .outerjoin(granter, granter.id == MemberRole.granted_by)
        .where(MemberRole.member_id == member_id)
        .order_by(MemberRole.role)
    )
    return tuple(RoleGrant(*row) for row in session.execute(query))


def _contains(column: sa.SQLColumnExpression[Any], word: str) -> ColumnElement[bool]:
    return column.icontains(word, autoescape=True)


def _names() -> tuple[ColumnElement[Any], ...]:
    return tuple(sa.column(column.name, column.type) for column in FIELDS)


def _fields(row: Any) -> MemberFields:
    values: dict[str, Any] = {name: getattr(row, name) for name in MemberFields.__dataclass_fields__}
    values |= {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return MemberFields(**values)

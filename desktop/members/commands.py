"""Writes about people: members, their roles and their logins. Administrators only, which the server checks."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done, Undo
from desktop.errors import Invalid, NotFound
from desktop.i18n import _
from desktop.members.queries import MemberFields, get_member
from desktop.members.scram import verifier
from desktop.models.people import Member

SHORTEST_PASSWORD = 12
"""NIST SP 800-63B asks for at least 8 characters, and for length rather than for kinds of characters."""


def add_member(session: Session, fields: MemberFields) -> Done[UUID]:
    """A new member; there is no way back, as people are never deleted."""
    insert = pg.insert(Member).values(_values(fields)).on_conflict_do_nothing(index_elements=[sa.func.lower(Member.email)])
    member_id = session.execute(insert.returning(Member.id)).scalar_one_or_none()
    if member_id is None:
        raise _email_taken()
    return Done(member_id, Changes.of("members", ids=(member_id,)))


def edit_member(session: Session, member_id: UUID, fields: MemberFields) -> Done[None]:
    before = get_member(session, member_id).fields
    taken = sa.select(Member.id).where(sa.func.lower(Member.email) == fields.email.strip().lower(), Member.id != member_id)
    if session.execute(taken).first() is not None:
        raise _email_taken()
    changed = session.execute(sa.update(Member).where(Member.id == member_id).values(_values(fields)).returning(Member.id))
    if changed.first() is None:
        raise NotFound(_("There is no such member."))
    return Done(None, _changed(member_id), Undo(_("Edit member"), edit_member, (member_id, before)))


def grant_role(session: Session, member_id: UUID, role: str) -> Done[None]:
    """Give ``role``; the groups of the member's login follow at once, in sessions that are open too."""
    session.execute(sa.select(sa.func.lms.grant_role(member_id, role)))
    return Done(None, _changed(member_id), Undo(_("Grant role"), revoke_role, (member_id, role)))


def revoke_role(session: Session, member_id: UUID, role: str) -> Done[None]:
    session.execute(sa.select(sa.func.lms.revoke_role(member_id, role)))
    return Done(None, _changed(member_id), Undo(_("Take role away"), grant_role, (member_id, role)))


def create_login(session: Session, member_id: UUID, password: str) -> Done[str]:
    """Let a member sign in; the value is the name to sign in with."""
    name: str = session.execute(sa.select(sa.func.lms.create_login(member_id, _verifier(password)))).scalar_one()
    return Done(name, _changed(member_id))


def appoint_administrator(session: Session, fields: MemberFields, password: str) -> Done[str]:
    """The first administrator of a workspace, appointed by whoever installed it; the value is the name to sign in with."""
    session.execute(sa.text("SET LOCAL ROLE lms_owner"))  # the policies let the installer write rows only as their owner
    member_id = add_member(session, fields).value
    session.execute(sa.text("RESET ROLE"))
    grant_role(session, member_id, "administrator")
    return Done(create_login(session, member_id, password).value, _changed(member_id))


def reset_login(session: Session, member_id: UUID, password: str) -> Done[None]:
    """A new password. Everybody may set their own."""
    session.execute(sa.select(sa.func.lms.set_verifier(member_id, _verifier(password))))
    return Done(None, _changed(member_id))


def disable_login(session: Session, member_id: UUID) -> Done[None]:
    """Lock a member out and end their sessions."""
    session.execute(sa.select(sa.func.lms.disable_login(member_id)))
    return Done(None, _changed(member_id), Undo(_("Disable login"), enable_login, (member_id,)))


def enable_login(session: Session, member_id: UUID) -> Done[None]:
    session.execute(sa.select(sa.func.lms.enable_login(member_id)))
    return Done(None, _changed(member_id), Undo(_("Enable login"), disable_login, (member_id,)))


def update_profile(session: Session, phone: str | None, time_zone: str | None, lists_certificates: bool) -> Done[None]:
    """What people keep themselves: whether anybody may list their certificates, among others."""
    session.execute(sa.select(sa.func.lms.update_my_profile(phone, time_zone, lists_certificates)))
    return Done(None, Changes.of("members"))


def _verifier(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid(_("A password needs at least {n} characters.").format(n=SHORTEST_PASSWORD))
    return verifier(password)


def _values(fields: MemberFields) -> dict[str, object]:
    if not fields.first_name.strip() or not fields.last_name.strip():
        raise Invalid(_("A member needs a first and a last name."))
    values = asdict(fields)
    values["email"] = fields.email.strip()
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _changed(member_id: UUID) -> Changes:
    return Changes.of("members", ids=(member_id,))


def _email_taken() -> Invalid:
    return Invalid(_("Another member has this e-mail address."))

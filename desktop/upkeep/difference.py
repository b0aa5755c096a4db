"""What an entry of the audit log says, field by field and in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from desktop.i18n import N_, _

TABLES = {
    "assignment_submissions": N_("Submission"),
    "course_reviews": N_("Review"),
    "courses": N_("Course"),
    "enrollments": N_("Enrolment"),
    "lms.ce_approvals": N_("Approval for credit"),
    "lms.ce_providers": N_("Provider of credit"),
    "lms.certificate_templates": N_("Certificate design"),
    "lms.certificates": N_("Certificate"),
    "lms.grading_schemes": N_("Grading scheme"),
    "lms.member_logins": N_("Login"),
    "lms.member_roles": N_("Role"),
    "members": N_("Member"),
    "quiz_attempts": N_("Quiz attempt"),
    "quiz_questions": N_("Question"),
    "quizzes": N_("Quiz"),
    "session_attendance": N_("Attendance"),
    "transactions": N_("Payment"),
}
"""What a row of each table is called; of any other, the table's own name in words."""

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")
"""A moment as Postgres writes one into JSON."""
UNIT = re.compile(r"_id$")
NAMING = ("title", "name", "certificate_number", "role", "role_name", "email")
"""Columns by which a person knows a row, the best first."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field: what it was and what it became, each None where there is nothing."""

    field: str
    before: str | None
    after: str | None


def words(identifier: str) -> str:
    """``enrollment_status`` as ``Enrollment status``."""
    text = identifier.rpartition(".")[2].replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def table_words(table: str) -> str:
    return _(TABLES[table]) if table in TABLES else words(table)


def naming(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What the entry itself says of which row it is about; empty where it does not."""
    for values in (after, before):
        if values.get("first_name") and values.get("last_name"):
            return f"{values['first_name']} {values['last_name']}"
        for column in NAMING:
            if isinstance(values.get(column), str) and values[column]:
                return str(values[column])
    return ""


def changes(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[UUID, str] | None = None) -> tuple[Change, ...]:
    """Every field that differs, by name. An object that is there before and after is compared field by field.

    ``names``: of the members and courses whose ids may be among the values.
    """
    found: list[Change] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            inner = changes(old, new, names)
            found += [Change(f"{words(key)} · {change.field}", change.before, change.after) for change in inner]
        elif old != new:
            found.append(Change(words(UNIT.sub("", key)), value_text(old, names), value_text(new, names)))
    return tuple(found)


def value_text(value: Any, names: Mapping[UUID, str] | None = None) -> str | None:
    """A value of the log as a person reads it; None where there is none."""
    match value:
        case None | "" | [] | {}:
            return None
        case bool():
            return _("Yes") if value else _("No")
        case str() if MOMENT.fullmatch(value):
            return datetime.fromisoformat(value).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        case str():
            known = as_id(value)
            return names.get(known, value) if names and known else value
        case list():
            return ", ".join(value_text(item, names) or "–" for item in value)
        case dict():
            return "; ".join(f"{words(key)}: {value_text(item, names) or '–'}" for key, item in value.items())
        case _:
            return str(value)


def ids(*values: Mapping[str, Any]) -> frozenset[UUID]:
    """Ids among the values, which may be members' or courses'."""
    return frozenset(known for each in values for value in each.values() if isinstance(value, str) and (known := as_id(value)))


def as_id(text: str) -> UUID | None:
    """The id that ``text`` is, if it is one."""
    text = text.strip()
    if len(text) != 36:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None

"""Members and enrolments from a spreadsheet: a plan of every row first, and nothing written until it is confirmed.

People are known by their e-mail address, or by their National Producer Number; never by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done
from desktop.errors import Invalid
from desktop.i18n import _
from desktop.members.queries import is_email
from desktop.models.courses import Course
from desktop.models.learning import Enrollment
from desktop.models.people import Member
from desktop.spreadsheets import Line, Sheet

NEW, CHANGE, SAME, REPEAT, PROBLEM = "new", "change", "same", "repeat", "problem"
BATCH = 1_000
"""Rows of one statement."""

TITLES = {
    "email": "email|e-mail|email address|e-mail address|mail|user email|correo|correo electrónico|courriel|e-mail-adresse",
    "first_name": "first name|first|given name|firstname|vorname|nombre|prénom",
    "last_name": "last name|last|surname|family name|lastname|nachname|apellido|apellidos|nom",
    "phone": "phone|telephone|phone number|mobile|telefon|teléfono|téléphone",
    "organization": "organization|organisation|company|employer|firma|empresa|entreprise",
    "job_title": "job title|title|position|role title",
    "status": "status|membership status|member status",
    "member_since": "member since|joined|join date|member since date",
    "npn": "npn|national producer number|producer number",
    "license_state": "license state|licence state|state",
    "license_number": "license number|licence number|license|license no",
    "course": "course|course title|course id|slug|kurs|curso|cours",
    "cohort": "cohort|cohort name|group|class|kohorte",
}
BY_TITLE = {title: name for name, titles in TITLES.items() for title in titles.split("|")}
MEMBER_FIELDS = tuple(name for name in TITLES if name not in ("course", "cohort"))
STATUSES = ("active", "lapsed", "suspended", "inactive")


@dataclass(frozen=True, slots=True)
class Planned:
    """What would become of a line: ``verdict`` is one of new, change, same, repeat, problem; ``sentence`` says why or what."""

    line: int
    who: str
    what: str
    verdict: str
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All lines, and what writing them needs. ``ignored`` are the titles of columns that mean nothing here."""

    rows: tuple[Planned, ...]
    ignored: tuple[str, ...] = ()
    members: tuple[Mapping[str, Any], ...] = ()
    changes: tuple[tuple[UUID, Mapping[str, Any]], ...] = ()
    enrollments: Mapping[tuple[UUID, str | None], tuple[UUID, ...]] = field(default_factory=dict)

    def count(self, *verdicts: str) -> int:
        return sum(row.verdict in verdicts for row in self.rows)


# Members


def plan_members(session: Session, sheet: Sheet) -> Plan:
    """New members, and what the file says otherwise about those who are there. An empty cell changes nothing."""
    columns, ignored, lines = _columns(sheet, ("email",))
    known = _members_by(session, [line[columns["email"]].lower() for line in lines])
    rows: list[Planned] = []
    new: list[Mapping[str, Any]] = []
    changes: list[tuple[UUID, Mapping[str, Any]]] = []
    seen: dict[str, int] = {}
    for line in lines:
        email = line[columns["email"]].strip()
        given = {name: line[columns[name]] for name in MEMBER_FIELDS if name in columns and line[columns[name]]}
        who = " ".join(filter(None, (given.get("first_name"), given.get("last_name")))) or email
        earlier = seen.setdefault(email.lower(), line.number)
        values, problem = _values(given)
        there = known.get(email.lower())
        if problem or not is_email(email):
            rows.append(Planned(line.number, who, email, PROBLEM, problem or _("This is no e-mail address.")))
        elif earlier != line.number:
            rows.append(Planned(line.number, who, email, REPEAT, _("The same address is in line {n}.").format(n=earlier)))
        elif there is None and not (values.get("first_name") and values.get("last_name")):
            rows.append(Planned(line.number, who, email, PROBLEM, _("A new member needs a first and a last name.")))
        elif there is None:
            new.append({"status": "active", **values})
            rows.append(Planned(line.number, who, email, NEW))
        else:
            differing = {name: value for name, value in values.items() if name != "email" and there[name] != value}
            if differing:
                changes.append((there["id"], differing))
                told = ", ".join(f"{there[name] or '–'} → {value}" for name, value in differing.items())
                rows.append(Planned(line.number, who, email, CHANGE, told))
            else:
                rows.append(Planned(line.number, who, email, SAME))
    return Plan(tuple(rows), ignored, tuple(new), tuple(changes))


def apply_members(session: Session, plan: Plan) -> Done[int]:
    """Write what was shown; the value is how many members are new. Who was added meanwhile by somebody else stays as they are."""
    added = 0
    names = sorted({name for member in plan.members for name in member})
    insert = pg.insert(Member).on_conflict_do_nothing(index_elements=[sa.func.lower(Member.email)]).returning(Member.id)
    for batch in _batches(plan.members):
        added += len(session.execute(insert, [{name: member.get(name) for name in names} for member in batch]).all())
    for member_id, values in plan.changes:
        session.execute(sa.update(Member).where(Member.id == member_id).values(**values))
    return Done(added, Changes.of("members"))


# Enrolments


def plan_enrollments(session: Session, sheet: Sheet, course: UUID | None = None, cohort: str | None = None) -> Plan:
    """Who would be enrolled in what: in ``course`` and ``cohort``, unless the file has columns of its own for them."""
    columns, ignored, lines = _columns(sheet, ("email",), ("npn",))
    if course is None and "course" not in columns:
        raise Invalid(_("The file has no column for the course."), remedy=_("Choose a course, or add a column “Course”."))
    by_mail = _members_by(session, [line[columns["email"]].lower() for line in lines]) if "email" in columns else {}
    by_npn = _members_by(session, [line[columns["npn"]] for line in lines], Member.npn) if "npn" in columns else {}
    courses = _courses(session)
    people = {there["id"] for there in (*by_mail.values(), *by_npn.values())}
    standing = _standing(session, people)
    seats = {row.id: row.max_enrollments - row.taken for row in courses.values() if row.max_enrollments is not None}
    rows: list[Planned] = []
    wanted: dict[tuple[UUID, str | None], list[UUID]] = {}
    seen: dict[tuple[UUID, UUID, str | None], int] = {}
    for line in lines:
        address = line[columns["email"]].lower() if "email" in columns else ""
        npn = line[columns["npn"]] if "npn" in columns else ""
        person = by_mail.get(address) if address else by_npn.get(npn)
        named = line[columns["course"]] if "course" in columns else ""
        target = courses.get(named.casefold()) if named or course is None else courses.get(str(course))
        group = (line[columns["cohort"]] if "cohort" in columns else "") or cohort or None
        who = f"{person['first_name']} {person['last_name']}" if person else address or npn
        what = " · ".join(filter(None, (target.title if target else named, group)))
        verdict, sentence = NEW, ""
        if person is None:
            verdict, sentence = PROBLEM, _("No member has this address or number.")
        elif target is None:
            verdict, sentence = PROBLEM, _("There is no such course, or more than one of that title.")
        elif target.status != "published":
            verdict, sentence = PROBLEM, _("This course is not published.")
        elif person["status"] in ("suspended", "inactive"):
            verdict, sentence = PROBLEM, _("This membership is suspended.")
        elif (earlier := seen.setdefault((person["id"], target.id, group), line.number)) != line.number:
            verdict, sentence = REPEAT, _("The same is in line {n}.").format(n=earlier)
        elif (state := standing.get((person["id"], target.id, group))) is not None and state not in ("dropped", "expired"):
            verdict, sentence = SAME, _("Enrolled already.")
        elif target.id in seats and seats[target.id] <= 0:
            verdict, sentence = PROBLEM, _("The course is full.")
        else:
            if state is not None:
                verdict, sentence = CHANGE, _("Comes back, with what was done.")
            if target.id in seats:
                seats[target.id] -= 1
            wanted.setdefault((target.id, group), []).append(person["id"])
        rows.append(Planned(line.number, who, what, verdict, sentence))
    return Plan(tuple(rows), ignored, enrollments={key: tuple(members) for key, members in wanted.items()})


def apply_enrollments(session: Session, plan: Plan) -> Done[int]:
    """Enrol those who were shown; the value is how many are enrolled that were not before. The server checks every rule again."""
    count = 0
    for (course, cohort), members in sorted(plan.enrollments.items(), key=lambda entry: (str(entry[0][0]), entry[0][1] or "")):
        enrolled = sa.select(sa.func.lms.enroll_members(course, list(members), "bulk_import", cohort))
        count += session.execute(enrolled).scalar_one()
    return Done(count, Changes.of("enrollments", "courses"))


# What both need


def _columns(sheet: Sheet, *needed: tuple[str, ...]) -> tuple[dict[str, int], tuple[str, ...], Sequence[Line]]:
    """Columns by what they hold, titles that mean nothing here, and the lines below. One of ``needed`` must be there."""
    if not sheet.lines:
        raise Invalid(_("The file is empty."))
    head, columns, ignored = sheet.lines[0], dict[str, int](), []
    for number, title in enumerate(head.cells):
        name = BY_TITLE.get(title.casefold().strip(" *:"))
        if name is None or name in columns:
            ignored.append(title or str(number + 1))
        else:
            columns[name] = number
    if not any(all(name in columns for name in names) for names in needed):
        raise Invalid(
            _("The first line names no column “E-mail”. It says: {titles}").format(titles=", ".join(head.cells[:12])),
            remedy=_("Name the columns in the first line: E-mail, First name, Last name …"),
        )
    return columns, tuple(ignored), sheet.lines[1:]


def _values(given: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """What is written of a line, and what is wrong with it."""
    values: dict[str, Any] = dict(given)
    if "status" in values:
        values["status"] = values["status"].lower()
        if values["status"] not in STATUSES:
            return values, _("“{status}” is no status: {all}.").format(status=given["status"], all=", ".join(STATUSES))
    if "member_since" in values:
        try:
            values["member_since"] = date.fromisoformat(given["member_since"][:10])
        except ValueError:
            return values, _("“{date}” is no date: write 2026-03-04.").format(date=given["member_since"])
    if "npn" in values and not (values["npn"].isascii() and values["npn"].isdigit() and len(values["npn"]) <= 10):
        return values, _("“{npn}” is no National Producer Number.").format(npn=given["npn"])
    if "license_state" in values:
        values["license_state"] = values["license_state"].upper()
        if not (len(values["license_state"]) == 2 and values["license_state"].isascii() and values["license_state"].isalpha()):
            return values, _("“{state}” is no state of two letters.").format(state=given["license_state"])
    return values, ""


def _members_by(session: Session, keys: Iterable[str], column: Any = None) -> dict[str, Any]:
    """Members by address in lower case, or by another column. Who was merged or erased is nobody."""
    by = sa.func.lower(Member.email) if column is None else column
    columns = [getattr(Member, name) for name in MEMBER_FIELDS]
    # Joined, not compared one by one: under row security an index on an address serves no function that could leak it.
    keys = sa.func.unnest(sa.bindparam("keys", sorted({key for key in keys if key}), type_=sa.ARRAY(sa.Text()))).column_valued("wanted")
    query = sa.select(by.label("key"), Member.id, *columns).where(by == keys, Member.merged_into.is_(None), Member.erased_at.is_(None))
    return {row["key"]: row for row in session.execute(query).mappings()}


def _courses(session: Session) -> dict[str, Any]:
    """Courses by id, slug and title, in lower case; a title that two have is nobody's."""
    query = sa.select(Course.id, Course.slug, Course.title, Course.status, Course.max_enrollments, _taken().label("taken"))
    rows = session.execute(query.where(Course.status != "archived")).all()
    titles = [row.title.casefold() for row in rows]
    found = {row.title.casefold(): row for row in rows if titles.count(row.title.casefold()) == 1}
    return found | {row.slug.casefold(): row for row in rows} | {str(row.id): row for row in rows}


def _taken() -> Any:
    query = sa.select(sa.func.count()).where(Enrollment.course_id == Course.id, Enrollment.status.not_in(("dropped", "expired")))
    return query.scalar_subquery()


def _standing(session: Session, people: set[UUID]) -> dict[tuple[UUID, UUID, str | None], str]:
    found = {}
    for batch in _batches(sorted(people)):
        query = sa.select(Enrollment.member_id, Enrollment.course_id, Enrollment.cohort_name, Enrollment.status)
        for row in session.execute(query.where(Enrollment.member_id.in_(batch))):
            found[row.member_id, row.course_id, row.cohort_name] = row.status
    return found


def _batches[T](rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[at : at + BATCH] for at in range(0, len(rows), BATCH))

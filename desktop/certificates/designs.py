"""The association's own designs: kept in the database, each change a version of its own (migration 0019).

A certificate names the version that it was issued with and is drawn by it for good; one that names none is drawn by the design that the
application comes with. A course names its design; else the one of its designation is used, else the usual one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.certificates.designing import Sketch
from desktop.certificates.template import Template, load_template
from desktop.changes import Changes, Done
from desktop.errors import Conflict, Invalid, NotFound
from desktop.i18n import _
from desktop.models.certificates import Certificate, CertificateTemplate, CertificateTemplateVersion
from desktop.models.courses import Course
from desktop.models.people import Member, MemberDesignation
from desktop.settings import data_folder, read_json, write_json

CHANGED = Changes.of("lms.certificate_templates")


@dataclass(frozen=True, slots=True)
class DesignRow:
    """``courses``: how many name it; ``issued``: how many certificates were issued with any version of it."""

    id: UUID
    name: str
    version: int
    is_default: bool
    designation: str | None
    courses: int
    issued: int
    updated_at: datetime


def list_designs(session: Session) -> tuple[DesignRow, ...]:
    """All designs by name, the usual one first."""
    courses = sa.select(sa.func.count()).where(Course.certificate_template_id == CertificateTemplate.id).scalar_subquery()
    issued = sa.select(sa.func.count()).where(Certificate.template_id == CertificateTemplate.id).scalar_subquery()
    query = sa.select(
        CertificateTemplate.id,
        CertificateTemplate.name,
        CertificateTemplate.version,
        CertificateTemplate.is_default,
        MemberDesignation.name,
        courses,
        issued,
        CertificateTemplate.updated_at,
    ).join(MemberDesignation, MemberDesignation.id == CertificateTemplate.designation_id, isouter=True)
    return tuple(
        DesignRow(*row) for row in session.execute(query.order_by(CertificateTemplate.is_default.desc(), CertificateTemplate.name))
    )


@dataclass(frozen=True, slots=True)
class Design:
    """One design as it is now."""

    id: UUID
    name: str
    version: int
    is_default: bool
    designation_id: UUID | None
    template: Template


def get_design(session: Session, design_id: UUID) -> Design:
    """Raises :class:`NotFound` where there is none, :class:`Invalid` where what is stored is no design."""
    row = session.get(CertificateTemplate, design_id)
    if row is None:
        raise NotFound(_("There is no such design."))
    return Design(row.id, row.name, row.version, row.is_default, row.designation_id, Template.from_data(row.definition))


@dataclass(frozen=True, slots=True)
class DesignVersion:
    """A version as it was saved. ``id`` is what certificates name."""

    id: UUID
    number: int
    saved_at: datetime
    saved_by: str


def list_versions(session: Session, design_id: UUID) -> tuple[DesignVersion, ...]:
    """The newest first."""
    name = sa.func.concat_ws(" ", Member.first_name, Member.last_name)
    version = CertificateTemplateVersion
    query = (
        sa.select(version.id, version.number, version.created_at, name)
        .join(Member, Member.id == version.created_by, isouter=True)
        .where(version.template_id == design_id)
        .order_by(version.number.desc())
    )
    return tuple(DesignVersion(*row) for row in session.execute(query))


def read_design(session: Session, version_id: UUID | None) -> Template:
    """What a certificate that names this version is drawn by."""
    if version_id is None:
        return load_template()
    query = sa.select(CertificateTemplateVersion.definition).where(CertificateTemplateVersion.id == version_id)
    definition = session.execute(query).scalar_one_or_none()
    if definition is None:
        raise NotFound(_("There is no such design."))
    return replace(Template.from_data(definition), version=str(version_id))


def list_designations(session: Session) -> tuple[tuple[UUID, str], ...]:
    query = sa.select(MemberDesignation.id, MemberDesignation.name).order_by(MemberDesignation.name)
    return tuple((row.id, row.name) for row in session.execute(query))


@dataclass(frozen=True, slots=True)
class LongShort:
    """The longest and the shortest of the real names, and the longest title of a course, to try a design with."""

    longest: str
    shortest: str
    longest_course: str


def list_trying_names(session: Session) -> LongShort:
    """Raises :class:`NotFound` where there is nobody yet."""
    name = sa.func.concat_ws(" ", Member.first_name, Member.last_name)
    printed = sa.func.concat_ws(", ", name, sa.func.nullif(sa.func.array_to_string(Member.credentials, ", "), ""))
    length = sa.func.char_length(printed)
    longest = session.scalar(sa.select(printed).order_by(length.desc(), Member.id).limit(1))
    shortest = session.scalar(sa.select(printed).order_by(length, Member.id).limit(1))
    course = session.scalar(sa.select(Course.title).order_by(sa.func.char_length(Course.title).desc(), Course.id).limit(1))
    if longest is None or shortest is None:
        raise NotFound(_("There are no members yet."))
    return LongShort(longest, shortest, course or _("Name of the course"))


# Changing


def add_design(session: Session, name: str, template: Template) -> Done[UUID]:
    """A new design, its first version. Administrators only."""
    values = {"name": _named(name), "definition": template.to_data(), "created_by": sa.func.lms.current_member_id()}
    try:
        added: UUID = session.execute(sa.insert(CertificateTemplate).values(values).returning(CertificateTemplate.id)).scalar_one()
    except sa.exc.IntegrityError as error:
        raise _taken(error) from error
    return Done(added, CHANGED)


def save_design(session: Session, design_id: UUID, seen: int, template: Template) -> Done[int]:
    """The next version of a design, unless it is the same; the answer is its number.

    Raises :class:`Conflict` where somebody saved another since version ``seen``. Administrators only.
    """
    row = CertificateTemplate
    saved = session.execute(
        sa.update(row).where(row.id == design_id, row.version == seen).values(definition=template.to_data()).returning(row.version)
    ).scalar_one_or_none()
    if saved is None:
        raise Conflict(
            _("Somebody saved another version of this design meanwhile."),
            remedy=_("Keep yours with “Save as new”, or open the design again to see theirs."),
        )
    return Done(int(saved), CHANGED)


def describe_design(session: Session, design_id: UUID, name: str, *, is_default: bool, designation_id: UUID | None) -> Done[None]:
    """Its name, and what uses it. Another that was the usual one, or the designation's, no longer is. Administrators only."""
    row = CertificateTemplate
    if is_default:
        session.execute(sa.update(row).where(row.is_default, row.id != design_id).values(is_default=False))
    if designation_id is not None:
        session.execute(sa.update(row).where(row.designation_id == designation_id, row.id != design_id).values(designation_id=None))
    try:
        session.execute(
            sa.update(row).where(row.id == design_id).values(name=_named(name), is_default=is_default, designation_id=designation_id)
        )
    except sa.exc.IntegrityError as error:
        raise _taken(error) from error
    return Done(None, CHANGED)


def remove_design(session: Session, design_id: UUID) -> Done[None]:
    """Remove a design that nothing was issued with and no course names. Administrators only."""
    try:
        session.execute(sa.delete(CertificateTemplate).where(CertificateTemplate.id == design_id))
    except sa.exc.IntegrityError as error:
        raise Invalid(
            _("This design is in use: certificates were issued with it, or a course names it."), details=str(error.orig)
        ) from error
    return Done(None, CHANGED)


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid(_("Give it a name."))
    return name.strip()


def _taken(error: sa.exc.IntegrityError) -> Invalid:
    return Invalid(_("Another design has this name."), details=str(error.orig))


# Reading certificates without a connection


def list_layouts(session: Session, known: Collection[str]) -> dict[str, dict[str, Any]]:
    """Each version by its id, without its pictures, but those that are ``known``. Where fields stand is all that reading needs."""
    version = CertificateTemplateVersion
    query = sa.select(version.id, version.definition).where(version.id.not_in([UUID(one) for one in known]))
    return {str(row.id): _without_pictures(row.definition) for row in session.execute(query.execution_options(yield_per=20))}


def remember_layouts(fresh: Mapping[str, dict[str, Any]]) -> None:
    """Keep where fields stand on the designs of the workspaces that were seen here: a certificate can then be read without a connection."""
    if fresh:
        write_json(_kept(), {**_recall(), **fresh})


def recall_layouts() -> dict[str, Template]:
    """What :func:`remember_layouts` kept, by version; those that cannot be understood are left out."""
    found = {}
    for version, definition in _recall().items():
        try:
            found[version] = replace(Template.from_data(definition), version=version)
        except Invalid:
            continue
    return found


def _recall() -> dict[str, Any]:
    try:
        return dict(read_json(_kept()))
    except (ValueError, TypeError):
        return {}


def _kept() -> Path:
    return data_folder() / "certificate-layouts.json"


# What is being designed, until it is saved as a version


@dataclass(frozen=True, slots=True)
class DesignDraft:
    """``seen``: the version that it began from."""

    seen: int
    sketch: Sketch


def keep_draft(design_id: UUID, draft: DesignDraft) -> None:
    """On this computer, so that neither leaving the page nor a crash loses it."""
    write_json(_draft(design_id), {"seen": draft.seen, "template": draft.sketch.to_data()})


def recall_draft(design_id: UUID) -> DesignDraft | None:
    """What :func:`keep_draft` kept; None where there is nothing, or nothing that can be understood."""
    try:
        values = read_json(_draft(design_id))
        return DesignDraft(int(values["seen"]), Sketch.from_data(values["template"])) if values else None
    except (ValueError, KeyError, TypeError, Invalid):
        return None


def drop_draft(design_id: UUID) -> None:
    _draft(design_id).unlink(missing_ok=True)


def _draft(design_id: UUID) -> Path:
    return data_folder() / "design-drafts" / f"{design_id}.json"


def _without_pictures(definition: Mapping[str, Any]) -> dict[str, Any]:
    elements = definition.get("elements")
    kept = [one for one in elements if isinstance(one, dict) and one.get("kind") != "picture"] if isinstance(elements, list) else []
    return {**definition, "elements": kept}

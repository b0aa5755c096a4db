"""Writes about SCORM: a session begins, saves and ends; a package becomes a lesson."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done, Undo
from desktop.courses import commands as courses
from desktop.errors import NotFound
from desktop.i18n import _
from desktop.models.courses import CourseModule, Lesson, LessonImport, LessonMedia
from desktop.scorm.journal import Save
from desktop.scorm.manifest import Item, Manifest, part_of
from desktop.scorm.queries import WaitingMedia
from desktop.scorm.report import ImportReport
from desktop.store.assets import asset_url

type Answer = Literal["saved", "stale", "superseded"]


def begin_session(session: Session, enrollment_id: UUID, lesson_id: UUID, session_id: UUID) -> Done[None]:
    """Register a launch under an id of the caller's choice. It takes over from every earlier launch of the lesson."""
    session.execute(
        text("SELECT lms.begin_scorm(:enrollment, :lesson, :session)"),
        {"enrollment": enrollment_id, "lesson": lesson_id, "session": session_id},
    )
    return Done(None, Changes.of("lesson_progress", "enrollments"))


def save_session(session: Session, save: Save) -> Done[Answer]:
    """Store the record of a session. ``stale``: a later save was there already; ``superseded``: a later launch took over."""
    answer = session.execute(
        text("SELECT lms.save_scorm(:session, :sequence, CAST(:document AS jsonb), :seconds)"),
        {"session": save.session, "sequence": save.sequence, "document": json.dumps(save.document), "seconds": save.seconds},
    ).scalar_one()
    return Done(cast(Answer, answer), Changes.of("lesson_progress", "enrollments"))


def end_session(session: Session, session_id: UUID) -> Done[None]:
    """Say that the launch is over. What it saved stays."""
    session.execute(text("SELECT lms.end_scorm(:session)"), {"session": session_id})
    return Done(None)


@dataclass(frozen=True, slots=True)
class Choice:
    """How a package becomes lessons: of which organization (the manifest's default where it is not named), and as one lesson or several."""

    organization: str = ""
    per_item: bool = False
    """A lesson for each item that can be opened, instead of one with a table of contents."""


@dataclass(frozen=True, slots=True)
class About:
    """What an import has to say of a package, for those who teach its lessons. ``file_name`` is the author's; ``media`` are the files
    that must be converted."""

    asset_id: str
    file_name: str
    standard: str
    report: ImportReport
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """A package that was stored as an asset. ``file_name`` is the author's; ``media`` are the files that must be converted."""

    asset_id: str
    file_name: str
    manifest: Manifest
    report: ImportReport
    media: tuple[str, ...] = ()

    @property
    def about(self) -> About:
        return About(self.asset_id, self.file_name, self.manifest.name, self.report, self.media)


def lessons_of(imported: Imported, choice: Choice) -> tuple[courses.NewLesson, ...]:
    """The lessons that play a package, in its order."""
    manifest = imported.manifest
    organization = manifest.part(quote(choice.organization, safe="")).default
    items: tuple[Item | None, ...] = organization.launchable if choice.per_item else (None,)
    made = []
    for item in items:
        fragment = part_of(organization, item) if item is not None or organization != manifest.default else ""
        title = item.title if item is not None else organization.title or Path(imported.file_name).stem
        content, package, declared = _addresses(imported, item or organization.launchable[0], fragment)
        about = item.metadata if item is not None else manifest.metadata
        made.append(
            courses.NewLesson(
                title=title,
                lesson_type="scorm",
                description=about.description or None,
                estimated_duration_minutes=about.minutes,
                content_url=content,
                scorm_package_url=package,
                scorm_manifest_url=declared,
                scorm_version=manifest.standard.value,
                completion_criteria="scorm_completed",
            )
        )
    return tuple(made)


def add_lessons(session: Session, module_id: UUID, imported: Imported, choice: Choice) -> Done[tuple[UUID, ...]]:
    """New lessons at the end of a module that play a package, each with its import report."""
    made = []
    for lesson in lessons_of(imported, choice):
        made.append(courses.add_lesson(session, module_id, lesson).value)
        _keep_report(session, made[-1], imported.about)
    lessons = tuple(made)
    return Done(lessons, Changes.of("lessons"), Undo(_("Import package"), remove_lessons, (lessons,)))


def remove_lessons(session: Session, lessons: tuple[UUID, ...]) -> Done[None]:
    """Remove what an import added; the server refuses lessons that learners have opened."""
    for lesson_id in lessons:
        courses.remove_lesson(session, lesson_id)
    return Done(None, Changes.of("lessons"))


def replace_package(session: Session, lesson_id: UUID, imported: Imported, fragment: str) -> Done[int]:
    """Let a lesson play another version of its package; the number of the version.

    What learners did is kept; :mod:`desktop.scorm.versions` says what of it carries over.
    """
    manifest = imported.manifest.part(fragment)
    content, package, declared = _addresses(imported, manifest.default.launchable[0], fragment)
    found = session.execute(
        sa.update(Lesson)
        .where(Lesson.id == lesson_id, Lesson.lesson_type == "scorm")
        .values(content_url=content, scorm_package_url=package, scorm_manifest_url=declared, scorm_version=manifest.standard.value)
        .returning(Lesson.id)
    ).one_or_none()
    if found is None:
        raise NotFound(_("This lesson no longer exists, or you may not change it."))
    return Done(_keep_report(session, lesson_id, imported.about), Changes.of("lessons", ids=(lesson_id,)))


def file_report(session: Session, course_id: UUID, about: About) -> Done[int | None]:
    """Keep what an import had to say with the lessons of a course that play the package and have nothing of it yet.

    The number of these lessons; None where no lesson plays the package, as the course was not sent yet.
    """
    package = asset_url(about.asset_id)
    playing = session.execute(
        sa.select(Lesson.id, sa.exists().where(LessonImport.lesson_id == Lesson.id, LessonImport.package_url == package))
        .join(CourseModule, CourseModule.id == Lesson.module_id)
        .where(CourseModule.course_id == course_id, Lesson.scorm_package_url == package)
    ).all()
    bare = [lesson_id for lesson_id, has_report in playing if not has_report]
    for lesson_id in bare:
        _keep_report(session, lesson_id, about)
    return Done(len(bare) if playing else None, Changes.of("lessons", ids=tuple(bare)))


def settle_media(session: Session, media: WaitingMedia, converted_id: str | None, failure: str | None) -> Done[None]:
    """Say what became of a file that waited: the asset that is played instead, or why there is none."""
    session.execute(
        sa.update(LessonMedia)
        .where(LessonMedia.package_url == asset_url(media.package_id), LessonMedia.path == media.path)
        .values(converted_url=asset_url(converted_id) if converted_id else None, failure=failure)
    )
    return Done(None, Changes.of("lessons"))


def _addresses(imported: Imported, first: Item, fragment: str) -> tuple[str, str, str]:
    """The lesson's addresses: of its content, its package and its manifest."""
    manifest = asset_url(imported.asset_id, imported.manifest.path)
    return (
        asset_url(imported.asset_id, first.launch),
        asset_url(imported.asset_id),
        f"{manifest}#{fragment}" if fragment else manifest,
    )


def _keep_report(session: Session, lesson_id: UUID, about: About) -> int:
    latest = sa.select(sa.func.coalesce(sa.func.max(LessonImport.version), 0)).where(LessonImport.lesson_id == lesson_id)
    version: int = session.execute(latest).scalar_one() + 1
    session.execute(
        sa.insert(LessonImport).values(
            lesson_id=lesson_id,
            version=version,
            package_url=asset_url(about.asset_id),
            file_name=about.file_name,
            standard=about.standard,
            report=about.report.as_json(),
            imported_by=sa.func.lms.current_member_id(),
        )
    )
    if about.media:
        rows = [{"lesson_id": lesson_id, "package_url": asset_url(about.asset_id), "path": path} for path in about.media]
        session.execute(postgresql.insert(LessonMedia).on_conflict_do_nothing(), rows)
    return version

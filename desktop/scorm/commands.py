"""Writes about SCORM: a session begins, saves and ends; a package becomes a lesson."""

from __future__ import annotations

import json
from typing import Literal, cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.changes import Changes, Done
from desktop.courses import commands as courses
from desktop.scorm.journal import Save
from desktop.scorm.manifest import Manifest
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


def add_lesson(session: Session, module_id: UUID, title: str, manifest: Manifest, asset_id: str) -> Done[UUID]:
    """A new lesson at the end of a module that plays the package ``asset_id``."""
    return courses.add_lesson(
        session,
        module_id,
        courses.NewLesson(
            title=title,
            lesson_type="scorm",
            content_url=asset_url(asset_id, manifest.default.launchable[0].launch),
            scorm_package_url=asset_url(asset_id),
            scorm_manifest_url=asset_url(asset_id, manifest.path),
            scorm_version=manifest.standard.value,
            completion_criteria="scorm_completed",
        ),
    )

"""What a lesson's sessions record: one document, whatever the number of SCOs (docs/design.md, "What is recorded")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from desktop.scorm.manifest import Item, Organization, Standard

type Document = dict[str, Any]

type Record = dict[str, Any]
"""An item's: ``finished`` (its last session was ended by the content), ``cmi`` (element to text), ``attempt`` (from 1) and ``title``."""

DONE = frozenset({"completed", "passed"})


def new_document(standard: Standard, organization: Organization) -> Document:
    """The record of a lesson that nobody has opened yet. Hidden items are no part of what must be done, unless there is nothing else."""
    visible = [item.identifier for item in organization.launchable if item.visible]
    required = visible or [item.identifier for item in organization.launchable]
    return {"standard": standard.value, "required": required, "current": "", "items": {}}


def resumed_document(saved: Document | None, standard: Standard, organization: Organization) -> Document:
    """The record to go on with: what was saved, under what the package asks for today."""
    document = new_document(standard, organization)
    if saved and saved.get("standard") == standard.value:
        document["items"] = dict(saved.get("items") or {})
        document["current"] = saved.get("current") or ""
        document |= {part: saved[part] for part in ("tree", "attempts") if part in saved}
    return document


def with_item(document: Document, item: str, record: Mapping[str, Any]) -> Document:
    """The record after ``item`` said ``record``. The one given is not changed."""
    return {**document, "items": {**document["items"], item: dict(record)}}


def status_of(document: Document, item: str) -> str:
    """What the item's content said of itself, in the words of SCORM 1.2: ``not attempted``, ``incomplete``, ``completed`` …"""
    cmi = (document["items"].get(item) or {}).get("cmi")
    if cmi is None:
        return "not attempted"
    if document["standard"] != Standard.SCORM_2004:
        return str(cmi.get("cmi.core.lesson_status", "incomplete"))
    success = cmi.get("cmi.success_status", "unknown")
    completion = cmi.get("cmi.completion_status", "unknown")
    if success in ("passed", "failed"):
        return str(success)
    return "incomplete" if completion == "unknown" else str(completion)


def first_to_open(document: Document, items: Iterable[Item]) -> Item | None:
    """The item last open unless it is done, else the first that is not done, else the first."""
    launchable = [item for item in items if item.resource]
    current = next((item for item in launchable if item.identifier == document["current"]), None)
    if current and status_of(document, current.identifier) not in DONE:
        return current
    rest = (item for item in launchable if item.visible and status_of(document, item.identifier) not in DONE)
    return next(rest, launchable[0] if launchable else None)


def launch_values(standard: Standard, item: Item, learner_id: str, learner_name: str, *, preview: bool) -> dict[str, str]:
    """What the content may read about this launch, by element. Names are "Last, First" as the standard has them."""
    mode, credit = ("browse", "no-credit") if preview else ("normal", "credit")
    if standard is not Standard.SCORM_2004:
        values = {
            "cmi.core.student_id": learner_id,
            "cmi.core.student_name": learner_name,
            "cmi.core.credit": credit,
            "cmi.core.lesson_mode": mode,
            "cmi.launch_data": item.data_from_lms[:4096],
            "cmi.student_data.mastery_score": item.mastery_score,
            "cmi.student_data.max_time_allowed": item.max_time_allowed,
            "cmi.student_data.time_limit_action": item.time_limit_action,
        }
    else:
        values = {
            "cmi.learner_id": learner_id,
            "cmi.learner_name": learner_name,
            "cmi.credit": credit,
            "cmi.mode": mode,
            "cmi.launch_data": item.data_from_lms,
            "cmi.scaled_passing_score": item.mastery_score,
            "cmi.max_time_allowed": item.max_time_allowed,
            "cmi.time_limit_action": item.time_limit_action,
            "cmi.completion_threshold": item.completion_threshold,
            **{f"cmi.objectives.{n}.id": name for n, name in enumerate(item.objectives)},
        }
    return {element: value for element, value in values.items() if value}

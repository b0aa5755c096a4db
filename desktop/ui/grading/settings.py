"""Every field of an assignment but its rubric: what they are called, when they are asked for, and what is wrong with a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from desktop.courses.fields import Field, Kind
from desktop.grading.vocabulary import INTERVALS, SUBMISSION_TYPES
from desktop.i18n import N_, _

SECTIONS: tuple[tuple[str, tuple[Field, ...]], ...] = (
    (
        N_("Assignment"),
        (
            Field("title", N_("Title"), Kind.LINE, most=300),
            Field("description", N_("In short"), Kind.TEXT, N_("Shown first; the task itself is below.")),
        ),
    ),
    (
        N_("Points"),
        (Field("total_points", N_("Points"), Kind.CREDITS, N_("The most that a grade can be."), most=999_999),),
    ),
    (
        N_("What is handed in"),
        (
            Field("submission_type", N_("Learners hand in"), Kind.CHOICE, choices=SUBMISSION_TYPES),
            Field("allowed_file_types", N_("Types of files"), Kind.LINES, N_("One a line, as pdf or docx. None: every type.")),
            Field("max_file_size_mb", N_("Largest file"), Kind.NUMBER, most=10_000, suffix=N_(" MB")),
            Field("max_submissions", N_("How often it may be handed in"), Kind.NUMBER, N_("The last one counts."), most=1000),
        ),
    ),
    (
        N_("When"),
        (
            Field("available_from", N_("Open from"), Kind.MOMENT),
            Field("due_date", N_("Due"), Kind.MOMENT),
        ),
    ),
    (
        N_("Late work"),
        (
            Field("late_submission_allowed", N_("It may be handed in late"), Kind.CHECK),
            Field("late_until", N_("No later than"), Kind.MOMENT),
            Field("late_grace_minutes", N_("Grace"), Kind.NUMBER, N_("So late is not late at all."), most=100_000, suffix=N_(" min")),
            Field(
                "late_penalty_percentage",
                N_("Penalty"),
                Kind.CREDITS,
                N_("Percent of all points, for each hour or day that has begun."),
                most=100,
                suffix=" %",
            ),
            Field("late_penalty_interval", N_("For each"), Kind.CHOICE, choices=INTERVALS),
            Field(
                "late_penalty_floor",
                N_("Never below"),
                Kind.CREDITS,
                N_("Percent of all points that lateness takes nobody below."),
                most=100,
                suffix=" %",
            ),
        ),
    ),
    (
        N_("Grading"),
        (
            Field("anonymous_grading", N_("Graders see no names until the grade is released"), Kind.CHECK),
            Field(
                "second_marking_percentage",
                N_("Marked by a second person"),
                Kind.CREDITS,
                N_("Percent of the submissions: 100 is double marking, less is a sample by chance."),
                most=100,
                suffix=" %",
            ),
        ),
    ),
    (
        N_("Peer review"),
        (
            Field("enable_peer_review", N_("Learners review each other's work"), Kind.CHECK),
            Field("peer_reviews_required", N_("Reviews by each learner"), Kind.NUMBER, most=20),
            Field("peer_reviews_due", N_("Reviews are due"), Kind.MOMENT),
            Field("peer_reviews_anonymous", N_("Neither side sees the other's name"), Kind.CHECK),
        ),
    ),
)  # fmt: skip

_FILES = frozenset({"allowed_file_types", "max_file_size_mb"})
_LATE = frozenset({"late_until", "late_grace_minutes", "late_penalty_percentage", "late_penalty_interval", "late_penalty_floor"})
_PEERS = frozenset({"peer_reviews_required", "peer_reviews_due", "peer_reviews_anonymous"})


def hidden(values: Mapping[str, Any]) -> frozenset[str]:
    """The columns that mean nothing as others are set."""
    found: frozenset[str] = frozenset()
    if values.get("submission_type") in ("text_entry", "url_submission"):
        found |= _FILES
    if not values.get("late_submission_allowed"):
        found |= _LATE - {"late_grace_minutes"}  # without any lateness a grace still is one
    if not values.get("enable_peer_review"):
        found |= _PEERS
    return found


def problem(column: str, value: Any, other: Callable[[str], Any]) -> str:
    """What the database would refuse, or what would lock everybody out."""
    match column:
        case "title" if not value:
            return _("It needs a title.")
        case "total_points" if value is None:
            return _("A number of points, please. 0 is one, too.")
        case "max_file_size_mb" | "max_submissions" if not value:
            return _("At least 1, please.")
        case "late_penalty_percentage" | "late_penalty_floor" | "second_marking_percentage" if value is None:
            return _("A number from 0 to 100, please.")
        case "late_grace_minutes" | "peer_reviews_required" if value is None:
            return _("A number, please. 0 is one, too.")
        case "available_from" if value is not None and other("due_date") is not None and value > other("due_date"):
            return _("This is after it is due.")
        case "due_date" if value is not None and other("available_from") is not None and value < other("available_from"):
            return _("This is before it is open.")
        case "late_until" if value is not None and other("due_date") is not None and value < other("due_date"):
            return _("This is before it is due.")
        case _:
            return ""

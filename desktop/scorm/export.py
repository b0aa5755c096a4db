"""What SCORM lessons recorded for a learner, as a file: JSON with everything in it, or CSV with a row for each interaction."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from desktop.scorm.queries import AttemptRow, InteractionRow, LearnerRecord

COLUMNS = (
    "learner", "course", "lesson", "part", "part_title", "attempt", "status", "score", "score_raw", "score_min", "score_max", "progress",
    "total_seconds", "finished", "begun_at", "saved_at", "n", "interaction", "type", "description", "answered_at", "response",
    "correct_responses", "objectives", "result", "weighting", "latency_seconds",
)  # fmt: skip


def as_json(record: LearnerRecord) -> str:
    """All of it, the saved documents included. Times are ISO 8601 in UTC, numbers are numbers."""
    return json.dumps(asdict(record), indent=2, ensure_ascii=False, default=_plain) + "\n"


def as_csv(record: LearnerRecord) -> str:
    """A row for each interaction, with its attempt beside it; an attempt without interactions has one row."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in row] for row in _rows(record))
    return buffer.getvalue()


def _rows(record: LearnerRecord) -> Iterator[tuple[object, ...]]:
    for attempt in record.attempts:
        for interaction in attempt.interactions or (None,):
            yield (record.name, *_attempt(attempt), *(_interaction(interaction) if interaction is not None else [None] * 11))


def _attempt(row: AttemptRow) -> tuple[object, ...]:
    return (
        row.course, row.lesson, row.part, row.title, row.attempt, row.status, row.score, row.score_raw, row.score_min, row.score_max,
        row.progress, row.total_seconds, row.finished, row.begun_at, row.saved_at,
    )  # fmt: skip


def _interaction(row: InteractionRow) -> tuple[object, ...]:
    return (
        row.n, row.identifier, row.kind, row.description, row.answered_at, row.response, " | ".join(row.correct_responses),
        " | ".join(row.objectives), row.result, row.weighting, row.latency_seconds,
    )  # fmt: skip


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        # What content wrote must not become a formula in a spreadsheet.
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
    return str(_plain(value))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, UUID):
        return str(value)
    return value

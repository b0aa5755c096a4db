"""The rows of a planned year, a module for each domain and a function for each table."""

from __future__ import annotations

from collections.abc import Iterator

from tests.data.rows import assessment, courses, learning, people
from tests.data.values import Table
from tests.data.year_one import Year


def tables(year: Year) -> Iterator[Table]:
    """Every table, those that others refer to first."""
    yield people.designations(year)
    yield people.members(year)
    yield people.roles(year)
    yield courses.courses(year)
    yield courses.modules(year)
    yield courses.lessons(year)
    yield courses.attachments(year)
    yield courses.quizzes(year)
    yield courses.questions(year)
    yield courses.assignments(year)
    yield people.transactions(year)
    yield learning.enrollments(year)
    yield learning.progress(year)
    yield learning.reviews(year)
    yield from learning.live_sessions(year)
    yield from assessment.attempts(year)
    yield from assessment.submissions(year)
    yield learning.certificates(year)

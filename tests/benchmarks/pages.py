"""Every place opened for the first time after a year of use, by those who have it: until it is filled and painted, next to its SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from desktop.store.connection import connect
from desktop.ui.everything import PLACES
from desktop.ui.places import Places
from tests.benchmarks.application import Home, home
from tests.benchmarks.report import Line
from tests.data.load import fill
from tests.data.year_one import Year

ROLES = ("administrator", "instructor", "proctor", "learner")


def places_of(role: str) -> tuple[str, ...]:
    """Every place of the rail that a member with this role has, Home aside, and the page of a course."""
    rail = Places(PLACES, frozenset({"learner", role})).rail()
    return (*(place.id for place in rail if place.id != "home"), "course")


def measure(scale: float = 1.0) -> Iterator[Line]:
    logins: dict[str, str] = {}

    def with_a_year(made: Home) -> None:
        assert made.opened.server is not None
        until = datetime.now(UTC).date()
        quietly = lambda _what, _rows, _seconds: None  # noqa: E731
        logins.update(fill(made.opened.server.address(), lambda content: Year(1, scale, until, content), made.remember, quietly))

    with home(with_a_year) as made:
        course = busiest_course(made)
        arguments = {"course": json.dumps({"course": course})}
        for role in ROLES:
            places = places_of(role)
            made.sign_in_at_start(logins[role])
            _started, figures = made.run("pages", *(f"{place}={arguments.get(place, '{}')}" for place in places))
            for place in ("home", *places):
                total, statements = figures[place]["total"], figures[place]["sql"]
                yield Line(f"{place} of the {role}", total, "ms", statements, "its statements alone")


def busiest_course(made: Home) -> str:
    assert made.opened.server is not None
    with connect(made.opened.server.address()) as connection:
        row = connection.execute("SELECT id::text FROM public.courses ORDER BY total_enrollments DESC, id LIMIT 1").fetchone()
    assert row is not None
    return str(row[0])

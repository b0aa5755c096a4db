"""Key figures against figures that were counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.reports.courses import list_course_figures, table
from desktop.reports.kpis import Kpi, Unit, list_kpis
from desktop.reports.period import BUCKETS, Period, last_days
from desktop.store.connection import Store
from tests.support.association import Association

MARCH = Period(date(2025, 3, 1), date(2025, 3, 31))


@pytest.fixture
def year(association: Association) -> Association:
    """Lea, Otto and Finn in one course, Paula in a paid one; what they did lies in February and March 2025."""
    with association.installer() as installer:
        installer.execute("SET session_replication_role = replica")  # a certificate is never changed otherwise
        for name, enrolled, completed, seen in (
            ("lea", "2025-03-02", None, "2025-03-30"),
            ("otto", "2025-02-20", "2025-03-20", "2025-03-20"),
            ("finn", "2025-02-10", "2025-02-25", "2025-02-25"),
            ("paula", "2025-03-31 23:00", None, "2025-04-02"),
        ):
            installer.execute(
                "UPDATE enrollments SET enrolled_at = %s, completed_at = %s, last_accessed_at = %s, amount_paid = %s WHERE id = %s",
                (enrolled, completed, seen, 199 if name == "paula" else 0, association[f"{name}_enrollment"]),
            )
        installer.execute("UPDATE lesson_progress SET time_spent_seconds = 1800, last_accessed_at = '2025-03-15'")
        installer.execute("UPDATE lms.certificates SET issued_at = '2025-03-20'")
        installer.execute("UPDATE course_reviews SET created_at = '2025-03-21', is_approved = true, rating = 4")
        installer.execute(
            "UPDATE transactions SET status = 'completed', transaction_type = 'course_purchase', amount = 100, confirmed_at = '2025-03-05'"
        )
        installer.execute("UPDATE transactions SET confirmed_at = '2025-02-05' WHERE id = %s", (association["transaction"],))
    return association


def store(association: Association, name: str) -> Store:
    return association.database.store(association.people[name])


def figures(association: Association, name: str, period: Period = MARCH, *, whole: bool) -> dict[str, Kpi]:
    return {kpi.name: kpi for kpi in store(association, name).read(list_kpis, period, whole=whole)}


def test_the_associations_figures_of_a_month(year: Association) -> None:
    found: dict[str, Any] = dict(figures(year, "admin", whole=True))
    assert (found["enrollments"].value, found["enrollments"].before) == (2, 2)
    assert (found["completions"].value, found["completions"].before) == (1, 1)
    assert (found["learners"].value, found["learners"].before) == (3, 2)
    assert found["completion_rate"].value == Decimal("50.0")  # two of four had completed
    assert (found["certificates"].value, found["certificates"].before) == (1, 0)
    with year.installer() as installer:
        row = installer.execute("SELECT count(*) FROM lesson_progress").fetchone()
    assert row is not None
    assert found["hours"].value == Decimal(row[0]) / 2
    assert (found["revenue"].value, found["revenue"].before) == (100, 100)
    assert found["rating"].value == 4
    assert found["certificates"].target == (Decimal(5000) * 31 / 365).quantize(Decimal(1))


def test_parts_add_up_and_lie_in_their_days(year: Association) -> None:
    enrolled: Any = figures(year, "admin", whole=True)["enrollments"]
    assert len(enrolled.parts) == BUCKETS
    assert sum(enrolled.parts) == enrolled.value
    assert (enrolled.parts[0], enrolled.parts[-1]) == (1, 1)


def test_an_instructor_is_shown_their_own_courses(year: Association) -> None:
    """Tess teaches all; Finn, who learns in Tess' course, teaches a draft that nobody is in."""
    taught = figures(year, "teacher", whole=False)
    assert taught["enrollments"].value == 2
    assert "revenue" not in taught
    own = figures(year, "finn", whole=False)
    assert {name: kpi.value for name, kpi in own.items() if kpi.value} == {}
    outside = figures(year, "finn", whole=True)
    assert outside["enrollments"].value == 0, "asking for the whole gives nobody more than the server lets them see"


def test_courses_of_the_month(year: Association) -> None:
    rows: Any = store(year, "admin").read(list_course_figures, MARCH, whole=True)
    health, leading = rows
    assert (health.title, health.enrollments, health.completions, health.active) == ("Health Insurance", 1, 1, 2)
    assert health.completion_rate == Decimal("66.7")
    assert (leading.title, leading.enrollments, leading.revenue) == ("Leading", 1, 199)
    assert store(year, "finn").read(list_course_figures, MARCH, whole=False) == ()
    assert store(year, "admin").read(list_course_figures, Period(date(2001, 1, 1), date(2001, 1, 1)), whole=True) == ()
    assert [line[0] for line in table(rows)] == ["Course", "Health Insurance", "Leading"]


@pytest.mark.parametrize(
    ("unit", "value", "before", "change"),
    [
        (Unit.COUNT, 120, 100, 20),
        (Unit.COUNT, 5, 0, None),
        (Unit.PERCENT, 60, 50, 10),
        (Unit.STARS, 4, None, None),
        (Unit.HOURS, 50, 100, -50),
    ],
)
def test_change_is_relative_for_amounts_and_a_difference_for_rates(unit: Unit, value: int, before: int | None, change: int | None) -> None:
    kpi = Kpi("x", unit, Decimal(value), None if before is None else Decimal(before))
    assert kpi.change == change


DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@given(DAYS, st.integers(1, 800), st.sampled_from(["UTC", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]))
def test_a_period_and_the_one_before_meet_and_are_as_long(last: date, days: int, zone: str) -> None:
    period, clock = last_days(days, last), ZoneInfo(zone)
    assert period.days == period.before.days == days
    assert period.before.ends(clock) == period.starts(clock)
    assert period.ends(clock) - period.starts(clock) >= timedelta(days=days) - timedelta(hours=25)
    assert period.bucket_days()[0] == period.first
    assert sorted(period.bucket_days()) == list(period.bucket_days())


def test_a_period_with_a_change_of_clocks_is_shorter_by_that_hour() -> None:
    spring = Period(date(2026, 3, 8), date(2026, 3, 8))
    start, end = (
        moment.astimezone(UTC) for moment in (spring.starts(ZoneInfo("America/New_York")), spring.ends(ZoneInfo("America/New_York")))
    )
    assert end - start == timedelta(hours=23)
    assert start == datetime(2026, 3, 8, 5, tzinfo=UTC)


def test_a_period_that_ends_before_it_begins_is_none() -> None:
    with pytest.raises(ValueError, match="before it begins"):
        Period(date(2026, 1, 2), date(2026, 1, 1))

"""What lateness costs: every case that others worked out, and what holds for all."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from desktop.grading.late import SECONDS, LatePolicy
from tests.support.data import TEST_DATA, needs_data

LATE = TEST_DATA / "grading" / "canvas_late_policy.csv"
MISSING = TEST_DATA / "grading" / "canvas_missing_policy.csv"

percent = st.decimals(0, 100, places=2)
points = st.decimals(0, 10_000, places=2)
policies = st.builds(LatePolicy, percent, st.sampled_from(["hour", "day"]), percent, st.integers(0, 600))
seconds = st.integers(0, 40 * 86_400)


@needs_data("grading")
def test_every_known_case() -> None:
    with LATE.open(newline="") as file:
        cases = list(csv.DictReader(file))
    assert len(cases) == 11
    for case in cases:
        policy = LatePolicy(Decimal(case["deduct_pct"] or 0), case["interval"], Decimal(case["floor_pct"] or 0))
        graded = case["grading_type"] == "points"  # what is not counted in points has none here
        possible = Decimal(case["possible"] or 0) if graded else Decimal(0)
        found = policy.deduction(possible, Decimal(case["score"]), int(case["late_seconds"]))
        assert found == Decimal(case["expected_deduction"]), case["case"]


@needs_data("grading")
def test_work_that_is_missing_loses_what_the_policy_says() -> None:
    with MISSING.open(newline="") as file:
        for case in csv.DictReader(file):
            possible, taken = Decimal(case["possible"]), Decimal(case["missing_deduction_pct"])
            if case["grading_type"] == "pass_fail":
                taken = Decimal(100)  # all or nothing
            policy = LatePolicy(taken)
            assert policy.deduction(possible, possible, 1) == Decimal(case["points_deducted"])


@given(policies, points, st.decimals(0, 1, places=4), seconds)
def test_nobody_gains_by_being_late_or_falls_below_the_floor(policy: LatePolicy, possible: Decimal, part: Decimal, late: int) -> None:
    score = (possible * part).quantize(Decimal("0.01"))
    taken = policy.deduction(possible, score, late)
    floor = possible * policy.floor / 100
    assert 0 <= taken <= score
    assert score - taken >= min(score, floor) - Decimal("0.005")
    assert taken <= policy.deduction(possible, score, late + SECONDS[policy.interval]), "later costs no less"


@given(policies, points, seconds)
def test_a_day_begun_costs_as_much_as_a_whole_one(policy: LatePolicy, possible: Decimal, late: int) -> None:
    unit = SECONDS[policy.interval]
    whole = -(-late // unit) * unit
    assert policy.deduction(possible, possible, late) == policy.deduction(possible, possible, whole)


@given(policies, st.integers(0, 100_000))
def test_the_grace_forgives_a_little_and_shortens_nothing(policy: LatePolicy, late: int) -> None:
    due = datetime(2026, 3, 1, tzinfo=UTC)
    found = policy.late_seconds(due + timedelta(seconds=late), due)
    assert found == (0 if late <= policy.grace_minutes * 60 else late)


@given(
    st.integers(0, 2 * 365 * 86_400),
    seconds,
    st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"]),
)
def test_lateness_is_the_same_in_every_zone_and_over_every_change_of_clocks(moment: int, late: int, zone: str) -> None:
    policy = LatePolicy(Decimal(10))
    due = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=moment)
    submitted = due + timedelta(seconds=late)
    there = ZoneInfo(zone)
    assert policy.late_seconds(submitted.astimezone(there).astimezone(UTC), due.astimezone(there).astimezone(UTC)) == late


def test_the_night_of_25_hours_is_a_day_and_one_hour() -> None:
    zone, policy = ZoneInfo("America/New_York"), LatePolicy(Decimal(10))
    due = datetime(2026, 10, 31, 23, 59, tzinfo=zone).astimezone(UTC)
    next_evening = datetime(2026, 11, 1, 23, 59, tzinfo=zone).astimezone(UTC)  # clocks went back at 2 in the morning
    assert policy.late_seconds(next_evening, due) == 25 * 3600
    assert policy.deduction(Decimal(100), Decimal(100), policy.late_seconds(next_evening, due)) == 20

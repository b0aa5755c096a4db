"""The data types of the run-time, by rule: whatever is written as the standard says is taken, and times add up."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.scorm_runtime import Runtime, Session

REAL = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
WORDS = st.text(alphabet="0123456789.-+eE PTYMDHSZ:{}", max_size=12)

amounts = st.integers(0, 5000)
intervals = st.builds(
    lambda days, hours, minutes, hundredths: (
        f"P{days}DT{hours}H{minutes}M{hundredths // 100}.{hundredths % 100:02d}S",
        ((days * 24 + hours) * 60 + minutes) * 6000 + hundredths,
    ),
    st.integers(0, 400), amounts, amounts, st.integers(0, 10**6),
)  # fmt: skip
"""An interval and its length in hundredths of a second."""

zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.integers(0, 2_145_916_799).map(lambda second: datetime.fromtimestamp(second, UTC))  # 1970 to 2037


@pytest.fixture(scope="module")
def runtime(qapp: object) -> Runtime:
    return Runtime()


def opened(runtime: Runtime, standard: str = "2004", saved: object = None, launch: dict[str, str] | None = None) -> Session:
    session = runtime.session(standard, launch, saved)  # type: ignore[arg-type]
    session("Initialize" if standard == "2004" else "LMSInitialize", "")
    return session


def takes(session: Session, element: str, value: str) -> bool:
    return session("SetValue", element, value) == "true"


@given(number=st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: f"{number:.7f}"))
def test_every_decimal_number_is_a_real(runtime: Runtime, number: str) -> None:
    session = opened(runtime)
    assert takes(session, "cmi.score.raw", number)
    assert float(session("GetValue", "cmi.score.raw")) == float(number)


@given(text=WORDS)
def test_nothing_else_is(runtime: Runtime, text: str) -> None:
    assert takes(opened(runtime), "cmi.score.raw", text) is bool(REAL.fullmatch(text))


@given(number=st.floats(-3, 3, allow_nan=False).map(lambda number: f"{number:.7f}"))
def test_a_scaled_score_is_in_its_range_or_refused_for_it(runtime: Runtime, number: str) -> None:
    session = opened(runtime)
    assert takes(session, "cmi.score.scaled", number) is (-1 <= float(number) <= 1)
    assert session("GetLastError") == ("0" if -1 <= float(number) <= 1 else "407")


@given(moment=moments, zone=zones, hundredths=st.integers(0, 99))
def test_every_moment_can_be_written_as_a_time(runtime: Runtime, moment: datetime, zone: timezone, hundredths: int) -> None:
    session = opened(runtime)
    written = moment.strftime("%Y-%m-%dT%H:%M:%S")
    offset = zone.utcoffset(None)
    sign, minutes = ("-" if offset < timedelta(0) else "+"), abs(offset) // timedelta(minutes=1)
    for value in (
        moment.strftime("%Y"), moment.strftime("%Y-%m-%d"), written, f"{written}.{hundredths:02d}", f"{written}.{hundredths:02d}Z",
        f"{written}.{hundredths:02d}{sign}{minutes // 60:02d}:{minutes % 60:02d}",
    ):  # fmt: skip
        assert takes(session, "cmi.comments_from_learner.0.timestamp", value), value


@given(year=st.integers(1970, 2038), month=st.integers(0, 99), day=st.integers(0, 99))
def test_a_date_is_one_of_the_calendar(runtime: Runtime, year: int, month: int, day: int) -> None:
    try:
        date(year, month, day)
        exists = True
    except ValueError:
        exists = False
    assert takes(opened(runtime), "cmi.comments_from_learner.0.timestamp", f"{year}-{month:02d}-{day:02d}") is exists


@given(sessions=st.lists(intervals, max_size=4))
def test_the_total_is_the_sum_of_the_sessions_however_they_ended(runtime: Runtime, sessions: list[tuple[str, int]]) -> None:
    record = None
    for number, (interval, _length) in enumerate(sessions):
        session = opened(runtime, saved=record)
        takes(session, "cmi.exit", "suspend")
        assert takes(session, "cmi.session_time", interval)
        if number % 2:  # the others are cut off
            session("Terminate", "")
        record = session.record
    total = opened(runtime, saved=record)("GetValue", "cmi.total_time")
    match = re.fullmatch(r"PT(\d+)H(\d+)M(\d+)(?:\.(\d\d))?S", total)
    assert match is not None
    hours, minutes, seconds, rest = (int(part or 0) for part in match.groups())
    assert ((hours * 60 + minutes) * 60 + seconds) * 100 + rest == sum(length for _interval, length in sessions)


@given(text=WORDS)
def test_what_is_no_interval_is_refused_and_counts_nothing(runtime: Runtime, text: str) -> None:
    session = opened(runtime)
    taken = takes(session, "cmi.session_time", text)
    part = r"(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d{1,2})?S)?)?"
    assert taken is bool(re.fullmatch(f"P(?=.){part}", text))


@given(spent=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59), st.integers(0, 99)), max_size=4))
def test_times_of_scorm_12_add_up_as_well(runtime: Runtime, spent: list[tuple[int, int, int, int]]) -> None:
    record = None
    for hours, minutes, seconds, rest in spent:
        session = opened(runtime, "1.2", record)
        session("LMSSetValue", "cmi.core.exit", "suspend")
        assert session("LMSSetValue", "cmi.core.session_time", f"{hours:04d}:{minutes:02d}:{seconds:02d}.{rest:02d}") == "true"
        session("LMSFinish", "")
        record = session.record
    total = opened(runtime, "1.2", record)("LMSGetValue", "cmi.core.total_time")
    match = re.fullmatch(r"(\d{2,4}):(\d\d):(\d\d)(?:\.(\d{1,2}))?", total)
    assert match is not None
    hours, minutes, seconds = (int(part) for part in match.groups()[:3])
    rest = int((match[4] or "0").ljust(2, "0"))
    expected = sum(((h * 60 + m) * 60 + s) * 100 + r for h, m, s, r in spent)
    assert ((hours * 60 + minutes) * 60 + seconds) * 100 + rest == expected

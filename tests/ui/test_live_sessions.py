"""Live sessions on screen: a learner takes a seat, a teacher schedules, reads a report and marks by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QDate, QDateTime, QTime, QTimeZone
from PySide6.QtTest import QAbstractItemModelTester

from desktop.live.commands import schedule_sessions
from desktop.live.queries import SessionFields, list_roster, list_sessions
from desktop.ui.live.attendance import AttendanceDialog
from desktop.ui.live.page import LivePage
from desktop.ui.live.scheduling import SessionDialog, place_of
from desktop.ui.live.session import SessionPage
from tests.ui.accessibility import assert_accessible

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0, second=0)
LONG = "Self-funded plans for associations with members in many states: questions from last time, with guests"
TALK = SessionFields(LONG, TOMORROW, 60, "Asia/Kolkata", "https://meet.example.org/1", "zoom", "123 456", "open sesame", "Bring a case.", 1)


@pytest.fixture
def planned(association):
    return association.database.store(association.people["teacher"]).write(
        schedule_sessions, association["course"], TALK, [TOMORROW, TOMORROW + timedelta(weeks=1)]
    ).value  # fmt: skip


async def opened(page, qtbot, until, size=(1100, 700)):
    qtbot.addWidget(page)
    page.resize(*size)
    page.show()
    await until(lambda: page.state == "content" and not page.loading, seconds=20)
    return page


async def test_a_learner_takes_a_seat_and_saves_the_calendar(association, planned, sign_in, qtbot, until, tmp_path):
    desk = sign_in(association.database, association.people["lea"])
    page = await opened(LivePage(desk.context), qtbot, until)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert_accessible(page)
    await until(lambda: planned[0] in {row.id for row in page.model.rows}, seconds=20)
    at = next(at for at, row in enumerate(page.model.rows) if row.id == planned[0])
    page.table.selectRow(at)
    desk.context.actions.set_current(page)
    desk.context.actions.run("live.register")
    await until(lambda: any(row.place == "registered" for row in page.model.rows), seconds=20)
    assert "You have a seat" in desk.notices[-1].message
    row = next(row for row in page.model.rows if row.id == planned[0])
    await page.save_calendar([row], tmp_path / "talk.ics")
    assert f"UID:{planned[0]}@nabip-lms\r\n" in (tmp_path / "talk.ics").read_bytes().decode()
    await desk.context.settled()

    other = sign_in(association.database, association.people["otto"])
    page = await opened(LivePage(other.context), qtbot, until)
    page.table.selectRow(next(at for at, row in enumerate(page.model.rows) if row.id == planned[0]))
    await page.register()
    await until(lambda: any(row.place == "waiting" for row in page.model.rows), seconds=20)
    assert "is full" in other.notices[-1].message
    await other.context.settled()


async def test_a_time_that_clocks_leave_out_is_refused_and_a_series_keeps_its_hour(association, sign_in, qtbot, until):
    desk = sign_in(association.database, association.people["teacher"])
    page = await opened(LivePage(desk.context), qtbot, until)
    await page.schedule()
    (dialog,) = page.findChildren(SessionDialog)
    assert_accessible(dialog)
    dialog.course.setCurrentIndex(place_of(dialog.course, association["course"]))
    dialog.session_title.setText("Office hour")
    dialog.url.setText("https://meet.example.org/2")
    dialog.zone.setCurrentText("America/New_York")
    dialog.start.setDateTime(QDateTime(QDate(2030, 3, 10), QTime(2, 30), QTimeZone.utc()))
    dialog.give()
    assert "does not exist on that day" in dialog.trouble.text()
    dialog.start.setDateTime(QDateTime(QDate(2030, 3, 3), QTime(18, 0), QTimeZone.utc()))
    dialog.times.setValue(2)
    dialog.give()
    await until(lambda: desk.notices, seconds=20)
    assert desk.notices[-1].message == "2 live sessions are scheduled."
    store = association.database.store(association.people["teacher"])
    starts = [row.start.astimezone(UTC).hour for row in store.read(list_sessions) if row.title == "Office hour"]
    assert starts == [23, 22], "daylight saving began between them"
    await desk.context.settled()


async def test_a_report_is_shown_before_it_is_recorded_and_people_say_who_the_others_are(
    association, planned, sign_in, qtbot, until, tmp_path
):
    desk = sign_in(association.database, association.people["teacher"])
    page = await opened(SessionPage(desk.context, planned[0]), qtbot, until)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert_accessible(page)
    day = f"{TOMORROW:%Y-%m-%d}"
    end = TOMORROW + timedelta(minutes=50)
    report = tmp_path / "participants.csv"
    report.write_text(
        "Name,User Email,Join Time,Leave Time,Duration\n"
        f"Lea,lea@example.org,{TOMORROW:%Y-%m-%dT%H:%M:%SZ},{end:%Y-%m-%dT%H:%M:%SZ},50\n"
        f"Otto Other,otto@home.example,{TOMORROW:%Y-%m-%dT%H:%M:%SZ},{end:%Y-%m-%dT%H:%M:%SZ},50\n",
        "utf-16",
    )
    dialog = page.open_report(report)
    assert isinstance(dialog, AttendanceDialog)
    await until(lambda: len(dialog.model.rows) == 2, seconds=20)
    assert [row.learner.name if row.learner else None for row in dialog.model.rows] == ["Lea Learner", None], "a name matches nobody"
    assert not any(row.minutes for row in association.database.store(association.people["teacher"]).read(list_roster, planned[0])), day
    dialog.table.selectRow(1)
    dialog.learner.setCurrentIndex(dialog.learner.findText("Otto Other"))
    dialog.learner.activated.emit(dialog.learner.currentIndex())
    await until(lambda: all(row.learner for row in dialog.model.rows), seconds=20)
    assert_accessible(dialog)
    await dialog.record()
    await until(lambda: sum(row.credited for row in page.model.rows) == 2, seconds=20)
    again = page.open_report(report)
    await until(lambda: again is not None and [bool(row.learner) for row in again.model.rows] == [True, True], seconds=20)
    again.reject()

    page.table.selectRow([row.name for row in page.model.rows].index("Lea Learner"))
    await page.mark(0)
    await until(lambda: {row.name: row.status for row in page.model.rows}["Lea Learner"] == "absent", seconds=20)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("Name,E-Mail\nLea,lea@example.org\n")
    bad = page.open_report(wrong)
    await until(lambda: bad is not None and "No table of participants" in bad.summary.text(), seconds=20)
    assert not bad.button.isEnabled()
    bad.reject()
    await desk.context.settled()


async def test_who_teaches_elsewhere_is_a_learner_here(association, planned, sign_in, qtbot, until):
    desk = sign_in(association.database, association.people["finn"])
    page = await opened(SessionPage(desk.context, planned[0]), qtbot, until, size=(640, 480))
    desk.context.actions.set_current(page)
    assert page.views.currentWidget() is page.nothing
    assert not desk.context.actions.qaction("live-session.report").isEnabled()
    await desk.context.settled()

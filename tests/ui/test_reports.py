"""The reports page as an administrator and as an instructor see it."""

from __future__ import annotations

import csv
from datetime import date

from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QPushButton

from desktop.reports.period import Period
from desktop.ui.reports.page import ReportsPage
from tests.ui.accessibility import assert_accessible

LEFT = Qt.MouseButton.LeftButton


async def opened(desk, qtbot, until):
    page = ReportsPage(desk.context)
    qtbot.addWidget(page)
    page.resize(1180, 800)
    page.show()
    await until(lambda: page.state == "content" and not page.loading, seconds=15)
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    return page


def card(page, name):
    return next(one for one in page.cards if one.kpi.name == name)


async def test_figures_of_the_sample_association(sample, sign_in, qtbot, until, tmp_path):
    desk = sign_in(sample, sample.people["ada"])
    page = await opened(desk, qtbot, until)
    assert_accessible(page)
    assert {one.kpi.name for one in page.cards} >= {"revenue", "enrollments", "hours"}
    assert card(page, "enrollments").kpi.value > 0
    assert page.chart_title.text() == "New enrolments"
    qtbot.mouseClick(card(page, "completions"), LEFT)
    assert page.chart_title.text() == "Completions"

    year = next(button for button in page.periods.findChildren(QPushButton) if button.text() == "Year")
    month = card(page, "enrollments").kpi.value
    qtbot.mouseClick(year, LEFT)
    await until(lambda: page.period.days == 365 and not page.loading)
    assert card(page, "enrollments").kpi.value >= month
    assert card(page, "completions").isChecked(), "what was chosen stays chosen"

    await page.export(tmp_path / "courses.csv")
    with (tmp_path / "courses.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert len(lines) == len(page.courses) + 1 > 1
    await page.export(tmp_path / "courses.xlsx")
    assert (tmp_path / "courses.xlsx").stat().st_size > 1000
    await desk.context.settled()


async def test_other_days_are_chosen_and_wrong_ones_said(sample, sign_in, qtbot, until):
    desk = sign_in(sample, sample.people["ada"])
    page = await opened(desk, qtbot, until)
    qtbot.mouseClick(page.other_button, LEFT)
    page.popover.first.setDate(QDate(2024, 5, 10))
    page.popover.last.setDate(QDate(2024, 5, 1))
    qtbot.mouseClick(page.popover.show_button, LEFT)
    assert "before the first" in page.popover.wrong.text()
    page.popover.first.setDate(QDate(2024, 5, 1))
    page.popover.last.setDate(QDate(2024, 5, 1))
    qtbot.mouseClick(page.popover.show_button, LEFT)
    await until(lambda: page.period == Period(date(2024, 5, 1), date(2024, 5, 1)) and not page.loading)
    await desk.context.settled()


async def test_an_instructor_reads_of_their_own_courses(sample, sign_in, qtbot, until):
    desk = sign_in(sample, sample.people["ines"])
    page = await opened(desk, qtbot, until)
    assert "your courses" in page.header.subtitle
    assert "revenue" not in {one.kpi.name for one in page.cards}
    await desk.context.settled()

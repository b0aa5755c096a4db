"""The statistics of a quiz, as its instructor looks at them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel

from desktop.ui.questions.charts import PicksChart
from desktop.ui.questions.figures import QuizStatisticsPage
from tests.support.quizzes import add_choices, record_attempts
from tests.ui.accessibility import assert_accessible


async def test_what_stands_out_is_shown_first_in_plain_words(association, sign_in, qtbot, until):
    quiz, (good, backwards, easy) = add_choices(association, 3)
    weak = {good: (0, "b"), backwards: (1, "a"), easy: (1, "a")}
    strong = {good: (1, "a"), backwards: (0, "b"), easy: (1, "a")}
    record_attempts(association, quiz, [weak] * 5 + [strong] * 6 + [{good: (1, "a"), backwards: (1, "a"), easy: (1, "a")}])
    desk = sign_in(association.database, association.people["teacher"])
    page = QuizStatisticsPage(desk.context, quiz, association["course"])
    qtbot.addWidget(page)
    page.resize(1200, 760)
    page.show()
    await until(lambda: page.state == "content" and not page.loading, seconds=20)
    tester = QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert [label.text() for label in page.figures][:3] == ["12", "69.4 %", "66.7 %"]
    assert "to" in page.histogram.accessibleName()

    def said():
        return " ".join(label.text() for label in page.detail.findChildren(QLabel) if label.isVisibleTo(page.detail))

    await until(lambda: "Question 2" in said() or "Question 1" in said(), seconds=20)
    assert "does badly here" in said(), "the question that needs it most is chosen"
    chart = page.detail.findChildren(PicksChart)[-1]
    assert "Gamma, wrong: 0" in chart.accessibleName()
    page.table.selectRow(2)
    await until(lambda: "Nearly everybody has it right" in said(), seconds=20)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert desk.opened[-1] == ("quiz-editor", {"quiz": quiz, "course": association["course"], "question": easy})
    assert_accessible(page)
    del tester

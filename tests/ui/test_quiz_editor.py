"""Writing a quiz with real clicks and keys: a real replica, a real Postgres behind it, and a learner who takes it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QCheckBox, QDialog, QLabel, QLineEdit

from desktop.questions.commands import start_attempt
from desktop.questions.drafting import Draw, add_draws, add_questions, find_quiz, get_questions
from desktop.questions.exchange import Format
from desktop.questions.model import (
    Accepted,
    Blank,
    Essay,
    FillBlank,
    Matching,
    MultipleAnswer,
    MultipleChoice,
    Option,
    Ordering,
    Pair,
    Question,
    Rule,
    ShortAnswer,
    Text,
    TrueFalse,
    Typing,
)
from desktop.questions.queries import list_questions
from desktop.store.authored import TABLES
from desktop.store.cipher import new_key
from desktop.store.replica import Replica
from desktop.ui.questions.banks import BanksPage, NewBankDialog
from desktop.ui.questions.bodies import BlanksForm, ChoiceForm, MatchingForm, OrderingForm, ShortForm, TrueFalseForm
from desktop.ui.questions.cards import QuestionCard
from desktop.ui.questions.dialogs import ChangeDialog, DuplicatesDialog, PasteDialog, VersionsDialog, export_to, import_from
from desktop.ui.questions.editor import QuizEditorPage
from desktop.ui.questions.pictures import PictureLabel, finder
from desktop.ui.widgets.states import EmptyState
from tests.support.association import one
from tests.support.quizzes import QUESTIONS, add_quiz
from tests.ui.accessibility import assert_accessible

KEY = new_key()
KINDS = ("multiple_choice", "true_false", "multiple_answer", "short_answer", "essay", "fill_blank", "matching", "ordering")


class Author:
    """A quiz editor on the screen, and the hands of its author."""

    def __init__(self, page, desk, until, qtbot):
        self.page, self.desk, self.until, self.qtbot = page, desk, until, qtbot

    @property
    def titles(self):
        return [line.title for line in self.page.model.rows]

    @property
    def form(self):
        return self.page.form.forms[self.page.form.kind]

    async def add(self, kind, words):
        """A question of a type from the menu, its words typed."""
        before = self.page.open_id
        action = self.page.add_menu.actions()[KINDS.index(kind)]
        action.trigger()
        await self.until(lambda: self.page.open_id not in (None, before) and self.page.form.kind == kind, seconds=20)
        QTest.keyClicks(self.page.form.stem.edit, words)

    def click(self, widget):
        """As a person does who has scrolled there, and sees it where it belongs."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        self.page.form.ensureWidgetVisible(widget)
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(8, widget.height() // 2))

    def type(self, widget, words):
        widget.setFocus()
        QTest.keyClicks(widget, words)

    @property
    def focused(self):
        """What the keyboard is in, whether or not the window is the active one."""
        window = next((dialog for dialog in self.page.findChildren(QDialog) if dialog.isVisible()), self.page)
        return window.focusWidget()

    def press(self, key, modifiers=Qt.KeyboardModifier.NoModifier):
        QTest.keyClick(self.focused, key, modifiers)

    def choose_rule(self, name):
        """By its name, as a person types it into the list."""
        box = self.form.rule_box
        box.setFocus()
        QTest.keyClicks(box, name)
        assert box.currentText() == name
        box.activated.emit(box.currentIndex())

    def write_options(self, form, body):
        """Enter goes from answer to answer and makes those that are missing; what is too many is removed."""
        self.type(form.options.rows[0].words.edit, body.options[0].text.plain)
        for option in body.options[1:]:
            self.press(Qt.Key.Key_Return)
            QTest.keyClicks(self.focused, option.text.plain)
        while len(form.options.rows) > len(body.options):
            form.options.rows[-1].words.edit.setFocus()
            self.press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
        for row, option in zip(form.options.rows, body.options, strict=True):
            if option.correct and not row.mark.isChecked():
                self.click(row.mark)
        assert [row.mark.isChecked() for row in form.options.rows] == [option.correct for option in body.options]
        if any(option.feedback for option in body.options):
            self.click(form.with_feedback)
            for row, option in zip(form.options.rows, body.options, strict=True):
                self.type(row.feedback.edit, option.feedback.plain)
        if isinstance(body, MultipleAnswer):
            self.choose_rule("All or nothing")

    def write_rest(self, question):
        """What goes with a question of any type."""
        form = self.page.form
        form.points.selectAll()
        self.type(form.points, f"{question.points}")
        self.type(form.explanation.edit, question.explanation.plain)
        self.type(form.hint, question.hint)
        self.type(form.tags, ", ".join(question.tags))

    async def kept(self):
        await self.page.flush()
        await self.page.context.settled()

    async def questions(self):
        await self.kept()
        return await self.page.context.look(get_questions, self.page.quiz.id)


def shown(widget):
    """All that is shown as text."""
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]


@pytest.fixture
def open_editor(loop, association, sign_in, tmp_path, until, qtbot):
    """``await open_editor(quiz=…)``: the editor before the course's instructor."""
    pages, replicas = [], []

    async def open_editor(person="teacher", **arguments):
        desk = sign_in(association.database, association.people[person])
        replica = Replica(tmp_path / "replica", association.people[person].member_id, KEY)
        replicas.append(replica)
        desk.context.replica = replica
        page = QuizEditorPage(desk.context, **arguments)
        pages.append(page)
        desk.context.actions.set_current(page)
        page.resize(1280, 800)
        page.show()
        await until(lambda: page.state in {"content", "empty", "error"} and not page.loading, seconds=20)
        assert page.state != "error", [notice.message for notice in desk.notices]
        return Author(page, desk, until, qtbot)

    yield open_editor

    async def end(page):
        page.close()
        await page.context.settled()
        await page.context.close()

    for page in pages:
        loop.run_until_complete(end(page))
        page.deleteLater()
    for replica in replicas:
        replica.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()


BENEFITS = (
    Question(
        Text("Who pays a premium?"),
        MultipleChoice(
            (
                Option("a", Text("The insurer"), feedback=Text("It receives it.")),
                Option("b", Text("Employer and employee"), correct=True),
                Option("c", Text("Nobody")),
            )
        ),
        points=Decimal("2.5"),
        explanation=Text("They share it."),
        hint="Think of a pay slip.",
        tags=("premium", "basics"),
    ),
    Question(Text("An HSA needs a high-deductible plan."), TrueFalse(True, Text("Right."), Text("It does."))),
    Question(
        Text("Which are account types?"),
        MultipleAnswer(
            (Option("a", Text("HSA"), correct=True), Option("b", Text("FSA"), correct=True), Option("c", Text("HMO"))), Rule.ALL_OR_NOTHING
        ),
    ),
    Question(
        Text("Most pay how much?"),
        ShortAnswer(
            (Accepted("80", tolerance=Decimal("0.5")), Accepted("about *", Decimal("0.5"), Text("Nearly."))), Typing(wildcards=True)
        ),
    ),
    Question(Text("Why offer benefits?"), Essay()),
    Question(
        Text("COBRA passed in [[1]], HIPAA in [[2]]."),
        FillBlank((Blank((Accepted("1985"),)), Blank((Accepted("1996"),), ("1974", "1996")))),
    ),
    Question(
        Text("What belongs together?"),
        Matching((Pair(Text("HMO"), "Network"), Pair(Text("HSA"), "Account")), ("Bridge",), Rule.ALL_OR_NOTHING),
    ),
    Question(Text("First to last?"), Ordering((Text("Enrol"), Text("Pay"), Text("Claim")), Rule.NEIGHBOURS)),
)
"""A question of each type, as the hands below write it."""


async def write_each(author):
    """By mouse and keys, a question of each type."""
    for question in BENEFITS:
        await author.add(question.type_name, question.text.plain)
        match author.form:
            case ChoiceForm() as form:
                author.write_options(form, question.body)
            case TrueFalseForm() as form:
                author.click(form.false)
                author.click(form.true)
                author.type(form.true_feedback.edit, "Right.")
                author.press(Qt.Key.Key_Tab)
                while author.focused is not form.false_feedback.edit:
                    author.press(Qt.Key.Key_Tab)
                QTest.keyClicks(author.focused, "It does.")
            case ShortForm() as form:
                author.click(form.accepted.add_button)
                QTest.keyClicks(author.focused, "80")
                author.type(form.accepted.rows[0].tolerance, "0,5")
                author.type(form.accepted.rows[0].line, "")
                author.press(Qt.Key.Key_Return)
                QTest.keyClicks(author.focused, "about *")
                author.type(form.accepted.rows[1].part, "50")
                author.click(form.typing.wildcards)
                author.click(form.with_feedback)
                author.type(form.accepted.rows[1].feedback.edit, "Nearly.")
            case BlanksForm() as form:
                assert len(form.blanks.rows) == 2, "typing [[2]] makes the row for it"
                for row, words in zip(form.blanks.rows, ("1985", "1996"), strict=True):
                    author.click(row.accepted.add_button)
                    QTest.keyClicks(author.focused, words)
                author.type(form.blanks.rows[1].choices, "1974 | 1996")
            case MatchingForm() as form:
                author.type(form.pairs.rows[0].left.edit, "HMO")
                for words in ("Network", "HSA", "Account"):
                    author.press(Qt.Key.Key_Return)
                    QTest.keyClicks(author.focused, words)
                author.type(form.distractors, "Bridge")
                author.choose_rule("All or nothing")
            case OrderingForm() as form:
                author.type(form.items.rows[0].words.edit, "Pay")
                for words in ("Enrol", "Claim"):
                    author.press(Qt.Key.Key_Return)
                    QTest.keyClicks(author.focused, words)
                form.items.rows[1].words.edit.setFocus()
                author.press(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
                author.choose_rule("Right neighbours")
            case _:
                pass


async def test_a_question_of_each_type_is_written_by_mouse_and_keys_and_taken_by_a_learner(
    open_editor, association, sign_in, tmp_path, until
):
    with association.installer() as installer:
        module = one(installer, "SELECT id FROM course_modules WHERE course_id = %s LIMIT 1", association["course"])
        lesson = uuid4()
        installer.execute(
            "INSERT INTO lessons (id, module_id, title, lesson_type, lesson_order, position) VALUES (%s, %s, 'Check', 'quiz', 99, 99)",
            (lesson, module),
        )
    author = await open_editor(course=association["course"], lesson=lesson)
    page = author.page
    assert page.state == "empty", "the lesson has no quiz yet"
    author.qtbot.mouseClick(page.findChild(EmptyState).button, Qt.MouseButton.LeftButton)
    await until(lambda: page.state == "content" and page.quiz is not None and not page.loading, seconds=20)
    await write_each(author)
    first = page.model.row(0).id
    page.list.choose([first])
    await until(lambda: page.open_id == first, seconds=20)
    author.write_rest(BENEFITS[0])
    assert_accessible(page)
    await until(lambda: page.model.row(0).tags == BENEFITS[0].tags and page.status.text() == "Saved here", seconds=20)
    assert await author.questions() == list(BENEFITS)
    await until(lambda: "Who pays a premium?" in shown(page.preview) and "They share it." not in shown(page.preview), seconds=20)
    author.qtbot.mouseClick(page.answers_box, Qt.MouseButton.LeftButton, pos=QPoint(8, page.answers_box.height() // 2))
    await until(lambda: "They share it." in shown(page.preview), seconds=20)

    red = QImage(900, 300, QImage.Format.Format_RGB32)
    red.fill(0xCC2233)
    red.save(str(tmp_path / "red.png"))
    await page.keep_picture(tmp_path / "red.png")
    await until(lambda: any(not label.pixmap().isNull() for label in page.preview.findChildren(PictureLabel)), seconds=20)
    await author.kept()
    await page.files.send()

    await page.save()
    lea = association.database.store(association.people["lea"])
    attempt = lea.write(start_attempt, association["lea_enrollment"], page.quiz.id).value
    asked = lea.read(list_questions, attempt)
    assert sorted(question.text for question in asked) == sorted(question.text.plain for question in BENEFITS)

    desk = sign_in(association.database, association.people["lea"])
    card = QuestionCard(next(question for question in asked if question.image), checkable=False)
    assert card.picture is not None
    await card.show_pictures(desk.context, finder(desk.context))
    assert card.picture.pixmap().size() == QSize(640, 213), "no larger than it is shown"
    card.deleteLater()
    form = page.form
    author.click(form.no_picture_button)
    await author.kept()

    await author.add("essay", "More")
    await author.kept()
    await page.undo()
    await page.undo()
    assert await author.questions() == list(BENEFITS)
    await page.redo()
    assert len(await author.questions()) == len(BENEFITS) + 1


async def test_questions_are_found_moved_copied_changed_together_and_taken_back(open_editor, association, until):
    author = await open_editor(course=association["course"], quiz=add_quiz(association))
    page = author.page
    words = [text for _kind, text, _options, _key in QUESTIONS]
    assert author.titles == words
    tester = QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)

    page.list.setFocus()
    author.press(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    await until(lambda: author.titles == [words[1], words[0], *words[2:]], seconds=20)
    author.press(Qt.Key.Key_End, Qt.KeyboardModifier.ShiftModifier)
    assert len(page.list.selected) == len(words) - 1
    page.do("change")
    await until(lambda: page.findChild(ChangeDialog) is not None, seconds=20)
    dialog = page.findChild(ChangeDialog)
    author.type(dialog.points, "3")
    author.type(dialog.added, "exam, 2031")
    author.press(Qt.Key.Key_Return)
    await until(lambda: [line.points for line in page.model.rows] == [1] + [3] * 7, seconds=20)
    assert [line.tags for line in page.model.rows] == [()] + [("exam", "2031")] * 7
    assert "22 pt" in page.count_label.text()

    page.filter_field.setFocus()
    QTest.keyClicks(page.filter_field, "2031 hipaa")
    author.press(Qt.Key.Key_Return)
    await until(lambda: author.titles == [words[5]], seconds=20)
    page.filter_field.clear_now()
    await until(lambda: len(author.titles) == 8, seconds=20)
    page.list.choose([page.model.row(5).id])
    page.list.setFocus()
    author.press(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: author.titles.count(words[5]) == 2, seconds=20)
    await until(lambda: page.list.selected == [page.model.row(6).id], seconds=20)
    author.press(Qt.Key.Key_Delete)
    await until(lambda: author.titles.count(words[5]) == 1, seconds=20)
    page.do("retire")
    await until(lambda: any(line.retired for line in page.model.rows), seconds=20)
    for _step in range(5):
        await page.undo()
    await until(lambda: author.titles == words and all(line.points == 1 for line in page.model.rows), seconds=20)
    del tester


async def test_typed_questions_become_questions_and_a_file_with_faults_gives_only_what_is_sound_when_asked(
    open_editor, association, tmp_path, until
):
    author = await open_editor(course=association["course"], quiz=add_quiz(association, ("essay",)))
    page = author.page
    page.ask_typed()
    dialog = page.findChild(PasteDialog)
    dialog.text.insertPlainText(dialog.text.placeholderText())
    await until(lambda: [item.question is not None for item in dialog.imported.items] == [True], seconds=20)
    dialog.text.clear()
    dialog.format_box.setCurrentIndex(dialog.format_box.findData(Format.AIKEN))
    dialog.text.insertPlainText("Which is a plan?\nA) HMO\nB) HSA\nANSWER: A\n\nWhich is an account?\nA) HMO\nB) HSA\n")
    await until(lambda: dialog.imported.problems and not dialog.take_button.isEnabled(), seconds=20)
    assert "line" in dialog.report.item(0).text(), "where it is wrong comes first"
    dialog.text.appendPlainText("ANSWER: B")
    await until(lambda: not dialog.imported.problems and dialog.take_button.isEnabled(), seconds=20)
    author.qtbot.mouseClick(dialog.take_button, Qt.MouseButton.LeftButton)
    await until(lambda: author.titles[1:] == ["Which is a plan?", "Which is an account?"], seconds=20)

    page.list.choose([page.model.row(0).id])  # one alone: all are written
    export = await export_to(page, Format.GIFT, tmp_path / "check")
    export.accept()
    written = (tmp_path / "check.gift").read_text(encoding="utf-8")
    (tmp_path / "faulty.gift").write_text(written + "\n::Open::What now? {=This ~That\n", encoding="utf-8")
    taking = await import_from(page, tmp_path / "faulty.gift")
    assert not taking.take_button.isEnabled()
    author.qtbot.mouseClick(taking.only_sound, Qt.MouseButton.LeftButton, pos=QPoint(8, taking.only_sound.height() // 2))
    author.qtbot.mouseClick(taking.take_button, Qt.MouseButton.LeftButton)
    await until(lambda: len(author.titles) == 6, seconds=20)
    assert author.titles[3:] == author.titles[:3]
    await page.undo()
    await until(lambda: len(author.titles) == 3, seconds=20)


async def test_a_bank_is_made_filled_drawn_from_and_knows_where_it_is_used(open_editor, association, until):
    quiz = add_quiz(association, ("essay",), title="Final")
    author = await open_editor(course=association["course"], quiz=quiz)
    page, context = author.page, author.page.context
    banks = BanksPage(context)
    try:
        banks.show()
        await until(lambda: banks.state == "content" and not banks.loading, seconds=20)
        assert ("Final", "Health Insurance", 1) in [(row.title, row.course, row.questions) for row in banks.model.rows]
        await banks.ask_bank()
        (dialog,) = banks.findChildren(NewBankDialog)
        assert dialog.owner.findText("The association") == -1, "that is for administrators"
        QTest.keyClicks(dialog.name, "Pool")
        dialog.owner.setCurrentIndex(dialog.owner.findData(str(association["course"])))
        QTest.keyClick(dialog.name, Qt.Key.Key_Return)
        await until(lambda: author.desk.opened, seconds=20)
        place, arguments = author.desk.opened[-1]
        assert (place, arguments["course"]) == ("quiz-editor", association["course"])
        scope, bank = association["course"], arguments["quiz"]
        pool = [replace(BENEFITS[at % 2], tags=("hard",) if at < 3 else (), hint=f"{at}") for at in range(4)]
        made = await context.edit(scope, "Fill", add_questions, bank, pool)

        await page.add_draw()
        await until(lambda: page.middle.currentWidget() is page.draws, seconds=20)
        assert author.titles[-1] == "1 by chance from Pool"
        page.draws.count.selectAll()
        author.type(page.draws.count, "2")
        author.type(page.draws.tags, "hard")
        assert "3 questions of the bank fit." in page.draws.fits.text()
        await until(lambda: author.titles[-1] == "2 by chance from Pool", seconds=20)
        assert "3 questions" in page.count_label.text()
        await context.edit(scope, "Name", add_draws, quiz, [Draw(bank, made[3])], None)
        await until(lambda: len(author.titles) == 3 and author.titles[2] == BENEFITS[1].text.plain, seconds=20)
        page.list.choose([page.model.row(2).id])
        await until(lambda: page.draws.draw().question == made[3], seconds=20)
        assert_accessible(page)
        await page.save()
        lea = association.database.store(association.people["lea"])
        asked = lea.read(list_questions, lea.write(start_attempt, association["lea_enrollment"], quiz).value)
        assert len(asked) == 4
        assert {question.hint for question in asked[1:3]} < {"0", "1", "2"}
        assert asked[3].hint == "3"

        await banks.refresh()
        assert [(row.title, row.questions, row.tags) for row in banks.model.rows if row.is_bank] == [("Pool", 4, ("hard",))]
        assert ("Final", 4) in [(row.title, row.questions) for row in banks.model.rows]
        await banks.add_bank("quiz", "Exam", scope)
        assert author.desk.opened[-1][0] == "quiz-editor"
        exam = await context.look(find_quiz, author.desk.opened[-1][1]["quiz"])
        assert (exam.title, exam.values["course_id"], exam.values["is_bank"]) == ("Exam", str(scope), False)
        other = QuizEditorPage(context, quiz=bank, course=scope, parent=page)
        other.resize(1100, 800)
        other.show()
        await until(lambda: other.state == "content" and other.open_id == made[0] and not other.loading, seconds=20)
        assert other.form.uses.text() == "Used in: Final"
        other.list.choose([made[3]])
        await until(lambda: other.open_id == made[3], seconds=20)
        assert other.form.uses.text() == "Used in: Final", "it is named there"
        other.ask_duplicates()
        await until(lambda: other.findChildren(DuplicatesDialog), seconds=20)
        (alike,) = other.findChildren(DuplicatesDialog)
        assert alike.list.count() == 2
        alike.show_button.click()
        assert other.list.selected == [made[1], made[3]]
        await until(lambda: other.open_id == made[1], seconds=20)
        other.list.choose([made[3]])
        await until(lambda: other.open_id == made[3], seconds=20)
        other.ask_versions()
        await until(lambda: other.findChildren(VersionsDialog), seconds=20)
        (versions,) = other.findChildren(VersionsDialog)
        assert "given to 1 attempt, 1 pt" in versions.list.item(0).text()
        versions.accept()
        other.close()
    finally:
        banks.close()
        banks.deleteLater()


async def test_every_setting_is_kept_and_what_the_database_would_refuse_is_said(open_editor, association, until):
    author = await open_editor(course=association["course"], quiz=add_quiz(association, ("essay",)))
    page = author.page
    page.views.set_value("settings")
    page.stack.setCurrentWidget(page.settings)
    editors = page.settings.editors
    assert set(TABLES["quizzes"].columns) - set(editors) == {"course_id", "lesson_id", "is_bank"}, "a column of quizzes without its field"
    for column, words in {"title": "Final check", "passing_score": "72.5", "max_attempts": "2", "time_limit_minutes": "45"}.items():
        field = editors[column].findChild(QLineEdit)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, words)
        author.press(Qt.Key.Key_Tab)
    box = editors["shuffle_answers"].findChild(QCheckBox)
    shuffled = box.isChecked()
    author.qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    await author.kept()
    expected = {"title": "Final check", "passing_score": 72.5, "max_attempts": 2, "time_limit_minutes": 45, "shuffle_answers": not shuffled}
    await until(lambda: {column: page.quiz.values[column] for column in expected} == expected, seconds=20)

    score = editors["passing_score"].findChild(QLineEdit)
    score.selectAll()
    author.type(score, "120")
    author.press(Qt.Key.Key_Tab)
    await until(lambda: page.settings.rows["passing_score"].problem, seconds=20)
    await author.kept()
    assert page.quiz.values["passing_score"] == 72.5
    assert_accessible(page)

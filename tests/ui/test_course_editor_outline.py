"""The outline that is being built: moved by mouse, by keys and by undo, and always the same as the draft behind it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop.courses.checklist import State
from desktop.courses.draft import LESSONS, MODULES, Draft, Step, edit, move, move_by, remove
from desktop.ui.courses.editor_outline import MIME, STATE_ROLE, OutlineModel, OutlineTree
from tests.support.drafts import draft, find, shape
from tests.ui.accessibility import name_of
from tests.unit.test_courses_draft import moves

BASICS = ("Basics", ("One", "Two", "Three"))
MORE = ("More", ("Four",))


def shown(model: OutlineModel) -> list[tuple[str, list[str]]]:
    found = []
    for row in range(model.rowCount()):
        module = model.index(row, 0)
        found.append((module.data(), [model.index(child, 0, module).data() for child in range(model.rowCount(module))]))
    return found


def under_test(made: Draft) -> tuple[OutlineModel, QAbstractItemModelTester]:
    model = OutlineModel(made)
    return model, QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)


@given(moves_=st.lists(moves(), max_size=8))
def test_the_tree_follows_whatever_is_done(qapp: QApplication, moves_: list[Callable[[Draft], Step]]) -> None:
    made = draft(BASICS, MORE)
    model, _tester = under_test(made)
    done = []
    for do in moves_:
        step = do(made)
        made.apply(step)
        done.append(step)
        model.follow(step.focus)
        assert shown(model) == shape(made)
    for step in reversed(done):
        made.apply(step.inverse)
        model.follow()
        assert shown(model) == shape(made)


@pytest.fixture
def tree(qapp: QApplication) -> tuple[OutlineTree, OutlineModel, Draft]:
    made = draft(BASICS, MORE)
    model = OutlineModel(made)
    view = OutlineTree()
    view.show_model(model)
    view.resize(420, 400)
    view.show()
    return view, model, made


type Tree = tuple[OutlineTree, OutlineModel, Draft]


def test_the_selection_moves_along(tree: Tree) -> None:
    view, model, made = tree
    two = find(made, "Two")
    view.select([two])
    made.apply(move(made, [two], find(made, "More"), 0))
    model.follow()
    assert view.selected == [two]
    assert view.current == two
    made.apply(remove(made, [find(made, "Basics")]))
    model.follow()
    assert view.selected == [two]


def test_what_a_drop_means(tree: Tree) -> None:
    _view, model, made = tree
    asked: list[tuple[list[UUID], UUID, int]] = []
    model.moved.connect(lambda ids, parent, at: asked.append((ids, parent, at)))
    basics, more = model.index(0, 0), model.index(1, 0)

    def drop(titles: list[str], row: int, parent: QModelIndex) -> bool:
        data = model.mimeData([model.index_of(find(made, title)) for title in titles])
        assert data.hasFormat(MIME)
        can = model.canDropMimeData(data, Qt.DropAction.MoveAction, row, 0, parent)
        model.dropMimeData(data, Qt.DropAction.MoveAction, row, 0, parent)
        return can

    assert drop(["Three", "One"], -1, more)  # onto a module: at its end
    assert drop(["Four"], 0, basics)
    assert drop(["More"], 0, QModelIndex())
    assert drop(["Basics"], -1, more)  # a module onto another: behind it
    assert [(len(ids), parent, at) for ids, parent, at in asked] == [
        (2, find(made, "More"), 1),
        (1, find(made, "Basics"), 0),
        (1, made.id, 0),
        (1, made.id, 2),
    ]
    assert not drop(["One"], 0, QModelIndex())  # a lesson between modules
    assert not drop(["Basics"], 0, basics)  # a module into itself
    assert not drop(["One", "More"], 0, basics)
    elsewhere = OutlineModel(draft(BASICS))
    foreign = elsewhere.mimeData([elsewhere.index(0, 0)])
    assert not model.canDropMimeData(foreign, Qt.DropAction.MoveAction, 0, 0, QModelIndex())
    assert len(asked) == 4


def test_the_keys_ask(tree: Tree) -> None:
    view, _model, made = tree
    asked: list[str] = []
    view.asked.connect(asked.append)
    view.select([find(made, "One")])
    for key, modifier in (
        (Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier),
        (Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier),
    ):
        QTest.keyClick(view, key, modifier)
    assert asked == ["down", "up", "duplicate", "delete"]


def test_renaming_in_place(tree: Tree) -> None:
    view, model, made = tree
    renamed: list[tuple[UUID, str]] = []
    model.renamed.connect(lambda row_id, title: renamed.append((row_id, title)))
    view.select([find(made, "One")])
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_F2)
    editor = view.findChild(QLineEdit)
    assert editor is not None
    assert editor.accessibleName() == "Title"
    QTest.keyClicks(editor, "Terms")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # the editor commits once the key is through
    assert renamed == [(find(made, "One"), "Terms")]


def test_filtering_shows_modules_of_what_fits_and_stops_dragging(tree: Tree) -> None:
    view, model, made = tree
    assert view.filter("o") == 4  # One, Two, More, Four
    assert view.filter("fo") == 1
    assert view.isRowHidden(0, QModelIndex())
    assert not view.isRowHidden(0, model.index(1, 0))
    assert not view.dragEnabled()
    made.apply(move_by(made, [find(made, "Four")], -1))
    model.follow()
    assert not view.isRowHidden(0, QModelIndex())
    view.filter("")
    assert view.dragEnabled()
    assert not view.isRowHidden(0, QModelIndex())


def test_states_are_seen_and_spoken(tree: Tree) -> None:
    view, model, made = tree
    one = find(made, "One")
    changed: list[int] = []
    model.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    model.set_states({one: State.INCOMPLETE})
    model.set_states({one: State.INCOMPLETE})
    assert changed == [0]
    assert model.index_of(one).data(STATE_ROLE) is State.INCOMPLETE
    assert model.index_of(one).data(Qt.ItemDataRole.AccessibleTextRole) == "One, Reading, Incomplete"
    assert name_of(view) == "Outline"


def test_a_thousand_lessons(qapp: QApplication) -> None:
    made = draft(*((f"M{number}", tuple(f"L{number}.{lesson}" for lesson in range(40))) for number in range(25)))
    model, _tester = under_test(made)
    step = move(made, [find(made, "L0.0")], find(made, "M24"), 20)
    made.apply(step)
    model.follow(step.focus)
    assert shown(model) == shape(made)


def test_what_is_hidden_follows_a_new_name(tree: Tree) -> None:
    view, model, made = tree
    view.filter("four")
    one = find(made, "One")
    step = edit(made, LESSONS, one, {"title": "Four again"})
    for now, hidden in ((step, False), (step.inverse, True)):
        made.apply(now)
        model.follow([one])
        index = model.index_of(one)
        assert view.isRowHidden(index.row(), index.parent()) is hidden
    view.filter("")


def test_a_change_of_many_rows_is_said_once_a_module(qapp: QApplication) -> None:
    made = draft(*((f"Module {number}", tuple(f"Lesson {number}.{lesson}" for lesson in range(10))) for number in range(5)))
    model, _tester = under_test(made)
    changes, runs = [], []
    model.dataChanged.connect(lambda *span: changes.append(span))
    model.rowsMoved.connect(lambda *span: runs.append(span))
    model.set_states(dict.fromkeys([*made.rows[MODULES], *made.rows[LESSONS]], State.READY))
    assert len(changes) == 6  # the modules, and the lessons of each
    step = move(made, [lesson["id"] for lesson in list(made.lessons)[10:15]], made.modules[0]["id"], 0)
    made.apply(step)
    model.follow(step.focus)
    assert shown(model) == shape(made)
    assert len(runs) == 1  # rows that stay beside each other go as one

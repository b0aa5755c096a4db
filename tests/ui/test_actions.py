"""Actions and places: declared once, refused where they clash, offered by role."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject

from desktop.ui.actions import Action, ActionConflict, ActionRegistry
from desktop.ui.places import Place, Places
from desktop.ui.window import SHELL_ACTIONS

STAFF = frozenset({"instructor"})


def _no_page(*_arguments):
    raise AssertionError("no page is opened here")


def test_two_actions_may_not_answer_to_one_shortcut(qapp):
    registry = ActionRegistry([Action("course.new", "New course", "Ctrl+N")])
    with pytest.raises(ActionConflict, match=r"course\.new"):
        registry.add(Action("member.new", "New member", "ctrl+n"))


def test_two_places_may_use_one_shortcut_differently(qapp):
    ActionRegistry([Action("course.new", "New course", "Ctrl+N", place="catalogue"), Action("member.new", "New", "Ctrl+N", place="people")])


def test_a_place_may_not_take_a_shortcut_of_the_window(qapp):
    with pytest.raises(ActionConflict):
        ActionRegistry([*SHELL_ACTIONS, Action("page.find", "Find", "Ctrl+K", place="people")])


@pytest.mark.parametrize("declared", [Action("app.quit", "Again"), Action("x.y", "X", "Ctrl+Nonsense")])
def test_an_id_twice_or_a_shortcut_that_is_none_is_refused(qapp, declared):
    with pytest.raises(ActionConflict):
        ActionRegistry([*SHELL_ACTIONS, declared])


def test_what_a_role_does_not_have_is_not_offered(qapp):
    registry = ActionRegistry([Action("course.publish", "Publish", roles=STAFF)], roles=frozenset({"learner"}))
    assert registry.qaction("course.publish") is None
    assert registry.offered() == []
    with pytest.raises(KeyError):
        registry.qaction("course.pubish")


def test_an_action_is_enabled_while_somebody_current_handles_it(qapp):
    registry = ActionRegistry([Action("lesson.delete", "Delete", "Del")])
    action, page, done = registry.qaction("lesson.delete"), QObject(), []
    assert action is not None
    registry.bind("lesson.delete", lambda: done.append(1), page, lambda *_: None)
    registry.run("lesson.delete")
    registry.set_current(page)
    registry.set_enabled("lesson.delete", False)
    registry.run("lesson.delete")
    assert done == []
    registry.set_enabled("lesson.delete", True)
    action.trigger()
    assert done == [1]
    registry.set_current(None)
    assert not action.isEnabled()


def test_places_are_those_of_the_persons_roles():
    places = Places(
        [
            Place("home", "Home", "home", _no_page),
            Place("people", "People", "people", _no_page, roles=frozenset({"administrator"})),
            Place("course", "Course", "catalogue", _no_page, parent="home"),
            Place("lesson", "Lesson", "document", _no_page, parent="course"),
        ],
        STAFF,
    )
    assert [place.id for place in places.rail()] == ["home"]
    assert places.rail_of("lesson") == "home"
    assert "people" not in places

"""The whole window for people and associations that nobody thinks of: every place opens, says something, and fits."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget
from sqlalchemy import text

from desktop.learning.commands import enroll
from desktop.ui.everything import PLACES
from desktop.ui.window import Window
from tests.support.courses import add_course, add_lesson, add_module

LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"
NAMES = [
    pytest.param("Maximiliane Philippa Theodora", f"{LONG} {LONG}", id="very long"),
    pytest.param("عبد الرحمن", "الخطيب", id="Arabic"),
    pytest.param("小明", "王", id="Chinese"),
    pytest.param("O'Neil <b>", "& Söhne", id="markup"),
    pytest.param("e\u0301\u0323", "\u200fא", id="combining and direction marks"),
]


@pytest.fixture
def look_around(qtbot, until, settings):
    """Open every place of a person's rail, in the smallest window there may be, and say what state each is in."""

    async def look_around(desk) -> dict[str, str]:
        window = Window(settings, desk.context.tasks, desk.context.notices)
        qtbot.addWidget(window)
        window.resize(window.minimumSize())
        bench = window.open_session(desk.context, PLACES, "An association", "On this computer")
        window.show()
        found = {}
        for place in bench.places.rail():
            bench.go(place.id)
            page = bench.page
            assert page is not None
            await until(lambda page=page: page.state in ("content", "empty", "error") and not page.loading, place.id)
            found[place.id] = page.state
            assert window.size() == window.minimumSize(), f"{place.id} makes the window larger"
            assert_inside(page)
        assert desk.notices == []
        return found

    return look_around


def assert_inside(page: QWidget) -> None:
    """No label sticks out of what it is in, scrolled away or not."""
    for label in page.findChildren(QLabel):
        if label.isVisible() and label.text():
            holder = label.parentWidget()
            assert holder is not None
            edge = label.mapTo(holder, QPoint(label.width(), 0)).x()
            assert edge <= holder.width() + 1, f"{label.text()!r} sticks out"
            as_it_is = label.textFormat() is Qt.TextFormat.PlainText or "O'Neil <b>" not in label.text()
            assert as_it_is, f"{label.text()!r} would be read as markup"


@pytest.fixture
def taught(db):
    """A published course with one lesson, and who teaches it."""
    instructor = db.add_person("instructor", first_name="Inés", last_name="Álvarez")
    course = add_course(db, "Ethics", instructor_id=instructor.member_id)
    add_lesson(db, add_module(db, course), "Terms", 1)
    return course, instructor


def status_is(db, person, status: str) -> None:
    update = text("UPDATE public.members SET status = :status WHERE id = :id")
    db.superuser.write(lambda session: session.execute(update, {"status": status, "id": person.member_id}))


async def test_an_instructor_who_learns_has_the_places_of_both(db, taught, sign_in, look_around):
    course, _teacher = taught
    person = db.add_person("instructor")
    db.store(person).write(enroll, course)
    found = await look_around(sign_in(db, person))
    assert found["learning"] == "content"
    assert found["learners"] in ("content", "empty")
    assert "error" not in found.values()


async def test_an_instructor_may_take_their_own_course(db, taught, sign_in, look_around):
    course, instructor = taught
    db.store(instructor).write(enroll, course)
    found = await look_around(sign_in(db, instructor))
    assert "error" not in found.values()


async def test_a_member_without_a_role_is_a_learner(db, taught, sign_in, look_around):
    found = await look_around(sign_in(db, db.add_person()))
    assert set(found) == {"home", "learning", "catalogue", "live", "certificates"}
    assert "error" not in found.values()


@pytest.mark.parametrize("status", ["suspended", "lapsed", "inactive"])
async def test_a_member_who_is_not_active_sees_a_working_window(db, taught, sign_in, look_around, status):
    person = db.add_person("learner")
    status_is(db, person, status)
    assert "error" not in (await look_around(sign_in(db, person))).values()


@pytest.mark.parametrize("role", ["learner", "instructor", "proctor", "administrator"])
async def test_an_association_without_a_course_has_something_to_say_everywhere(db, sign_in, look_around, role):
    assert "error" not in (await look_around(sign_in(db, db.add_person(role)))).values()


@pytest.mark.parametrize(("first", "last"), NAMES)
async def test_every_name_fits(db, taught, sign_in, look_around, first, last, qtbot):
    course, _teacher = taught
    person = db.add_person("instructor", "administrator", first_name=first, last_name=last)
    add_course(db, f"{first} {last}: an introduction", instructor_id=person.member_id)
    db.store(person).write(enroll, course)
    desk = sign_in(db, person)
    assert "error" not in (await look_around(desk)).values()
    assert desk.context.identity.name == f"{first} {last}"

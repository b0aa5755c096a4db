"""Changing a course in memory: every step can be undone, and undone again."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.courses.draft import (
    ATTACHMENTS,
    COURSES,
    LESSONS,
    MODULES,
    Draft,
    Step,
    add_attachment,
    add_lesson,
    add_module,
    checked_title,
    copied,
    duplicate,
    edit,
    move,
    move_by,
    paste,
    remove,
    replace_everywhere,
)
from desktop.courses.richtext import Search, replaced
from desktop.errors import Invalid, NotFound
from tests.support.drafts import attach, draft, find, shape

BASICS = ("Basics", ("One", "Two", "Three"))
MORE = ("More", ("Four",))


def after(made: Draft, *steps: Callable[[Draft], Step]) -> list[tuple[str, list[str]]]:
    for step in steps:
        made.apply(step(made))
    return shape(made)


def test_lessons_move_within_and_across_modules() -> None:
    made = draft(BASICS, MORE)
    assert after(made, lambda d: move(d, [find(d, "Three")], find(d, "Basics"), 0)) == [("Basics", ["Three", "One", "Two"]), MORE_LIST]
    step = move(made, [find(made, "Two"), find(made, "Three")], find(made, "More"), 1)
    assert step.name == "Move 2 lessons"
    made.apply(step)
    assert shape(made) == [("Basics", ["One"]), ("More", ["Four", "Three", "Two"])]
    made.apply(step.inverse)
    assert shape(made) == [("Basics", ["Three", "One", "Two"]), MORE_LIST]


MORE_LIST = ("More", ["Four"])


@pytest.mark.parametrize("index", [0, 1])
def test_dropping_something_where_it_is_changes_nothing(index: int) -> None:
    made = draft(BASICS)
    assert not move(made, [find(made, "One")], find(made, "Basics"), index)
    assert not move(made, [find(made, "Basics")], made.id, index)


def test_a_module_cannot_be_dropped_into_itself_or_another() -> None:
    made = draft(BASICS, MORE)
    with pytest.raises(Invalid):
        move(made, [find(made, "Basics")], find(made, "More"), 0)
    with pytest.raises(Invalid):
        move(made, [find(made, "One"), find(made, "More")], find(made, "Basics"), 0)


def test_alt_up_and_down_go_from_module_to_module_and_stop_at_the_ends() -> None:
    made = draft(BASICS, MORE)
    four = find(made, "Four")
    assert after(made, lambda d: move_by(d, [four], -1))[0] == ("Basics", ["One", "Two", "Three", "Four"])
    assert after(made, lambda d: move_by(d, [four], 1)) == [("Basics", ["One", "Two", "Three"]), MORE_LIST]
    assert not move_by(made, [four], 1)
    assert not move_by(made, [find(made, "One")], -1)
    assert after(made, lambda d: move_by(d, [find(d, "More")], -1))[0] == MORE_LIST
    assert not move_by(made, [find(made, "More")], -1)


def test_what_is_removed_takes_its_content_along_and_frees_what_waited() -> None:
    made = draft(BASICS, MORE)
    basics, one, four = find(made, "Basics"), find(made, "One"), find(made, "Four")
    made.rows[LESSONS][four]["unlock_after_lesson_id"] = one
    made.rows[MODULES][find(made, "More")]["unlock_after_module_id"] = basics
    attach(made, one, "notes.txt")
    before = deepcopy(made.rows)
    step = remove(made, [basics])
    assert step.name == "Delete “Basics”"
    assert step.focus == (find(made, "More"),)
    made.apply(step)
    assert shape(made) == [MORE_LIST]
    assert made.rows[ATTACHMENTS] == {}
    assert made.rows[LESSONS][four]["unlock_after_lesson_id"] is None
    made.apply(step.inverse)
    assert made.rows == before
    with pytest.raises(NotFound):
        remove(made, [made.id])


def test_a_copy_waits_for_the_copy_and_never_for_another_course() -> None:
    made, other = draft(BASICS, MORE), draft(("Basics", ()))
    one, two = find(made, "One"), find(made, "Two")
    made.rows[LESSONS][two]["unlock_after_lesson_id"] = one
    made.rows[LESSONS][one]["unlock_after_lesson_id"] = find(made, "Four")
    attach(made, one, "notes.txt")
    step = paste(other, copied(made, [find(made, "Basics"), one]))
    assert step.name == "Paste 1 module"
    other.apply(step)
    assert shape(other) == [("Basics", []), ("Basics (2)", ["One", "Two", "Three"])]
    copy_of_one = find(other, "One")
    assert other.row(LESSONS, find(other, "Two"))["unlock_after_lesson_id"] == copy_of_one
    assert other.row(LESSONS, copy_of_one)["unlock_after_lesson_id"] is None
    assert [row["file_name"] for row in other.attachments_of(copy_of_one)] == ["notes.txt"]


def test_duplicates_stand_behind_and_have_names_of_their_own() -> None:
    made = draft(BASICS, MORE)
    assert after(made, lambda d: duplicate(d, [find(d, "One"), find(d, "Two")]), lambda d: duplicate(d, [find(d, "One (2)")])) == [
        ("Basics", ["One", "Two", "One (2)", "One (3)", "Two (2)", "Three"]),
        MORE_LIST,
    ]
    assert after(made, lambda d: duplicate(d, [find(d, "More")]))[-1] == ("More (2)", ["Four"])


def test_lessons_cannot_be_pasted_where_no_module_is() -> None:
    made = draft(MORE)
    with pytest.raises(Invalid, match="no module"):
        paste(draft(), copied(made, [find(made, "Four")]))


def test_titles() -> None:
    assert checked_title("  two\n words ") == "two words"
    assert checked_title("\u200fمقدمة في التأمين (1)") == "\u200fمقدمة في التأمين (1)", "right to left, with the mark that says so"
    with pytest.raises(Invalid, match="empty"):
        checked_title(" \u00a0 ")
    with pytest.raises(Invalid, match="10,000"):
        checked_title("x" * 10_000)
    made = draft(MORE)
    assert not edit(made, LESSONS, find(made, "Four"), {"title": " Four "})
    assert edit(made, LESSONS, find(made, "Four"), {"title": "4"}).name == "Rename “Four”"
    assert edit(made, COURSES, made.id, {"price": 5}).changes[0].before == {"price": 0}


def test_a_hundred_insertions_between_the_same_two_stay_in_order() -> None:
    made = draft(BASICS)
    one, basics = find(made, "One"), find(made, "Basics")
    for number in range(100):
        made.apply(add_lesson(made, basics, f"n{number}", "text", after=one))
    titles = shape(made)[0][1]
    assert titles == ["One", *(f"n{number}" for number in reversed(range(100))), "Two", "Three"]


def test_words_are_replaced_in_the_whole_course_as_one_step() -> None:
    made = draft(("Copays", ("A copay",)), description="On copays")
    search = Search("copay")

    def fees(text: str, is_html: bool) -> tuple[str, int]:
        return replaced(text, search, "fee") if is_html else (text.replace("copay", "fee"), text.count("copay"))

    step, count = replace_everywhere(made, fees)
    assert (count, step.name) == (3, "Replace 3 occurrences")
    made.apply(step)
    assert made.course["description"] == "On fees"
    assert made.row(LESSONS, find(made, "A fee"))["content_html"] == "<p>A fee</p>"


@st.composite
def moves(draw: st.DrawFn) -> Callable[[Draft], Step]:
    """Something an author might do, whatever there is."""
    what = draw(st.sampled_from(["add module", "add lesson", "move", "by", "remove", "duplicate", "rename", "attach"]))
    number, other, several = draw(st.integers(0, 50)), draw(st.integers(0, 50)), draw(st.integers(1, 3))

    def do(made: Draft) -> Step:
        lessons = [row["id"] for row in made.lessons]
        modules = [row["id"] for row in made.modules]
        everything: list[Any] = [*modules, *lessons]
        chosen = [lessons[(number + at) % len(lessons)] for at in range(several)] if lessons else []
        if what == "add module" or not modules:
            return add_module(made, f"M{number}", modules[other % len(modules)] if modules else None)
        if what == "add lesson" or not lessons:
            return add_lesson(
                made, modules[number % len(modules)], f"L{number}", "text", lessons[other % len(lessons)] if lessons else None
            )
        match what:
            case "move":
                return move(made, chosen, modules[other % len(modules)], number)
            case "by":
                return move_by(made, [everything[number % len(everything)]], 1 if other % 2 else -1)
            case "remove":
                return remove(made, [everything[number % len(everything)]])
            case "duplicate":
                return duplicate(made, [everything[number % len(everything)]])
            case "attach":
                return add_attachment(made, chosen[0], file_name=f"F{number}", file_url="asset:1", file_type="text/plain")
            case _:
                return edit(made, LESSONS, chosen[0], {"title": f"R{number}"})

    return do


@given(st.lists(moves(), max_size=12))
def test_undo_all_and_redo_all(doings: list[Callable[[Draft], Step]]) -> None:
    made = draft(BASICS, MORE)
    start = deepcopy(made.rows)
    steps = []
    for do in doings:
        step = do(made)
        made.apply(step)
        steps.append(step)
        for module in made.modules:
            positions = [lesson["position"] for lesson in made.lessons_of(module["id"])]
            assert len(set(positions)) == len(positions)
    end = deepcopy(made.rows)
    for step in reversed(steps):
        made.apply(step.inverse)
    assert made.rows == start
    for step in steps:
        made.apply(step)
    assert made.rows == end

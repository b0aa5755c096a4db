"""What a person finds open, locked and next in an outline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from desktop.courses.outline import LessonRow, Lock, LockReason, ModuleRow, Progress, build

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def module(title: str = "Basics", *, after: UUID | None = None, opens: datetime | None = None, preview: bool = False) -> ModuleRow:
    return ModuleRow(uuid4(), title, None, preview, after, opens, None)


def lesson(
    of: ModuleRow,
    title: str = "Terms",
    *,
    after: UUID | None = None,
    progress: Progress = Progress.NOT_STARTED,
    required: bool = True,
    preview: bool = False,
) -> LessonRow:
    return LessonRow(uuid4(), of.id, title, None, "text", preview, after, required, "marked_complete", 10, progress)


def test_without_an_enrolment_only_previews_are_open() -> None:
    basics = module()
    shown, hidden = lesson(basics, preview=True), lesson(basics)
    outline = build([basics], [shown, hidden], now=NOW, enrolled=False)
    assert [entry.lock for entry in outline.lessons] == [None, Lock(LockReason.NOT_ENROLLED)]


def test_a_preview_module_opens_all_its_lessons_to_anybody() -> None:
    basics = module(preview=True)
    assert build([basics], [lesson(basics)], now=NOW, enrolled=False).lessons[0].lock is None


def test_a_module_waits_for_the_required_lessons_of_the_one_before() -> None:
    basics = module("Basics")
    rules = module("Rules", after=basics.id)
    done, optional = lesson(basics, progress=Progress.COMPLETED), lesson(basics, required=False)
    last = lesson(rules)
    assert build([basics, rules], [done, optional, last], now=NOW, enrolled=True).lessons[-1].lock is None
    todo = lesson(basics, progress=Progress.IN_PROGRESS)
    outline = build([basics, rules], [todo, last], now=NOW, enrolled=True)
    assert outline.modules[1].lock == outline.lessons[-1].lock == Lock(LockReason.AFTER_MODULE, "Basics")


def test_a_module_waits_for_its_date() -> None:
    tomorrow = NOW + timedelta(days=1)
    later = module(opens=tomorrow)
    assert build([later], [lesson(later)], now=NOW, enrolled=True).lessons[0].lock == Lock(LockReason.NOT_YET, until=tomorrow)
    assert build([later], [lesson(later)], now=tomorrow, enrolled=True).lessons[0].lock is None


def test_a_lesson_waits_for_the_lesson_it_names() -> None:
    basics = module()
    first = lesson(basics, "Terms")
    second = lesson(basics, "Plans", after=first.id)
    assert build([basics], [first, second], now=NOW, enrolled=True).lessons[1].lock == Lock(LockReason.AFTER_LESSON, "Terms")


def test_who_teaches_the_course_finds_nothing_locked() -> None:
    later = module(opens=NOW + timedelta(days=30))
    first = lesson(later)
    outline = build([later], [first, lesson(later, after=first.id)], now=NOW, enrolled=False, unlocked=True)
    assert all(entry.lock is None for entry in outline.lessons)


def test_continuing_goes_to_the_resume_point_and_past_it_once_it_is_done() -> None:
    basics = module()
    first, second, third = lesson(basics), lesson(basics, progress=Progress.IN_PROGRESS), lesson(basics)
    outline = build([basics], [first, second, third], now=NOW, enrolled=True)
    assert outline.next_lesson(second.id) == outline.lessons[1]
    assert outline.next_lesson() == outline.lessons[0]
    finished = build([basics], [lesson(basics, progress=Progress.COMPLETED)], now=NOW, enrolled=True)
    assert finished.next_lesson(finished.lessons[0].row.id) is None
    assert outline.after(second.id) == outline.lessons[2]
    assert outline.after(third.id) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(Progress), st.booleans()), max_size=12), st.booleans())
def test_the_next_lesson_can_always_be_opened_and_is_never_done(picks: list[tuple[int, Progress, bool]], chained: bool) -> None:
    modules: list[ModuleRow] = []
    for number in range(4):
        modules.append(module(f"Module {number}", after=modules[-1].id if chained and modules else None))
    lessons = [lesson(modules[where], progress=progress, required=required) for where, progress, required in picks]
    outline = build(modules, lessons, now=NOW, enrolled=True)
    following = outline.next_lesson()
    if following is None:
        assert all(entry.done or entry.lock is not None for entry in outline.lessons)
    else:
        assert following.lock is None
        assert not following.done

"""A review written, moderated and found helpful, by clicks."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from desktop.courses.reviews import Standing, get_own_review
from desktop.ui.courses.page import CoursePage
from desktop.ui.courses.reviewing import ReviewsPage
from tests.ui.accessibility import assert_accessible

LEFT = Qt.MouseButton.LeftButton


async def opened(page, qtbot, until):
    qtbot.addWidget(page)
    page.resize(1180, 800)
    page.show()
    await until(lambda: page.state in ("content", "empty") and not page.loading, seconds=15)
    return page


def button(page, text):
    return next(found for found in page.findChildren(QAbstractButton) if found.text() == text)


async def test_a_review_from_its_first_star_to_somebody_whom_it_helped(association, sign_in, qtbot, until):
    lea = sign_in(association.database, association.people["lea"])
    course = await opened(CoursePage(lea.context, association["course"]), qtbot, until)
    course.reviews.write_button.click()
    dialog = course.reviews.dialog
    assert_accessible(dialog)
    assert not dialog.send_button.isEnabled()
    qtbot.mouseClick(dialog.stars.buttons[3], LEFT)
    assert dialog.hint.text() == "Stars alone count at once."
    QTest.keyClicks(dialog.title, "Worth it")
    QTest.keyClicks(dialog.text, "The second module above all.")
    assert "administrator" in dialog.hint.text()
    qtbot.mouseClick(dialog.send_button, LEFT)
    await until(lambda: course.reviews.own is not None and not course.loading)
    assert course.reviews.own.standing is Standing.WAITING
    assert course.reviews.write_button.text() == "Your review…"
    await lea.context.settled()

    ada = sign_in(association.database, association.people["admin"])
    queue = await opened(ReviewsPage(ada.context), qtbot, until)
    assert_accessible(queue)
    assert queue.header.subtitle == "2 wait for you"
    show = next(found for found in queue.findChildren(QAbstractButton) if found.accessibleName() == "Show: the review of Lea Learner")
    show.click()
    await until(lambda: len(queue.reviews) == 1 and not queue.loading)
    assert lea.context.store.read(get_own_review, association["course"]).standing is Standing.APPROVED
    button(queue, "Shown").click()
    await until(lambda: queue.standing is Standing.APPROVED and not queue.loading)
    assert [review.title for review in queue.reviews] == ["Worth it"]
    button(queue, "Feature").click()
    await until(lambda: queue.reviews[0].featured and not queue.loading)
    await ada.context.settled()

    otto = sign_in(association.database, association.people["otto"])
    page = await opened(CoursePage(otto.context, association["course"]), qtbot, until)
    button(page, "Helpful").click()
    await until(lambda: any(found.text() == "Helpful · 1" and found.isChecked() for found in page.findChildren(QAbstractButton)))
    await otto.context.settled()


async def test_who_has_not_begun_is_not_asked(association, sign_in, qtbot, until):
    finn = sign_in(association.database, association.people["finn"])
    page = await opened(CoursePage(finn.context, association["course"]), qtbot, until)
    assert page.reviews.isHidden()
    await finn.context.settled()

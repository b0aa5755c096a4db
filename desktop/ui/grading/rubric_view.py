"""A rubric to be read: what each level means, and which was given."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.grading.rubric import Criterion, Given, Rubric
from desktop.i18n import _
from desktop.ui.grading.words import points_of
from desktop.ui.questions.fields import number_text
from desktop.ui.theme import Role, px
from desktop.ui.widgets.labels import Label


class RubricView(QWidget):
    """``given``: what a grader gave, where there is a grade."""

    def __init__(self, rubric: Rubric, given: Mapping[str, Given] | None = None) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(px(16))
        grid.setVerticalSpacing(px(6))
        grid.setColumnStretch(1, 1)
        for criterion in rubric:
            self._add(grid, criterion, None if given is None else given.get(criterion.id, Given()))

    def _add(self, grid: QGridLayout, criterion: Criterion, given: Given | None) -> None:
        row = grid.rowCount()
        points = number_text(criterion.points)
        if given is not None and given.points is not None:
            points = points_of(given.points, criterion.points)
        grid.addWidget(Label(points, Role.STRONG), row, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Label(criterion.title, Role.STRONG, wrap=True), row, 1)
        if criterion.description:
            grid.addWidget(Label(criterion.description, Role.BODY, "muted", wrap=True), grid.rowCount(), 1)
        for level in criterion.levels:
            chosen = given is not None and given.level == level.id
            if given is not None and not chosen:
                continue  # what was not given is in the assignment
            words = _("{title}: {meaning}").format(title=level.title, meaning=level.description) if level.description else level.title
            row = grid.rowCount()
            grid.addWidget(
                Label(number_text(level.points), Role.BODY, "muted"), row, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
            )
            grid.addWidget(Label(words, Role.BODY, wrap=True), row, 1)
        if given is not None and given.comment:
            grid.addWidget(Label(given.comment, Role.BODY, wrap=True), grid.rowCount(), 1)

"""Every place and every action of the application, in the order in which the rail and the palette show them.

Pages are imported when they are first opened: the window stands before they are needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from desktop.i18n import N_
from desktop.ui.actions import Action
from desktop.ui.context import Context
from desktop.ui.page import Page
from desktop.ui.places import Place
from desktop.ui.window import SHELL_ACTIONS

STAFF = frozenset({"instructor", "administrator"})


class _Later:
    """A page class that is imported when the first page of it is made."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, context: Context, **arguments: Any) -> Page:
        page: Page = getattr(import_module(self._module), self._name)(context, **arguments)
        return page


PLACES: tuple[Place, ...] = (
    Place("home", N_("Home"), "home", _Later("desktop.ui.home.page", "HomePage")),
    Place("learning", N_("My learning"), "play", _Later("desktop.ui.learning.page", "LearningPage")),
    Place("catalogue", N_("Catalogue"), "catalogue", _Later("desktop.ui.courses.catalogue", "CataloguePage")),
    Place("course", N_("Course"), "catalogue", _Later("desktop.ui.courses.page", "CoursePage"), parent="catalogue"),
    Place("people", N_("People"), "people", _Later("desktop.ui.members.page", "PeoplePage"), roles=frozenset({"administrator"})),
    Place("learners", N_("My learners"), "people", _Later("desktop.ui.members.learners", "LearnersPage"), roles=frozenset({"instructor"})),
    Place("lesson", N_("Lesson"), "play", _Later("desktop.ui.learning.lesson", "LessonPage"), parent="learning"),
    Place("certificate", N_("Certificate"), "certificate", _Later("desktop.ui.certificates.page", "CertificatePage"), parent="learning"),
    Place("player", N_("Lesson"), "play", _Later("desktop.ui.player.page", "PlayerPage"), parent="catalogue"),
)

ACTIONS: tuple[Action, ...] = (
    *SHELL_ACTIONS,
    Action("course.new", N_("New course"), icon="plus", place="catalogue", roles=STAFF, hint=N_("Begin a draft that you teach")),
    Action("member.add", N_("Add member"), icon="plus", place="people", roles=frozenset({"administrator"})),
)

"""The places and actions of Home, the catalogue, learning and people."""

from __future__ import annotations

from desktop.i18n import N_
from desktop.ui.actions import Action
from desktop.ui.courses.catalogue import CataloguePage
from desktop.ui.courses.page import CoursePage
from desktop.ui.home.page import HomePage
from desktop.ui.learning.lesson import LessonPage
from desktop.ui.learning.page import LearningPage
from desktop.ui.members.page import PeoplePage
from desktop.ui.places import Place

ADMINISTRATORS = frozenset({"administrator"})
AUTHORS = frozenset({"instructor", "administrator"})

PLACES = (
    Place("home", N_("Home"), "home", HomePage),
    Place("catalogue", N_("Catalogue"), "catalogue", CataloguePage),
    Place("learning", N_("My learning"), "play", LearningPage),
    Place("people", N_("People"), "people", PeoplePage, roles=ADMINISTRATORS),
    Place("course", N_("Course"), "catalogue", CoursePage, parent="catalogue"),
    Place("lesson", N_("Lesson"), "play", LessonPage, parent="learning"),
)
"""``course`` takes ``course`` and ``as_learner``; ``lesson`` takes ``course``, ``lesson`` and ``enrollment``."""

ACTIONS = (
    Action("course.new", N_("New course"), icon="plus", place="catalogue", roles=AUTHORS, hint=N_("Begin a draft that you teach")),
    Action("member.add", N_("Add member"), icon="plus", place="people", roles=ADMINISTRATORS),
)

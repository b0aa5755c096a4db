"""Every place and every action of the application, in the order in which the rail and the palette show them.

Pages are imported after the window stands, on a worker thread: the first one while the workspace opens (:func:`load_first`), the rest
one by one behind it (:func:`load_rest`). One that is opened before its turn is imported then.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

from desktop.i18n import N_
from desktop.tasks import Tasks
from desktop.ui.actions import Action
from desktop.ui.context import Context
from desktop.ui.page import Page
from desktop.ui.places import Place
from desktop.ui.window import SHELL_ACTIONS

STAFF = frozenset({"instructor", "administrator"})
ADMINISTRATORS = frozenset({"administrator"})
SUPERVISORS = frozenset({"proctor", "administrator"})

PAUSE_SECONDS = 0.1
"""Between two pages that are imported ahead: importing holds the interpreter that the window needs, too."""


class _Later:
    """A page class that is imported when the first page of it is made, if not before."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self._name = module, name

    def __call__(self, context: Context, **arguments: Any) -> Page:
        page: Page = getattr(import_module(self.module), self._name)(context, **arguments)
        return page


PLACES: tuple[Place, ...] = (
    Place("home", N_("Home"), "home", _Later("desktop.ui.home.page", "HomePage")),
    Place("learning", N_("My learning"), "play", _Later("desktop.ui.learning.page", "LearningPage")),
    Place("catalogue", N_("Catalogue"), "catalogue", _Later("desktop.ui.courses.catalogue", "CataloguePage")),
    Place("course", N_("Course"), "catalogue", _Later("desktop.ui.courses.page", "CoursePage"), parent="catalogue"),
    Place(
        "course-editor",
        N_("Course editor"),
        "edit",
        _Later("desktop.ui.courses.editor", "CourseEditorPage"),
        roles=STAFF,
        parent="catalogue",
    ),
    Place("banks", N_("Quizzes and banks"), "quiz", _Later("desktop.ui.questions.banks", "BanksPage"), roles=STAFF),
    Place("grading", N_("Grading"), "grade", _Later("desktop.ui.grading.page", "GradingPage"), roles=STAFF),
    Place("grader", N_("Grading"), "grade", _Later("desktop.ui.grading.grader", "GraderPage"), roles=STAFF, parent="grading"),
    Place("similarity", N_("Similarity"), "copy", _Later("desktop.ui.grading.similarity", "SimilarityPage"), roles=STAFF, parent="grading"),
    Place("live", N_("Live sessions"), "live", _Later("desktop.ui.live.page", "LivePage")),
    Place("live-session", N_("Live session"), "live", _Later("desktop.ui.live.session", "SessionPage"), parent="live"),
    Place("exams", N_("Exams"), "exam", _Later("desktop.ui.exams.page", "ExamsPage"), roles=SUPERVISORS),
    Place("exam-console", N_("Exam"), "exam", _Later("desktop.ui.exams.console", "ConsolePage"), roles=SUPERVISORS, parent="exams"),
    Place("local", N_("On this computer"), "database", _Later("desktop.ui.sync.page", "LocalPage"), roles=STAFF),
    Place("people", N_("People"), "people", _Later("desktop.ui.members.page", "PeoplePage"), roles=ADMINISTRATORS),
    Place(
        "import", N_("Import people"), "upload", _Later("desktop.ui.members.importing", "ImportPage"), roles=ADMINISTRATORS, parent="people"
    ),
    Place("learners", N_("My learners"), "people", _Later("desktop.ui.members.learners", "LearnersPage"), roles=frozenset({"instructor"})),
    Place("record", N_("Record"), "report", _Later("desktop.ui.members.record", "RecordPage"), parent="learners"),
    Place("lesson", N_("Lesson"), "play", _Later("desktop.ui.learning.lesson", "LessonPage"), parent="learning"),
    Place("quiz", N_("Quiz"), "quiz", _Later("desktop.ui.questions.quiz", "QuizPage"), parent="learning"),
    Place("assignment", N_("Assignment"), "assignment", _Later("desktop.ui.grading.handing_in", "AssignmentPage"), parent="learning"),
    Place("own-work", N_("Handed in"), "document", _Later("desktop.ui.grading.own_work", "OwnWorkPage"), parent="learning"),
    Place("peer-reviews", N_("Peer reviews"), "eye", _Later("desktop.ui.grading.peer_reviews", "PeerReviewsPage"), parent="learning"),
    Place(
        "quiz-editor",
        N_("Quiz editor"),
        "quiz",
        _Later("desktop.ui.questions.editor", "QuizEditorPage"),
        roles=STAFF,
        parent="catalogue",
    ),
    Place(
        "assignment-editor",
        N_("Assignment editor"),
        "assignment",
        _Later("desktop.ui.grading.editor", "AssignmentEditorPage"),
        roles=STAFF,
        parent="catalogue",
    ),
    Place(
        "assignment-learners",
        N_("Learners of the assignment"),
        "people",
        _Later("desktop.ui.grading.learners", "AssignmentLearnersPage"),
        roles=STAFF,
        parent="catalogue",
    ),
    Place("gradebook", N_("Gradebook"), "table", _Later("desktop.ui.grading.gradebook", "GradebookPage"), roles=STAFF, parent="catalogue"),
    Place(
        "gradebook-weights", N_("Weights"), "table", _Later("desktop.ui.grading.weights", "WeightsPage"), roles=STAFF, parent="catalogue"
    ),
    Place(
        "quiz-statistics",
        N_("Quiz statistics"),
        "report",
        _Later("desktop.ui.questions.figures", "QuizStatisticsPage"),
        roles=STAFF,
        parent="catalogue",
    ),
    Place("quiz-regrade", N_("Regrade"), "grade", _Later("desktop.ui.questions.regrade", "RegradePage"), roles=STAFF, parent="catalogue"),
    Place("reports", N_("Reports"), "report", _Later("desktop.ui.reports.page", "ReportsPage"), roles=STAFF),
    Place("payments", N_("Payments"), "payment", _Later("desktop.ui.learning.payments", "PaymentsPage"), roles=ADMINISTRATORS),
    Place("reviews", N_("Reviews"), "star", _Later("desktop.ui.courses.reviewing", "ReviewsPage"), roles=ADMINISTRATORS),
    Place("certificates", N_("Certificates"), "certificate", _Later("desktop.ui.certificates.certificates", "CertificatesPage")),
    Place(
        "certificate", N_("Certificate"), "certificate", _Later("desktop.ui.certificates.page", "CertificatePage"), parent="certificates"
    ),
    Place(
        "designs",
        N_("Certificate designs"),
        "certificate",
        _Later("desktop.ui.certificates.designs", "DesignsPage"),
        roles=ADMINISTRATORS,
        parent="certificates",
    ),
    Place(
        "designer",
        N_("Certificate design"),
        "certificate",
        _Later("desktop.ui.certificates.designer", "DesignerPage"),
        roles=ADMINISTRATORS,
        parent="certificates",
    ),
    Place(
        "continuing",
        N_("Continuing education"),
        "report",
        _Later("desktop.ui.certificates.continuing", "ContinuingEducationPage"),
        roles=ADMINISTRATORS,
    ),
    Place("audit", N_("Audit log"), "clock", _Later("desktop.ui.upkeep.audit", "AuditPage"), roles=ADMINISTRATORS),
    Place("player", N_("Lesson"), "play", _Later("desktop.ui.player.page", "PlayerPage"), parent="catalogue"),
)


def load_first() -> None:
    """Import the page that is shown after signing in. For a worker thread."""
    import_module(_modules()[0])


async def load_rest(tasks: Tasks) -> None:
    """Import the other pages on a worker thread, with room between them for what the person does."""
    for module in _modules()[1:]:
        await asyncio.sleep(PAUSE_SECONDS)
        await tasks.run(import_module, module)


def _modules() -> list[str]:
    return [place.page.module for place in PLACES if isinstance(place.page, _Later)]


ACTIONS: tuple[Action, ...] = (
    *SHELL_ACTIONS,
    Action("course.new", N_("New course"), icon="plus", place="catalogue", roles=STAFF, hint=N_("Begin a draft that you teach")),
    Action("course-editor.add-module", N_("Add module"), "Ctrl+Shift+M", "plus", place="course-editor", roles=STAFF),
    Action("course-editor.add-lesson", N_("Add lesson"), "Ctrl+Shift+L", "plus", place="course-editor", roles=STAFF),
    Action("course-editor.find", N_("Find and replace in the course"), "Ctrl+Shift+H", "search", place="course-editor", roles=STAFF),
    Action(
        "audit.save",
        N_("Save the entries…"),
        icon="download",
        place="audit",
        roles=ADMINISTRATORS,
        hint=N_("As a table, a line for each field"),
    ),
    Action("audit.record", N_("Everything about this record"), icon="filter", place="audit", roles=ADMINISTRATORS),
    Action("sync.now", N_("Sync now"), icon="cloud", place="local", roles=STAFF, hint=N_("Send what waits, and fetch what others wrote")),
    Action(
        "sync.import", N_("Import changes…"), icon="upload", place="local", roles=STAFF, hint=N_("What was exported on another computer")
    ),
    Action("sync.new-course", N_("New course"), icon="plus", place="local", roles=STAFF, hint=N_("Also where the server is away")),
    Action("live.new", N_("Schedule a live session"), icon="plus", place="live", roles=STAFF),
    Action("live.register", N_("Take a seat"), icon="check", place="live"),
    Action("live.leave", N_("Give up the seat"), icon="close", place="live"),
    Action("live.join", N_("Join now"), icon="external", place="live"),
    Action("live.recording", N_("Recording"), icon="video", place="live", hint=N_("Watch what was recorded")),
    Action("live.calendar", N_("Calendar file…"), icon="calendar", place="live", hint=N_("The chosen session, or all of the list")),
    Action(
        "live-session.report",
        N_("Attendance report…"),
        icon="upload",
        place="live-session",
        roles=STAFF,
        hint=N_("Of Zoom, Teams, Webex or Meet"),
    ),
    Action(
        "live-session.mark",
        N_("Attendance…"),
        icon="edit",
        place="live-session",
        roles=STAFF,
        hint=N_("Minutes of the chosen learners, by hand"),
    ),
    Action("live-session.absent", N_("Mark as absent"), place="live-session", roles=STAFF),
    Action("live-session.unmark", N_("Go by the reports again"), icon="undo", place="live-session", roles=STAFF),
    Action("live-session.register", N_("Register the chosen learners"), icon="check", place="live-session", roles=STAFF),
    Action("live-session.unregister", N_("Take the chosen learners off"), icon="close", place="live-session", roles=STAFF),
    Action("live-session.edit", N_("Edit session…"), icon="edit", place="live-session", roles=STAFF),
    Action(
        "live-session.complete",
        N_("Session is over"),
        icon="done",
        place="live-session",
        roles=STAFF,
        hint=N_("Attendance counts in grades then"),
    ),
    Action("live-session.cancel", N_("Cancel session…"), icon="ban", place="live-session", roles=STAFF, destructive=True),
    Action("import.file", N_("Choose a file…"), icon="upload", place="import", roles=ADMINISTRATORS),
    Action("import.apply", N_("Import"), icon="check", place="import", roles=ADMINISTRATORS, hint=N_("Write what is shown")),
    Action(
        "member.import", N_("Import…"), icon="upload", place="people", roles=ADMINISTRATORS, hint=N_("Members and enrolments from a table")
    ),
    Action("member.requests", N_("Requests about the record…"), icon="list", place="people", roles=ADMINISTRATORS),
    Action(
        "member.expire",
        N_("Expire enrolments"),
        icon="clock",
        place="people",
        roles=ADMINISTRATORS,
        hint=N_("End those whose time is over"),
    ),
    Action("member.merge", N_("Merge a duplicate…"), icon="branch", place="people", roles=ADMINISTRATORS, destructive=True),
    Action(
        "member.export",
        N_("Save the whole record…"),
        icon="download",
        place="people",
        roles=ADMINISTRATORS,
        hint=N_("For an inspection: all that is kept"),
    ),
    Action("member.erase", N_("Erase…"), icon="trash", place="people", roles=ADMINISTRATORS, destructive=True),
    Action("exams.plan", N_("Plan a sitting…"), icon="plus", place="exams", roles=ADMINISTRATORS),
    Action("exams.open", N_("Open the console"), icon="eye", place="exams", roles=SUPERVISORS, hint=N_("The seats of the chosen sitting")),
    Action(
        "exam-console.authorize",
        N_("Authorise"),
        icon="check",
        place="exam-console",
        roles=SUPERVISORS,
        hint=N_("The chosen seats that wait; all of them where none is chosen"),
    ),
    Action("exam-console.add-time", N_("Add time…"), icon="clock", place="exam-console", roles=SUPERVISORS),
    Action(
        "exam-console.codes",
        N_("Start codes…"),
        icon="key",
        place="exam-console",
        roles=SUPERVISORS,
        hint=N_("Slips to print for the chosen seats that are checked in"),
    ),
    Action(
        "exam-console.roster",
        N_("Seat everybody enrolled"),
        icon="people",
        place="exam-console",
        roles=ADMINISTRATORS,
        hint=N_("Who takes the course and has no seat yet"),
    ),
    Action("exam-console.message", N_("Send a message…"), icon="mail", place="exam-console", roles=SUPERVISORS),
    Action("member.add", N_("Add member"), icon="plus", place="people", roles=ADMINISTRATORS),
    Action("record.export", N_("Export…"), icon="download", place="record", hint=N_("Save all that lessons recorded, as JSON or CSV")),
    Action("quiz.previous", N_("Previous question"), "Ctrl+PgUp", "chevron-left", place="quiz"),
    Action("quiz.next", N_("Next question"), "Ctrl+PgDown", "chevron-right", place="quiz"),
    Action("quiz.flag", N_("Flag this question"), "Ctrl+Shift+G", place="quiz", hint=N_("Mark it to come back to")),
    Action("quiz.submit", N_("Submit the quiz"), "Ctrl+Return", place="quiz"),
    Action("quiz-editor.add", N_("Add question"), "Ctrl+Shift+N", "plus", place="quiz-editor", roles=STAFF),
    Action("quiz-editor.draw", N_("Draw from a question bank"), icon="database", place="quiz-editor", roles=STAFF),
    Action("bank.add", N_("New quiz or bank"), icon="plus", place="banks", roles=STAFF),
    Action("quiz-editor.paste", N_("Paste typed questions"), "Ctrl+Shift+V", "list", place="quiz-editor", roles=STAFF),
    Action("quiz-editor.import", N_("Import questions"), icon="upload", place="quiz-editor", roles=STAFF),
    Action("quiz-editor.statistics", N_("Statistics of the quiz"), icon="report", place="quiz-editor", roles=STAFF),
    Action("quiz-editor.regrade", N_("Regrade the quiz"), icon="grade", place="quiz-editor", roles=STAFF),
    Action("assignment-editor.grade", N_("Grade"), icon="grade", place="assignment-editor", roles=STAFF),
    Action(
        "assignment-editor.learners",
        N_("Learners of the assignment"),
        icon="people",
        place="assignment-editor",
        roles=STAFF,
        hint=N_("Extensions, and peer review"),
    ),
    Action("peer-reviews.next", N_("Next work to review"), "Ctrl+PgDown", "chevron-right", place="peer-reviews"),
    Action("peer-reviews.previous", N_("Previous work to review"), "Ctrl+PgUp", "chevron-left", place="peer-reviews"),
    Action(
        "assignment-learners.extend",
        N_("Extend…"),
        icon="clock",
        place="assignment-learners",
        roles=STAFF,
        hint=N_("Other dates or more attempts for the chosen learners"),
    ),
    Action(
        "assignment-learners.comment",
        N_("Comment…"),
        icon="edit",
        place="assignment-learners",
        roles=STAFF,
        hint=N_("The same words for all chosen learners"),
    ),
    Action(
        "assignment-learners.missing",
        N_("Zero for missing…"),
        icon="numbers",
        place="assignment-learners",
        roles=STAFF,
        hint=N_("Grade who has handed in nothing and no longer may"),
    ),
    Action(
        "assignment-learners.what-if",
        N_("What if…"),
        icon="clock",
        place="assignment-learners",
        roles=STAFF,
        hint=N_("Whose result would change under another late rule"),
    ),
    Action(
        "assignment-learners.what-if-rubric",
        N_("What if the rubric changes…"),
        icon="grade",
        place="assignment-learners",
        roles=STAFF,
        hint=N_("Whose result would change if criteria and levels were worth something else"),
    ),
    Action(
        "assignment-learners.deal",
        N_("Assign peer reviews"),
        icon="people",
        place="assignment-learners",
        roles=STAFF,
        hint=N_("Deal what was handed in to the others to review"),
    ),
    Action("gradebook.weights", N_("Weights…"), icon="edit", place="gradebook", roles=STAFF, hint=N_("How the grade is made of its parts")),
    Action("gradebook.export", N_("Export…"), icon="download", place="gradebook", roles=STAFF, hint=N_("As a workbook or as CSV")),
    Action("gradebook-weights.apply", N_("Apply the weights"), "Ctrl+Return", place="gradebook-weights", roles=STAFF),
    Action(
        "gradebook-weights.level",
        N_("Count everything the same"),
        place="gradebook-weights",
        roles=STAFF,
        hint=N_("Without groups and weights; attendance does not count then"),
    ),
    Action("grading.gradebook", N_("Gradebook of the course"), icon="table", place="grading", roles=STAFF),
    Action("quiz-statistics.regrade", N_("Regrade…"), icon="grade", place="quiz-statistics", roles=STAFF),
    Action("quiz-regrade.preview", N_("See what would change"), "Ctrl+Return", place="quiz-regrade", roles=STAFF),
    Action("quiz-regrade.apply", N_("Apply the regrade"), place="quiz-regrade", roles=STAFF),
    Action("quiz-editor.export", N_("Export questions"), icon="download", place="quiz-editor", roles=STAFF),
    Action(
        "grading.take",
        N_("Take along…"),
        icon="download",
        place="grading",
        roles=STAFF,
        hint=N_("Bring what is to be graded to this computer, to grade it without the server"),
    ),
    Action(
        "grading.download", N_("Download all work…"), icon="package", place="grading", roles=STAFF, hint=N_("One ZIP file, with the marks")
    ),
    Action("grading.download-marks", N_("Download marks…"), icon="table", place="grading", roles=STAFF),
    Action("grading.upload-marks", N_("Upload marks…"), icon="upload", place="grading", roles=STAFF, hint=N_("A table, checked first")),
    Action("grading.give-back", N_("Take off this computer"), icon="trash", place="grading", roles=STAFF),
    Action("grader.previous", N_("Previous work"), "Ctrl+PgUp", "chevron-left", place="grader", roles=STAFF),
    Action("grader.next", N_("Next work"), "Ctrl+PgDown", "chevron-right", place="grader", roles=STAFF),
    Action("grader.next-open", N_("Next work to grade"), "Ctrl+Return", place="grader", roles=STAFF),
    Action("grader.release", N_("Release grades"), "Ctrl+Shift+R", "check", place="grader", roles=STAFF),
    Action(
        "grader.learners",
        N_("Learners of the assignment"),
        icon="people",
        place="grader",
        roles=STAFF,
        hint=N_("Extensions, and peer review"),
    ),
    Action(
        "grader.similarity",
        N_("Compare the texts"),
        icon="copy",
        place="grader",
        roles=STAFF,
        hint=N_("Passages that submissions have in common, side by side"),
    ),
    Action("grader.return", N_("Give the work back"), icon="undo", place="grader", roles=STAFF),
    Action("certificate.verify", N_("Verify a certificate"), icon="check", place="certificates"),
    Action(
        "certificate.issue-one",
        N_("Issue"),
        icon="certificate",
        place="certificates",
        roles=ADMINISTRATORS,
        hint=N_("Issue the certificate of the chosen member"),
    ),
    Action(
        "certificate.issue-all",
        N_("Issue all"),
        icon="certificate",
        place="certificates",
        roles=ADMINISTRATORS,
        hint=N_("Issue every certificate in this list"),
    ),
    Action(
        "certificate.save-all",
        N_("Save all of this list…"),
        icon="download",
        place="certificates",
        roles=ADMINISTRATORS,
        hint=N_("One ZIP file with the PDF of every certificate in the list"),
    ),
    Action(
        "certificate.mail-all",
        N_("E-mail to holders…"),
        icon="mail",
        place="certificates",
        roles=ADMINISTRATORS,
        hint=N_("Send each holder in the list the certificate that they were not sent yet"),
    ),
    Action(
        "certificate.remind",
        N_("Remind before expiry…"),
        icon="clock",
        place="certificates",
        roles=ADMINISTRATORS,
        hint=N_("Tell holders by e-mail that their certificate expires soon"),
    ),
    Action(
        "certificate.audit",
        N_("Audit bundle…"),
        icon="package",
        place="certificates",
        roles=ADMINISTRATORS,
        hint=N_("One signed file for a regulator: certificates and what they rest on"),
    ),
    Action(
        "certificate.designs",
        N_("Designs…"),
        icon="edit",
        place="certificates",
        roles=ADMINISTRATORS,
        hint=N_("What certificates look like, and which design is used for what"),
    ),
    Action("designs.new", N_("New design…"), icon="plus", place="designs", roles=ADMINISTRATORS),
    Action("designs.describe", N_("Name and use…"), icon="edit", place="designs", roles=ADMINISTRATORS),
    Action("designs.remove", N_("Remove design…"), icon="trash", place="designs", roles=ADMINISTRATORS, destructive=True),
    Action("designer.save", N_("Save version"), icon="save", place="designer", roles=ADMINISTRATORS),
    Action(
        "designer.copy", N_("Save as new…"), icon="copy", place="designer", roles=ADMINISTRATORS, hint=N_("Keep it as a design of its own")
    ),
    Action("designer.versions", N_("Versions…"), icon="clock", place="designer", roles=ADMINISTRATORS),
    Action(
        "ce.save-roster",
        N_("Save roster…"),
        icon="download",
        place="continuing",
        roles=ADMINISTRATORS,
        hint=N_("Everything that is ready to be reported, as a table"),
    ),
    Action(
        "ce.file-roster",
        N_("Mark as reported…"),
        icon="done",
        place="continuing",
        roles=ADMINISTRATORS,
        hint=N_("Note that the states in this list were told"),
    ),
    Action("ce.add-approval", N_("Add approval…"), icon="plus", place="continuing", roles=ADMINISTRATORS),
    Action("ce.providers", N_("Provider numbers…"), icon="numbers", place="continuing", roles=ADMINISTRATORS),
    Action("report.export", N_("Export the report…"), icon="download", place="reports"),
    Action("certificate.save", N_("Save PDF…"), icon="download", place="certificate"),
    Action("certificate.print", N_("Print…"), "Ctrl+P", "document", place="certificate"),
    Action(
        "certificate.transcript",
        N_("Transcript of the holder…"),
        icon="report",
        place="certificate",
        hint=N_("Every certificate of this person that counts, as PDF or as a table"),
    ),
    Action("certificate.copy", N_("Copy number"), icon="copy", place="certificate"),
    Action("certificate.check", N_("Verify"), icon="check", place="certificate", hint=N_("See what anybody learns who verifies it")),
    Action(
        "certificate.sign",
        N_("Sign"),
        icon="key",
        place="certificate",
        roles=ADMINISTRATORS,
        hint=N_("Sign the PDF with the association's key, and keep it with the enrolment"),
    ),
    Action(
        "certificate.replace",
        N_("Replace…"),
        icon="retry",
        place="certificate",
        roles=ADMINISTRATORS,
        hint=N_("Issue a new one with today's name and title"),
    ),
    Action("certificate.revoke", N_("Revoke…"), icon="ban", place="certificate", roles=ADMINISTRATORS, destructive=True),
)

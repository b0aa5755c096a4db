"""People: members, what they may do, and whether they can sign in."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QLineEdit, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop.courses.queries import list_designations
from desktop.courses.vocabulary import ENROLLMENT_STATUSES, label
from desktop.errors import Invalid
from desktop.i18n import N_, _, ngettext
from desktop.learning.queries import MemberEnrollment, list_member_enrollments
from desktop.members.commands import add_member, create_login, disable_login, enable_login, grant_role, reset_login, revoke_role
from desktop.members.queries import (
    MemberDetail,
    MemberFields,
    MemberFilter,
    MemberKey,
    MemberRow,
    count_members,
    get_member,
    is_email,
    list_member_keys,
    page_members,
)
from desktop.members.records import expire_enrollments
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.dates import date_text
from desktop.ui.home.figures import Ring
from desktop.ui.home.page import line
from desktop.ui.itemmodels import Badge, Column, KeysetSource, VirtualModel
from desktop.ui.layouts import emptied
from desktop.ui.members.records import EnrollmentDialog, MergeDialog, RequestsDialog, ask_to_erase, choose_export
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, px, theme
from desktop.ui.widgets.badges import Avatar, StatusPill
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.fields import FilterChip, SearchField
from desktop.ui.widgets.labels import ElidedLabel, Label
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.surfaces import Dialog, Hairline, confirm
from desktop.ui.widgets.table import TableView

ROLES = {"instructor": N_("Instructor"), "proctor": N_("Proctor"), "administrator": N_("Administrator")}
"""What can be granted; everybody is a learner besides."""
STATUSES = {"active": N_("Active"), "lapsed": N_("Lapsed"), "suspended": N_("Suspended"), "inactive": N_("Inactive")}
TONES = {"active": "good", "lapsed": "warn", "suspended": "bad"}
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody confuses when reading a password aloud."""
PANEL = 340
RECORD_ACTIONS = (
    ("member.merge", MergeDialog),
    ("member.requests", RequestsDialog),
    ("member.export", choose_export),
    ("member.erase", ask_to_erase),
)


def new_password() -> str:
    """Four groups of five: 99 bits, and still possible to read over the telephone."""
    return "-".join("".join(secrets.choice(ALPHABET) for _letter in range(5)) for _group in range(4))


def _login_badge(row: MemberRow) -> Badge:
    if row.login is None:
        return Badge(_("None"), "neutral")
    return Badge(_("Disabled"), "warn") if row.login_disabled else Badge(_("Can sign in"), "good")


COLUMNS: tuple[Column[MemberRow], ...] = (
    Column(
        "name",
        N_("Name"),
        lambda row: row.name,
        second=lambda row: row.email,
        person=lambda row: row.name,
        width=260,
        stretch=True,
        sortable=False,
    ),
    Column("organization", N_("Organization"), lambda row: row.organization or "", width=140, stretch=True, sortable=False),
    Column("designations", N_("Designations"), lambda row: ", ".join(row.designations), width=110, sortable=False),
    Column(
        "roles",
        N_("Roles"),
        lambda row: ", ".join(_(ROLES.get(role, role)) for role in row.roles if role != "learner"),
        width=130,
        sortable=False,
    ),
    Column(
        "status",
        N_("Status"),
        lambda row: label(STATUSES, row.status),
        badge=lambda row: Badge(label(STATUSES, row.status), TONES.get(row.status, "neutral")),
        width=96,
        sortable=False,
    ),
    Column("login", N_("Login"), lambda row: _login_badge(row).text, badge=_login_badge, width=116, sortable=False),
)


class PeopleSource(KeysetSource[MemberRow, MemberKey]):
    """The members that fit one filter."""

    def __init__(self, filter: MemberFilter) -> None:
        super().__init__(
            lambda session: count_members(session, filter),
            lambda session, size: list_member_keys(session, filter, size),
            lambda session, after, limit: page_members(session, filter, after, limit),
        )


class PeoplePage(Page):
    title = N_("People")
    primary = "member.add"
    secondary = ("member.import",)
    shows: ClassVar[frozenset[str]] = frozenset({"members", "lms.member_roles", "lms.member_logins"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self._filter = MemberFilter()
        self._shown: MemberFilter | None = None
        self._selected: UUID | None = None
        super().__init__(context, parent)
        self.on("member.add", self._add)
        self.on("member.import", lambda: self.context.open("import"))
        self.on("member.expire", self._expire)
        for action_id, do in RECORD_ACTIONS:
            self.on(action_id, partial(self._with_member, do))

    # Making

    def build(self) -> QWidget:
        self.model = VirtualModel[MemberRow](self.context, COLUMNS, key=lambda row: row.id)
        self.model.setParent(self)
        self.model.counted.connect(self._counted)
        self.search = SearchField(_("Search name, e-mail, organization"))
        self.search.setMaximumWidth(px(340))
        self.search.searched.connect(lambda text: self._apply(replace(self._filter, text=text)))
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.role_chip, self.status_chip = FilterChip(_("Role")), FilterChip(_("Status"))
        self.designation_chip, self.login_chip = FilterChip(_("Designation")), FilterChip(_("Login"), several=False)
        self.role_chip.set_choices((role, _(name), None) for role, name in ROLES.items())
        self.status_chip.set_choices((status, _(name), None) for status, name in STATUSES.items())
        self.login_chip.set_choices([(True, _("Can sign in"), None), (False, _("Cannot sign in"), None)])
        tools = QHBoxLayout()
        tools.setContentsMargins(px(32), 0, px(32), px(12))
        tools.setSpacing(px(8))
        tools.addWidget(self.search, 1)
        for chip in (self.role_chip, self.status_chip, self.designation_chip, self.login_chip):
            chip.changed.connect(self._chips_changed)
            tools.addWidget(chip)
        tools.addStretch(1)
        self.table = TableView("people", _("People"))
        self.table.show_model(self.model)
        self.table.chosen.connect(self._chosen)
        self.nothing = EmptyState()
        self.views = QStackedWidget()
        self.views.addWidget(self.table)
        self.views.addWidget(self.nothing)
        self.panel = MemberPanel(self)
        self.panel.hide()
        middle = QHBoxLayout()
        middle.setContentsMargins(px(20), 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.views, 1)
        middle.addWidget(self.panel)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addLayout(middle, 1)
        return content

    # Reading

    async def refresh(self) -> Empty | None:
        asked = self._filter
        count, designations = await asyncio.gather(
            self.model.refresh() if asked == self._shown else self.model.show(PeopleSource(asked)), self.context.read(list_designations)
        )
        self._shown = asked
        self.designation_chip.set_choices((choice.name, choice.name, None) for choice in designations)
        if count:
            self.views.setCurrentWidget(self.table)
        else:
            self.nothing.show_empty(_("Nobody fits."), "people", _("Clear search and filters"), self._clear)
            self.views.setCurrentWidget(self.nothing)
        if self._selected is not None:
            await self.panel.show_member(self._selected)
        return None

    def _apply(self, filter: MemberFilter) -> None:
        if filter != self._filter:
            self._filter = filter
            self.reload()

    def _chips_changed(self) -> None:
        login = next(iter(self.login_chip.chosen), None)
        self._apply(
            replace(
                self._filter,
                roles=frozenset(map(str, self.role_chip.chosen)),
                statuses=frozenset(map(str, self.status_chip.chosen)),
                designations=frozenset(map(str, self.designation_chip.chosen)),
                with_login=None if login is None else bool(login),
            )
        )

    def _clear(self) -> None:
        for chip in (self.role_chip, self.status_chip, self.designation_chip, self.login_chip):
            chip.clear()
        self.search.clear_now()

    def _counted(self, count: int) -> None:
        self.set_title(_(self.title), ngettext("{n} person", "{n} people", count).format(n=f"{count:,}"))

    def _chosen(self, row: MemberRow | None) -> None:
        if row is not None and row.id != self._selected:
            self._selected = row.id
            self.spawn(self.panel.show_member(row.id))

    def _with_member(self, do: Callable[[MemberDetail, PeoplePage], object]) -> None:
        if self.panel.member is None:
            raise Invalid(_("Choose a member first."))
        made = do(self.panel.member, self)
        if isinstance(made, Dialog):
            made.open()

    async def _expire(self) -> None:
        count = await self.context.write(expire_enrollments)
        self.context.notices.done(ngettext("{n} enrolment has expired.", "{n} enrolments have expired.", count).format(n=f"{count:,}"))

    def _add(self) -> None:
        AddMemberDialog(self.context, self).open()


class MemberPanel(QScrollArea):
    """One member: roles, login, courses."""

    def __init__(self, page: PeoplePage) -> None:
        super().__init__(page)
        self._page = page
        self.member: MemberDetail | None = None
        self.roles: dict[str, QCheckBox] = {}
        self.setWidgetResizable(True)
        self.setFixedWidth(px(PANEL))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(_("Details"))
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(px(20), px(4), px(28), px(24))
        self._column.setSpacing(px(8))
        self.setWidget(body)

    async def show_member(self, member_id: UUID) -> None:
        read = self._page.context.read
        member, courses = await asyncio.gather(read(get_member, member_id), read(list_member_enrollments, member_id))
        self.member = member
        self._show(member, courses)
        self.show()

    def _show(self, member: MemberDetail, courses: tuple[MemberEnrollment, ...]) -> None:
        emptied(self._column)
        head = QHBoxLayout()
        head.setSpacing(px(12))
        head.addWidget(Avatar(member.name, 48))
        words = QVBoxLayout()
        words.setSpacing(px(1))
        words.addWidget(ElidedLabel(member.name, Role.HEADING))
        words.addWidget(ElidedLabel(member.fields.email, Role.CAPTION, "muted"))
        head.addLayout(words, 1)
        self._column.addLayout(head)
        facts = (
            member.fields.job_title,
            member.fields.organization,
            member.fields.phone,
            ", ".join((*member.fields.designations, *member.fields.credentials)),
            _("Member since {date}").format(date=member.fields.member_since.isoformat()) if member.fields.member_since else None,
        )
        for fact in facts:
            if fact:
                self._column.addWidget(Label(fact, Role.CAPTION, "muted", wrap=True))
        self._section(_("Roles"))
        held = {grant.role for grant in member.roles}
        self.roles = {}
        for role, name in ROLES.items():
            box = QCheckBox(_(name))
            box.setAccessibleName(_(name))
            box.setChecked(role in held)
            box.clicked.connect(lambda on, role=role: self._toggle_role(role, on))
            self.roles[role] = box
            self._column.addWidget(box)
        self._section(_("Login"))
        self._show_login(member)
        self._section(_("Courses"))
        if not courses:
            self._column.addWidget(Label(_("Takes no course."), Role.BODY, "muted"))
        for course in courses:
            second = label(ENROLLMENT_STATUSES, course.status)
            if course.certificate_number:
                second = f"{second} · {course.certificate_number}"
            row = QHBoxLayout()
            row.addWidget(line(course.title, second, left=Ring(float(course.progress), 36)), 1)
            change = IconButton("more", _("Change the enrolment in {course}").format(course=course.title))
            change.clicked.connect(lambda _on=False, course=course: EnrollmentDialog(course, self._page).open())
            row.addWidget(change)
            self._column.addLayout(row)
        self._section(_("Record"))
        record = QHBoxLayout()
        record.setSpacing(px(8))
        record.addWidget(self._button(_("Merge…"), lambda: MergeDialog(member, self._page).open()))
        record.addWidget(self._button(_("Save…"), lambda: choose_export(member, self._page)))
        record.addWidget(self._button(_("Erase…"), lambda: ask_to_erase(member, self._page)))
        record.addStretch(1)
        self._column.addLayout(record)
        asked = QHBoxLayout()
        asked.addWidget(self._button(_("Requests…"), lambda: RequestsDialog(member, self._page).open()))
        asked.addStretch(1)
        self._column.addLayout(asked)
        self._column.addStretch(1)

    def _section(self, title: str) -> None:
        self._column.addSpacing(px(8))
        self._column.addWidget(Hairline())
        self._column.addSpacing(px(4))
        self._column.addWidget(Label(title, Role.LABEL, "faint"))

    def _show_login(self, member: MemberDetail) -> None:
        login = member.login
        row = QHBoxLayout()
        row.setSpacing(px(8))
        if login is None:
            self._column.addWidget(Label(_("Cannot sign in."), token="muted"))
            row.addWidget(self._button(_("Create login"), self._create_login, "primary"))
        else:
            self._column.addWidget(
                StatusPill(_("Disabled"), "warn") if login.disabled_at else StatusPill(_("Can sign in"), "good"),
                0,
                Qt.AlignmentFlag.AlignLeft,
            )
            since = login.disabled_at or login.created_at
            self._column.addWidget(
                Label(_("{name}, since {date}").format(name=login.role_name, date=date_text(since)), Role.CAPTION, "muted", wrap=True)
            )
            row.addWidget(self._button(_("New password"), self._reset_login))
            if login.disabled_at:
                row.addWidget(self._button(_("Enable"), lambda: self._write(enable_login)))
            else:
                row.addWidget(self._button(_("Disable…"), self._disable_login))
        row.addStretch(1)
        self._column.addLayout(row)

    @staticmethod
    def _button(text: str, run: Any, kind: str = "quiet") -> Button:
        button = Button(text, kind)
        button.clicked.connect(lambda _checked=False: run())
        return button

    # Doing

    def _toggle_role(self, role: str, on: bool) -> None:
        member = self.member
        if member is None:
            return

        async def change() -> None:
            try:
                await self._page.context.write(grant_role if on else revoke_role, member.id, role)
            except Exception:
                self.roles[role].setChecked(not on)
                raise

        self._page.spawn(change())

    def _write(self, command: Any) -> None:
        if self.member is not None:
            self._page.spawn(self._page.context.write(command, self.member.id))

    def _disable_login(self) -> None:
        if self.member is not None:
            confirm(
                self._page,
                _("Disable the login of {name}?").format(name=self.member.name),
                _("They are signed out at once, wherever they are."),
                _("Disable login"),
                lambda: self._write(disable_login),
            )

    def _create_login(self) -> None:
        self._page.spawn(self._with_password(create_login))

    def _reset_login(self) -> None:
        self._page.spawn(self._with_password(reset_login))

    async def _with_password(self, command: Any) -> None:
        member = self.member
        if member is None:
            return
        password = new_password()
        name = await self._page.context.write(command, member.id, password)
        login = name or (member.login.role_name if member.login else "")
        PasswordDialog(member.name, login, password, self._page).open()


class PasswordDialog(Dialog):
    """A password, shown this once: nobody can read it again."""

    def __init__(self, person: str, login: str, password: str, parent: QWidget) -> None:
        super().__init__(
            _("{name} can sign in now").format(name=person),
            _("This password is shown only once. Hand it over in a way that you trust."),
            parent,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.password = password
        for name, value in ((_("User name"), login), (_("Password"), password)):
            field = QLineEdit(value)
            field.setReadOnly(True)
            field.setAccessibleName(name)
            field.setFont(theme().monospace())
            self.body.addWidget(Label(name, Role.LABEL, "muted"))
            self.body.addWidget(field)
        self.copy_button = self.add_button(_("Copy password"), "quiet", self._copy)
        self.add_button(_("Done"), "primary", self.accept)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.password)
        self.copy_button.setText(_("Copied"))


class AddMemberDialog(FormDialog):
    """A new member. A login is made afterwards, in their details."""

    def __init__(self, context: Context, parent: PeoplePage) -> None:
        super().__init__(_("Add member"), _("Add"), parent)
        self._context = context
        self.first_name, self.last_name = self.field(_("First name"), QLineEdit()), self.field(_("Last name"), QLineEdit())
        self.email = self.field(_("E-mail"), QLineEdit())
        self.organization = self.field(_("Organization"), QLineEdit())
        self.status = self.field(_("Status"), QComboBox())
        for status, name in STATUSES.items():
            self.status.addItem(_(name), status)

    def give(self) -> None:
        for field in (self.first_name, self.last_name):
            if not field.text().strip():
                self.complain(_("A member needs a first and a last name."), field)
                return
        if not is_email(self.email.text()):
            self.complain(_("A member needs an e-mail address."), self.email)
            return
        self._context.spawn(self._save(), self)

    async def _save(self) -> None:
        fields = MemberFields(
            first_name=self.first_name.text().strip(),
            last_name=self.last_name.text().strip(),
            email=self.email.text().strip(),
            organization=self.organization.text().strip() or None,
            status=self.status.currentData(),
        )
        await self._context.write(add_member, fields)
        self.accept()
        self._context.notices.done(_("{name} was added.").format(name=f"{fields.first_name} {fields.last_name}"))

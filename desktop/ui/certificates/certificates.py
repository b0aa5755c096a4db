"""All certificates: a member's own as cards; for administrators every one that was issued, and what is due. Anybody may verify one."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Hashable
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from desktop.certificates.ce_courses import list_findings_of_approved
from desktop.certificates.commands import Round, issue, issue_due
from desktop.certificates.eligibility import HINDRANCES
from desktop.certificates.queries import (
    CertificateFilter,
    CertificateKey,
    CertificateRow,
    DueKey,
    DueRow,
    HeldFilter,
    HeldKey,
    HeldRow,
    count_certificates,
    count_due,
    count_held,
    list_certificate_keys,
    list_due_courses,
    list_due_keys,
    list_held_keys,
    page_certificates,
    page_due,
    page_held,
)
from desktop.courses.vocabulary import label, plain
from desktop.i18n import N_, _, ngettext
from desktop.ui.certificates.audit import AuditDialog
from desktop.ui.certificates.cards import CertificateDelegate
from desktop.ui.certificates.delivery import CertificateLetterDialog, ReminderDialog, choose_archive
from desktop.ui.certificates.signing import SigningPanel
from desktop.ui.certificates.status import STATUSES, TONES
from desktop.ui.certificates.verification import VerifyPanel
from desktop.ui.context import Context
from desktop.ui.dates import date_text, since_text
from desktop.ui.itemmodels import Badge, Column, KeysetSource, PageSource, VirtualModel
from desktop.ui.page import Empty, Page
from desktop.ui.theme import px
from desktop.ui.widgets.buttons import ActionButton, Button
from desktop.ui.widgets.cardview import CardView
from desktop.ui.widgets.fields import FilterChip, SearchField, SegmentedControl
from desktop.ui.widgets.states import EmptyState
from desktop.ui.widgets.surfaces import Dialog
from desktop.ui.widgets.table import TableView

MOST_FINDINGS = 6
"""How many of what courses lack are read out before issuing."""

ISSUED: tuple[Column[CertificateRow], ...] = (
    Column(
        "name",
        N_("Holder"),
        lambda row: row.member_name,
        second=lambda row: row.number,
        person=lambda row: row.member_name,
        width=232,
        sortable=False,
    ),
    Column("course", N_("Course"), lambda row: row.course_title, width=200, stretch=True, sortable=False),
    Column(
        "credits", N_("CE credits"), lambda row: plain(row.ce_credits) if row.ce_credits else "", numeric=True, width=88, sortable=False
    ),
    Column("issued", N_("Issued"), lambda row: date_text(row.issued_at), numeric=True, width=124, sortable=False),
    Column(
        "status",
        N_("Status"),
        lambda row: label(STATUSES, row.status),
        badge=lambda row: Badge(label(STATUSES, row.status), TONES[row.status]),
        width=104,
        sortable=False,
    ),
)

DUE: tuple[Column[DueRow], ...] = (
    Column(
        "name",
        N_("Member"),
        lambda row: row.member_name,
        person=lambda row: row.member_name,
        width=232,
        sortable=False,
    ),
    Column("course", N_("Course"), lambda row: row.course_title, width=200, stretch=True, sortable=False),
    Column("completed", N_("Completed"), lambda row: since_text(row.completed_at), numeric=True, width=130, sortable=False),
)


HELD: tuple[Column[HeldRow], ...] = (
    Column("name", N_("Member"), lambda row: row.member_name, person=lambda row: row.member_name, width=232, sortable=False),
    Column("course", N_("Course"), lambda row: row.course_title, width=200, stretch=True, sortable=False),
    Column("enrolled", N_("Enrolled"), lambda row: date_text(row.enrolled_at), numeric=True, width=124, sortable=False),
    Column("progress", N_("Progress"), lambda row: _("{n} %").format(n=round(row.progress)), numeric=True, width=88, sortable=False),
    Column("hindrance", N_("Why there is none"), lambda row: label(HINDRANCES, row.hindrance), width=240, sortable=False),
)


class IssuedSource(KeysetSource[CertificateRow, CertificateKey]):
    def __init__(self, filter: CertificateFilter) -> None:
        super().__init__(
            lambda session: count_certificates(session, filter),
            lambda session, size: list_certificate_keys(session, filter, size),
            lambda session, after, limit: page_certificates(session, filter, after, limit),
        )


class DueSource(KeysetSource[DueRow, DueKey]):
    def __init__(self, text: str) -> None:
        super().__init__(
            lambda session: count_due(session, text),
            lambda session, size: list_due_keys(session, text, size),
            lambda session, after, limit: page_due(session, text, after, limit),
        )


class HeldSource(KeysetSource[HeldRow, HeldKey]):
    def __init__(self, filter: HeldFilter) -> None:
        super().__init__(
            lambda session: sum(count_held(session, filter).values()),
            lambda session, size: list_held_keys(session, filter, size),
            lambda session, after, limit: page_held(session, filter, after, limit),
        )


class CertificatesPage(Page):
    title = N_("Certificates")
    secondary = ("certificate.designs",)
    shows: ClassVar[frozenset[str]] = frozenset({"lms.certificates", "enrollments", "lms.signing_keys"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self._administers = "administrator" in context.identity.roles
        self._filter = CertificateFilter()
        self._due_text = ""
        self._held = HeldFilter()
        self._shown: dict[str, object] = {}
        self._issuing = False
        super().__init__(context, parent)
        self.on("certificate.verify", self.verify)
        self.on("certificate.issue-one", self._issue_chosen)
        self.on("certificate.issue-all", self._issue_all)
        self.on("certificate.save-all", lambda: choose_archive(context, self._filter, self))
        self.on("certificate.mail-all", lambda: CertificateLetterDialog(context, self._filter, self).open())
        self.on("certificate.audit", lambda: AuditDialog(context, self).open())
        self.on("certificate.designs", lambda: context.open("designs"))
        self.on("certificate.remind", lambda: ReminderDialog(context, self).open())
        context.actions.set_enabled("certificate.issue-one", False)

    # Making

    def build(self) -> QWidget:
        administered = [("issued", _("Issued"), "list"), ("due", _("Due"), "clock"), ("held", _("Not due"), "pause")]
        everything = administered if self._administers else []
        signing = [("signing", _("Signing"), "key")] if self._administers else []
        self.tabs = SegmentedControl(
            _("Which certificates"), [*everything, ("mine", _("Mine"), "certificate"), ("verify", _("Verify"), "check"), *signing]
        )
        self.tabs.chosen.connect(self._tab_chosen)
        self.search = SearchField(_("Search certificates"))
        self.search.setMaximumWidth(px(340))
        self.search.searched.connect(self._searched)
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        self.status_chip = FilterChip(_("Status"))
        self.status_chip.set_choices((status, _(name), None) for status, name in STATUSES.items())
        self.status_chip.changed.connect(self._status_chosen)
        self.reason_chip = FilterChip(_("Why not"))
        self.reason_chip.set_choices((hindrance, _(name), None) for hindrance, name in HINDRANCES.items())
        self.reason_chip.changed.connect(self._reason_chosen)
        self.views = QStackedWidget()
        which = QHBoxLayout()
        which.setContentsMargins(px(32), 0, px(32), px(10))
        which.addWidget(self.tabs)
        which.addStretch(1)
        self.tools = QWidget()
        tools = QHBoxLayout(self.tools)
        tools.setContentsMargins(px(32), 0, px(32), px(14))
        tools.setSpacing(px(8))
        tools.addWidget(self.search, 1)
        tools.addWidget(self.status_chip)
        tools.addWidget(self.reason_chip)
        tools.addStretch(1)
        self.issue_buttons: list[Button] = []
        for action_id, kind in (("certificate.issue-one", "quiet"), ("certificate.issue-all", "primary")):
            action = self.context.actions.qaction(action_id)
            if action is not None:
                button = ActionButton(action, kind, "certificate")
                self.issue_buttons.append(button)
                tools.addWidget(button)
        self.give_menu = QMenu(self)
        self.give_button = Button(_("Give out"), "quiet", "mail")
        self.give_button.setMenu(self.give_menu)
        tools.addWidget(self.give_button)
        for action_id in ("certificate.save-all", "certificate.mail-all", "certificate.remind", "certificate.audit"):
            action = self.context.actions.qaction(action_id)
            if action is not None:
                self.give_menu.addAction(action)
        middle = QHBoxLayout()
        middle.setContentsMargins(px(20), 0, px(20), 0)
        middle.addWidget(self.views)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(which)
        column.addWidget(self.tools)
        column.addLayout(middle, 1)
        return content

    # The views, each made when its tab is first opened

    @cached_property
    def issued(self) -> VirtualModel[CertificateRow]:
        return self._model(ISSUED, lambda row: row.id)

    @cached_property
    def due(self) -> VirtualModel[DueRow]:
        return self._model(DUE, lambda row: row.enrollment_id)

    @cached_property
    def held(self) -> VirtualModel[HeldRow]:
        return self._model(HELD, lambda row: row.enrollment_id)

    @cached_property
    def mine(self) -> VirtualModel[CertificateRow]:
        return self._model(ISSUED, lambda row: row.id)

    def _model[Row](self, columns: tuple[Column[Row], ...], key: Callable[[Row], Hashable]) -> VirtualModel[Row]:
        model = VirtualModel[Row](self.context, columns, key=key)
        model.setParent(self)
        return model

    @cached_property
    def issued_table(self) -> TableView:
        table = TableView("certificates", _("Certificates that were issued"))
        table.show_model(self.issued)
        table.opened.connect(self._open)
        self.views.addWidget(table)
        return table

    @cached_property
    def due_table(self) -> TableView:
        table = TableView("certificates-due", _("Certificates that are due"))
        table.show_model(self.due)
        table.opened.connect(lambda row: self.context.open("certificate", enrollment=row.enrollment_id))
        table.chosen.connect(lambda row: self.context.actions.set_enabled("certificate.issue-one", row is not None))
        self.views.addWidget(table)
        return table

    @cached_property
    def held_table(self) -> TableView:
        table = TableView("certificates-held", _("Enrolments that get no certificate as they stand"))
        table.show_model(self.held)
        self.views.addWidget(table)
        return table

    @cached_property
    def cards(self) -> CardView:
        cards = CardView(CertificateDelegate(), _("My certificates"))
        cards.setModel(self.mine)
        cards.opened.connect(self._open)
        self.views.addWidget(cards)
        return cards

    @cached_property
    def panel(self) -> VerifyPanel:
        panel = VerifyPanel(self.context)
        self.views.addWidget(panel)
        return panel

    @cached_property
    def signing(self) -> SigningPanel:
        panel = SigningPanel(self.context)
        self.views.addWidget(panel)
        return panel

    @cached_property
    def nothing(self) -> EmptyState:
        state = EmptyState()
        self.views.addWidget(state)
        return state

    # Reading

    async def refresh(self) -> Empty | None:
        tab = self.tabs.value
        count = 0
        match tab:
            case "issued":
                count = await self._read(self.issued, tab, self._filter, IssuedSource(self._filter))
                self.set_title(_(self.title), ngettext("{n} certificate", "{n} certificates", count).format(n=f"{count:,}"))
            case "due":
                count = await self._read(self.due, tab, self._due_text, DueSource(self._due_text))
                self.set_title(_(self.title), ngettext("{n} is due", "{n} are due", count).format(n=f"{count:,}"))
            case "held":
                count = await self._read(self.held, tab, self._held, HeldSource(self._held))
                found = ngettext("{n} enrolment without a certificate", "{n} enrolments without a certificate", count)
                self.set_title(_(self.title), found.format(n=f"{count:,}"))
            case "mine":
                own = CertificateFilter(member=self.context.identity.member_id)
                count = await self._read(self.mine, tab, own, IssuedSource(own))
                self.set_title(_(self.title), ngettext("{n} certificate", "{n} certificates", count).format(n=f"{count:,}"))
            case "signing":
                await self.signing.refresh()
                self.set_title(_(self.title), _("Who signs them, so that they can be trusted without asking"))
            case _:
                self.set_title(_(self.title), _("Whether a certificate is genuine, and whether it still counts"))
        self._show_tab(tab, count)
        return None

    async def _read[Row](self, model: VirtualModel[Row], tab: str, asked: object, source: PageSource[Row]) -> int:
        count = await (model.refresh() if self._shown.get(tab) == asked else model.show(source))
        self._shown[tab] = asked
        return count

    def _show_tab(self, tab: str, count: int) -> None:
        self.tabs.set_value(tab)
        self.tools.setVisible(tab in {"issued", "due", "held"})
        self.status_chip.setVisible(tab == "issued")
        self.reason_chip.setVisible(tab == "held")
        for button in self.issue_buttons:
            button.setVisible(tab == "due")
        self.give_button.setVisible(tab == "issued")
        self.context.actions.set_enabled("certificate.save-all", tab == "issued" and count > 0)
        self.context.actions.set_enabled("certificate.mail-all", tab == "issued" and count > 0)
        for action_id in ("certificate.remind", "certificate.audit"):
            self.context.actions.set_enabled(action_id, tab == "issued")
        self.context.actions.set_enabled("certificate.issue-all", tab == "due" and count > 0 and not self._issuing)
        if count or tab in {"verify", "signing"}:
            self.views.setCurrentWidget(self._view(tab))
            return
        if self._narrowed(tab):
            self.nothing.show_empty(_("No certificate fits."), "search", _("Clear search and filters"), self._clear)
        elif tab == "issued":
            self.nothing.show_empty(_("No certificate has been issued yet."), "certificate", _("What is due"), lambda: self._go("due"))
        elif tab == "due":
            self.nothing.show_empty(_("Everybody who completed a course has their certificate."), "done", "", None)
        elif tab == "held":
            self.nothing.show_empty(_("Nothing keeps anybody from a certificate."), "done", "", None)
        else:
            self.nothing.show_empty(
                _("Complete a course, and its certificate is here."), "certificate", _("My learning"), lambda: self.context.open("learning")
            )
        self.views.setCurrentWidget(self.nothing)

    def _narrowed(self, tab: str) -> bool:
        asked: dict[str, object] = {"issued": self._filter, "due": self._due_text, "held": self._held}
        return asked.get(tab) not in {None, "", CertificateFilter(), HeldFilter()}

    def _view(self, tab: str) -> QWidget:
        match tab:
            case "issued":
                return self.issued_table
            case "due":
                return self.due_table
            case "held":
                return self.held_table
            case "mine":
                return self.cards
            case "signing":
                return self.signing
            case _:
                return self.panel

    # Answering

    def verify(self) -> None:
        """Show the panel that verifies, ready to type."""
        self._go("verify")
        self.panel.focus_number()

    def _go(self, tab: str) -> None:
        self.tabs.set_value(tab)
        self._tab_chosen(tab)

    def _tab_chosen(self, tab: str) -> None:
        text = {"issued": self._filter.text, "due": self._due_text, "held": self._held.text}.get(tab)
        if text is not None and self.search.text() != text:
            self.search.setText(text)
        if tab == "verify":
            self._show_tab(tab, 0)
        self.reload()

    def _searched(self, text: str) -> None:
        match self.tabs.value:
            case "due":
                self._due_text = text
            case "held":
                self._held = replace(self._held, text=text)
            case _:
                self._filter = replace(self._filter, text=text)
        self.reload()

    def _status_chosen(self) -> None:
        self._filter = replace(self._filter, statuses=frozenset(map(str, self.status_chip.chosen)))
        self.reload()

    def _reason_chosen(self) -> None:
        self._held = replace(self._held, hindrances=frozenset(map(str, self.reason_chip.chosen)))
        self.reload()

    def _clear(self) -> None:
        (self.reason_chip if self.tabs.value == "held" else self.status_chip).clear()
        self.search.clear_now()

    def _open(self, row: CertificateRow) -> None:
        self.context.open("certificate", certificate=row.id)

    # Issuing

    def _chosen_due(self) -> DueRow | None:
        return self.due.row(self.due_table.currentIndex().row()) if self.due_table.currentIndex().isValid() else None

    async def _issue_chosen(self) -> None:
        row = self._chosen_due()
        if row is not None:
            await self._after_a_look([row.course_id], lambda: self._issue_one(row))

    async def _after_a_look(self, courses: list[UUID], go_on: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Go on with issuing; where a course lacks what a state asks for, only once somebody has read that."""
        found = await self.context.read(list_findings_of_approved, courses)
        if not found:
            await go_on()
            return
        lines = [f"{one.course_title}: {one.finding.sentence}" for one in found[:MOST_FINDINGS]]
        if len(found) > MOST_FINDINGS:
            lines.append(_("and {n} more, on the page Continuing education").format(n=len(found) - MOST_FINDINGS))
        dialog = Dialog(_("A state may not count these certificates"), "\n\n".join(lines), self, width=560)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.add_button(_("Cancel"), "quiet", dialog.reject)
        dialog.add_button(_("Issue all the same"), "primary", dialog.accept)
        dialog.accepted.connect(lambda: self.spawn(go_on()))
        dialog.open()

    async def _issue_one(self, row: DueRow) -> None:
        await self.context.write(issue, row.enrollment_id)
        self.context.notices.done(
            _("The certificate of {name} was issued.").format(name=row.member_name),
            button=_("Show"),
            pressed=lambda: self._show_issued(row.enrollment_id),
        )
        await self._sign_all()

    def _show_issued(self, enrollment: UUID) -> None:
        self.context.open("certificate", enrollment=enrollment)

    async def _issue_all(self) -> None:
        await self._after_a_look(list(await self.context.read(list_due_courses, self._due_text)), self._issue_due)

    async def _issue_due(self) -> None:
        self._issuing = True
        self.context.actions.set_enabled("certificate.issue-all", False)
        try:
            store: Any = self.context.store
            done: Round = await self.context.job(_("Issuing certificates"), issue_due, store, self._due_text)
        finally:
            self._issuing = False
            self.reload()
        said = ngettext("{n} certificate was issued.", "{n} certificates were issued.", done.issued).format(n=f"{done.issued:,}")
        if done.refused:
            details = "\n".join(f"{error.code}: {error.message}" for error in done.refused)
            refused = ngettext("{n} was refused.", "{n} were refused.", len(done.refused)).format(n=f"{len(done.refused):,}")
            self.context.notices.warn(f"{said} {refused}", details=details)
        elif done.left:
            self.context.notices.info(said + " " + ngettext("{n} is left.", "{n} are left.", done.left).format(n=f"{done.left:,}"))
        else:
            self.context.notices.done(said)
        if done.issued:
            await self._sign_all()

    async def _sign_all(self) -> None:
        """What was issued is signed at once where the key is on this computer; elsewhere it waits for one that has it."""
        await self.signing.refresh()
        if self.signing.key is not None:
            await self.signing.sign_all()

"""The designs of certificates: which there are, which is used for what, and a new one from one that the application comes with."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from desktop.certificates.designs import (
    Design,
    DesignRow,
    add_design,
    describe_design,
    get_design,
    list_designations,
    list_designs,
    remove_design,
)
from desktop.certificates.template import SHIPPED, Paper, load_template
from desktop.errors import LmsError
from desktop.i18n import N_, _
from desktop.ui.certificates.properties import PAPERS
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import FormDialog
from desktop.ui.dates import date_text
from desktop.ui.itemmodels import Badge, Column, RowsModel
from desktop.ui.page import Empty, Page
from desktop.ui.theme import px
from desktop.ui.widgets.surfaces import confirm
from desktop.ui.widgets.table import TableView

STARTS = {"classic": N_("Classic: engraved, centred"), "modern": N_("Modern: a band of colour")}

COLUMNS: tuple[Column[DesignRow], ...] = (
    Column("name", N_("Design"), lambda row: row.name, width=220, stretch=True),
    Column("version", N_("Version"), lambda row: str(row.version), numeric=True, width=84),
    Column(
        "used",
        N_("Used for"),
        lambda row: _("every course that names none") if row.is_default else row.designation or "",
        badge=lambda row: Badge(_("usual"), "accent") if row.is_default else None,
        width=220,
    ),
    Column("courses", N_("Courses"), lambda row: f"{row.courses:,}", numeric=True, width=84),
    Column("issued", N_("Issued"), lambda row: f"{row.issued:,}", numeric=True, width=84),
    Column("saved", N_("Saved"), lambda row: date_text(row.updated_at), numeric=True, width=124),
)


class DesignsPage(Page):
    title = N_("Certificate designs")
    primary = "designs.new"
    secondary = ("designs.describe", "designs.remove")
    shows: ClassVar[frozenset[str]] = frozenset({"lms.certificate_templates", "lms.certificates", "courses"})

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        self._chosen: DesignRow | None = None
        super().__init__(context, parent)
        self.on("designs.new", lambda: NewDesignDialog(context, self).open())
        self.on("designs.describe", self._describe)
        self.on("designs.remove", self._remove)
        self._choose(None)

    def build(self) -> QWidget:
        self.designs = RowsModel[DesignRow](COLUMNS, key=lambda row: row.id)
        self.designs.setParent(self)
        self.table = TableView("certificate-designs", _("Designs of certificates"))
        self.table.show_model(self.designs)
        self.table.opened.connect(lambda row: self.context.open("designer", design=row.id))
        self.table.chosen.connect(self._choose)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(px(20), 0, px(20), 0)
        column.addWidget(self.table)
        return content

    async def refresh(self) -> Empty | None:
        rows = await self.context.read(list_designs)
        self.designs.set_rows(rows)
        if not rows:
            sentence = _("Certificates are drawn by the design that the application comes with. Begin with it to make your own.")
            return Empty(sentence, _("New design"), action="designs.new", picture="certificate")
        return None

    def _choose(self, row: DesignRow | None) -> None:
        self._chosen = row
        for action in ("designs.describe", "designs.remove"):
            self.context.actions.set_enabled(action, row is not None)

    async def _describe(self) -> None:
        if self._chosen is not None:
            design = await self.context.read(get_design, self._chosen.id)
            DescribeDialog(self.context, design, await self.context.read(list_designations), self).open()

    def _remove(self) -> None:
        row = self._chosen
        if row is not None:
            confirm(
                self,
                _("Remove “{name}”?").format(name=row.name),
                _("All its versions are removed. A design that certificates were issued with stays."),
                _("Remove"),
                lambda: self.spawn(self.context.write(remove_design, row.id)),
            )


class NewDesignDialog(FormDialog):
    """A new design from one that the application comes with; opens it."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(_("New design"), _("Create"), parent)
        self._context = context
        self.name = self.field(_("Name"), QLineEdit())
        self.start = self.field(_("Begin with"), QComboBox())
        for name in SHIPPED:
            self.start.addItem(_(STARTS[name]), name)
        self.paper = self.field(_("Paper"), QComboBox())
        for paper, text in PAPERS.items():
            self.paper.addItem(_(text), paper.name)

    def give(self) -> None:
        self._context.spawn(self._create(), self)

    async def _create(self) -> None:
        template = load_template(self.start.currentData(), Paper[self.paper.currentData()])
        try:
            design: UUID = await self._context.write(add_design, self.name.text(), template)
        except LmsError as error:
            self.complain(error.message, self.name)
            return
        self.accept()
        self._context.open("designer", design=design)


class DescribeDialog(FormDialog):
    """The name of a design, and what it is used for."""

    def __init__(self, context: Context, design: Design, designations: tuple[tuple[UUID, str], ...], parent: QWidget) -> None:
        super().__init__(_("Name and use"), _("Save"), parent)
        self._context, self._design = context, design
        self.name = self.field(_("Name"), QLineEdit(design.name))
        self.usual = QCheckBox(_("The usual one, for courses that name none"))
        self.usual.setChecked(design.is_default)
        self.form.addRow(self.usual)
        self.designation = self.field(_("For courses that lead to"), QComboBox())
        self.designation.addItem(_("No designation in particular"), None)
        for designation, name in designations:
            self.designation.addItem(name, designation)
        at = next((number for number, (one, _name) in enumerate(designations, 1) if one == design.designation_id), 0)
        self.designation.setCurrentIndex(at)

    def give(self) -> None:
        self._context.spawn(self._save(), self)

    async def _save(self) -> None:
        usual, designation = self.usual.isChecked(), self.designation.currentData()
        try:
            await self._context.write(describe_design, self._design.id, self.name.text(), is_default=usual, designation_id=designation)
        except LmsError as error:
            self.complain(error.message, self.name)
            return
        self.accept()

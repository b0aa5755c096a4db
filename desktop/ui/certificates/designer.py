"""Designing a certificate on the page itself. Each step can be taken back; saving makes a version, and until then a draft is kept here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial
from uuid import UUID

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QMenu, QScrollArea, QVBoxLayout, QWidget

from desktop.certificates.designing import Edge, Sketch, add, align, change, distribute, moved, remove, restack
from desktop.certificates.designs import (
    Design,
    DesignDraft,
    LongShort,
    add_design,
    drop_draft,
    get_design,
    keep_draft,
    list_trying_names,
    recall_draft,
    save_design,
)
from desktop.certificates.lint import Finding
from desktop.certificates.queries import get_issuer_name
from desktop.certificates.snapshot import Snapshot
from desktop.certificates.template import READ_BACK, Border, Box, Code, Element, Ornament, Panel, Picture, Rule, Seal, Text, Watermark
from desktop.certificates.trial import SCRIPTS, Trial, sample, try_out
from desktop.changes import Done, Undo
from desktop.errors import Invalid, LmsError
from desktop.i18n import N_, _
from desktop.ui.certificates.canvas import Canvas
from desktop.ui.certificates.properties import KINDS, Properties, choose_picture, read_picture
from desktop.ui.certificates.versions import VersionsDialog
from desktop.ui.context import Context
from desktop.ui.courses.dialogs import TitleDialog
from desktop.ui.layouts import emptied
from desktop.ui.page import Empty, Page
from desktop.ui.theme import Role, px
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.labels import Label

ZOOMS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
ASIDE = 10.0
"""Points that a copy lies beside its original."""
ALIGNMENTS = {
    Edge.LEFT: N_("Align left"),
    Edge.CENTRE: N_("Align centres"),
    Edge.RIGHT: N_("Align right"),
    Edge.TOP: N_("Align tops"),
    Edge.MIDDLE: N_("Align middles"),
    Edge.BOTTOM: N_("Align bottoms"),
}


class DesignerPage(Page):
    """Of one design."""

    title = N_("Certificate design")
    primary = "designer.save"
    secondary = ("designer.copy", "designer.versions")

    def __init__(self, context: Context, design: UUID | None = None, parent: QWidget | None = None) -> None:
        self._design_id = design
        self.design: Design | None = None
        self.trial: Trial | None = None
        self._names: LongShort | None = None
        self._issuer = ""
        self._joins: tuple[str, frozenset[int]] | None = None
        self._drawing = self._again = self._unkept = False
        self._keeping: asyncio.Task[None] | None = None
        super().__init__(context, parent)
        self.on("designer.save", self.save)
        self.on("designer.copy", self._ask_name)
        self.on("designer.versions", self._show_versions)
        self.on("edit.undo", self._undo)
        self.on("edit.redo", self._redo)

    @property
    def document(self) -> Hashable:
        return ("certificate-design", self._design_id)

    @property
    def sketch(self) -> Sketch:
        return self.canvas.sketch

    # Making

    def build(self) -> QWidget:
        self._content = QWidget()
        self._row = QHBoxLayout(self._content)
        self._row.setContentsMargins(px(24), 0, px(20), px(20))
        self._row.setSpacing(px(14))
        return self._content

    def _build_tools(self, sketch: Sketch) -> None:
        """Made once the design is read: the canvas has no size before."""
        self.canvas = Canvas(sketch)
        self.canvas.edited.connect(self._edited)
        self.canvas.touched.connect(self._redraw)
        self.canvas.chosen_changed.connect(self._show_chosen)
        self.canvas.asked.connect(self._asked)
        self.canvas.dropped.connect(self._dropped)
        self.elements = QListWidget()
        self.elements.setAccessibleName(_("Elements, the uppermost first"))
        self.elements.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.elements.setSpacing(px(2))
        self.elements.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.elements.itemSelectionChanged.connect(self._listed)
        self.properties = Properties()
        self.properties.element_given.connect(self._element_given)
        self.properties.sheet_given.connect(lambda step, sketch: self._step(step, sketch, joins=True))
        self.findings = QListWidget()
        self.findings.setWordWrap(True)
        self.findings.setSpacing(px(2))
        self.findings.setAccessibleName(_("What is wrong with it"))
        self.findings.itemActivated.connect(self._finding_chosen)
        self.findings.itemClicked.connect(self._finding_chosen)
        self.names = QComboBox()
        self.names.setEditable(True)
        self.names.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.names.setAccessibleName(_("The name to try it with; type any"))
        self.names.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.names.setMinimumContentsLength(12)
        self.names.setMaximumWidth(px(260))
        self.names.view().setTextElideMode(Qt.TextElideMode.ElideRight)
        for title, name in self._trial_names():
            self.names.addItem(name, name)
            self.names.setItemData(self.names.count() - 1, title, Qt.ItemDataRole.ToolTipRole)
        line = self.names.lineEdit()
        assert line is not None, "it is editable"
        line.setCursorPosition(0)
        self.names.currentTextChanged.connect(self._redraw)
        self.zoom = QComboBox()
        self.zoom.setAccessibleName(_("Zoom"))
        self.zoom.addItem(_("Fit"), None)
        for zoom in ZOOMS:
            self.zoom.addItem(_("{n} %").format(n=round(zoom * 100)), zoom)
        self.zoom.currentIndexChanged.connect(self._zoomed)
        self._lay_out()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(px(8))
        self.add_button = self._menu_button(_("Add"), "plus", self._fill_add)
        self.arrange_button = self._menu_button(_("Arrange"), "updown", self._fill_arrange)
        self.remove_button = Button(_("Remove"), "quiet", "trash")
        self.remove_button.clicked.connect(lambda: self._asked("remove"))
        for widget in (self.add_button, self.arrange_button, self.remove_button):
            tools.addWidget(widget)
        tools.addStretch(1)
        tools.addWidget(Label(_("Try with"), Role.CAPTION, "muted"))
        tools.addWidget(self.names)
        tools.addWidget(self.zoom)
        self.view = QScrollArea()
        self.view.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setWidget(self.canvas)
        middle = QVBoxLayout()
        middle.setSpacing(px(10))
        middle.addLayout(tools)
        middle.addWidget(self.view, 1)
        panel = QScrollArea()
        panel.setWidgetResizable(True)
        panel.setFrameShape(QFrame.Shape.NoFrame)
        panel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        panel.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(px(4), 0, px(10), 0)
        inside.addWidget(self.properties)
        inside.addStretch(1)
        panel.setWidget(body)
        side = QVBoxLayout()
        side.setSpacing(px(6))
        self.findings_title = Label("", Role.STRONG)
        side.addWidget(panel, 3)
        side.addWidget(self.findings_title)
        side.addWidget(self.findings, 1)
        left = QVBoxLayout()
        left.setSpacing(px(6))
        left.addWidget(Label(_("Elements"), Role.STRONG))
        left.addWidget(self.elements, 1)
        self.elements.setFixedWidth(px(150))
        self.findings.setFixedWidth(px(232))
        panel.setFixedWidth(px(232))
        emptied(self._row)
        self._row.addLayout(left)
        self._row.addLayout(middle, 1)
        self._row.addLayout(side)

    def _menu_button(self, text: str, icon: str, fill: Callable[[QMenu], None]) -> Button:
        button = Button(text, "quiet", icon)
        menu = QMenu(button)
        fill(menu)
        button.setMenu(menu)
        return button

    def _fill_add(self, menu: QMenu) -> None:
        menu.addAction(_("Text"), lambda: self._add(Text(_sized(240, 24), _("Text"), 14)))
        for field in READ_BACK:
            menu.addAction(_("Text: {field}").format(field=field), partial(self._add, Text(_sized(240, 24), field, 14)))
        menu.addAction(_("Picture…"), lambda: choose_picture(self, self._add_picture, self.context.notices.warn))
        sizes: tuple[tuple[type[Element], float, float], ...] = (
            (Rule, 160, 4),
            (Ornament, 220, 8),
            (Panel, 160, 60),
            (Border, 700, 540),
            (Watermark, 350, 350),
            (Seal, 97, 97),
            (Code, 90, 90),
        )
        for kind, width, height in sizes:
            menu.addAction(_(KINDS[kind.kind]), partial(self._add_kind, kind, width, height))

    def _fill_arrange(self, menu: QMenu) -> None:
        for edge, name in ALIGNMENTS.items():
            menu.addAction(_(name), partial(self._arrange, _(name), partial(align, edge=edge)))
        menu.addSeparator()
        for across, name in ((True, _("Distribute across")), (False, _("Distribute down"))):
            menu.addAction(name, partial(self._arrange, name, partial(distribute, across=across)))
        menu.addSeparator()
        for name, up, far in (
            (_("Bring forward"), True, False),
            (_("Send backward"), False, False),
            (_("Bring to front"), True, True),
            (_("Send to back"), False, True),
        ):
            menu.addAction(name, partial(self._restack, name, up=up, all_the_way=far))
        menu.addSeparator()
        menu.addAction(_("Duplicate"), lambda: self._asked("duplicate"))

    def _trial_names(self) -> list[tuple[str, str]]:
        real = [(_("The longest name"), self._names.longest), (_("The shortest name"), self._names.shortest)] if self._names else []
        return [*real, *((_(script), name) for script, name in SCRIPTS)]

    # Reading

    async def refresh(self) -> Empty | None:
        if self._design_id is None:
            return Empty(_("There is no such design."), _("Designs"), pressed=lambda: self.context.open("designs"))
        if self.design is not None:
            return None  # what is being designed is never overwritten
        self.design = await self.context.read(get_design, self._design_id)
        self._names = await self.context.read(list_trying_names)
        self._issuer = await self.context.read(get_issuer_name)
        draft = await self.context.tasks.run(recall_draft, self._design_id)
        fresh = draft is not None and draft.seen == self.design.version
        self._build_tools(draft.sketch if draft is not None and fresh else Sketch.of(self.design.template))
        if draft is not None and fresh:
            self.context.notices.info(_("What you had not saved yet is here again."))
        elif draft is not None:
            self.context.notices.warn(_("Somebody saved a newer version; what you had not saved was of the one before, and is set aside."))
        self._show_title()
        self._show_all()
        self._zoomed()
        return None

    def _show_title(self) -> None:
        assert self.design is not None
        self.set_title(self.design.name, _("Version {n}").format(n=self.design.version))

    # Drawing

    def _zoomed(self) -> None:
        zoom = self.zoom.currentData()
        if zoom is None:
            room, (width, height) = self.view.viewport().size(), self.sketch.paper.value
            zoom = max(0.25, min((room.width() - px(80)) / width, (room.height() - px(80)) / height))
        self.canvas.set_scale(zoom)
        self._redraw()

    def _redraw(self) -> None:
        """Once at a time, and once more where something changed meanwhile."""
        if self._drawing:
            self._again = True
        else:
            self._drawing = True
            self.spawn(self._draw())

    async def _draw(self) -> None:
        try:
            while True:
                self._again = False
                names = [self.names.currentText().strip() or _("Name"), *(name for _title, name in self._trial_names()[:2])]
                shown, *others = (self._sample(name) for name in names)
                self.trial = await self.context.tasks.run(try_out, self.sketch, shown, tuple(others), self.canvas.page_width)
                self.canvas.show_page(self.trial.raster)
                self._show_findings(self.trial.findings)
                if not self._again:
                    return
        except LmsError as error:  # a name that no font here can print
            self._show_findings((Finding(f"{error.message} {error.remedy}".strip()),))
        finally:
            self._drawing = False

    def _sample(self, name: str) -> Snapshot:
        return sample(name, self._names.longest_course if self._names else _("Name of the course"), self._issuer)

    def _show_findings(self, findings: tuple[Finding, ...]) -> None:
        self.findings.clear()
        for finding in sorted(findings, key=lambda one: not one.grave):
            name = f"{_name_of(self.sketch.elements[finding.number])}: " if finding.number is not None else ""
            item = QListWidgetItem(f"{name}{finding.sentence}", self.findings)
            item.setData(Qt.ItemDataRole.UserRole, finding.number)
        self.findings_title.setText(_("To look at: {n}").format(n=len(findings)) if findings else _("Nothing is wrong with it."))
        self.findings.setVisible(bool(findings))

    # Choosing

    def _show_all(self) -> None:
        with QSignalBlocker(self.elements):
            self.elements.clear()
            for number in reversed(range(len(self.sketch.elements))):
                item = QListWidgetItem(_name_of(self.sketch.elements[number]), self.elements)
                item.setData(Qt.ItemDataRole.UserRole, number)
        self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = self.canvas.chosen
        with QSignalBlocker(self.elements):
            for row in range(self.elements.count()):
                item = self.elements.item(row)
                item.setSelected(item.data(Qt.ItemDataRole.UserRole) in chosen)
        self.properties.show_sketch(self.sketch, chosen)
        self.remove_button.setEnabled(bool(chosen))
        self.arrange_button.setEnabled(bool(chosen))

    def _listed(self) -> None:
        self.canvas.choose(frozenset(item.data(Qt.ItemDataRole.UserRole) for item in self.elements.selectedItems()))

    def _finding_chosen(self, item: QListWidgetItem) -> None:
        number = item.data(Qt.ItemDataRole.UserRole)
        if number is not None:
            self.canvas.choose(frozenset({number}))

    # Editing

    def _step(self, name: str, sketch: Sketch, chosen: frozenset[int] | None = None, *, joins: bool = False) -> None:
        before = self.sketch
        if sketch != before:
            self.canvas.show_sketch(sketch)
            self._edited(name, before, joins)
        if chosen is not None:
            self.canvas.choose(chosen)

    def _edited(self, name: str, before: Sketch, joins: bool) -> None:
        step = (name, self.canvas.chosen)
        if not (joins and self._joins == step):
            self.context.undo.of(self.document).push(Undo(name, self._restore, (name, before), local=True))
        self._joins = step if joins else None
        self._changed()

    def _changed(self) -> None:
        self._show_all()
        self._redraw()
        self._unkept = True
        if self._keeping is None or self._keeping.done():
            self._keeping = self.context.spawn(self._keep())  # not the page's: it goes on when the page is left

    async def _keep(self) -> None:
        """Write the draft, one after the other: the last one is the newest."""
        while self._unkept and self.design is not None:
            self._unkept = False
            await self.context.tasks.run(keep_draft, self.design.id, DesignDraft(self.design.version, self.sketch))

    def _restore(self, name: str, sketch: Sketch) -> Done[None]:
        current = self.sketch
        self._joins = None
        self.canvas.show_sketch(sketch)
        self._changed()
        return Done(None, undo=Undo(name, self._restore, (name, current), local=True))

    async def _undo(self) -> None:
        await self.context.undo.of(self.document).undo(_run)

    async def _redo(self) -> None:
        await self.context.undo.of(self.document).redo(_run)

    def _element_given(self, name: str, number: int, element: Element) -> None:
        self._step(name, change(self.sketch, number, element), joins=True)

    def _add_kind(self, kind: type[Element], width: float, height: float) -> None:
        self._add(kind(_sized(width, height)))

    def _add_picture(self, data: str) -> None:
        try:
            self._add(Picture(_sized(120, 60), data))
        except Invalid as error:
            self.context.notices.warn(error.message)

    def _dropped(self, name: str, x: float, y: float) -> None:
        """A file that was let go over the page, at its place."""
        data = read_picture(name, self.context.notices.warn)
        try:
            if data is not None:
                self._step(
                    _("Add: {name}").format(name=_(KINDS["picture"])), *add(self.sketch, [Picture(moved(_sized(120, 60), x, y), data)])
                )
        except Invalid as error:
            self.context.notices.warn(error.message)

    def _add(self, element: Element) -> None:
        """In the middle of the sheet."""
        x, y = self.sketch.sheet.centre
        sketch, chosen = add(self.sketch, [replace(element, box=moved(element.box, x, y))])
        self._step(_("Add: {name}").format(name=_(KINDS[element.kind])), sketch, chosen)
        self.canvas.setFocus()

    def _arrange(self, name: str, way: Callable[[Sketch, frozenset[int]], Sketch]) -> None:
        self._step(name, way(self.sketch, self.canvas.chosen))

    def _restack(self, name: str, *, up: bool, all_the_way: bool) -> None:
        sketch, chosen = restack(self.sketch, self.canvas.chosen, up=up, all_the_way=all_the_way)
        self._step(name, sketch, chosen)

    def _asked(self, what: str) -> None:
        chosen = self.canvas.chosen
        match what:
            case "remove":
                self._step(_("Remove"), remove(self.sketch, chosen), frozenset())
            case "duplicate":
                copies = [self.sketch.elements[one] for one in sorted(chosen)]
                self._step(_("Duplicate"), *add(self.sketch, [replace(one, box=moved(one.box, ASIDE, -ASIDE)) for one in copies]))
            case _:
                self._restack(_("Bring forward") if what == "up" else _("Send backward"), up=what == "up", all_the_way=False)

    # Saving

    async def save(self) -> None:
        """Ctrl+S: the next version, for certificates that are issued from now on."""
        if self.design is None:
            return
        template = self.sketch.finished()
        if template == self.design.template:
            self.context.notices.info(_("There is nothing to save."))
            return
        version: int = await self.context.write(save_design, self.design.id, self.design.version, template)
        self.design = replace(self.design, version=version, template=template)
        self._joins = None
        if self.sketch.to_data() == template.to_data():  # else it was changed while it was saved
            self._unkept = False
            if self._keeping is not None:
                await self._keeping
            await self.context.tasks.run(drop_draft, self.design.id)
        self._show_title()
        self.context.notices.done(_("Saved as version {n}. Certificates that were issued keep theirs.").format(n=version))

    def _show_versions(self) -> None:
        if self.design is not None:
            dialog = VersionsDialog(self.context, self.design.id, self._sample(self.names.currentText().strip() or _("Name")), self)
            dialog.wanted.connect(self._go_on_with)
            dialog.open()

    def _go_on_with(self, number: int, sketch: Sketch) -> None:
        """An earlier version, as one step; ``version`` is the word that the design itself goes by."""
        self._step(_("Version {n}").format(n=number), replace(sketch, version=self.sketch.version), frozenset())

    def _ask_name(self) -> None:
        dialog = TitleDialog(_("Save as a new design"), _("Name"), _("Save"), self)
        dialog.given.connect(lambda name: self.spawn(self.save_as(name)))
        dialog.open()

    async def save_as(self, name: str) -> None:
        """As it is now, as a design of its own; the one that is open stays as it was saved last."""
        if self.design is None:
            return
        design: UUID = await self.context.write(add_design, name, self.sketch.finished())
        self._unkept = False
        if self._keeping is not None:
            await self._keeping
        await self.context.tasks.run(drop_draft, self.design.id)
        self.context.open("designer", design=design)


async def _run(step: Undo) -> Done[object]:
    """On this thread: a step of a sketch takes no time, and changes widgets."""
    done: Done[object] = step.command(*step.arguments)
    return done


def _sized(width: float, height: float) -> Box:
    """Round the origin."""
    return Box(-width / 2, -height / 2, width / 2, height / 2)


def _name_of(element: Element) -> str:
    return element.text if isinstance(element, Text) else _(KINDS[element.kind])

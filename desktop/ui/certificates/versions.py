"""The versions of a design: what each looks like, who saved it and when, and a way back to it."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from desktop.certificates.designing import Sketch
from desktop.certificates.designs import DesignVersion, list_versions, read_design
from desktop.certificates.snapshot import Snapshot
from desktop.certificates.trial import try_out
from desktop.i18n import _, ngettext
from desktop.ui.context import Context
from desktop.ui.dates import date_text
from desktop.ui.theme import Role, px
from desktop.ui.widgets.labels import Label
from desktop.ui.widgets.surfaces import Dialog

PREVIEW = 420
"""Pixels, before scaling by the screen, that a page is wide, or high."""


class VersionsDialog(Dialog):
    """Versions at the left, the newest first; at the right the page as it was, with a sample."""

    wanted = Signal(int, object)
    """A version to go on with: its number, and its sketch."""

    def __init__(self, context: Context, design_id: UUID, sample: Snapshot, parent: QWidget) -> None:
        super().__init__(_("Versions"), _("Certificates are drawn by the version that they were issued with."), parent, width=720)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._context, self._design_id, self._sample = context, design_id, sample
        self._shown: tuple[int, Sketch] | None = None
        self.versions = QListWidget()
        self.versions.setAccessibleName(_("Versions, the newest first"))
        self.versions.setFixedWidth(px(236))
        self.versions.setSpacing(px(2))
        self.versions.setWordWrap(True)
        self.versions.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.page = QLabel()
        self.page.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.page.setFixedSize(px(PREVIEW), px(PREVIEW))
        self.caption = Label("", Role.CAPTION, "muted")
        right = QVBoxLayout()
        right.addWidget(self.page)
        right.addWidget(self.caption)
        row = QHBoxLayout()
        row.setSpacing(px(16))
        row.addWidget(self.versions)
        row.addLayout(right, 1)
        self.body.addLayout(row)
        self.add_button(_("Close"), "quiet", self.reject)
        self.restore = self.add_button(_("Go on with this version"), "primary", self._give)
        self.restore.setEnabled(False)
        self.versions.currentItemChanged.connect(lambda item, _before: item and context.spawn(self._show(item), self))
        context.spawn(self._load(), self)

    async def _load(self) -> None:
        for version in await self._context.read(list_versions, self._design_id):
            who = version.saved_by or _("the installation")
            text = _("Version {n}\n{day}, {who}").format(n=version.number, day=date_text(version.saved_at), who=who)
            item = QListWidgetItem(text, self.versions)
            item.setToolTip(text)
            item.setData(Qt.ItemDataRole.UserRole, version)
        self.caption.setText(ngettext("{n} version", "{n} versions", self.versions.count()).format(n=self.versions.count()))
        self.versions.setCurrentRow(0)

    async def _show(self, item: QListWidgetItem) -> None:
        version: DesignVersion = item.data(Qt.ItemDataRole.UserRole)
        template = await self._context.read(read_design, version.id)
        width, height = template.paper.value
        across = round(px(PREVIEW) * min(1.0, width / height) * self.devicePixelRatioF())
        trial = await self._context.tasks.run(try_out, template, self._sample, (), across)
        if self.versions.currentItem() is not item:
            return  # another was chosen meanwhile
        raster = trial.raster
        image = QImage(raster.pixels, raster.width, raster.height, raster.stride, QImage.Format.Format_RGB32)
        pixmap = QPixmap.fromImage(image)
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        self.page.setPixmap(pixmap)
        self.page.setAccessibleName(_("The page of version {n}").format(n=version.number))
        self._shown = (version.number, Sketch.of(template))
        self.restore.setEnabled(True)

    def _give(self) -> None:
        if self._shown is not None:
            self.wanted.emit(*self._shown)
            self.accept()

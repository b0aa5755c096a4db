"""The hands and eyes of the tour: find what a person would find, click where they would click, keep a picture of what they see."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from desktop import settings as options
from desktop.app import Application
from desktop.ui.page import Page
from desktop.ui.watchdog import Watchdog
from desktop.ui.workspaces.people import PersonButton

PATIENCE = 30.0
SETTLE = 0.25
SIZE = (1280, 800)


class Lost(AssertionError):
    """What a person would have seen here is not there."""


class Guide:
    """Walks one running application. Watches the main thread all the while, except while it takes pictures itself."""

    def __init__(self, application: Application, out: Path) -> None:
        self.application = application
        self.out = out
        self.watchdog = Watchdog()
        self.pictures: list[str] = []
        self.steps: list[dict[str, Any]] = []
        application.window.resize(*SIZE)
        application.window.activateWindow()

    # Seeing

    async def until(self, condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                self.application.window.grab().save(str(self.out / "lost.png"))
                raise Lost(f"did not happen in {seconds:.0f} s: {what}; notices: {self.notices()}")
            await asyncio.sleep(0.02)

    @property
    def page(self) -> Page:
        bench = self.application.window.workbench
        if bench is None or bench.page is None:
            raise Lost("no page is open")
        return bench.page

    def notices(self) -> list[str]:
        labels = self.application.window.notice_stack.findChildren(QWidget)
        return [label.text() for label in labels if label.isVisible() and hasattr(label, "text") and callable(label.text) and label.text()]

    async def settled(self, kind: type[Page] | None = None) -> None:
        """The open page (of this ``kind``) shows its content, and nothing moves any more."""

        def quiet() -> bool:
            bench = self.application.window.workbench
            page = bench.page if bench is not None else None
            return (
                page is not None
                and (kind is None or isinstance(page, kind))
                and not page.loading
                and page.state not in ("blank", "loading")
            )

        await self.until(quiet, f"a settled page {kind.__name__ if kind else ''}")
        if self.page.state == "error":
            raise Lost(f"{type(self.page).__name__} shows an error: {self.page._error.sentence}")
        await asyncio.sleep(SETTLE)

    def button(self, text: str, inside: QWidget | None = None) -> QAbstractButton:
        """The visible button that says ``text``, or whose name for screen readers does."""
        root = inside or QApplication.activeModalWidget() or self.application.window
        for button in root.findChildren(QAbstractButton):
            said = (button.text().replace("&", "").strip().rstrip("…"), button.accessibleName().rstrip("…"))
            if button.isVisible() and text.rstrip("…") in said:
                return button
        raise Lost(f"no button says {text!r}")

    # Doing

    async def click(self, target: QWidget | str, *, at: QPoint | None = None) -> None:
        """A real click; a button that is not there or disabled yet is waited for."""
        if isinstance(target, str):
            text = target

            def there() -> bool:
                try:
                    return self.button(text).isEnabled()
                except Lost:
                    return False

            await self.until(there, f"a button that says {text!r} and can be pressed")
            target = self.button(text)
        QTest.mouseClick(target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or target.rect().center())
        await asyncio.sleep(0.05)

    async def type(self, field: QLineEdit | QWidget, text: str) -> None:
        field.setFocus(Qt.FocusReason.MouseFocusReason)
        QTest.keyClicks(field, text)
        await asyncio.sleep(0.05)

    async def go(self, place: str) -> None:
        """Through the rail, as a person goes."""
        bench = self.application.window.workbench
        assert bench is not None
        await self.click(bench.rail.findChild(QAbstractButton, f"rail.{place}") or self.button(place, bench.rail))
        await self.settled()

    async def sign_in(self, name: str) -> None:
        """As a sample person, with one click."""
        application = self.application
        if application.context is not None:
            application.window.sign_out_wanted.emit()
        await self.until(lambda: application.context is None and application.start_page.state == "people", "the choice of people")

        def offered() -> list[PersonButton]:
            return [one for one in application.start_page.findChildren(PersonButton) if one.isVisible() and name in one.accessibleName()]

        await self.until(offered, f"the sample person {name}")
        await asyncio.sleep(SETTLE)
        await self.click(offered()[0])
        await self.until(lambda: application.context is not None, f"{name} signed in")
        await self.settled()

    # Keeping

    async def picture(self, name: str) -> None:
        """The window as it is, in light and in dark. What that costs is the tour's own: the watchdog rests."""
        self.watchdog.stop()
        for look in ("light", "dark"):
            self.application.settings.set(options.THEME, look)
            await asyncio.sleep(SETTLE)
            file = f"{len(self.pictures) // 2 + 1:02d}-{name}-{look}.png" if look == "light" else self.pictures[-1].replace("light", "dark")
            modal = QApplication.activeModalWidget()
            (modal or self.application.window).grab().save(str(self.out / file))
            self.pictures.append(file)
        self.application.settings.set(options.THEME, "light")
        await asyncio.sleep(SETTLE)
        self.watchdog.start()

    def step(self, title: str, **facts: Any) -> None:
        """Note what was done, and how the main thread fared since the last step."""
        done = {
            "step": title,
            "longest_stall_ms": round(self.watchdog.longest_ms, 1),
            "busiest_ms": round(self.watchdog.busiest_ms, 1),
            **facts,
        }
        done["stalls"] = [
            {"ms": round(stall.milliseconds, 1), "busy_ms": round(stall.busy, 1), "where": stall.stack.strip().splitlines()[1:7]}
            for stall in self.watchdog.stalls
        ]
        self.watchdog.longest_ms = self.watchdog.busiest_ms = 0.0
        self.watchdog.stalls.clear()
        self.steps.append(done)
        print(f"  {title}  (longest stall {done['longest_stall_ms']:.0f} ms)", flush=True)

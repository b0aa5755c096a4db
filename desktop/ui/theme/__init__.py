"""How everything looks: colours by purpose, sizes from the font, one stylesheet.

``theme()`` is the look in force. :meth:`Theme.apply` follows the system (colour scheme, contrast, reduced motion) unless a setting says
otherwise, and :attr:`Theme.changed` tells painted widgets to paint again.
"""

from __future__ import annotations

import re
import sys
import tomllib
from enum import Enum
from functools import cache
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAccessibilityHints, QColor, QFont, QFontDatabase, QFontInfo, QFontMetrics, QPalette, QStyleHints
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
FAMILY = "Inter"
MONOSPACE = ("SF Mono", "Cascadia Mono", "Consolas", "DejaVu Sans Mono", "Liberation Mono", "monospace")

NOMINAL_TEXT = 14
"""Height of body text in pixels at which the sizes written in the code are meant."""


class Scheme(Enum):
    """What the setting ``appearance.theme`` may say."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "high contrast"


class Role(Enum):
    """Kinds of text: size relative to body text, weight."""

    CAPTION = (12 / 14, QFont.Weight.Normal)
    LABEL = (12 / 14, QFont.Weight.Medium)
    BODY = (1.0, QFont.Weight.Normal)
    STRONG = (1.0, QFont.Weight.Medium)
    HEADING = (15 / 14, QFont.Weight.DemiBold)
    TITLE = (24 / 14, QFont.Weight.DemiBold)
    DISPLAY = (32 / 14, QFont.Weight.DemiBold)


@cache
def tokens() -> dict[str, dict[str, str]]:
    """The tables of ``tokens.toml``: a palette for each scheme."""
    tables = tomllib.loads((Path(__file__).parent / "tokens.toml").read_text(encoding="utf-8"))
    return {name: tables[name] for name in ("light", "dark", "contrast")}


@cache
def load_fonts() -> str:
    """Register the bundled family; returns its name. Names in other scripts fall back to what the system has.

    A bare Linux has nothing for Chinese, Japanese and Korean; there the font of the certificates serves.
    """
    paths = sorted((RESOURCES / "fonts").glob("*.ttf"))
    if sys.platform == "linux" and not QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        paths.append(RESOURCES / "certificates" / "fonts" / "DroidSansFallback.ttf")
    for path in paths:
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise OSError(f"the font {path.name} cannot be read")
    return FAMILY


class Theme(QObject):
    """The look in force. One per application."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._scheme = Scheme.SYSTEM
        self._motion: bool | None = None
        self._text_scale = 1.0
        self._resolved = "light"
        self._colours = {name: QColor(value) for name, value in tokens()["light"].items()}
        self._base = QFont()
        self._scale = 1.0
        self._fonts: dict[tuple[Role, bool], QFont] = {}
        self._styled: tuple[str, QFont] | None = None
        self._hints: QStyleHints | None = None
        self._accessibility: QAccessibilityHints | None = None

    @property
    def name(self) -> str:
        """``light``, ``dark`` or ``contrast``."""
        return self._resolved

    @property
    def motion(self) -> bool:
        """Whether things may move. False where the person or the system asks for reduced motion."""
        if self._motion is not None:
            return self._motion
        return self._accessibility is None or self._accessibility.motionPreference() != Qt.MotionPreference.ReducedMotion

    def colour(self, token: str) -> QColor:
        return self._colours[token]

    def px(self, size: float) -> int:
        """A size in pixels at the nominal text height, scaled with the text that is really shown."""
        return max(1, round(size * self._scale))

    def font(self, role: Role, *, tabular: bool = False) -> QFont:
        """The font of a kind of text; ``tabular`` gives all digits one width, for columns of numbers."""
        key = (role, tabular)
        if key not in self._fonts:
            ratio, weight = role.value
            font = QFont(self._base)
            font.setPixelSize(max(10, round(self._base.pixelSize() * ratio)))
            font.setWeight(weight)
            if role in (Role.TITLE, Role.DISPLAY):
                font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 98)
            if tabular:
                font.setFeature(QFont.Tag("tnum"), 1)
            self._fonts[key] = font
        return self._fonts[key]

    def monospace(self) -> QFont:
        font = QFont(self._base)
        font.setFamilies(list(MONOSPACE))
        return font

    def apply(self, scheme: Scheme = Scheme.SYSTEM, *, motion: bool | None = None, text_scale: float = 1.0) -> None:
        """Put a look in force. ``motion`` None follows the system; ``text_scale`` enlarges text and all that is measured by it."""
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise RuntimeError("a QApplication comes first")
        self._scheme, self._motion, self._text_scale = scheme, motion, text_scale
        if self._hints is None:
            # Both are kept: PySide lets go of the second with the wrapper of the first, and a later call meets a deleted object.
            self._hints = app.styleHints()
            self._accessibility = self._hints.accessibility()
            self._hints.colorSchemeChanged.connect(self._system_changed)
            self._accessibility.contrastPreferenceChanged.connect(self._system_changed)
        self._resolved = self._resolve()
        self._colours = {name: QColor(value) for name, value in tokens()[self._resolved].items()}
        self._measure()
        # Each of these makes every widget look again, 0.3 ms for each there is: only what has changed.
        if self._styled is None:
            app.setStyle("Fusion")
        if app.font() != self._base:
            app.setFont(self._base)
        styled = (self.stylesheet(), self._base)
        if styled != self._styled:
            self._styled = styled
            app.setPalette(self._palette())
            QToolTip.setPalette(self._palette())
            # Qt replaces a stylesheet widget by widget, each with all below it: taking it away first is three times faster.
            app.setStyleSheet("")
            app.setStyleSheet(styled[0])
        self.changed.emit()

    def stylesheet(self) -> str:
        """The stylesheet with its colours (``@name``), sizes (``~8`` is 8 px at nominal text) and fonts (``%body``) filled in."""
        source = (Path(__file__).parent / "style.qss").read_text(encoding="utf-8")
        source = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
        return re.sub(r"@icon\((?P<icon>[\w-]+), *(?P<tint>\w+)\)|@(?P<colour>\w+)|~(?P<size>\d+)|%(?P<role>\w+)", self._fill, source)

    def _fill(self, match: re.Match[str]) -> str:
        match match.lastgroup:
            case "tint":
                return f'url("{_icon_file(match["icon"], self.colour(match["tint"]))}")'
            case "colour":
                return self.colour(match["colour"]).name(QColor.NameFormat.HexArgb)
            case "size":
                return f"{self.px(int(match['size']))}px"
            case _:
                return f"{self.font(Role[match['role'].upper()]).pixelSize()}px"

    def _system_changed(self) -> None:
        if self._resolve() != self._resolved:
            self.apply(self._scheme, motion=self._motion, text_scale=self._text_scale)

    def _resolve(self) -> str:
        if self._scheme is not Scheme.SYSTEM:
            return "contrast" if self._scheme is Scheme.CONTRAST else self._scheme.value
        if self._accessibility is not None and self._accessibility.contrastPreference() == Qt.ContrastPreference.HighContrast:
            return "contrast"
        return "dark" if self._hints is not None and self._hints.colorScheme() == Qt.ColorScheme.Dark else "light"

    def _measure(self) -> None:
        system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        base = QFont()
        base.setFamilies([load_fonts(), *system.families()])
        base.setPixelSize(round(max(NOMINAL_TEXT, QFontInfo(system).pixelSize()) * self._text_scale))
        base.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        self._base = base
        nominal = QFont(base)
        nominal.setPixelSize(NOMINAL_TEXT)
        self._scale = QFontMetrics(base).height() / QFontMetrics(nominal).height()
        self._fonts.clear()

    def _palette(self) -> QPalette:
        role, colour = QPalette.ColorRole, self.colour
        palette = QPalette()
        for qt_role, token in (
            (role.Window, "canvas"),
            (role.WindowText, "text"),
            (role.Base, "canvas"),
            (role.AlternateBase, "sunken"),
            (role.Text, "text"),
            (role.Button, "raised"),
            (role.ButtonText, "text"),
            (role.BrightText, "text"),
            (role.PlaceholderText, "faint"),
            (role.Highlight, "accent"),
            (role.HighlightedText, "on_accent"),
            (role.Accent, "accent"),
            (role.Link, "accent_text"),
            (role.LinkVisited, "accent_text"),
            (role.ToolTipBase, "tooltip"),
            (role.ToolTipText, "on_tooltip"),
            (role.Light, "raised"),
            (role.Midlight, "hover"),
            (role.Mid, "line"),
            (role.Dark, "line_strong"),
            (role.Shadow, "line_strong"),
        ):
            palette.setColor(qt_role, colour(token))
        for qt_role in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, qt_role, colour("faint"))
        return palette


_theme: Theme | None = None


def theme() -> Theme:
    """The look in force."""
    global _theme
    if _theme is None:
        _theme = Theme()
    return _theme


def colour(token: str) -> QColor:
    return theme().colour(token)


def px(size: float) -> int:
    return theme().px(size)


def font(role: Role, *, tabular: bool = False) -> QFont:
    return theme().font(role, tabular=tabular)


def restyle(widget: QWidget, **properties: object) -> None:
    """Set properties that the stylesheet selects by, and have it look again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two opaque colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""

    def luminance(of: QColor) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (of.redF(), of.greenF(), of.blueF())]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _icon_file(name: str, tint: QColor) -> str:
    from desktop.ui.theme.icons import tinted_file

    return tinted_file(name, tint).as_posix()

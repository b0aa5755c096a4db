"""The look: readable in every scheme, measured by the font, icons that follow it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPalette, QRawFont, QTextLayout
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QLabel

import desktop.ui
from desktop.ui.theme import RESOURCES, Role, Scheme, contrast, font, theme, tokens
from desktop.ui.theme.icons import icon, icon_pixmap

TABLES = tomllib.loads((Path(desktop.ui.__file__).parent / "theme" / "tokens.toml").read_text(encoding="utf-8"))
PAIRS = [(scheme, ink, ground) for scheme in tokens() for ink, grounds in TABLES["pairs"].items() for ground in grounds]
AA = 4.5


@pytest.fixture
def look(qapp):
    yield theme()
    theme().apply(Scheme.LIGHT, motion=False)


@pytest.mark.parametrize(("scheme", "ink", "ground"), PAIRS)
def test_text_meets_wcag_aa_on_every_ground_it_stands_on(scheme, ink, ground):
    colours = tokens()[scheme]
    assert contrast(QColor(colours[ink]), QColor(colours[ground])) >= AA


@pytest.mark.parametrize("scheme", tokens())
def test_the_focus_ring_stands_out_from_what_it_surrounds(scheme):
    colours = tokens()[scheme]
    for ground in ("canvas", "rail", "raised"):
        assert contrast(QColor(colours["focus"]), QColor(colours[ground])) >= 3


def test_contrast_is_that_of_wcag():
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert contrast(QColor("#767676"), QColor("#ffffff")) == pytest.approx(4.54, abs=0.01)


def test_every_scheme_defines_every_token():
    names = [set(table) for table in tokens().values()]
    assert names[0] == names[1] == names[2]


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK, Scheme.CONTRAST])
def test_a_scheme_reaches_palette_stylesheet_and_painted_widgets(qapp, look, qtbot, scheme):
    with qtbot.waitSignal(look.changed):
        look.apply(scheme, motion=False)
    assert qapp.palette().color(QPalette.ColorRole.Window) == look.colour("canvas")
    assert look.colour("accent").name(QColor.NameFormat.HexArgb) in qapp.styleSheet()
    assert not re.search(r"[@~%]\w", qapp.styleSheet()), "everything is filled in"


def test_larger_text_enlarges_everything_measured_by_it(look):
    small, high = look.px(16), QFontMetrics(look.font(Role.BODY)).height()
    look.apply(Scheme.LIGHT, motion=False, text_scale=1.5)
    assert look.px(16) >= round(small * 1.4)
    assert QFontMetrics(look.font(Role.BODY)).height() >= round(high * 1.4)


def test_the_bundled_family_is_used_and_has_digits_of_one_width(look):
    assert look.font(Role.BODY).families()[0] == "Inter"
    metrics = QFontMetrics(look.font(Role.BODY, tabular=True))
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("0000")


def test_names_in_full_latin_are_in_the_bundled_family(look):
    raw = QRawFont.fromFont(look.font(Role.BODY))
    assert raw.familyName() == "Inter"
    assert [letter for letter in "ĄčđĖģħİķŁňőřșťųŵŷžƠưǍȘẀẽỳ–’“€" if not raw.supportsCharacter(ord(letter))] == []


def test_an_icon_takes_the_colour_that_its_token_has_now(look):
    def tint() -> QColor:
        image: QImage = icon("plus", "accent_text").pixmap(24, 24).toImage()
        return image.pixelColor(12, 12)

    light = tint()
    look.apply(Scheme.DARK, motion=False)
    assert tint() == look.colour("accent_text") != light


def test_an_icon_is_sharp_on_a_dense_display(look):
    pixmap = icon_pixmap("home", look.colour("text"), 20, 2.0)
    assert (pixmap.width(), pixmap.deviceIndependentSize().width()) == (40, 20)


@pytest.mark.parametrize("path", sorted((RESOURCES / "icons").glob("*.svg")), ids=lambda path: path.stem)
def test_every_icon_can_be_drawn_and_leaves_its_colour_open(qapp, path):
    assert QSvgRenderer(str(path)).isValid()
    assert 'stroke="currentColor"' in path.read_text(encoding="utf-8")


def test_an_unknown_icon_is_a_defect(qapp):
    with pytest.raises(KeyError):
        icon("no-such-icon")


def test_every_icon_named_in_the_code_exists():
    named = re.compile(r'(?:icon|icon_pixmap|paint_icon)\((?:painter, [^"()]*)?"([\w-]+)"')
    for source in Path(desktop.ui.__file__).parent.rglob("*.py"):
        for name in named.findall(source.read_text(encoding="utf-8")):
            assert (RESOURCES / "icons" / f"{name}.svg").exists(), f"{source.name}: {name}"


def test_labels_show_names_as_they_are_not_as_markup(qtbot):
    from desktop.ui.widgets.labels import Label

    label = Label("<b>Robert</b>")
    qtbot.addWidget(label)
    assert isinstance(label, QLabel)
    assert label.text() == "<b>Robert</b>"
    assert label.textFormat().name == "PlainText"


@pytest.mark.parametrize("name", ["Nguyễn Thị Linh", "Ὀδυσσεύς", "Ольга", "王小明", "さくら", "박지민"])
def test_names_are_drawn_in_their_own_letters_whatever_the_system_brings(qapp: QApplication, name: str) -> None:
    layout = QTextLayout(name, font(Role.BODY))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    assert all(glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes())

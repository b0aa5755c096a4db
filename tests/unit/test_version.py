"""What a copy of the application says it is: its version, its licences, its place in a menu."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from desktop import __version__, licences, menu
from desktop.errors import Invalid
from desktop.version import application_version, version_of_build


@pytest.mark.parametrize(
    ("described", "version"),
    [
        ("v1.2.0-0-gabc1234\n", "1.2.0"),
        ("v1.2.0-5-gabc1234\n", "1.2.0+5.gabc1234"),
        ("v1.2.0-0-gabc1234-dirty\n", "1.2.0+0.gabc1234.dirty"),
        ("abc1234\n", "0.9+gabc1234"),
        ("abc1234-dirty\n", "0.9+gabc1234.dirty"),
        ("", "0.9"),
    ],
)
def test_a_build_is_named_after_its_tag_or_its_commit(described: str, version: str) -> None:
    assert version_of_build(described, "0.9") == version


def test_a_checkout_has_the_version_of_its_source() -> None:
    assert application_version() == __version__


def test_every_locked_package_that_is_installed_states_its_licence() -> None:
    text = licences.collect()
    assert "Qt, Chromium and FFmpeg come with PySide6" in text
    for words in ("psycopg 3", "LGPL-3.0", "Fonts: Inter-LICENSE", "SIL OPEN FONT LICENSE", "Apache License"):
        assert words in text
    headings = [line for line, above in zip(text.splitlines()[1:], text.splitlines(), strict=False) if above == "=" * 79]
    silent = [line for line in headings if line.endswith("  ")]
    assert silent == [], "nobody knows under which licence these are given on"


@pytest.mark.skipif(sys.platform != "linux", reason="menus of Linux desktops")
def test_a_built_copy_puts_itself_into_the_menu_and_out_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(Invalid, match="built copy"):
        menu.add()
    program = '/opt/my "own" $apps/100 %/nabip-lms'
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", program)
    entry = menu.add()
    lines = dict(line.split("=", 1) for line in entry.read_text(encoding="utf-8").splitlines()[1:])
    assert entry.read_text(encoding="utf-8").startswith("[Desktop Entry]\n")
    written = lines["Exec"].replace("%%", "%").replace("\\\\", "\\")  # a string's escapes come first, the quoting after them
    assert re.sub(r"\\(.)", r"\1", written) == f'"{program}"'
    assert lines["Icon"] == "nabip-lms"
    assert (tmp_path / "icons/hicolor/scalable/apps/nabip-lms.svg").read_text(encoding="utf-8").startswith("<svg")
    menu.remove()
    menu.remove()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]

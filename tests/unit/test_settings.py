"""Settings: declared once, kept whole, and never in the way."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.settings import OPTIONS, REDUCED_MOTION, TEXT_SCALE, THEME, Option, Settings, config_folder, data_folder, option


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def test_without_a_file_everything_has_its_default(path: Path) -> None:
    chosen = Settings(path)
    assert {name: chosen.get(declared) for name, declared in OPTIONS.items()} == {name: o.default for name, o in OPTIONS.items()}
    assert not chosen.notice
    assert not path.exists()


def test_a_choice_is_there_at_the_next_start(path: Path) -> None:
    Settings(path).set(THEME, "dark")
    assert Settings(path).get(THEME) == "dark"


def test_choosing_the_default_again_forgets_the_choice(path: Path) -> None:
    chosen = Settings(path)
    chosen.set(THEME, "dark")
    chosen.set(THEME, "system")
    assert json.loads(path.read_text()) == {}


def test_what_another_version_wrote_is_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"exams.unheard-of": [1, 2], "appearance.theme": "dark"}')
    Settings(path).set(REDUCED_MOTION, True)
    assert json.loads(path.read_text()) == {"exams.unheard-of": [1, 2], "appearance.theme": "dark", "appearance.reduced-motion": True}


@pytest.mark.parametrize("content", ["", "{", "[]", '"dark"', "\x00"])
def test_a_broken_file_gives_defaults_and_a_notice_and_is_kept(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.write_text(content)
    chosen = Settings(path)
    assert chosen.get(THEME) == "system"
    assert "settings.broken" in chosen.notice
    assert path.with_suffix(".broken").read_text() == content
    chosen.set(THEME, "dark")
    assert Settings(path).get(THEME) == "dark"


@pytest.mark.parametrize("value", ["pink", 7, None, ["dark"]])
def test_a_value_that_makes_no_sense_is_as_if_it_were_not_there(path: Path, value: object) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"appearance.theme": value}))
    assert Settings(path).get(THEME) == "system"


def test_a_whole_number_will_do_for_a_fraction_and_a_truth_value_will_not() -> None:
    assert TEXT_SCALE.accepts(2)
    assert not TEXT_SCALE.accepts(True)
    assert not REDUCED_MOTION.accepts(1)


def test_setting_what_is_not_accepted_is_a_defect_of_the_caller(path: Path) -> None:
    with pytest.raises(ValueError, match=r"appearance\.theme"):
        Settings(path).set(THEME, "pink")
    assert not path.exists()


def test_observers_hear_of_changes_only_and_until_they_leave(path: Path) -> None:
    heard: list[Option[Any]] = []
    chosen = Settings(path)
    leave = chosen.observe(heard.append)
    chosen.set(THEME, "dark")
    chosen.set(THEME, "dark")
    leave()
    chosen.set(THEME, "light")
    assert heard == [THEME]


def test_a_name_is_declared_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        option("appearance.theme", "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_only_its_owner_reads_the_file(path: Path) -> None:
    Settings(path).set(THEME, "dark")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.json"]


def test_one_variable_moves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_HOME", str(tmp_path))
    assert data_folder() == tmp_path / "data"
    assert config_folder() == tmp_path / "config"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)))
def test_any_object_in_the_file_can_be_read_and_written_back(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))
    chosen = Settings(path)
    other = "dark" if chosen.get(THEME) != "dark" else "light"
    chosen.set(THEME, other)
    assert json.loads(path.read_text()) == {**content, "appearance.theme": other}

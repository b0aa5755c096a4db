"""Settings: declared once, kept whole, and never in the way."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.settings import OPTIONS, REDUCED_MOTION, TEXT_SCALE, THEME, Option, Settings, config_folder, data_folder, option, write_json


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def test_without_a_file_everything_has_its_default(path: Path) -> None:
    chosen = Settings(path)
    assert {name: chosen.get(declared) for name, declared in OPTIONS.items()} == {name: o.default for name, o in OPTIONS.items()}
    assert not chosen.notice
    assert not path.exists()


def choose(path: Path, declared: Option[Any], value: object) -> None:
    chosen = Settings(path)
    chosen.set(declared, value)
    chosen.flush()


def test_a_choice_is_there_at_the_next_start(path: Path) -> None:
    choose(path, THEME, "dark")
    assert Settings(path).get(THEME) == "dark"


def test_choosing_the_default_again_forgets_the_choice(path: Path) -> None:
    chosen = Settings(path)
    chosen.set(THEME, "dark")
    chosen.set(THEME, "system")
    chosen.flush()
    assert json.loads(path.read_text()) == {}


def test_what_another_version_wrote_is_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"exams.unheard-of": [1, 2], "appearance.theme": "dark"}')
    choose(path, REDUCED_MOTION, True)
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
    chosen.flush()
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
    chosen.flush()
    assert heard == [THEME]


def test_a_change_counts_before_the_disk_has_it_and_the_last_of_many_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk_is_free, writes = threading.Event(), []

    def slow(file: Path, values: dict[str, Any]) -> None:
        assert disk_is_free.wait(10)
        writes.append(values)
        write_json(file, values)

    monkeypatch.setattr("desktop.settings.write_json", slow)
    chosen = Settings(path)
    for scale in (1.1, 1.2, 1.3, 1.4):
        chosen.set(TEXT_SCALE, scale)
        assert chosen.get(TEXT_SCALE) == scale
    assert not path.exists()
    disk_is_free.set()
    chosen.flush()
    assert json.loads(path.read_text()) == {"appearance.text-scale": 1.4}
    assert len(writes) <= 2, "what has been overtaken is not written"


def test_a_disk_that_refuses_is_reported_and_tried_again_with_the_next_change(path: Path) -> None:
    chosen = Settings(path)
    path.parent.write_text("a file where the folder should be")
    refused: list[OSError] = []
    chosen.failed = refused.append
    chosen.set(THEME, "dark")
    chosen.flush()
    assert len(refused) == 1
    assert chosen.get(THEME) == "dark"
    path.parent.unlink()
    chosen.set(REDUCED_MOTION, True)
    chosen.flush()
    assert json.loads(path.read_text()) == {"appearance.theme": "dark", "appearance.reduced-motion": True}


def test_the_process_ends_only_when_the_file_is_written(path: Path) -> None:
    program = f"import pathlib, desktop.settings as s; s.Settings(pathlib.Path({str(path)!r})).set(s.THEME, 'dark')"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    assert json.loads(path.read_text()) == {"appearance.theme": "dark"}


def test_a_name_is_declared_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        option("appearance.theme", "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no permission bits")
def test_only_its_owner_reads_the_file(path: Path) -> None:
    choose(path, THEME, "dark")
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
    chosen.flush()
    assert json.loads(path.read_text()) == {**content, "appearance.theme": other}

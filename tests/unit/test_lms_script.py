"""`lms` on machines as they are: broken interpreters, interrupted set-ups, no network, no rights."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def lms(tmp_path: Path) -> Any:
    """The script as a module, whose checkout is a folder of the test with a small lock file."""
    loader = importlib.machinery.SourceFileLoader("lms", str(ROOT / "lms"))
    spec = importlib.util.spec_from_loader("lms", loader)
    assert spec is not None
    module: Any = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    module.ROOT, module.VENV, module.PRIVATE = tmp_path, tmp_path / ".venv", tmp_path / ".lms"
    module.PYTHON = module.VENV / "bin" / "python"
    module.LOCK = tmp_path / "lock.txt"
    module.LOCK.write_text("one==1\n")
    module.EDITOR = tmp_path / "editor"
    module.EDITOR.mkdir()
    (module.EDITOR / "editor.js").write_text("// sources")
    (module.EDITOR / "bundle.js").write_text(f"{module.bundle_stamp()}\n(()=>{{}})()")
    return module


def make_venv(lms: Any) -> None:
    lms.PYTHON.parent.mkdir(parents=True)
    lms.PYTHON.symlink_to(sys.executable)
    (lms.VENV / "pyvenv.cfg").write_text("version_info = 3.12.1\n")


def script(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def run(*arguments: str, python: str = sys.executable, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real script; `.venv` is there, as this test runs in it."""
    return subprocess.run(
        [python, str(ROOT / "lms"), *arguments],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_lists_every_command_and_needs_no_set_up() -> None:
    said = run("--help")
    assert said.returncode == 0
    assert [line.split()[0] for line in said.stdout.splitlines() if line.startswith("  ")] == [
        "server", "import", "verify", "sitting", "station", "check", "menu",
        "tour", "test", "bench", "load", "prove", "conformance", "data", "build",
    ]  # fmt: skip


def test_help_works_on_the_oldest_python_that_may_be_on_a_bare_machine() -> None:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    old = next(iter([*pyenv.glob("versions/3.9.*/bin/python"), *pyenv.glob("versions/3.10.*/bin/python")]), None)
    if old is None:
        pytest.skip("no Python 3.9 or 3.10 under pyenv's versions")
    assert run("--help", python=str(old)).stdout == run("--help").stdout


def test_an_unknown_command_is_refused_before_anything_is_set_up() -> None:
    said = run("tuor")
    assert (said.returncode, said.stderr) == (2, "lms: 'tuor' is not a command; ./lms --help lists them.\n")


def test_the_help_of_the_product_is_the_same_in_both_places(lms: Any) -> None:
    from desktop import cli

    assert cli.COMMANDS == lms.PRODUCT


def test_interpreters_that_fail_are_passed_over(lms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pyenv shim is on PATH and fails; one Python is too old, one lacks modules; the one under pyenv's versions works."""
    path, pyenv = tmp_path / "path", tmp_path / "pyenv"
    works = pyenv / "versions" / "3.12.1" / "bin"
    path.mkdir()
    works.mkdir(parents=True)
    script(path, "python3.12", "echo 'pyenv: python3.12: command not found' >&2; exit 127")
    script(path, "python3.13", "echo \"ModuleNotFoundError: No module named '_sqlite3'\" >&2; exit 1")
    script(path, "python3", "echo 3.11.2")
    good = script(works, "python3", "echo 3.12.1")
    script(works.parent, "python3", "echo 3.12.0")  # not where an interpreter is
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setenv("PYENV_ROOT", str(pyenv))
    monkeypatch.setattr(sys, "executable", str(path / "python3"))
    assert lms.find_python() == ("3.12.1", str(good))
    good.unlink()
    assert lms.find_python() is None


def test_the_best_proven_series_is_preferred(lms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for series in ("3.14", "3.13", "3.12"):
        script(tmp_path, f"python{series}", f"echo {series}.9")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3.14"))
    assert lms.find_python() == ("3.12.9", str(tmp_path / "python3.12"))


def test_set_up_is_over_only_when_both_steps_are(lms: Any) -> None:
    make_venv(lms)
    assert not lms.ready()
    lms.mark("packages")
    assert not lms.ready()
    lms.mark("libraries")
    assert lms.ready()


@pytest.mark.parametrize("change", ["lock", "interpreter", "place", "venv removed"])
def test_whatever_changes_under_it_is_set_up_again(lms: Any, change: str, tmp_path: Path) -> None:
    make_venv(lms)
    lms.mark("packages")
    lms.mark("libraries")
    match change:
        case "lock":
            lms.LOCK.write_text("one==2\n")
        case "interpreter":
            lms.PYTHON.unlink()
            lms.PYTHON.symlink_to(tmp_path / "gone")
        case "place":
            lms.ROOT = tmp_path / "elsewhere"
        case "venv removed":
            (lms.VENV / "pyvenv.cfg").unlink()
    assert not lms.ready()


def test_somebody_elses_environment_is_used_as_it_is(lms: Any, tmp_path: Path) -> None:
    make_venv(lms)
    theirs = tmp_path / "theirs"
    lms.VENV.rename(theirs)
    lms.VENV.symlink_to(theirs)
    lms.set_up()
    assert sorted(path.name for path in theirs.iterdir()) == ["bin", "pyvenv.cfg"]


def test_an_unfinished_environment_is_made_anew(lms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_venv(lms)
    (lms.VENV / "half-installed").touch()
    said = script(tmp_path, "uv", f'test "$1" = venv && mkdir -p {lms.VENV}/bin && ln -s {sys.executable} {lms.PYTHON}; echo "$@" >> said')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lms, "get_uv", lambda _python: (said, {}))
    monkeypatch.setattr(lms, "find_python", lambda: ("3.12.1", sys.executable))
    lms.install_packages()
    assert not (lms.VENV / "half-installed").exists()
    assert [line.split()[:2] for line in (tmp_path / "said").read_text().splitlines()] == [["venv", "--quiet"], ["pip", "sync"]]


def test_a_bundle_of_other_sources_is_made_again(lms: Any) -> None:
    assert lms.bundled()
    (lms.EDITOR / "word.js").write_text("// more sources")
    assert not lms.bundled()


def test_without_npm_the_application_starts_all_the_same(
    lms: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """npm is away: said in a line, nothing half-made stays, and the next start tries again."""
    make_venv(lms)
    lms.mark("packages")
    lms.mark("libraries")
    (lms.EDITOR / "bundle.js").unlink()
    monkeypatch.setattr(lms, "find_python", lambda: ("3.12.1", sys.executable))
    away = script(tmp_path, "uv", "echo 'error: Failed to fetch: dns error' >&2; exit 2")
    monkeypatch.setattr(lms, "get_uv", lambda _python: (away, {}))
    lms.set_up()
    said = capsys.readouterr().err
    assert "lms: the text editor of lessons could not be made: Getting Node failed: the package index cannot be reached." in said
    assert not lms.ready()
    assert not (lms.PRIVATE / "editor").exists()


def test_a_second_set_up_waits_for_the_first(lms: Any, capsys: pytest.CaptureFixture[str]) -> None:
    lms.PRIVATE.mkdir()
    hold = (
        "import fcntl, sys; f = open(sys.argv[1], 'a+'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True)\n"
        "sys.stdin.readline(); print('free', flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(lms.PRIVATE / "set-up.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"

        def say(text: str) -> None:
            print(text)
            assert other.stdin is not None
            other.stdin.write("\n")
            other.stdin.flush()

        lms.say = say
        with lms.only_one_set_up():
            assert other.stdout.readline() == "free\n"
    assert "another set-up is running" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("error: failed to extract: No space left on device (os error 28)", "the disk is full"),
        ("cause: failed to lookup address information: Temporary failure in name resolution", "index cannot be reached"),
        ("error: Failed to fetch: `…`\n  operation timed out", "index cannot be reached"),
        ("error: Hash mismatch for `six==1.17.0`", "the lines above say why"),
    ],
)
def test_a_failure_is_told_in_one_sentence(lms: Any, tmp_path: Path, said: str, sentence: str) -> None:
    uv = script(tmp_path, "uv", f"cat <<'END' >&2\n{said}\nEND\nexit 2")
    with pytest.raises(lms.Stop, match=sentence):
        lms.run("Installing the packages", uv)


def test_too_little_disk_space_is_said_before_anything_is_fetched(lms: Any) -> None:
    lms.SPACE_NEEDED = 2**60
    with pytest.raises(lms.Stop, match="too little disk space"):
        lms.install_packages()
    assert not lms.VENV.exists()


def test_uv_reaches_what_pip_reaches(lms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pip = script(tmp_path, "pip", """echo "global.index-url='https://mirror.example/simple'"; echo ":env:.cert='/etc/ours.pem'" """)
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/theirs.pem")
    assert lms.pip_settings([str(pip)]) == {"UV_DEFAULT_INDEX": "https://mirror.example/simple"}


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("apt-get", "sudo apt-get install libpulse0 libxcb-cursor0"),
        ("dnf", "sudo dnf install 'libpulse.so.0()(64bit)' 'libxcb-cursor.so.0()(64bit)'"),
        ("zypper", "sudo zypper install --capability 'libpulse.so.0()(64bit)' 'libxcb-cursor.so.0()(64bit)'"),
        ("pacman", "sudo pacman -S --needed libpulse xcb-util-cursor"),
        ("none", "this system's package manager: libpulse.so.0, libxcb-cursor.so.0"),
    ],
)
def test_missing_libraries_are_named_in_the_words_of_the_system(
    lms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manager: str, command: str
) -> None:
    script(tmp_path, manager, "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command in lms.how_to(["libpulse.so.0", "libxcb-cursor.so.0"])


@pytest.fixture
def debian(lms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Debian that lacks libpulse and writes down what it is asked to do; apt works, sudo wants no password, we are not root."""
    said = tmp_path / "said"
    script(tmp_path, "apt-get", f'echo "apt-get $@" >> {said}')
    script(tmp_path, "dpkg", f'echo "dpkg $@" >> {said}')
    script(tmp_path, "sudo", 'test "$1" = -n && shift && exec "$@"')
    script(tmp_path, "env", 'shift; exec "$@"')
    script(tmp_path, "true", "exit 0")
    script(tmp_path, "dpkg-query", "echo libc6")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(lms, "missing_libraries", lambda: [] if said.exists() else ["libpulse.so.0"])
    return said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have what Qt needs")
def test_missing_libraries_are_installed_where_no_password_is_asked(lms: Any, debian: Path) -> None:
    lms.provide_libraries()
    assert [" ".join(word for word in line.split() if "=" not in word and word != "-o") for line in debian.read_text().splitlines()] == [
        "dpkg --configure -a",  # what a killed installation left would stop the next one
        "apt-get -qq update",
        "apt-get -qq install -y --no-install-recommends libpulse0",
    ]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have what Qt needs")
def test_missing_libraries_are_left_to_the_person_otherwise(lms: Any, debian: Path, tmp_path: Path) -> None:
    script(tmp_path, "sudo", "echo 'sudo: a password is required' >&2; exit 1")
    with pytest.raises(lms.Stop, match="sudo apt-get install libpulse0"):
        lms.provide_libraries()
    assert not debian.exists()


def test_libraries_that_debian_renamed(lms: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    script(tmp_path, "dpkg-query", "echo libc6; echo libssl3")
    assert lms.debian_packages(["libasound.so.2", "libX11.so.6"]) == ["libasound2", "libx11-6"]
    script(tmp_path, "dpkg-query", "echo libc6; echo libssl3t64")
    assert lms.debian_packages(["libasound.so.2", "libX11.so.6"]) == ["libasound2t64", "libx11-6"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_the_tour_runs_instead(lms: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    started: list[tuple[str, list[str]]] = []
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(lms, "set_up", lambda: None)
    monkeypatch.setattr(lms, "replace_by", lambda module, arguments: started.append((module, list(arguments))))
    lms.main([])
    assert started == [("tests.tour", ["--out", "out"])]
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    lms.main([])
    assert started[1] == ("desktop", [])


def test_every_command_of_a_checkout_has_its_module(lms: Any) -> None:
    for module, _purpose in lms.CHECKOUT.values():
        assert importlib.util.find_spec(module) is not None, module

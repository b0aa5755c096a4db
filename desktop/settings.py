"""What a person can choose, and the folders that everything is kept in.

An option is declared once, by :func:`option`, with its default (which gives its type), a description and, where only some values make
sense, those. :class:`Settings` keeps the values of one person in one JSON file. It also keeps what it does not know: another version of
the application may have written it.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from desktop.i18n import N_, _

APPLICATION = "nabip-lms"
HOME_VARIABLE = "LMS_HOME"
ARRANGED = "arranged/"
"""Before the names of what is no option."""


def _folder(kind: str, default: Path) -> Path:
    home = os.environ.get(HOME_VARIABLE)
    return Path(home).absolute() / kind if home else default


def data_folder() -> Path:
    """Where workspaces live. ``LMS_HOME`` puts everything of the application below itself instead."""
    return _folder("data", platformdirs.user_data_path(APPLICATION, appauthor=False))


def config_folder() -> Path:
    """Where settings and the list of workspaces live."""
    return _folder("config", platformdirs.user_config_path(APPLICATION, appauthor=False))


def cache_folder() -> Path:
    """What may be deleted at any time."""
    return _folder("cache", platformdirs.user_cache_path(APPLICATION, appauthor=False))


@dataclass(frozen=True, slots=True)
class Option[T]:
    """One thing to choose. ``description`` is marked for translation and translated where it is shown."""

    name: str
    default: T
    description: str
    choices: tuple[T, ...] = ()

    def accepts(self, value: object) -> bool:
        """True when ``value`` is of the option's type and among its choices. A truth value is no number here."""
        fits = type(value) is type(self.default) or (type(value) is int and type(self.default) is float)
        return fits and (not self.choices or value in self.choices)


OPTIONS: dict[str, Option[Any]] = {}


def option[T](name: str, default: T, description: str, choices: tuple[T, ...] = ()) -> Option[T]:
    """Declare an option under a dotted ``name`` that no other has."""
    if name in OPTIONS:
        raise ValueError(f"option {name} is declared twice")
    declared = Option(name, default, description, choices)
    OPTIONS[name] = declared
    return declared


THEME = option("appearance.theme", "system", N_("Colours of the application"), ("system", "light", "dark", "high contrast"))
LANGUAGE = option("appearance.language", "", N_("Language, as in es; empty follows the system"))
REDUCED_MOTION = option("appearance.reduced-motion", False, N_("Show changes without movement"))
TEXT_SCALE = option("appearance.text-scale", 1.0, N_("Size of text, as a multiple of the system's"))
VIDEO_SPEED = option("video.speed", 1.0, N_("How fast films play, as a multiple of their own speed"))
VIDEO_CAPTIONS = option("video.captions", "", N_("Captions that films show, by their name; empty for none"))
VIDEO_VOLUME = option("video.volume", 1.0, N_("How loud films are, from 0 to 1"))
SPELLING = option("editor.spelling", "en_US", N_("Dictionary that texts are checked with, as in en_US; empty for none"))
SPELLING_WORDS = option("editor.own-words", "", N_("Words that the spelling check was taught, one in a line"))
LAST_WORKSPACE = option("workspace.last", "", N_("The workspace that opens at start"))
LAST_PERSON = option("workspace.person", "", N_("Who is signed in again at start"))


class Settings:
    """The values of one person, read from ``path`` once and written behind after each change.

    A change counts at once. The file follows on one thread of its own, in order, as a disk may take longer to confirm than a person should
    wait; :meth:`flush` waits for it, and so does the end of the process. ``notice`` says what was wrong with the file, for the person, or
    is empty. The broken file is kept beside the new one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notice = ""
        self.failed: Callable[[OSError], object] | None = None
        """Called, on the writing thread, when the file could not be written. The next change tries again, with everything."""
        self._observers: list[Callable[[Option[Any]], None]] = []
        self._values = self._read()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="lms-settings")
        self._writing: Future[None] | None = None

    def get[T](self, declared: Option[T]) -> T:
        value = self._values.get(declared.name, declared.default)
        return value if declared.accepts(value) else declared.default

    def set[T](self, declared: Option[T], value: T) -> None:
        """Keep ``value`` and tell the observers. Raises ValueError for a value that the option does not accept."""
        if not declared.accepts(value):
            raise ValueError(f"{declared.name} does not accept {value!r}")
        if self.get(declared) == value:
            return
        values = dict(self._values)
        if value == declared.default:
            values.pop(declared.name, None)
        else:
            values[declared.name] = value
        self._put(values)
        for observer in tuple(self._observers):
            observer(declared)

    def keep(self, name: str, state: str) -> None:
        """Keep how something was arranged, under a ``name`` of its own: nothing to choose, so nobody is told."""
        if self.kept(name) != state:
            self._put({**self._values, ARRANGED + name: state})

    def kept(self, name: str) -> str:
        """What :meth:`keep` was given last, or nothing."""
        state = self._values.get(ARRANGED + name)
        return state if isinstance(state, str) else ""

    def observe(self, observer: Callable[[Option[Any]], None]) -> Callable[[], None]:
        """Call ``observer(option)`` after each change; returns what ends that."""
        self._observers.append(observer)
        return lambda: self._observers.remove(observer)

    def flush(self) -> None:
        """Wait until the file says what was chosen so far, or :attr:`failed` was called."""
        if self._writing is not None:
            self._writing.result()

    def _put(self, values: dict[str, Any]) -> None:
        self._values = values
        self._writing = self._writer.submit(self._write, values)

    def _write(self, values: dict[str, Any]) -> None:
        if values is not self._values:
            return  # changed again meanwhile: that change writes everything
        try:
            write_json(self.path, values)
        except OSError as error:
            if self.failed is not None:
                self.failed(error)

    def _read(self) -> dict[str, Any]:
        broken = self.path.with_suffix(".broken")
        try:
            try:
                return read_json(self.path)
            except ValueError:
                self.path.replace(broken)
        except OSError as error:
            self.notice = _("The settings could not be read, so the defaults are used: {reason}").format(reason=error)
        else:
            self.notice = _("The settings could not be read, so the defaults are used. The old file is kept as {name}.").format(
                name=broken.name
            )
        return {}


def read_json(path: Path) -> dict[str, Any]:
    """What :func:`write_json` wrote to ``path``; nothing where there is no file. Raises ValueError where it is something else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    if not isinstance(found, dict):
        raise ValueError(f"{path} holds no object")
    return found


def write_json(path: Path, values: dict[str, Any]) -> None:
    """Replace ``path`` as a whole, so that a crash leaves the old file or the new one; only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    made = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(values, file, indent=2, ensure_ascii=False, sort_keys=True)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)

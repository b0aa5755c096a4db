"""Packages unpacked on this machine: one folder per asset, made once, shared by every launch. Beside it, media that were converted."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from desktop.changes import Done
from desktop.scorm import commands, media
from desktop.scorm.commands import Choice, Imported
from desktop.scorm.package import Package, as_zip, read_unpacked, unpack
from desktop.scorm.queries import ScormLesson
from desktop.scorm.scratch import scratch
from desktop.store import assets
from desktop.store.connection import Store
from desktop.tasks import JobControl

MEDIA_TYPE = "application/zip"
"""Of a package as an asset."""


def package_of(store: Store, asset_id: str, cache: Path, control: JobControl) -> Package:
    """The package ``asset_id``, fetched and unpacked below the folder ``cache`` unless it is there. For worker threads."""
    folder = cache / asset_id
    if folder.is_dir():
        return read_unpacked(folder)
    with scratch(cache) as room:
        package = unpack(assets.fetch(store, asset_id, room / "package.zip", control), room / "package", control)
        return replace(package, folder=_settled(package.folder, folder))


def package_of_lesson(store: Store, lesson: ScormLesson, cache: Path, control: JobControl) -> Package:
    """What a lesson plays: its part of its package, with the media that were converted so far."""
    package = package_of(store, lesson.asset_id, cache, control)
    converted = {}
    for path, asset_id in lesson.media.items():
        target = media_file(cache, asset_id)
        if not target.exists():
            with scratch(cache) as room:
                fetched = assets.fetch(store, asset_id, room / "media", control)
                target.parent.mkdir(exist_ok=True)
                fetched.replace(target)
        converted[path] = target
    return replace(package, manifest=package.manifest.part(lesson.part), converted=converted)


def media_file(cache: Path, asset_id: str) -> Path:
    """Where a converted file lies. Its name says what it is to whoever serves it."""
    return cache / "media" / f"{asset_id}{media.SUFFIX}"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A package that was found good and lies in a scratch folder, for the author to say what becomes of it."""

    archive: Path
    file_name: str
    package: Package
    media: tuple[str, ...]

    def store(self, store: Store, cache: Path, control: JobControl) -> Imported:
        """Store the zip as an asset and keep what was unpacked. Raises ``Cancelled`` and what the server refuses."""
        return self.settle(assets.upload(store, self.archive, self.file_name, MEDIA_TYPE, control), cache)

    def settle(self, asset_id: str, cache: Path) -> Imported:
        """Keep what was unpacked, for the asset that the zip has become."""
        if self.package.folder.is_dir():
            _settled(self.package.folder, cache / asset_id)
        return Imported(asset_id, self.file_name, self.package.manifest, self.package.report, self.media)


@contextmanager
def arriving(source: Path, cache: Path, control: JobControl) -> Iterator[Arrived]:
    """Check and unpack ``source``, a zip or the folder of an unpacked course; what was not stored by the end of the block is gone.

    Raises ``PackageError`` and ``Cancelled``.
    """
    with scratch(cache) as room:
        archive = as_zip(source, room / "package.zip", control) if source.is_dir() else source
        package = unpack(archive, room / "package", control)
        yield Arrived(archive, source.name, package, media.find(package.folder, package.paths))


def import_package(
    store: Store, source: Path, module_id: UUID, cache: Path, control: JobControl, choice: Choice | None = None
) -> Done[tuple[UUID, Package]]:
    """Check the package ``source``, store it and add it at the end of a module. Returns the first lesson's id and the package.

    Nothing is sent before all of it was found good. Raises ``PackageError``, ``Cancelled`` and what the server refuses.
    """
    with arriving(source, cache, control) as arrived:
        imported = arrived.store(store, cache, control)
        done = store.write(commands.add_lessons, module_id, imported, choice or Choice())
    package = replace(arrived.package, folder=cache / imported.asset_id)
    return Done((done.value[0], package), done.changes, done.undo)


def _settled(made: Path, folder: Path) -> Path:
    """Move a folder to its place; where another process was faster, its folder is as good."""
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(made)
    return folder

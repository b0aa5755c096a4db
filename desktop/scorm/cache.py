"""Packages unpacked on this machine: one folder per asset, made once, shared by every launch."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from uuid import UUID

from desktop.changes import Done
from desktop.scorm import commands
from desktop.scorm.package import Package, read_unpacked, unpack
from desktop.store import assets
from desktop.store.connection import Store
from desktop.tasks import JobControl

_MEDIA_TYPE = "application/zip"


def package_of(store: Store, asset_id: str, cache: Path, control: JobControl) -> Package:
    """The package ``asset_id``, fetched and unpacked below the folder ``cache`` unless it is there. For worker threads."""
    folder = cache / asset_id
    if folder.is_dir():
        return read_unpacked(folder)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=cache) as scratch:
        return _keep(assets.fetch(store, asset_id, Path(scratch) / "package.zip", control), folder, control)


def import_package(store: Store, source: Path, module_id: UUID, cache: Path, control: JobControl) -> Done[tuple[UUID, Package]]:
    """Check the zip ``source``, store it and add it as a lesson at the end of a module. Returns the lesson's id and the package.

    Nothing is sent before all of the zip was found good. Raises ``PackageError``, ``Cancelled`` and what the server refuses.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".importing-", dir=cache) as scratch:
        package = unpack(source, Path(scratch) / "package", control)
        asset_id = assets.upload(store, source, source.name, _MEDIA_TYPE, control)
        done = store.write(commands.add_lesson, module_id, package.manifest.title or source.stem, package.manifest, asset_id)
        folder = _settled(package.folder, cache / asset_id)
    return Done((done.value, Package(folder, package.manifest, package.report, package.paths, package.bytes)), done.changes, done.undo)


def _keep(source: Path, folder: Path, control: JobControl) -> Package:
    try:
        return unpack(source, folder, control)
    except OSError:
        if folder.is_dir():  # another window unpacked it in the meantime
            return read_unpacked(folder)
        raise


def _settled(made: Path, folder: Path) -> Path:
    """Move a folder to its place; where another process was faster, its folder is as good."""
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(made)
    return folder

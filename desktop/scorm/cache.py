"""Packages unpacked on this machine: one folder per asset, made once, shared by every launch."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from desktop.changes import Done
from desktop.scorm import commands
from desktop.scorm.package import Package, as_zip, read_unpacked, unpack
from desktop.scorm.scratch import scratch
from desktop.store import assets
from desktop.store.connection import Store
from desktop.tasks import JobControl

_MEDIA_TYPE = "application/zip"


def package_of(store: Store, asset_id: str, cache: Path, control: JobControl) -> Package:
    """The package ``asset_id``, fetched and unpacked below the folder ``cache`` unless it is there. For worker threads."""
    folder = cache / asset_id
    if folder.is_dir():
        return read_unpacked(folder)
    with scratch(cache) as room:
        package = unpack(assets.fetch(store, asset_id, room / "package.zip", control), room / "package", control)
        return replace(package, folder=_settled(package.folder, folder))


def import_package(store: Store, source: Path, module_id: UUID, cache: Path, control: JobControl) -> Done[tuple[UUID, Package]]:
    """Check the package ``source``, store it and add it as a lesson at the end of a module. Returns the lesson's id and the package.

    ``source`` is a zip, or the folder of an unpacked course. Nothing is sent before all of it was found good. Raises ``PackageError``,
    ``Cancelled`` and what the server refuses.
    """
    with scratch(cache) as room:
        archive = as_zip(source, room / "package.zip", control) if source.is_dir() else source
        package = unpack(archive, room / "package", control)
        asset_id = assets.upload(store, archive, source.name, _MEDIA_TYPE, control)
        done = store.write(commands.add_lesson, module_id, package.manifest.title or source.stem, package.manifest, asset_id)
        folder = _settled(package.folder, cache / asset_id)
    return Done((done.value, replace(package, folder=folder)), done.changes, done.undo)


def _settled(made: Path, folder: Path) -> Path:
    """Move a folder to its place; where another process was faster, its folder is as good."""
    try:
        made.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
        shutil.rmtree(made)
    return folder

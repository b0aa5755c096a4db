"""Files that an author puts into a course: kept on this computer at once, sent to the workspace when it can be reached.

An asset's id follows from its bytes, so a text can name ``asset:<id>`` before any server has seen it. ``<folder>/<id>`` is the file;
``<id>.waiting`` beside it says that it has not been sent yet, and under which name.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.errors import Invalid
from desktop.i18n import _
from desktop.store.assets import CHUNK, fetch, manifest_id, upload
from desktop.tasks import JobControl

if TYPE_CHECKING:
    from desktop.store.connection import Store


@dataclass(frozen=True, slots=True)
class Waiting:
    asset: str
    name: str
    media_type: str
    size: int


class Media:
    """The files of one member in one workspace. Every method may wait for a disk: for worker threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, source: Path, name: str, media_type: str, control: JobControl) -> str:
        """Copy a file here and return its asset's id. A full disk, or a file that another program holds, leaves nothing half-made."""
        self._folder.mkdir(parents=True, exist_ok=True)
        chunks: list[bytes] = []
        try:
            size = source.stat().st_size
            free = shutil.disk_usage(self._folder).free
            if size > free:
                raise Invalid(
                    _("“{name}” does not fit on this computer's disk.").format(name=name),
                    remedy=_("It has {size:.1f} GB, and {free:.1f} GB are free.").format(size=size / 1e9, free=free / 1e9),
                )
            with source.open("rb") as file, tempfile.NamedTemporaryFile(dir=self._folder, prefix=".half-", delete=False) as copy:
                half = Path(copy.name)
                try:
                    while data := file.read(CHUNK):
                        control.report(len(chunks) * CHUNK, size, name)
                        chunks.append(sha256(data).digest())
                        copy.write(data)
                    copy.flush()
                    os.fsync(copy.fileno())
                except BaseException:
                    copy.close()
                    half.unlink()
                    raise
        except OSError as error:
            raise Invalid(
                _("“{name}” could not be copied: {reason}.").format(name=name, reason=error.strerror or error),
                remedy=_("Close the program that has it open, or free some space, then try again."),
            ) from error
        asset = manifest_id(chunks)
        if not (self._folder / asset).exists():
            self._mark(asset, name, media_type, size)
            half.replace(self._folder / asset)
        else:
            half.unlink()
        return asset

    def keep_bytes(self, data: bytes, name: str, media_type: str, control: JobControl) -> str:
        """As :meth:`keep`, for what has no file: a picture from the clipboard."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "data"
            path.write_bytes(data)
            return self.keep(path, name, media_type, control)

    def find(self, asset: str) -> Path | None:
        """The file of an asset, where it is here."""
        path = self._folder / asset
        return path if asset.isalnum() and path.exists() else None

    def get(self, store: Store, asset: str, control: JobControl) -> Path:
        """The file of an asset, brought here where it is not. Raises as :func:`desktop.store.assets.fetch`."""
        return self.find(asset) or fetch(store, asset, self._folder / asset, control)

    def forget(self, asset: str) -> None:
        """Remove the file of an asset from here, unless it has not been sent yet."""
        if asset not in {one.asset for one in self._waiting()} and (path := self.find(asset)) is not None:
            path.unlink(missing_ok=True)

    def waiting(self) -> list[Waiting]:
        """What has not been sent yet."""
        return list(self._waiting())

    def send(self, store: Store, control: JobControl, only: Collection[str] | None = None) -> int:
        """Send what waits, or ``only`` these assets of it; returns how many files that were. What was cut off goes on where it stopped."""
        sent = 0
        for one in [one for one in self._waiting() if only is None or one.asset in only]:
            upload(store, self._folder / one.asset, one.name, one.media_type, control)
            (self._folder / f"{one.asset}.waiting").unlink(missing_ok=True)
            sent += 1
        return sent

    def _mark(self, asset: str, name: str, media_type: str, size: int) -> None:
        # Before the file has its name: a mark without a file waits for nothing.
        said = {"name": name, "media_type": media_type, "size": size}
        (self._folder / f"{asset}.waiting").write_text(json.dumps(said), "utf-8")

    def _waiting(self) -> Iterator[Waiting]:
        for mark in sorted(self._folder.glob("*.waiting")):
            asset = mark.stem
            if (self._folder / asset).exists():
                said = json.loads(mark.read_text("utf-8"))
                yield Waiting(asset, said["name"], said["media_type"], said["size"])

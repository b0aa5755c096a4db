"""Files kept in the database: videos, packages, attachments, certificates, submissions.

An asset is stored as chunks of 1 MiB under the sha256 of each; its id is the sha256 of those hashes in order (the manifest). So an upload
that was cut off goes on where it stopped, nothing is stored twice, and whoever fetches can prove that every byte is what was put there.
Rows refer to an asset as ``asset:<id>``; who may read that row may read the asset.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import text
from sqlalchemy.orm import Session

from desktop.errors import Conflict, Invalid, NotFound
from desktop.i18n import _
from desktop.tasks import JobControl

if TYPE_CHECKING:
    from desktop.store.connection import Store

CHUNK = 1 << 20
"""Bytes in every chunk but the last. Part of the format: another size gives the same file another id."""

_FETCHED_AT_ONCE = 4
"""Chunks a query returns: enough to hide the round trip, few enough to keep memory constant."""

_SCHEME = "asset:"


@dataclass(frozen=True, slots=True)
class Asset:
    """What the server says about an asset: ``chunks`` are the sha256 of each chunk, in order; ``size`` is in bytes."""

    id: str
    name: str
    media_type: str
    size: int
    chunks: tuple[bytes, ...]


def asset_url(asset_id: str, inside: str = "") -> str:
    """How a row names an asset, or a file inside the archive that the asset is."""
    return f"{_SCHEME}{asset_id}/{inside}" if inside else f"{_SCHEME}{asset_id}"


def asset_of(url: str | None) -> str | None:
    """The id of the asset that ``url`` names, or None where it names something else."""
    if url is None or not url.startswith(_SCHEME):
        return None
    return url.removeprefix(_SCHEME).partition("/")[0]


def manifest_id(chunks: Sequence[bytes]) -> str:
    """The id of the asset made of the chunks with these hashes."""
    return sha256(b"".join(chunks)).hexdigest()


def upload(store: Store, path: Path, name: str, media_type: str, control: JobControl) -> str:
    """Store the file at ``path`` and return the asset's id.

    Bytes that the caller stored before, or may read anyway, are not sent again. Each chunk is a transaction of its own, and the manifest
    is written last: an upload that stops in the middle leaves no asset, and the next one sends only what is missing. Raises
    :class:`Conflict` where the file changes meanwhile, :class:`Cancelled` between two chunks.
    """
    with path.open("rb") as file:
        chunks = [sha256(data).digest() for data in _read_chunks(file, control)]
        size = file.tell()
        missing = set(store.read(_missing, chunks)) if chunks else set()
        for ordinal, expected in enumerate(chunks):
            control.report(ordinal, len(chunks), name)
            if expected in missing:
                file.seek(ordinal * CHUNK)
                data = file.read(CHUNK)
                if sha256(data).digest() != expected:
                    raise Conflict(
                        _("The file “{name}” changed while it was being stored.").format(name=name),
                        remedy=_("Close the program that is writing it, then try again."),
                    )
                store.write(_put_chunk, data)
                missing.discard(expected)
    return store.write(_put_asset, name, media_type, chunks, size)


def put(session: Session, data: bytes, name: str, media_type: str) -> str:
    """Store bytes that are at hand, within the caller's transaction, and return the asset's id. For what is small; see :func:`upload`."""
    pieces = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
    for piece in pieces:
        _put_chunk(session, piece)
    return _put_asset(session, name, media_type, [sha256(piece).digest() for piece in pieces], len(data))


def fetch(store: Store, asset_id: str, target: Path, control: JobControl) -> Path:
    """Bring the asset to the file ``target`` and return it.

    The bytes arrive in ``<target>.part``, which takes the name only once every hash is right; a fetch that was cut off goes on from the
    last good chunk of that file. One fetch of a target at a time. Raises :class:`NotFound` where there is no such asset for this person
    and :class:`Invalid` where what the server sends is not what the id promises.
    """
    asset = store.read(describe, asset_id)
    if manifest_id(asset.chunks) != asset_id:
        raise damaged(asset.name)
    part = target.with_name(target.name + ".part")
    target.parent.mkdir(parents=True, exist_ok=True)
    with part.open("r+b" if part.exists() else "w+b") as file:
        ordinal = _keep_good(file, asset.chunks)
        while ordinal < len(asset.chunks):
            control.report(ordinal, len(asset.chunks), asset.name)
            batch = store.read(get_chunks, asset_id, ordinal, _FETCHED_AT_ONCE)
            if not batch:
                raise damaged(asset.name)
            for data in batch:
                if ordinal == len(asset.chunks) or sha256(data).digest() != asset.chunks[ordinal]:
                    raise damaged(asset.name)
                file.write(data)
                ordinal += 1
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    return target


def describe(session: Session, asset_id: str) -> Asset:
    """What the asset is. Raises :class:`NotFound` where it does not exist or the caller may not read it; the two look alike."""
    row = session.execute(text("SELECT name, media_type, size, chunks FROM lms.describe_asset(:asset)"), {"asset": asset_id}).one_or_none()
    if row is None:
        raise NotFound(_("This file is not stored here, or you may not read it."))
    return Asset(asset_id, row.name, row.media_type, row.size, tuple(bytes(chunk) for chunk in row.chunks))


def _read_chunks(file: BinaryIO, control: JobControl) -> Iterator[bytes]:
    while data := file.read(CHUNK):
        control.check()
        yield data


def _keep_good(file: BinaryIO, chunks: Sequence[bytes]) -> int:
    """Cut ``file`` after its last chunk that is right; the number of those, with the position behind them."""
    good = 0
    for expected in chunks:
        if sha256(file.read(CHUNK)).digest() != expected:
            break
        good += 1
    file.seek(good * CHUNK if good < len(chunks) else 0, os.SEEK_SET if good < len(chunks) else os.SEEK_END)
    file.truncate()
    return good


def _missing(session: Session, chunks: list[bytes]) -> list[bytes]:
    return [bytes(chunk) for chunk in session.scalars(text("SELECT unnest(lms.missing_chunks(:chunks))"), {"chunks": chunks})]


def _put_chunk(session: Session, data: bytes) -> None:
    session.execute(text("SELECT lms.put_chunk(:data)"), {"data": data})


def _put_asset(session: Session, name: str, media_type: str, chunks: list[bytes], size: int) -> str:
    asset_id: str = session.execute(
        text("SELECT lms.put_asset(:name, :media_type, CAST(:chunks AS bytea[]), :size)"),
        {"name": name, "media_type": media_type, "chunks": chunks, "size": size},
    ).scalar_one()
    return asset_id


def get_chunks(session: Session, asset_id: str, first: int, count: int) -> list[bytes]:
    """``count`` chunks of an asset from the ordinal ``first`` on, unproved; fewer at its end.

    Straight from the driver and in binary: as text every byte would travel as two digits.
    """
    driver = session.connection().connection.driver_connection
    assert driver is not None
    with driver.cursor(binary=True) as cursor:
        cursor.execute("SELECT data FROM lms.get_chunks(%s, %s, %s) ORDER BY ordinal", (asset_id, first, count))
        return [data for (data,) in cursor]


def damaged(name: str) -> Invalid:
    """What is said of an asset whose bytes are not those that its id promises."""
    return Invalid(
        _("The stored file “{name}” is damaged: what arrived is not what was stored.").format(name=name),
        remedy=_("Ask an administrator to store the file again."),
    )

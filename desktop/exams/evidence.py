"""The log of a sitting's incidents as one file, its head signed: whoever keeps it sees what was done to the log since, and to the file.

A JSON object. ``statement`` is a text that names the sitting and the head of its hash chain (docs/exams.md); ``signature`` is that text
signed by the association (:mod:`desktop.certificates.sealing`), or null; ``entries`` are number, text and hash of each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from desktop.certificates.keys import SigningKey
from desktop.certificates.queries import KnownKey, get_issuer_name
from desktop.certificates.sealing import Seal, judge, known_keys, sign
from desktop.chain import START, Entry, Head, find_flaw
from desktop.errors import Invalid, NotFound
from desktop.i18n import _
from desktop.models.exams import Incident, IncidentHead, Sitting
from desktop.store.connection import Store

FORMAT = "nabip-lms incident log 1"
LARGEST = 256 << 20
"""Bytes of a file; a sitting of 1,000 with an incident a minute for each makes 60 MB in two hours."""


@dataclass(frozen=True, slots=True)
class IncidentLog:
    """The whole chain of one sitting as it stands. ``flaw`` is a sentence where it does not hold, and empty where it does."""

    sitting: UUID
    title: str
    association: str
    entries: tuple[Entry, ...]
    head: Head

    @property
    def flaw(self) -> str:
        flaw = find_flaw(self.entries, self.head)
        return "" if flaw is None else flaw.sentence()


def get_incident_log(session: Session, sitting: UUID) -> IncidentLog:
    """Of a sitting that one supervises. Raises :class:`NotFound`."""
    title = session.scalar(sa.select(Sitting.title).where(Sitting.id == sitting))
    if title is None:
        raise NotFound(_("There is no such sitting, or you do not supervise it."))
    head = session.execute(sa.select(IncidentHead.number, IncidentHead.hash).where(IncidentHead.sitting_id == sitting)).one()
    rows = session.execute(
        sa.select(Incident.number, Incident.entry, Incident.hash).where(Incident.sitting_id == sitting).order_by(Incident.number)
    )
    entries = tuple(Entry(number, text, bytes(hashed)) for number, text, hashed in rows)
    return IncidentLog(sitting, title, get_issuer_name(session), entries, Head(head[0], bytes(head[1])))


def save_incidents(store: Store, sitting: UUID, key: SigningKey | None, path: Path) -> IncidentLog:
    """Write the log to ``path``, its head signed where there is a ``key`` (:func:`desktop.certificates.custody.find_key`)."""
    log = store.read(get_incident_log, sitting)
    statement = json.dumps(
        {
            "format": FORMAT,
            "association": log.association,
            "sitting": str(sitting),
            "title": log.title,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "number": log.head.number,
            "hash": log.head.hash.hex(),
        },
        ensure_ascii=False,
    )
    entries = [{"number": one.number, "entry": one.text, "hash": one.hash.hex()} for one in log.entries]
    signature = sign(statement.encode(), key) if key is not None else None
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_text(
            json.dumps({"statement": statement, "signature": signature, "entries": entries}, ensure_ascii=False, indent=1), "utf-8"
        )
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return log


@dataclass(frozen=True, slots=True)
class IncidentVerification:
    """What a file is worth. ``flaws`` are sentences, none where the chain holds and ends with the head that was signed."""

    association: str
    sitting: UUID
    title: str
    made_at: datetime
    head: Head
    seal: Seal
    signer: str
    flaws: tuple[str, ...]

    @property
    def good(self) -> bool:
        return self.seal is Seal.WHOLE and not self.flaws

    def sentence(self) -> str:
        """The answer in plain words."""
        if self.flaws or self.seal is Seal.CHANGED:
            return _("This log of incidents is not as it was made.")
        return {
            Seal.WHOLE: _("This log of incidents is whole, and {name} made it.").format(name=self.signer),
            Seal.NONE: _("This log of incidents is whole, but nobody signed it."),
            Seal.STRANGER: _("This log of incidents is whole, but signed with a key that is none of the association's."),
            Seal.DISTRUSTED: _("This log of incidents is whole, but signed with a key that others may have had."),
        }[self.seal]


def verify_incidents(store: Store | None, path: Path) -> IncidentVerification:
    """Check a file of :func:`save_incidents`; with ``store``, also that the log on record still holds its head.

    Raises :class:`Invalid` for what is no such file.
    """
    keys = known_keys(store)
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("the file is too large")
        found = _judge(json.loads(path.read_text("utf-8")), keys)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise Invalid(_("{name} is no log of incidents, or damaged.").format(name=path.name), details=str(error)) from error
    if store is None or store.read(_holds, found):
        return found
    rewritten = _("The log on record was written anew since: it no longer holds entry {n}.").format(n=found.head.number)
    return IncidentVerification(
        found.association, found.sitting, found.title, found.made_at, found.head, found.seal, found.signer, (*found.flaws, rewritten)
    )


def _judge(file: Any, keys: tuple[KnownKey, ...]) -> IncidentVerification:
    statement = json.loads(file["statement"])
    if statement["format"] != FORMAT:
        raise ValueError(f"format {statement['format']!r}")
    made_at, head = datetime.fromisoformat(statement["made_at"]), Head(int(statement["number"]), bytes.fromhex(statement["hash"]))
    seal, signer = judge(file["signature"], file["statement"].encode(), keys, made_at)
    entries = [Entry(int(one["number"]), str(one["entry"]), bytes.fromhex(one["hash"])) for one in file["entries"]]
    return IncidentVerification(
        statement["association"], UUID(statement["sitting"]), statement["title"], made_at, head, seal, signer,
        tuple(_flaws(entries, head, UUID(statement["sitting"]))),
    )  # fmt: skip


def _flaws(entries: list[Entry], head: Head, sitting: UUID) -> list[str]:
    flaw = find_flaw(entries, head)
    if flaw is not None:
        return [flaw.sentence()]
    if len(entries) > head.number:
        return [_("Entry {n} was added after the log was signed.").format(n=head.number + 1)]
    return [
        _("Entry {n} is of another sitting.").format(n=one.number) for one in entries if json.loads(one.text)["sitting"] != str(sitting)
    ][:1]


def _holds(session: Session, found: IncidentVerification) -> bool:
    if found.head.number == 0:
        return found.head.hash == START
    query = sa.select(Incident.hash).where(Incident.sitting_id == found.sitting, Incident.number == found.head.number)
    return session.scalar(query) == found.head.hash

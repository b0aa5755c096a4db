"""Work that was begun and not handed in yet, on this computer's disk: what was typed, which files were chosen, the key of its handing in.

One file per member. It leaves once the server has the work; a handing in whose answer was lost is sent again under the same key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from desktop.store.journal import JournalFile


def unsent_path(data: Path, member_id: UUID) -> Path:
    """Where the work of ``member_id`` waits, below the application's ``data`` folder."""
    return data / "assignments" / f"{member_id}.sqlite3"


@dataclass(frozen=True, slots=True)
class Unsent:
    """``files`` are paths on this computer: what they hold is read when the work is handed in."""

    key: UUID
    text: str = ""
    url: str = ""
    files: tuple[str, ...] = ()


class UnsentWork(JournalFile):
    """The work of one member, by enrolment and assignment."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "CREATE TABLE IF NOT EXISTS work (enrollment TEXT NOT NULL, assignment TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL,"
            " url TEXT NOT NULL, files TEXT NOT NULL, PRIMARY KEY (enrollment, assignment)) WITHOUT ROWID",
        )

    def find(self, enrollment: UUID, assignment: UUID) -> Unsent | None:
        rows = self.read("SELECT key, text, url, files FROM work WHERE enrollment = ? AND assignment = ?", str(enrollment), str(assignment))
        for key, text, url, files in rows:
            return Unsent(UUID(key), text, url, tuple(json.loads(files)))
        return None

    def keep(self, enrollment: UUID, assignment: UUID, work: Unsent) -> None:
        """Returns once it is on the disk."""
        with self.transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO work VALUES (?, ?, ?, ?, ?, ?)",
                (str(enrollment), str(assignment), str(work.key), work.text, work.url, json.dumps(work.files)),
            )

    def forget(self, enrollment: UUID, assignment: UUID, key: UUID) -> None:
        """The server has the work of this key. What was begun since stays."""
        with self.transaction() as database:
            database.execute(
                "DELETE FROM work WHERE enrollment = ? AND assignment = ? AND key = ?", (str(enrollment), str(assignment), str(key))
            )

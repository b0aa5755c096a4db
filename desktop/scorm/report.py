"""What the importer tolerated, line by line, for the author to read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    NOTE = "note"
    """Odd, without any effect on the course."""
    WARNING = "warning"
    """Against the standard; we took it for what it most likely means."""
    PROBLEM = "problem"
    """Something of the course will not work."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of the report. ``code`` is stable, ``where`` names the file or the manifest element, ``text`` is for the reader."""

    severity: Severity
    code: str
    where: str
    text: str


@dataclass(slots=True)
class ImportReport:
    """Collects remarks while a package is read. The same remark about the same place is kept once."""

    remarks: list[Remark] = field(default_factory=list)
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def note(self, code: str, where: str, text: str) -> None:
        self._add(Remark(Severity.NOTE, code, where, text))

    def warn(self, code: str, where: str, text: str) -> None:
        self._add(Remark(Severity.WARNING, code, where, text))

    def problem(self, code: str, where: str, text: str) -> None:
        self._add(Remark(Severity.PROBLEM, code, where, text))

    def _add(self, remark: Remark) -> None:
        key = (remark.code, remark.where)
        if key not in self._seen:
            self._seen.add(key)
            self.remarks.append(remark)

    @classmethod
    def from_json(cls, rows: list[dict[str, str]]) -> ImportReport:
        """The report that :meth:`as_json` gave."""
        return cls([Remark(Severity(row["severity"]), row["code"], row["where"], row["text"]) for row in rows])

    @property
    def codes(self) -> list[str]:
        """The codes in the order in which they were met, each once."""
        return list(dict.fromkeys(remark.code for remark in self.remarks))

    @property
    def problems(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.severity is Severity.PROBLEM]

    def as_json(self) -> list[dict[str, str]]:
        return [asdict(remark) for remark in self.remarks]

"""AICC's HACP (CMI001 4.0, appendix A): the requests that an assignable unit posts to its launcher, and what they are answered.

What a unit says is kept under the names of SCORM 1.2, whose data model comes from AICC's: the same reports, rules and rows serve both.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from desktop.scorm.manifest import Item
from desktop.scorm.records import Record

_TIME = re.compile(r"([0-9]{1,4}):([0-9]{2}):([0-9]{2}(?:\.[0-9]{1,2})?)")
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")
_STATUSES = {
    "p": "passed", "c": "completed", "f": "failed", "i": "incomplete", "b": "browsed", "n": "not attempted",
}  # fmt: skip
_EXITS = {"t": "time-out", "l": "logout", "s": "suspend"}
_RESULTS = {"c": "correct", "w": "wrong", "u": "unanticipated", "n": "neutral"}
_KINDS = {
    "c": "choice", "f": "fill-in", "l": "likert", "m": "matching", "n": "numeric", "p": "performance", "s": "sequencing", "t": "true-false",
}  # fmt: skip
_PREFERENCES = ("audio", "language", "speed", "text")
_ERRORS = {0: "Successful", 1: "Invalid Command", 2: "Invalid AU-password", 3: "Invalid Session ID"}
_ACCEPTED = frozenset({"putcomments", "putinteractions", "putobjectives", "putpath", "putperformance"})


@dataclass(frozen=True, slots=True)
class Request:
    """What a unit posted."""

    command: str
    session_id: str
    password: str
    data: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The text to answer with, and whether the request changed what is recorded."""

    text: str
    changed: bool = False


def read_request(body: str) -> Request:
    """A form as it was posted. What is no such form is a request without a command."""
    try:
        form = {name.lower(): values[0] for name, values in parse_qs(body, keep_blank_values=True, max_num_fields=100).items()}
    except ValueError:
        form = {}
    return Request(
        form.get("command", "").strip().lower(),
        form.get("session_id", "").strip(),
        form.get("au_password", ""),
        form.get("aicc_data", "").replace("\0", "\N{REPLACEMENT CHARACTER}"),
    )


class Session:
    """One launch of a unit. ``cmi`` is its record so far, ``over`` whether the unit has said that it ended."""

    def __init__(self, item: Item, record: Record | None, launch: Mapping[str, str]) -> None:
        self.cmi: dict[str, str] = dict(record["cmi"]) if record is not None else {}
        self.over = False
        self._item = item
        self._launch = launch
        suspended = record is not None and (not record["finished"] or self.cmi.get("cmi.core.exit") == "suspend")
        self._entry = "a" if record is None else "r" if suspended else ""
        self.cmi.pop("cmi.core.exit", None)
        self._add_up()  # a session that never ended counts as well, once

    def answer(self, request: Request) -> Reply:
        """Meet one request of this launch."""
        command, data = request.command, request.data
        password = self._item.unit.password if self._item.unit is not None else ""
        if password and request.password != password:
            return Reply(_reply(2))
        if command == "getparam":
            return Reply(_reply(0, self._parameters()))
        if command == "putparam":
            self._take(data)
        elif command == "putcomments":
            self._append_comments(data)
        elif command == "putinteractions":
            self._append_interactions(data)
        elif command == "putobjectives":
            self._set_objectives([(row.get("objective_id", ""), row.get("score", ""), row.get("status", "")) for row in _rows(data)])
        elif command == "exitau":
            self._finish()
        elif command not in _ACCEPTED:
            return Reply(_reply(1))
        return Reply(_reply(0), changed=True)

    @property
    def record(self) -> Record:
        return {"finished": self.over, "cmi": dict(self.cmi)}

    # GetParam

    def _parameters(self) -> str:
        """Names in small letters: to the standard they are all one, but some units in use compare them as they are."""
        get = self.cmi.get
        scores = [get(f"cmi.core.score.{name}", "") for name in ("raw", "max", "min")]
        lines = [
            "[core]",
            f"student_id={self._launch.get('cmi.core.student_id', '')}",
            f"student_name={self._launch.get('cmi.core.student_name', '')}",
            f"lesson_location={get('cmi.core.lesson_location', '')}",
            f"credit={self._launch.get('cmi.core.credit', 'credit')}",
            f"lesson_mode={self._launch.get('cmi.core.lesson_mode', 'normal')}",
            f"lesson_status={get('cmi.core.lesson_status', 'not attempted')}{',' if self._entry else ''}{self._entry}",
            f"score={','.join(scores).rstrip(',')}",
            f"time={get('cmi.core.total_time', '00:00:00')}",
            "[core_lesson]",
            get("cmi.suspend_data", ""),
            "[core_vendor]",
            self._item.data_from_lms,
            "[student_data]",
            f"mastery_score={self._item.mastery_score}",
            f"max_time_allowed={self._item.max_time_allowed}",
            f"time_limit_action={self._item.time_limit_action}",
            "[student_preferences]",
            *(f"{name}={get(f'cmi.student_preference.{name}', '')}" for name in _PREFERENCES),
            "[objectives_status]",
        ]
        for n in range(self._count("cmi.objectives")):
            names = {"j_id": "id", "j_score": "score.raw", "j_status": "status"}
            lines += [f"{key}.{n + 1}={get(f'cmi.objectives.{n}.{element}', '')}" for key, element in names.items()]
        return "\r\n".join(lines) + "\r\n"

    # PutParam and the others

    def _take(self, data: str) -> None:
        groups = dict(_groups(data))
        core = _pairs(groups.get("core", ""))
        if "lesson_location" in core:
            self.cmi["cmi.core.lesson_location"] = core["lesson_location"]
        if core.get("lesson_status"):
            self._take_status(core["lesson_status"])
        if "score" in core:
            for name, value in zip(("raw", "max", "min"), (part.strip() for part in core["score"].split(",")), strict=False):
                if _NUMBER.fullmatch(value):
                    self.cmi[f"cmi.core.score.{name}"] = value
        if _TIME.fullmatch(core.get("time", "")):
            self.cmi["cmi.core.session_time"] = _timespan(_hundredths(core["time"]))
        if "core_lesson" in groups:
            self.cmi["cmi.suspend_data"] = groups["core_lesson"]
        if groups.get("comments"):
            self.cmi["cmi.comments"] = self.cmi.get("cmi.comments", "") + groups["comments"]
        for name, value in _pairs(groups.get("student_preferences", "")).items():
            if name in _PREFERENCES:
                self.cmi[f"cmi.student_preference.{name}"] = value
        said = _pairs(groups.get("objectives_status", ""))
        numbers = sorted({int(match[1]) for name in said if (match := re.fullmatch(r"j_id\.([0-9]{1,6})", name))})
        self._set_objectives([(said[f"j_id.{n}"], said.get(f"j_score.{n}", ""), said.get(f"j_status.{n}", "")) for n in numbers])

    def _take_status(self, text: str) -> None:
        """``passed``, ``P`` or ``Incomplete, Suspend``: only first letters count."""
        status, _comma, flag = text.partition(",")
        word = _STATUSES.get(status.strip()[:1].lower())
        if word is not None:
            self.cmi["cmi.core.lesson_status"] = word
        leaving = _EXITS.get(flag.strip()[:1].lower())
        if leaving is not None:
            self.cmi["cmi.core.exit"] = leaving

    def _set_objectives(self, objectives: list[tuple[str, str, str]]) -> None:
        known = {self.cmi.get(f"cmi.objectives.{n}.id"): n for n in range(self._count("cmi.objectives"))}
        for identifier, score, status in objectives:
            if not identifier:
                continue
            prefix = f"cmi.objectives.{known.setdefault(identifier, len(known))}."
            self.cmi[prefix + "id"] = identifier
            raw = score.partition(",")[0].strip()
            if _NUMBER.fullmatch(raw):
                self.cmi[prefix + "score.raw"] = raw
            word = _STATUSES.get(status.strip()[:1].lower())
            if word is not None:
                self.cmi[prefix + "status"] = word

    def _append_comments(self, data: str) -> None:
        comments = "\n".join(row["comment"] for row in _rows(data) if row.get("comment"))
        if comments:
            before = self.cmi.get("cmi.comments", "")
            self.cmi["cmi.comments"] = f"{before}\n{comments}" if before else comments

    def _append_interactions(self, data: str) -> None:
        for row in _rows(data):
            prefix = f"cmi.interactions.{self._count('cmi.interactions')}."
            values = {
                "id": row.get("interaction_id", ""),
                "objectives.0.id": row.get("objective_id", ""),
                "time": row.get("time", ""),
                "type": _KINDS.get(row.get("type_interaction", "")[:1].lower(), ""),
                "correct_responses.0.pattern": row.get("correct_response", ""),
                "student_response": row.get("student_response", ""),
                "result": _RESULTS.get(row.get("result", "")[:1].lower(), row.get("result", "")),
                "weighting": row.get("weighting", ""),
                "latency": row.get("latency", ""),
            }
            if values["id"]:
                self.cmi |= {prefix + name: value for name, value in values.items() if value}

    def _finish(self) -> None:
        """As LMSFinish does in SCORM 1.2: a mastery score settles the status unless the unit suspended, and the time counts once."""
        self.over = True
        raw, mastery = self.cmi.get("cmi.core.score.raw", ""), self._item.mastery_score
        credited = self._launch.get("cmi.core.credit") == "credit" and self.cmi.get("cmi.core.exit") != "suspend"
        if credited and raw and _NUMBER.fullmatch(mastery):
            self.cmi["cmi.core.lesson_status"] = "passed" if float(raw) >= float(mastery) else "failed"
        elif self.cmi.get("cmi.core.lesson_status", "not attempted") == "not attempted":
            self.cmi["cmi.core.lesson_status"] = "completed"
        self._add_up()

    def _add_up(self) -> None:
        spent = _hundredths(self.cmi.pop("cmi.core.session_time", ""))
        if spent:
            self.cmi["cmi.core.total_time"] = _timespan(_hundredths(self.cmi.get("cmi.core.total_time", "")) + spent)

    def _count(self, array: str) -> int:
        found = (re.match(re.escape(array) + r"\.([0-9]{1,6})\.", name) for name in self.cmi)
        return max((int(match[1]) + 1 for match in found if match), default=0)


def unknown_session() -> str:
    """The answer to a request of a session that is none of this lesson's."""
    return _reply(3)


def not_stored() -> str:
    """The answer where what was said could not be kept: the unit may try again."""
    return "error=1\r\nerror_text=The record could not be stored\r\nversion=4.0\r\n"


def _reply(error: int, data: str | None = None) -> str:
    text = f"error={error}\r\nerror_text={_ERRORS[error]}\r\nversion=4.0\r\n"
    return text if data is None else f"{text}aicc_data={data}"


def _groups(data: str) -> Iterator[tuple[str, str]]:
    """``[Group]`` and the text up to the next one, without the line ends around it."""
    parts = re.split(r"(?m)^\s*\[([A-Za-z_]+)\][^\S\n]*\r?$", data)
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        yield name.lower(), text.strip("\r\n")


def _pairs(text: str) -> dict[str, str]:
    lines = (line.partition("=") for line in text.splitlines() if "=" in line and not line.lstrip().startswith(";"))
    return {name.strip().lower(): value.strip() for name, _mark, value in lines}


def _rows(data: str) -> Iterator[dict[str, str]]:
    """Comma-separated lines below a line of names, quoted or not."""
    lines = csv.reader(data.splitlines(), skipinitialspace=True)
    try:
        names = [name.strip().lower() for name in next(lines, [])]
        for line in lines:
            yield dict(zip(names, (value.strip() for value in line), strict=False))
    except csv.Error:
        return  # a field beyond all measure: what came before it is kept


def _hundredths(text: str) -> int:
    match = _TIME.fullmatch(text)
    return round((int(match[1]) * 3600 + int(match[2]) * 60 + float(match[3])) * 100) if match else 0


def _timespan(hundredths: int) -> str:
    seconds, rest = divmod(hundredths, 100)
    return f"{min(seconds // 3600, 9999):04}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:02}"

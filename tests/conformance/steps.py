"""One API call of a case: made, and its answer compared."""

from __future__ import annotations

import re
from typing import Any

from tests.support.scorm_runtime import Session

type Step = dict[str, Any]

_REAL = re.compile(r"-?(\d+\.?\d*|\.\d+)")
_INTERVAL = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?")
_UNITS = (365 * 86400.0, 30 * 86400.0, 86400.0, 3600.0, 60.0, 1.0)


def replay(session: Session, step: Step) -> str:
    """What the call got instead of what it should have; empty when all is well."""
    call = step["call"]
    if call == "?":
        return ""
    if call == "CompareObjIds":
        count = int(session("GetValue", "cmi.objectives._count"))
        return judge(step, [session("GetValue", f"cmi.objectives.{index}.id") for index in range(count)], "0")
    if call == "SetValue":
        got = session(call, _element(session, step["element"], append=True), step["value"])
    elif call == "GetValue":
        got = session(call, _element(session, step["element"], append=False))
    elif call == "GetLastError":
        got = session(call)
    else:
        got = session(call, step["argument"])
    return judge(step, got, session("GetLastError"))


def judge(step: Step, got: str | list[str], code: str) -> str:
    """The same, for a call that was made elsewhere: ``got`` is its answer, for ``CompareObjIds`` the identifiers, ``code`` the error."""
    if step["call"] == "?":
        return ""
    if isinstance(got, list):
        return "" if set(got) == set(step["ids"]) else f"{got}"
    expected = step["returns"]
    if expected == "Returned a valid value or error code":
        return ""
    if step["error"] is not None and code != step["error"]:
        return f"{got!r} with error {code}"
    return "" if _same(step.get("element", ""), got, expected) else f"{got!r}"


def _element(session: Session, element: str, *, append: bool) -> str:
    """``cmi.objectives.&name&.x`` with the index of the entry of that id in place of its name."""
    match = re.fullmatch(r"(?P<array>.*)\.&(?P<id>.*)&(?P<rest>\..*)", element)
    if match is None:
        return element
    count = int(session("GetValue", f"{match['array']}._count"))
    index = next((n for n in range(count) if session("GetValue", f"{match['array']}.{n}.id") == match["id"]), count)
    if index == count and append:
        session("SetValue", f"{match['array']}.{index}.id", match["id"])
    return f"{match['array']}.{index}{match['rest']}"


def _same(element: str, got: str, expected: str | None) -> bool:
    if expected is None or got == expected:
        return True
    if expected == "" and re.search(r"\.&.*&\.id$", element):
        return True  # the SCO looks for the entry's index; there may be none yet
    if expected == "less255":
        return len(got) <= 255
    if expected == "emptyCS":
        return got == ""
    if element.endswith("_children"):
        return set(got.split(",")) == set(expected.split(","))
    if element in ("cmi.learner_id", "cmi.learner_name"):
        return got != ""
    if _REAL.fullmatch(got) and _REAL.fullmatch(expected):
        return float(got) == float(expected)
    if _INTERVAL.fullmatch(got) and _INTERVAL.fullmatch(expected):
        return _seconds(got) == _seconds(expected)
    return _plain(got) == _plain(expected)


def _seconds(text: str) -> float:
    match = _INTERVAL.fullmatch(text)
    assert match is not None
    return sum(float(value or 0) * unit for value, unit in zip(match.groups(), _UNITS, strict=True))


def _plain(text: str) -> str:
    """A localized string without the language that is the default, a pattern without settings that are."""
    return re.sub(r"^(\{(lang=(und|en|en-us)|order_matters=true|case_matters=false)\})+", "", text, flags=re.IGNORECASE)

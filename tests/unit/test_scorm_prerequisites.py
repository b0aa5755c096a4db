"""When an item of SCORM 1.2 may be opened: ``adlcp:prerequisites``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.scorm.prerequisites import holds, is_readable

STATUS = {"S1": "completed", "S2": "passed", "S3": "failed", "S4": "incomplete", "a-b.c": "completed", "two words": "passed"}


def status_of(item: str) -> str:
    return STATUS.get(item, "not attempted")


@pytest.mark.parametrize(
    ("script", "met"),
    [
        ("", True),
        ("  ", True),
        ("S1", True),
        ("S2", True),
        ("S3", False),
        ("S4", False),
        ("nothing", False),
        ("a-b.c", True),
        ('"two words"', True),
        ("S1&S2", True),
        ("S1 & S3", False),
        ("S1 | S3", True),
        ("S3 | S4", False),
        ("S3 | S1 & S2", True),
        ("(S3 | S1) & S4", False),
        ("~S3", True),
        ("~(S1 & S2)", False),
        ("~~S1", True),
        ('S3="failed"', True),
        ('S3 = "f"', True),
        ("S3=passed", False),
        ("S4<>passed", True),
        ('nothing = "not attempted"', True),
        ("nothing = not attempted", True),
        ("2*{S1,S2,S3}", True),
        ("3*{S1, S2, S3}", False),
        ("1*{S3, S1 & S2}", True),
        ("0*{S3}", True),
    ],
)
def test_a_script_is_met_or_not(script: str, met: bool) -> None:
    assert is_readable(script)
    assert holds(script, status_of) is met


@pytest.mark.parametrize("script", ["S1 &", "& S1", "(S1", "S1)", "S1 S2", "x*{S1}", "2*{S1", "S1 = nonsense", '"S1', "~", "(" * 5000])
def test_a_script_that_cannot_be_read_keeps_nobody_out(script: str) -> None:
    assert not is_readable(script)
    assert holds(script, lambda _item: "not attempted") is True


@given(st.text(alphabet='S123&|~=<>(){}*," pf', max_size=40))
def test_any_text_is_read_or_refused(script: str) -> None:
    assert isinstance(holds(script, status_of), bool)
    assert is_readable(script) in (True, False)


ITEMS = st.sampled_from(["S1", "S2", "S3", "S4"])
SCRIPTS = st.recursive(ITEMS, lambda inner: st.tuples(inner, st.sampled_from("&|"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"))


@given(SCRIPTS)
def test_it_means_what_python_means_by_it(script: str) -> None:
    python = script.replace("&", "and").replace("|", "or")
    assert holds(script, status_of) == eval(python, {name: status in ("completed", "passed") for name, status in STATUS.items()})

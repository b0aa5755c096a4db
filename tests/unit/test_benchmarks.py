"""The benchmarks' own arithmetic and words; what they measure is measured by running them."""

from __future__ import annotations

import types

import pytest

from tests.benchmarks import __main__ as bench
from tests.benchmarks.report import Line, milliseconds, print_missed, print_table
from tests.benchmarks.stall import lines


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (Line("a time", 49, "ms", budget=50), True),
        (Line("a time", 51, "ms", budget=50), False),
        (Line("a ratio", 300, "ms", 100, "peer", 2.5), False),
        (Line("a ratio", 240, "ms", 100, "peer", 2.5), True),
        (Line("a rate", 60, "1/s", 100, "peer", 0.7, at_least=True), False),
        (Line("no budget", 1e9, "ms"), True),
    ],
)
def test_a_budget_is_about_the_ratio_where_there_is_a_peer(line: Line, kept: bool) -> None:
    assert line.kept is kept
    assert ("MISSED" in str(line)) is not kept


def test_missed_budgets_are_said_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    print_missed([Line("good", 1, "ms", budget=2), Line("bad", 3, "ms", budget=2)])
    assert capsys.readouterr().out.split("\n")[1:-1] == ["missed: bad: 3.00, budget 2"]
    print_missed([Line("good", 1, "ms", budget=2)])
    assert "every budget was kept" in capsys.readouterr().out


def test_lines_are_printed_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    printed = print_table("title", [Line("first", 1, "ms"), Line("second", 2, "ms")])
    assert [line.what for line in printed] == ["first", "second"]
    assert capsys.readouterr().out.index("first") > 0


def test_the_median_leaves_out_the_first_run() -> None:
    runs: list[int] = []
    assert milliseconds(lambda: runs.append(1), times=3) >= 0
    assert len(runs) == 4


def test_a_tour_is_told_by_its_worst_steps() -> None:
    steps = [{"step": f"step {n}", "longest_stall_ms": float(n)} for n in range(9)]
    told = list(lines({"longest_stall_ms": 8.0, "steps": steps}))
    assert (told[0].value, told[0].budget) == (8.0, 50.0)
    assert [line.value for line in told[1:]] == [8.0, 7.0, 6.0, 5.0, 4.0]


def test_a_benchmark_that_fails_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> list[Line]:
        raise RuntimeError("no server")

    modules = {
        "tests.benchmarks.one": types.SimpleNamespace(__doc__="One.", measure=broken),
        "tests.benchmarks.two": types.SimpleNamespace(__doc__="Two.", measure=lambda: [Line("measured", 3, "ms", budget=2)]),
    }
    monkeypatch.setattr(bench, "import_module", modules.__getitem__)
    assert bench.main([], ("one", "two")) == 1
    said = capsys.readouterr()
    assert "no server" in said.err
    assert "missed: measured" in said.out
    assert bench.main(["two"], ("one", "two")) == 0, "a missed budget is no failure"

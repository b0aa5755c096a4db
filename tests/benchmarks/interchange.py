"""10,000 questions written and read in each format, in the process's own time, and what reading adds to its memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from lxml import etree

from desktop.questions.exchange import WRITABLE, Format, read, write
from desktop.questions.model import MultipleChoice, Option, Question, Text, letter
from tests.benchmarks.report import Line

COUNT = 10_000
PATIENCE_SECONDS = 300


def question(number: int) -> Question:
    options = tuple(
        Option(letter(n), Text(f"Option {n} of question {number}"), n == number % 4, feedback=Text(f"Because of {n}")) for n in range(4)
    )
    return Question(
        Text(f"What is {number}?", f"<p>What is <em>{number}</em>?</p>"),
        MultipleChoice(options),
        title=f"Question {number}",
        points=Decimal(2),
        explanation=Text("Since it is so."),
        tags=("one",),
    )


def measure() -> Iterator[Line]:
    asked = [question(number) for number in range(COUNT)]
    with tempfile.TemporaryDirectory() as folder:
        for form in WRITABLE:
            begun = time.process_time()
            data = write(asked, form).data
            yield Line(f"{form.label}: {COUNT:,} questions written ({len(data) >> 10:,} KB)", (time.process_time() - begun) * 1000, "ms")
            begun = time.process_time()
            count = len(read(data, form=form).questions())
            taken = (time.process_time() - begun) * 1000
            if count != COUNT:
                raise AssertionError(f"{form}: {count} questions of {COUNT}")
            yield Line(f"{form.label}: read", taken, "ms", *((bare(data), "lxml alone") if form is Format.MOODLE_XML else ()))
            file = Path(folder) / form.value
            file.write_bytes(data)
            yield Line(f"{form.label}: reading adds", added(file, form), "MB")


def bare(data: bytes) -> float:
    begun = time.process_time()
    etree.fromstring(data)
    return (time.process_time() - begun) * 1000


def added(file: Path, form: Format) -> float:
    """MB by which reading it enlarges a fresh process, the questions included."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.interchange", str(file), form.value],
        stdout=subprocess.PIPE, timeout=PATIENCE_SECONDS, check=True, text=True,
    )  # fmt: skip
    return float(done.stdout)


def main(path: str, form: str) -> None:
    data = Path(path).read_bytes()
    before = peak()
    kept = read(data, form=Format(form))
    print(peak() - before if kept.items else -1)


def peak() -> float:
    """The most memory that this process had, in MB. What getrusage says is the parent's on Linux, where that had more."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A package of a gigabyte, calls of the run-time, commits, and the sequencing of a thousand activities."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop.scorm.sequencing import transfer
from desktop.scorm.sequencing.controls import controls
from desktop.scorm.sequencing.requests import Navigation
from desktop.scorm.sequencing.tree import ActivityTree
from tests.benchmarks.report import Line, milliseconds
from tests.support.postgres import ROOT
from tests.support.scorm_packages import make_package
from tests.support.scorm_trees import FLOW, ask, cluster, leaf, rule, says, tree_of

MEBIBYTE = 1 << 20
VIDEOS = 40
"""Of 24 MiB each, stored as they are; beside them 2,000 pages of 20 KB."""
RUNS = 2
PATIENCE_SECONDS = 600


def measure() -> Iterator[Line]:
    yield from package()
    yield from lesson()
    yield from sequencing()


def package() -> Iterator[Line]:
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as name:
        folder = Path(name)
        source = make_large(folder)
        size = source.stat().st_size / MEBIBYTE
        unzip = shutil.which("unzip")
        ours, peer, grown = [], [], []
        for _run in range(RUNS):  # in turn, so that both meet the same weather
            target = folder / "ours"
            said = child("unpack", str(source), str(target))
            ours.append(size / said["seconds"])
            grown.append(said["grown"])
            shutil.rmtree(target)
            target = folder / "peer"
            command = (
                [unzip, "-q", str(source), "-d", str(target)]
                if unzip
                else [sys.executable, "-m", "zipfile", "-e", str(source), str(target)]
            )
            begun = time.perf_counter()
            subprocess.run(command, check=True, timeout=PATIENCE_SECONDS)
            peer.append(size / (time.perf_counter() - begun))
            shutil.rmtree(target)
    yield Line(
        f"check and unpack {size:,.0f} MiB", max(ours), "MiB/s", max(peer), "unzip" if unzip else "Python's zipfile", 0.7, at_least=True
    )
    yield Line("memory that this takes", max(grown), "MiB", budget=64)


def make_large(folder: Path) -> Path:
    """A package of about a gigabyte, as large ones are: videos, and many small pages."""
    page = b"<!doctype html><title>A page</title>" + b"<p>Words that are said again and again, as in most courses.</p>" * 320
    source = make_package(folder / "large.zip", {"index.html": "<p>x"}, files={f"pages/{n}.html": page for n in range(2000)})
    with zipfile.ZipFile(source, "a", zipfile.ZIP_STORED) as archive:
        for number in range(VIDEOS):
            archive.writestr(f"media/{number}.mp4", os.urandom(24 * MEBIBYTE))
    return source


def lesson() -> Iterator[Line]:
    said = child("lesson")
    yield Line("SetValue", said["set"], "1/s", said["plain_set"], "a function that sets a property")
    yield Line("GetValue", said["get"], "1/s", said["plain_get"], "a function that gets one")
    commits = sorted(said["commits"])
    yield Line("Commit until it is durable, median", statistics.median(commits), "ms")
    yield Line("Commit until it is durable, p99", commits[len(commits) * 99 // 100], "ms")


def sequencing() -> Iterator[Line]:
    for shape, tree in (("in clusters of ten", a_thousand_activities()), ("side by side", a_thousand_side_by_side())):
        ask(tree, Navigation.START)

        def go_on(tree: ActivityTree = tree) -> None:
            says(tree, completion_status="completed", success_status="passed")
            ask(tree, Navigation.CONTINUE)

        yield Line(f"continue among 1,000 activities {shape}", milliseconds(go_on, 400), "ms", budget=50)
        yield Line("what a launch there is told", milliseconds(lambda tree=tree: launch_values(tree)), "ms", budget=50)  # type: ignore[misc]
        yield Line("what the player offers there", milliseconds(lambda tree=tree: controls(tree)), "ms", budget=50)  # type: ignore[misc]


def launch_values(tree: ActivityTree) -> dict[str, str]:
    assert tree.current is not None
    return transfer.launch_values(tree, tree.current, resumed=False)


def a_thousand_activities() -> ActivityTree:
    """Ten clusters of ten clusters of ten leaves, each with a rule, the leaves done by measure."""
    skipped = rule("pre", "completed", "skip")
    return tree_of(
        FLOW,
        *(
            cluster(
                f"a{a}",
                FLOW,
                *(cluster(f"a{a}b{b}", FLOW + skipped, *(leaf(f"a{a}b{b}c{c}", skipped) for c in range(10))) for b in range(10)),
            )
            for a in range(10)
        ),
    )


def a_thousand_side_by_side() -> ActivityTree:
    return tree_of(FLOW, *(leaf(f"c{n}", rule("pre", "completed", "skip")) for n in range(1000)))


def child(module: str, *arguments: str) -> dict[str, Any]:
    """What a program of :mod:`tests.benchmarks.children` says."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        environment["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    done = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.children.{module}", *arguments],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, timeout=PATIENCE_SECONDS, check=True, text=True,
    )  # fmt: skip
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said

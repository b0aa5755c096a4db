"""Run the tour: ``python -m tests.tour --out DIR``. Exits with 0 when every step was seen, and leaves ``summary.json`` in any case."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any


def main() -> int:
    parser = argparse.ArgumentParser(prog="tour", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures, the certificate and summary.json; made anew")
    out: Path = parser.parse_args().out.absolute()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="lms-tour-", ignore_cleanup_errors=True) as home:
        os.environ["LMS_HOME"] = home
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            os.environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
        summary = walk(out)
        forget(home)
    (out / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{summary['result']} in {summary['seconds']} s: {len(summary['pictures'])} pictures, summary and certificate in {out}")
    return 0 if summary["result"] == "done" else 1


def walk(out: Path) -> dict[str, Any]:
    from desktop.chromium import prepare_qt

    prepare_qt()
    from desktop import app
    from tests.tour.guide import Guide
    from tests.tour.main_job import main_job

    began = time.perf_counter()
    summary: dict[str, Any] = {"result": "not started", "steps": [], "pictures": []}
    walks: list[asyncio.Task[None]] = []

    async def drive(application: app.Application) -> None:
        guide = Guide(application, out)
        guide.watchdog.start()
        try:
            summary["outcome"] = asdict(await main_job(guide))
            summary["result"] = "done"
        except BaseException as error:  # noqa: BLE001 - whatever ends the tour, it says where it lost its way
            traceback.print_exc()
            summary["result"] = f"lost: {error!r}"
        finally:
            guide.watchdog.stop()
            summary["steps"], summary["pictures"] = guide.steps, guide.pictures
            summary["longest_stall_ms"] = max((step["longest_stall_ms"] for step in guide.steps), default=0.0)
            application.window.close()

    def started(application: app.Application) -> None:
        def usable() -> None:
            if not walks:
                walks.append(asyncio.ensure_future(drive(application)))

        application.usable.connect(usable)

    app.run(["nabip-lms"], started)
    summary["seconds"] = round(time.perf_counter() - began, 1)
    return summary


def forget(home: str) -> None:
    """Delete the tour's workspaces, wherever their server keeps its data."""
    from desktop.settings import data_folder
    from desktop.store import embedded

    assert Path(home) in data_folder().parents
    for folder in (data_folder() / "workspaces").glob("*"):
        embedded.delete(folder)


if __name__ == "__main__":
    sys.exit(main())

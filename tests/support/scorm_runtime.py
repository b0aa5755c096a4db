"""The SCORM run-time of ``resources/scorm`` in a JavaScript engine without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtQml import QJSEngine, QJSValue

SCRIPTS = Path(__file__).resolve().parents[2] / "resources" / "scorm"

_GLUE = """
function session_(standard, launch, saved) {
    var box = { durable: true, records: [], changes: 0 };
    var session = new LmsScorm.Session(LmsScorm.tables[standard], JSON.parse(launch), JSON.parse(saved),
        function (final) {
            if (box.durable) { box.records.push(session.record()); }
            return box.durable;
        },
        function () { box.changes++; });
    box.api = session.api();
    box.session = session;
    return box;
}
function call_(box, name, args) { return String(box.api[name].apply(null, JSON.parse(args))); }
function records_(box) { return JSON.stringify(box.records); }
function record_(box) { return JSON.stringify(box.session.record()); }
"""


class Runtime:
    """The engine with the scripts loaded; any number of sessions."""

    def __init__(self) -> None:
        self.engine = QJSEngine()
        for name in ("runtime.js", "scorm12.js", "scorm2004.js"):
            self._run((SCRIPTS / name).read_text("utf-8"), name)
        self._run(_GLUE, "glue")

    def session(self, standard: str, launch: dict[str, str] | None = None, saved: dict[str, Any] | None = None) -> Session:
        make = self.engine.globalObject().property("session_")
        return Session(self, self.call(make, standard, json.dumps(launch or {}), json.dumps(saved)))

    def call(self, function: QJSValue, *arguments: Any) -> QJSValue:
        values = [argument if isinstance(argument, QJSValue) else QJSValue(argument) for argument in arguments]
        result = function.call(values)
        assert not result.isError(), result.toString()
        return result

    def global_(self, name: str) -> QJSValue:
        return self.engine.globalObject().property(name)

    def _run(self, program: str, name: str) -> None:
        result: Any = self.engine.evaluate(program, name)
        assert not result.isError(), f"{name}:{result.property('lineNumber').toInt()} {result.toString()}"


class Session:
    """One session: call the API's functions by name, then ask for the error."""

    def __init__(self, runtime: Runtime, box: QJSValue) -> None:
        self._runtime, self.box = runtime, box
        self._call = runtime.global_("call_")

    def __call__(self, name: str, *arguments: Any) -> str:
        return str(self._runtime.call(self._call, self.box, name, json.dumps(arguments)).toString())

    @property
    def record(self) -> dict[str, Any]:
        """What would be stored now."""
        return dict(json.loads(self._runtime.call(self._runtime.global_("record_"), self.box).toString()))

    @property
    def records(self) -> list[dict[str, Any]]:
        """What was stored, in order."""
        return list(json.loads(self._runtime.call(self._runtime.global_("records_"), self.box).toString()))

    @property
    def changes(self) -> int:
        return int(self.box.property("changes").toInt())

    def storage_fails(self) -> None:
        self.box.setProperty("durable", QJSValue(False))

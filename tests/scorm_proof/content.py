"""A SCO that counts and never stops talking: each of its words says how far it has come."""

from __future__ import annotations

from pathlib import Path

from tests.support.scorm_packages import FIND_API, make_package

_COUNTING = """
<p id="n"></p>
<script>
  // "opened n", "set n milliseconds" and "committed n" on the console are the witness: what was said, and what was said to be durable.
  const old = "LMSInitialize" in api, say = (name, ...given) => api[(old ? "LMS" : "") + name](...given);
  const place = old ? "cmi.core.lesson_location" : "cmi.location";
  say("Initialize", ""); // refused where the page before has opened the session
  let n = Number(say("GetValue", place)) || 0, onward = false;
  console.log("opened " + n);
  say("SetValue", old ? "cmi.core.exit" : "cmi.exit", "suspend");
  function count() {
    n += 1;
    say("SetValue", place, String(n));
    say("SetValue", "cmi.suspend_data", n + " " + "x".repeat(Math.random() * 3000));
    console.log("set " + n + " " + Date.now());
  }
  function tick() {
    count();
    if (Math.random() < 0.25 && say("Commit", "") === "true") console.log("committed " + n);
    document.getElementById("n").textContent = n;
    setTimeout(tick, 5 + Math.random() * 120);
  }
  tick();
  /** To another page of its own, which goes on with the session. */
  function goOn() { onward = true; setTimeout(() => { location.href = "two.html"; }); }
  addEventListener("pagehide", function () {
    count();
    if (!onward) say(old ? "Finish" : "Terminate", "");
  });
</script>
"""

VERSIONS = {"1.2": "1.2", "2004": "2004 4th Edition"}


def build(folder: Path, standard: str) -> Path:
    """A package with such a SCO, which has two pages."""
    return make_package(
        folder / f"counting-{standard}.zip",
        {"index.html": _COUNTING},
        version=VERSIONS[standard],
        files={"two.html": f"<!doctype html>{FIND_API}{_COUNTING}".encode()},
    )

"""A lesson in the real player: calls of its API a second, and milliseconds until a commit is durable. ``python -m …lesson`` prints JSON."""

from __future__ import annotations

import tempfile
from pathlib import Path

from desktop.chromium import prepare_qt
from tests.support.scorm_packages import make_package

PAGE = """
<script>
  const plain = {};
  function set(name, value) { plain[String(name)] = String(value); return "true"; }
  function get(name) { return String(plain[String(name)]); }
  function rate(call) {
    const begun = performance.now();
    let done = 0;
    do {
      for (let n = 0; n < 500; n += 1) call(done + n);
      done += 500;
    } while (performance.now() - begun < 700);
    return done / (performance.now() - begun) * 1000;
  }
  function measure() {
    api.Initialize("");
    const rates = {
      set: rate(n => api.SetValue("cmi.location", "page " + n)),
      get: rate(() => api.GetValue("cmi.location")),
      plain_set: rate(n => set("cmi.location", "page " + n)),
      plain_get: rate(() => get("cmi.location")),
    };
    const commits = [];
    for (let n = 0; n < 200; n += 1) {
      api.SetValue("cmi.suspend_data", n + " " + "x".repeat(2000));
      const begun = performance.now();
      if (api.Commit("") !== "true") throw new Error("not durable");
      commits.push(performance.now() - begun);
    }
    return JSON.stringify({ ...rates, commits });
  }
</script>"""


def main() -> None:
    prepare_qt()
    from tests.conformance.browser import Desk, at_a_desk

    async def play(desk: Desk) -> None:
        with tempfile.TemporaryDirectory() as folder:
            source = make_package(Path(folder) / "calls.zip", {"index.html": PAGE}, version="2004 4th Edition")
            sitting = desk.sit_down(source)
        await sitting.open()
        await sitting.until_js("typeof content.measure === 'function' && content.document.readyState === 'complete'", "the content")
        print(await sitting.js("content.measure()", 120), flush=True)
        await sitting.stand_up()

    at_a_desk(play)


if __name__ == "__main__":
    main()

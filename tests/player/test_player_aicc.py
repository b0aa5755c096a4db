"""AICC content in the player, through the API that SCORM 1.2 made its own."""

from __future__ import annotations

import zipfile
from pathlib import Path

from desktop.scorm.manifest import Standard
from desktop.scorm.records import status_of
from tests.player.conftest import unpacked, until
from tests.support.scorm_packages import FIND_API

PAGE = f"""<!doctype html>{FIND_API}<button id=done>Done</button><p id=got></p><script>
  api.LMSInitialize("");
  document.getElementById("got").textContent = [location.search.split("&AICC_")[0], api.LMSGetValue("cmi.launch_data"),
    api.LMSGetValue("cmi.student_data.mastery_score")].join(" ");
  document.getElementById("done").onclick = function () {{
    api.LMSSetValue("cmi.core.score.raw", "90"); api.LMSSetValue("cmi.core.lesson_status", "completed"); api.LMSFinish("");
  }};
</script>"""


async def test_a_unit_gets_its_launch_parameters_and_is_recorded(tmp_path: Path, play) -> None:
    with zipfile.ZipFile(tmp_path / "tides.zip", "w") as archive:
        archive.writestr("tides.crs", "[Course]\nCourse_ID=tides\nCourse_Title=Tides\n")
        archive.writestr("tides.des", "system_id,title\nA1,Ebb\n")
        archive.writestr("tides.au", "system_id,file_name,core_vendor,web_launch,mastery_score\nA1,ebb.html,depth=3,lang=en,80\n")
        archive.writestr("tides.cst", "block,member\nroot,A1\n")
        archive.writestr("ebb.html", PAGE)
    playing = await play(unpacked(tmp_path / "tides.zip", tmp_path))
    assert playing.view.launch.package.manifest.standard is Standard.AICC
    await playing.shown("#got")
    assert await playing.js("return content.document.getElementById('got').textContent") == "?lang=en depth=3 80"
    await playing.click("#done")
    await until(lambda: status_of(playing.view.document, "A1") == "completed")  # a preview earns no credit, and so no "passed"
    assert playing.cmi("A1")["cmi.core.score.raw"] == "90"

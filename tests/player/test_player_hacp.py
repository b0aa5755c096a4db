"""AICC's units in Chromium: they find their launcher in their address and post to it."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.player.conftest import unpacked, until

UNIT = """<!doctype html><meta charset=utf-8><title>unit</title><p id=here>x</p><button id=go>go</button><script>
const asked = new URLSearchParams(location.search);
const url = asked.get('AICC_URL'), session = asked.get('AICC_SID');
function send(command, data) {
    return fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, keepalive: true,
        body: new URLSearchParams({ command, version: '3.5', session_id: session, aicc_data: data || '' }) }).then(r => r.text());
}
send('GetParam').then(text => { window.told = text; });
document.getElementById('go').onclick = () =>
    send('PutParam', '[Core]\\r\\nLesson_Location=5\\r\\nLesson_Status=C\\r\\nTime=00:00:07\\r\\n');
window.onunload = () => { send('ExitAU'); };
</script>"""


# A page that says its last word in a way, and upon an event, that its address names.
LAST_WORD = """<!doctype html><meta charset=utf-8><title>unit</title><form method=post target=sink><input name=command value=PutParam>
<input name=version value=3.5><input name=session_id><textarea name=aicc_data></textarea></form><iframe name=sink hidden></iframe><script>
var ready = false;
const asked = new URLSearchParams(location.search), url = asked.get('AICC_URL'), form = document.forms[0];
form.action = url;
form.session_id.value = asked.get('AICC_SID');
form.aicc_data.value = '[Core]\\nLesson_Location=5\\nLesson_Status=C\\n';
const body = () => new URLSearchParams(new FormData(form));
const ways = {
    wait() {
        const request = new XMLHttpRequest();
        request.open('POST', url, false);
        request.send(body().toString());
        console.log(request.status, request.responseText.slice(0, 7));
    },
    beacon() { console.log(navigator.sendBeacon(url, body())); },
    submit() { form.submit(); },
};
addEventListener(asked.get('when'), ways[asked.get('how')]);
ready = true;
</script>"""


def course(target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("course.crs", "[Course]\r\nCourse_ID=c\r\nCourse_Title=Made up\r\nVersion=4.0\r\n[Course_Description]\r\nNone\r\n")
        package.writestr("course.des", '"System_ID","Title","Description"\r\n"A1","One",""\r\n"A2","Two",""\r\n')
        package.writestr(
            "course.au", '"System_ID","File_Name","Core_Vendor","Mastery_Score"\r\n"A1","a.html","v=1",""\r\n"A2","a.html","",""\r\n'
        )
        package.writestr("course.cst", '"Block","Member"\r\n"Root","A1"\r\n"Root","A2"\r\n')
        package.writestr("course.pre", '"Structure_Element","Prerequisite"\r\n"A2","A1"\r\n')
        package.writestr("a.html", UNIT)
    return target


async def test_a_unit_speaks_over_hacp_and_opens_the_next(tmp_path: Path, play) -> None:
    package = unpacked(course(tmp_path / "aicc.zip"), tmp_path)
    playing = await play(package)
    assert playing.view.current == "A1"
    await playing.shown("#here")
    for _turn in range(100):
        if await playing.js("return content.told"):
            break
    assert "student_name=Okafor, Ada" in await playing.js("return content.told")
    second = next(entry for entry in playing.view.route.controls().contents if entry.identifier == "A2")
    assert not second.selectable
    await playing.click("#go")
    await until(lambda: playing.cmi("A1").get("cmi.core.lesson_status") == "completed")
    await playing.view.open_item("A2")
    await until(lambda: playing.view.document["items"]["A1"]["finished"])
    assert playing.cmi("A1") == {
        "cmi.core.lesson_location": "5", "cmi.core.lesson_status": "completed", "cmi.core.total_time": "0000:00:07.00",
    }  # fmt: skip
    assert playing.view.current == "A2"

    await playing.view.close_launch()
    again = await play(package, document=playing.view.document)
    await again.view.open_item("A1")
    await again.shown("#here")
    for _turn in range(100):
        if await again.js("return content.told"):
            break
    assert "lesson_location=5" in await again.js("return content.told")


async def test_last_words_are_heard_in_whichever_way_a_unit_says_them(tmp_path: Path, play) -> None:
    """Most units wait for an answer while their page goes away, which Chromium refuses; others send a beacon, or submit a form."""
    said = [(how, when) for how in ("wait", "beacon", "submit") for when in ("beforeunload", "pagehide", "unload")]
    units = [f'"A{n}","last.html","?how={how}&when={when}"' for n, (how, when) in enumerate(said)]
    with zipfile.ZipFile(tmp_path / "course.zip", "w") as package:
        package.writestr(
            "course.au", "\r\n".join(['"System_ID","File_Name","Web_Launch"', *units, '"B","last.html","?how=wait&when=never"'])
        )
        package.writestr("last.html", LAST_WORD)
    playing = await play(unpacked(tmp_path / "course.zip", tmp_path))
    for n in range(len(said)):
        await playing.view.open_item(f"A{n}")
        for _turn in range(300):
            if await playing.js("return content.document.readyState === 'complete' && content.ready === true"):
                break
    await playing.view.open_item("B")
    await until(lambda: playing.cmi(f"A{len(said) - 1}").get("cmi.core.lesson_location") == "5", seconds=20)
    assert {playing.cmi(f"A{n}").get("cmi.core.lesson_location") for n in range(len(said))} == {"5"}
    assert sorted(set(playing.lines)) == ["200 error=0", "true"]

"""Content that tries to get out, to reach another launch, or to hold up the application."""

from __future__ import annotations

import asyncio
import http.server
import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer

from desktop.ui.player.view import MOST_POPUPS
from tests.player.conftest import unpacked, until
from tests.support.scorm_packages import make_package

# Each way to the network: ``url`` is what it tries, ``out`` and ``stopped`` say what came of it.
WAYS_OUT = {
    "fetch": "fetch(url).then(out, stopped)",
    "no-cors fetch": "fetch(url, { mode: 'no-cors' }).then(out, stopped)",
    "image": "const i = new Image(); i.onload = out; i.onerror = stopped; i.src = url + 'a.png'",
    "script": "const s = document.createElement('script'); s.onload = out; s.onerror = stopped; s.src = url; document.head.append(s)",
    "socket": "const s = new WebSocket(url.replace('http', 'ws')); s.onopen = out; s.onerror = stopped",
    "events": "const s = new EventSource(url); s.onopen = out; s.onerror = stopped",
    "form": """const form = document.createElement('form'), sink = document.createElement('iframe');
        Object.assign(form, { method: 'post', action: url, target: 'sink' }); sink.name = 'sink';
        document.body.append(sink, form); form.submit(); setTimeout(stopped, 400)""",
    "worker": """const program = `fetch('${url}').then(() => postMessage('out'), () => postMessage('stopped'))`;
        const w = new Worker(URL.createObjectURL(new Blob([program])));
        w.onmessage = e => { window.answer = e.data; }; w.onerror = stopped""",
    "prefetch": """const l = document.createElement('link'); l.rel = 'prefetch'; l.href = url; document.head.append(l);
        setTimeout(stopped, 400)""",
    "beacon": "try { navigator.sendBeacon(url, 'x'); } catch (e) { stopped(); } setTimeout(stopped, 400)",
    "file": "fetch('file:///etc/passwd').then(out, stopped)",
    "another launch": "fetch('scorm://0123456789abcdef0123456789abcdef/_lms/launch.js').then(out, stopped)",
    "host without a launch": "fetch('scorm://elsewhere/content/index.html', { mode: 'no-cors' }).then(out, stopped)",
}
PROBE = """(function (url) {
    window.answer = null;
    const out = () => { window.answer = 'out'; }, stopped = () => { window.answer = window.answer || 'stopped'; };
    %s
})(%r)"""


@pytest.fixture
def web() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine that answers everybody, and what it was asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the name that the server looks for

        def log_message(self, *_arguments: object) -> None:
            """Silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", asked
    server.shutdown()
    server.server_close()
    thread.join()


async def test_no_way_leads_out(tmp_path: Path, play, web: tuple[str, list[str]]) -> None:
    url, asked = web
    playing = await play(unpacked(make_package(tmp_path / "hostile.zip", {"index.html": "<p id=here>here"}), tmp_path))
    await playing.shown("#here")
    for name, way in WAYS_OUT.items():
        await playing.js(f"content.eval({PROBE % (way, url)!r}); return 1")
        answer = None
        for _turn in range(100):
            answer = await playing.js("return content.answer")
            if answer:
                break
            await asyncio.sleep(0.03)
        assert answer == "stopped", name
    assert asked == []


async def test_links_windows_and_the_top_stay_inside(tmp_path: Path, play, web: tuple[str, list[str]]) -> None:
    url, asked = web
    page = f"""<a id=link href="{url}">out</a> <a id=top href="{url}" target=_top>top</a> <a id=blank href="{url}" target=_blank>new</a>
        <button id=script onclick="top.location = '{url}'">script</button>"""
    playing = await play(unpacked(make_package(tmp_path / "links.zip", {"index.html": page}), tmp_path))
    refused: list[str] = []
    playing.view.link_refused.connect(refused.append)
    for number, selector in enumerate(("#link", "#top", "#blank", "#script"), 1):
        await playing.click(selector)
        await until(lambda: len(refused) >= number)  # noqa: B023 - awaited before the next turn
    assert set(refused) == {url}
    assert asked == []
    assert await playing.js("return location.pathname") == "/_lms/player.html"
    assert await playing.find("#link") is not None


async def test_permissions_and_downloads_are_refused(tmp_path: Path, play) -> None:
    page = """<a id=save href="data:application/octet-stream,x" download="x.bin">save</a>
        <button id=ask onclick="navigator.geolocation.getCurrentPosition(() => { answer = 'out'; }, () => { answer = 'denied'; })">ask"""
    playing = await play(unpacked(make_package(tmp_path / "ask.zip", {"index.html": page}), tmp_path))
    await playing.click("#save")
    await playing.click("#ask")
    for _turn in range(100):
        if await playing.js("return content.answer"):
            break
        await asyncio.sleep(0.03)
    assert await playing.js("return content.answer") == "denied"
    assert playing.broken == []


async def test_endless_messages_can_be_stopped_and_the_window_lives_on(tmp_path: Path, play) -> None:
    page = "<button id=go onclick=\"for (let i = 0; i < 50; i++) alert('again ' + i); document.title = 'through'\">go</button>"
    playing = await play(unpacked(make_package(tmp_path / "alerts.zip", {"index.html": page}), tmp_path))
    ticks: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start(10)
    dialog = playing.view.dialog
    await playing.click("#go")
    for shown in range(3):
        await until(lambda: dialog.isVisible() and f"again {shown}" in dialog.accessibleName())  # noqa: B023 - as above
        assert not dialog.stop.isVisible()
        dialog.ok.click()
    await until(lambda: dialog.isVisible() and dialog.stop.isVisible())
    dialog.stop.click()
    await until(lambda: not dialog.isVisible())
    for _turn in range(100):
        if await playing.js("return content.document.title") == "through":
            break
        await asyncio.sleep(0.03)
    assert await playing.js("return content.document.title") == "through"
    timer.stop()
    assert max(later - earlier for earlier, later in itertools.pairwise(ticks)) < 1.0


async def test_content_that_never_ends_is_not_waited_for(tmp_path: Path, play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.ui.player.view.LEAVE_SECONDS", 1.0)
    page = "<button id=go onclick=\"api.LMSInitialize(''); api.LMSCommit(''); for (;;);\">go</button>"
    playing = await play(unpacked(make_package(tmp_path / "endless.zip", {"index.html": page}), tmp_path))
    await playing.click("#go")
    await until(lambda: playing.view.document["items"] != {})
    begun = time.monotonic()
    await playing.view.close_launch()
    assert time.monotonic() - begun < 4


async def test_a_flood_of_suspend_data_is_refused_by_the_standard(tmp_path: Path, play) -> None:
    page = """<button id=go onclick="api.LMSInitialize(''); window.answer = [api.LMSSetValue('cmi.suspend_data', 'x'.repeat(100e6)),
        api.LMSGetLastError(), api.LMSCommit('')].join()">go</button>"""
    playing = await play(unpacked(make_package(tmp_path / "flood.zip", {"index.html": page}), tmp_path))
    await playing.click("#go")
    await until(lambda: playing.view.document["items"] != {})
    assert await playing.js("return content.answer") == "false,405,true"


@pytest.fixture
def relays() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Where WebRTC would look for help: a datagram socket and a listening one. Whoever comes leaves something to be read."""
    datagrams, streams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket()
    for one in (datagrams, streams):
        one.bind(("127.0.0.1", 0))
        one.setblocking(False)
    streams.listen()
    yield datagrams, streams
    datagrams.close()
    streams.close()


async def test_webrtc_reaches_nobody_by_udp_or_tcp(tmp_path: Path, play, relays: tuple[socket.socket, socket.socket]) -> None:
    datagrams, streams = relays
    udp, tcp = (f"127.0.0.1:{one.getsockname()[1]}" for one in relays)
    page = f"""<p id=here>x<script>
        const who = {{ username: 'a', credential: 'b' }};
        const peer = new RTCPeerConnection({{ iceServers: [{{ urls: 'stun:{udp}' }}, {{ urls: 'turn:{udp}', ...who }},
            {{ urls: 'turn:{tcp}?transport=tcp', ...who }}, {{ urls: 'turns:{tcp}?transport=tcp', ...who }}] }});
        peer.onicegatheringstatechange = () => {{ window.answer = peer.iceGatheringState; }};
        peer.createDataChannel('x');
        peer.createOffer().then(offer => peer.setLocalDescription(offer));
        </script>"""
    playing = await play(unpacked(make_package(tmp_path / "peer.zip", {"index.html": page}), tmp_path))
    await playing.shown("#here")
    for _turn in range(300):  # until it has given up
        if await playing.js("return content.answer") == "complete":
            break
        await asyncio.sleep(0.05)
    assert await playing.js("return content.answer") == "complete"
    with pytest.raises(BlockingIOError):
        datagrams.recvfrom(64)
    with pytest.raises(BlockingIOError):
        streams.accept()


async def test_names_are_not_looked_up(tmp_path: Path, play, web: tuple[str, list[str]]) -> None:
    url, asked = web
    page = f"""<meta http-equiv=x-dns-prefetch-control content=on><link rel=dns-prefetch href="{url}"><link rel=preconnect href="{url}">
        <p id=here>x<a href="{url}">x</a>"""
    playing = await play(unpacked(make_package(tmp_path / "names.zip", {"index.html": page}), tmp_path))
    await playing.shown("#here")
    await asyncio.sleep(1.0)
    assert asked == []
    flags = os.environ["QTWEBENGINE_CHROMIUM_FLAGS"]
    assert '--host-resolver-rules="MAP * ~NOTFOUND"' in flags


async def test_two_lessons_at_once_know_nothing_of_each_other(tmp_path: Path, play) -> None:
    page = "<p id=here>x<script>api.LMSInitialize(''); localStorage.setItem('secret', location.host); name = 'secret';</script>"
    victim = await play(unpacked(make_package(tmp_path / "victim.zip", {"index.html": page}), tmp_path))
    await victim.shown("#here")
    host = victim.view.launch.host
    thief = await play(unpacked(make_package(tmp_path / "thief.zip", {"index.html": "<p id=here>x"}), tmp_path))
    await thief.shown("#here")
    tries = f"""
        const frame = document.createElement('iframe'); frame.src = 'scorm://{host}/_lms/player.html'; document.body.append(frame);
        const script = document.createElement('script'); script.src = 'scorm://{host}/_lms/launch.js'; document.head.append(script);
        const forged = {{ sequence: 99, item: 'i0', record: {{ finished: true, cmi: {{ 'cmi.core.lesson_status': 'passed' }} }} }};
        fetch('scorm://{host}/_lms/commit', {{ method: 'POST', mode: 'no-cors', body: JSON.stringify(forged) }})
            .then(() => {{ answer = 'out'; }}, () => {{ answer = 'stopped'; }});
        const other = window.open('scorm://{host}/content/index.html');
        setTimeout(() => {{
            let seen = [];
            try {{ seen.push(frame.contentWindow.API ? 'api' : ''); }} catch (error) {{ seen.push(''); }}
            try {{ seen.push(other.document.body.textContent.trim()); }} catch (error) {{ seen.push(''); }}
            seen.push(localStorage.getItem('secret') || '');
            window.seen = seen.join();
        }}, 600);"""
    await thief.js(f"content.eval({tries!r}); return 1")
    for _turn in range(100):
        if await thief.js("return content.seen !== undefined && content.answer"):
            break
        await asyncio.sleep(0.03)
    assert await thief.js("return content.answer") == "stopped"
    assert await thief.js("return content.seen") == ",,"
    assert victim.cmi("i0").get("cmi.core.lesson_status") != "passed"
    assert await victim.js("return content.localStorage.getItem('secret')") == host


async def test_games_with_the_top_window_hurt_only_the_content(tmp_path: Path, play) -> None:
    page = """<button id=go onclick="
        try { top.LmsPlayer.leave = null; top.LmsPlayer.open = null; } catch (error) {}
        try { top.LmsLaunch.sequence = 1e300; delete top.API; top.API = null; top.stop(); } catch (error) {}
        try { top.close(); top.history.go(-3); top.moveTo(0, 0); top.resizeTo(1, 1); } catch (error) {}
        for (let i = 0; i < 300; i++) { try { top.history.pushState(null, '', '#' + i); } catch (error) {} }
        for (let i = 0; i < 20; i++) window.open('about:blank');
        for (const body of ['['.repeat(200000), '{}', '[]', '{&quot;number&quot;: &quot;x&quot;}', '\\u0000', 'x'.repeat(3e7)])
            for (const to of ['commit', 'done', 'trace']) fetch('/_lms/' + to, { method: 'POST', body });
        top.document.body.innerHTML = ''; ">go</button>"""
    playing = await play(unpacked(make_package(tmp_path / "top.zip", {"index.html": page}), tmp_path))
    ticks: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.monotonic()))
    timer.start(10)
    await playing.click("#go")
    await asyncio.sleep(2.0)
    assert len(playing.view.popups) <= MOST_POPUPS
    await playing.view.close_launch()
    timer.stop()
    assert max(later - earlier for earlier, later in itertools.pairwise(ticks)) < 5.0


async def test_a_flood_in_2004_is_refused_before_it_leaves_the_page(tmp_path: Path, play) -> None:
    page = """<button id=go onclick="api.Initialize(''); window.answer = [api.SetValue('cmi.suspend_data', 'x'.repeat(100e6)),
        api.GetLastError(), api.SetValue('cmi.suspend_data', 'y'.repeat(64000)), api.GetLastError(), api.Commit('')].join()">go</button>"""
    package = make_package(tmp_path / "flood.zip", {"index.html": page}, version="2004 4th Edition")
    playing = await play(unpacked(package, tmp_path))
    await playing.click("#go")
    await until(lambda: len(playing.cmi("i0").get("cmi.suspend_data", "")) == 64000)
    assert await playing.js("return content.answer") == "false,351,true,0,true"

"""Small media made for a test: a second of H.264 and AAC, as phones and authoring tools write them."""

from __future__ import annotations

from array import array
from math import pi, sin
from pathlib import Path
from typing import Any

import av

SIZE = (64, 48)
RATE = 48_000


def make_clip(target: Path, *, picture: bool = True, sound: bool = True, seconds: float = 1.0) -> Path:
    """A grey picture that brightens, and the note A; the container follows the file's name."""
    with av.open(str(target), "w") as written:
        streams: list[tuple[Any, Any]] = []
        if picture:
            out: Any = written.add_stream("libx264", rate=25)
            out.width, out.height, out.pix_fmt = *SIZE, "yuv420p"
            streams.append((out, _picture))
        if sound:
            out = written.add_stream("aac", rate=RATE)
            out.layout = "mono"
            streams.append((out, _sound))
        for out, frames in streams:
            for frame in frames(seconds):
                written.mux(out.encode(frame))
            written.mux(out.encode(None))
    return target


def codecs_of(path: Path) -> list[str]:
    """What the streams of a file are coded in."""
    with av.open(str(path)) as media:
        return [stream.codec_context.codec.canonical_name for stream in media.streams]


def seconds_of(path: Path) -> float:
    with av.open(str(path)) as media:
        return (media.duration or 0) / av.time_base


def _picture(seconds: float) -> Any:
    count = int(25 * seconds)
    for n in range(count):
        frame = av.VideoFrame(*SIZE, "yuv420p")
        for plane, value in zip(frame.planes, (16 + 200 * n // count, 128, 128), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts = n
        yield frame


def _sound(seconds: float) -> Any:
    for n in range(int(RATE * seconds) // 1024):
        samples = array("f", (0.2 * sin(2 * pi * 440 * (n * 1024 + k) / RATE) for k in range(1024)))
        frame = av.AudioFrame("fltp", "mono", 1024)
        frame.planes[0].update(samples.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate = RATE
        frame.pts = n * 1024
        yield frame

"""What a film's file says of itself: how long it is, and a still of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

STILL_WIDTH = 640
"""Pixels; no film is made wider than it is."""
PLACES = (0.1, 0.3, 0.5, 0.0)
"""Where in the film a still is looked for, one after the other until one is not dark: films begin in the dark."""
FRAMES = 400
"""So many are decoded at most for one still: whole pictures are rarely further from each other."""
DARK = 28
"""The mean luma, of 255, below which a picture shows nothing."""


@dataclass(frozen=True, slots=True)
class Film:
    """``seconds`` rounded to whole ones; ``still`` is a JPEG, None where the film has no picture."""

    seconds: int
    still: bytes | None


def look(path: Path) -> Film | None:
    """What the file says; None where it is no film that FFmpeg can read. For a worker thread: some seconds of a film are decoded."""
    import av  # 40 MB of libraries that the start does not need
    from av.error import FFmpegError

    try:
        with av.open(str(path)) as media:
            if media.duration is None:
                return None
            length = media.duration / av.time_base
            still = _still(media, length) if media.streams.video else None
    except (FFmpegError, OSError, ValueError):
        return None
    return Film(max(1, round(length)), still)


def _still(media: Any, length: float) -> bytes | None:
    best = None
    for place in PLACES:
        wanted = place * length
        media.seek(int(wanted * 1_000_000))  # to the whole picture before it; the others only say what is different
        frames = (frame for frame in islice(media.decode(video=0), FRAMES) if frame.time is not None)
        frame = next((each for each in frames if each.time >= wanted), None)
        if frame is None:
            continue
        best = frame
        if _luma(frame) >= DARK:
            break
    return None if best is None else _jpeg(best)


def _luma(frame: Any) -> float:
    """The mean of the brightness of a frame."""
    grey = frame.reformat(width=16, height=16, format="gray")
    plane = grey.planes[0]
    data, line = bytes(plane), int(plane.line_size)
    lumas: list[int] = [data[row * line + column] for row in range(16) for column in range(16)]
    return sum(lumas) / len(lumas)


def _jpeg(frame: Any) -> bytes:
    import av

    width = min(STILL_WIDTH, frame.width) // 2 * 2
    height = max(2, round(frame.height * width / frame.width) // 2 * 2)
    codec: Any = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = width, height, "yuvj420p", Fraction(1, 25)
    picture = frame.reformat(width=width, height=height, format="yuvj420p")
    picture.pts = None
    return b"".join(bytes(packet) for packet in (*codec.encode(picture), *codec.encode(None)))

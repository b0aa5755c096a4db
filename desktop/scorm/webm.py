"""FFmpeg at work, through PyAV: which media Chromium can play as they are, and their conversion to WebM."""

from __future__ import annotations

import os
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError, InvalidDataError

_PLAYABLE = frozenset({"vp8", "vp9", "libvpx", "libvpx-vp9", "av1", "libdav1d", "opus", "libopus", "vorbis", "flac", "mp3", "mp3float"})
_STEPS = 200
_AUDIO_RATE = 48_000


def is_playable(path: Path) -> bool:
    """Whether Chromium without licensed codecs plays a file. What is no media at all, whatever its name says, is left as it is."""
    try:
        with av.open(str(path)) as media:
            codecs = {stream.codec_context.name for stream in (*media.streams.video, *media.streams.audio)}
    except (FFmpegError, OSError, ValueError):
        return True
    return codecs <= _PLAYABLE


def work(source: str, target: str, answer: Connection) -> None:
    """What the converting process does: it sends fractions while it goes on, and at the end None or what went wrong."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.kernel32.SetPriorityClass(ctypes.windll.kernel32.GetCurrentProcess(), 0x4000)  # BELOW_NORMAL_PRIORITY_CLASS
    else:
        os.nice(10)
    try:
        _convert(source, target, answer)
    except (FFmpegError, OSError, ValueError) as error:
        answer.send(str(error) or type(error).__name__)
    else:
        answer.send(None)


def _convert(source: str, target: str, answer: Connection) -> None:
    with av.open(source) as read, av.open(target, "w", format="webm") as written:
        # PyAV's types do not follow what add_stream() was asked for.
        streams: dict[int, tuple[Any, Any]] = {}
        for video in read.streams.video[:1]:
            out: Any = written.add_stream("libvpx-vp9", rate=video.average_rate or 30)
            out.width, out.height, out.pix_fmt = video.width, video.height, "yuv420p"
            out.codec_context.time_base = video.time_base
            out.options = {"crf": "33", "b": "0", "deadline": "realtime", "cpu-used": "5", "row-mt": "1"}
            streams[video.index] = out, None
        for audio in read.streams.audio[:1]:
            layout = "mono" if audio.codec_context.channels == 1 else "stereo"
            out = written.add_stream("libopus", rate=_AUDIO_RATE)
            out.layout = layout
            streams[audio.index] = out, av.AudioResampler(format="flt", layout=layout, rate=_AUDIO_RATE)
        if not streams:
            raise ValueError("neither picture nor sound")
        told = decoded = 0
        for packet in read.demux([read.streams[index] for index in streams]):
            out, resampler = streams[packet.stream.index]
            try:
                frames = packet.decode()
            except InvalidDataError:
                continue  # a damaged packet costs a moment of the film, not the film
            for frame in frames:
                decoded += 1
                _write(written, out, resampler, frame)
            if read.duration and packet.pts is not None and packet.time_base is not None:
                step = int(float(packet.pts * packet.time_base) * av.time_base / read.duration * _STEPS)
                if step > told:
                    told = step
                    answer.send(min(step / _STEPS, 1.0))
        if not decoded:
            raise ValueError("nothing in it can be decoded")
        for out, resampler in streams.values():
            if resampler is not None:
                _write(written, out, resampler, None)
            written.mux(out.encode(None))


def _write(written: Any, out: Any, resampler: Any, frame: Any) -> None:
    if resampler is None:
        frame.pict_type = 0  # the encoder chooses its own key frames
        written.mux(out.encode(frame))
    else:
        for part in resampler.resample(frame):
            written.mux(out.encode(part))

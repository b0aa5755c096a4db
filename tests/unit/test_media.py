"""Files that an author puts into a course, where they cannot be kept: said in a sentence, and nothing half-made stays."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from desktop.errors import Cancelled, Invalid
from desktop.store.assets import CHUNK
from desktop.store.media import Media
from desktop.tasks import JobControl

TEN_GB = 10_000_000_000


@pytest.fixture
def media(tmp_path: Path) -> Media:
    return Media(tmp_path / "media")


def film(path: Path, size: int) -> Path:
    """A file of so many bytes that takes no room: all of it is a hole."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


def quiet() -> JobControl:
    return JobControl(lambda _fraction, _detail: None)


def test_a_film_larger_than_the_disk_is_refused_before_a_byte_is_read(media: Media, tmp_path: Path) -> None:
    size = shutil.disk_usage(tmp_path).free + TEN_GB
    source = film(tmp_path / "film.mp4", size)
    told: list[str] = []
    with pytest.raises(Invalid, match=r"“film\.mp4” does not fit on this computer's disk") as refused:
        media.keep(source, "film.mp4", "video/mp4", JobControl(lambda _fraction, detail: told.append(detail)))
    assert f"It has {size / 1e9:.1f} GB" in refused.value.remedy
    assert told == []
    assert list((tmp_path / "media").iterdir()) == []


def test_a_film_of_ten_gigabytes_is_copied_a_piece_at_a_time_and_stopping_leaves_nothing(media: Media, tmp_path: Path) -> None:
    if shutil.disk_usage(tmp_path).free < TEN_GB:
        pytest.skip("less than 10 GB are free here")
    source = film(tmp_path / "film.mp4", TEN_GB)
    control = JobControl(lambda fraction, _detail: control.cancel() if fraction is not None and fraction * TEN_GB >= 64 * CHUNK else None)
    tracemalloc.start()
    try:
        with pytest.raises(Cancelled):
            media.keep(source, "film.mp4", "video/mp4", control)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 8 * CHUNK, "64 pieces were copied, and never more than a few held"
    assert list((tmp_path / "media").iterdir()) == []
    assert media.waiting() == []


def test_a_file_that_cannot_be_opened_is_said_by_name(media: Media, tmp_path: Path) -> None:
    (tmp_path / "slides.pdf").mkdir()  # stands for what another program holds: opening it fails on every system
    with pytest.raises(Invalid, match=r"“slides\.pdf” could not be copied") as refused:
        media.keep(tmp_path / "slides.pdf", "slides.pdf", "application/pdf", quiet())
    assert "Close the program that has it open" in refused.value.remedy
    with pytest.raises(Invalid, match=r"“gone\.pdf” could not be copied"):
        media.keep(tmp_path / "gone.pdf", "gone.pdf", "application/pdf", quiet())
    assert list((tmp_path / "media").iterdir()) == []


def test_no_room_in_the_middle_of_a_copy_leaves_nothing_and_the_next_one_works(media: Media, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    source = film(tmp_path / "film.mp4", 6 * CHUNK)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 * CHUNK, hard))  # the fourth piece finds no room
    try:
        with pytest.raises(Invalid, match=r"“film\.mp4” could not be copied"):
            media.keep(source, "film.mp4", "video/mp4", quiet())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / "media").iterdir()) == []
    asset = media.keep(source, "film.mp4", "video/mp4", quiet())
    assert [one.asset for one in media.waiting()] == [asset]
    kept = media.find(asset)
    assert kept is not None
    assert kept.stat().st_size == 6 * CHUNK


@pytest.mark.skipif(sys.platform == "win32", reason="a file that another program holds is opened by it below")
def test_a_file_that_cannot_be_read_is_named_and_nothing_half_made_stays(media: Media, tmp_path: Path) -> None:
    """A disk that fails in the middle; whoever opens a file that another program holds gets the same kind of error on Windows."""
    broken = Path("/proc/self/mem")  # it opens, and its first byte cannot be read
    with pytest.raises(Invalid, match=r"“film\.mp4” could not be copied: Input/output error") as refused:
        media.keep(broken, "film.mp4", "video/mp4", quiet())
    assert "Close the program that has it open" in refused.value.remedy
    with pytest.raises(Invalid, match=r"“gone\.pdf” could not be copied: No such file"):
        media.keep(tmp_path / "gone.pdf", "gone.pdf", "application/pdf", quiet())
    assert list((tmp_path / "media").iterdir()) == []
    assert media.waiting() == []


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows keeps others from a file that is open")
def test_a_file_that_another_program_holds_is_named(media: Media, tmp_path: Path) -> None:
    source = film(tmp_path / "film.mp4", CHUNK)
    hold = (
        "import sys, ctypes; h = ctypes.windll.kernel32.CreateFileW(sys.argv[1], 0xC0000000, 0, None, 3, 128, None); print(h, flush=True);"
        " input()"
    )
    with subprocess.Popen([sys.executable, "-c", hold, str(source)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(Invalid, match="could not be copied"):
            media.keep(source, "film.mp4", "video/mp4", quiet())
        holder.communicate(b"\n")
    assert list((tmp_path / "media").iterdir()) == []

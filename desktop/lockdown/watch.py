"""What a station notices of the machine under it. Everything here is a hint for a person, and none of it a judgement."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CLOCK_SECONDS = 2.0
"""A calendar that moves so much against the monotonic clock was set, or the machine slept."""
MACHINES = re.compile(r"\b(virtualbox|vmware|kvm|qemu|bochs|xen|parallels|virtual machine|hvm domu|bhyve|utm)\b", re.IGNORECASE)
"""What makers of virtual machines call them."""
LISTED = frozenset(
    {
        *("anydesk", "teamviewer", "teamviewerd", "rustdesk", "x11vnc", "vino-server", "krfb", "wayvnc", "xtigervnc", "x0vncserver"),
        *("xrdp", "remoting_host", "screenconnect", "parsecd", "sunshine", "obs", "obs64", "simplescreenrecorder", "kazam", "peek"),
        *("zoom", "discord", "slack", "teams", "skype", "skypeforlinux", "gotomeeting", "webex", "atmgr", "quicktimeplayerx"),
    }
)
"""Programs that show this screen to others, record it, or let somebody else type: by the name of their process, in lower case."""
COMMAND_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something that was noticed. ``severity`` is one of info, low, medium and high, as in the log of incidents."""

    kind: str
    severity: str
    evidence: dict[str, Any]


def local_address(server: tuple[str, int]) -> str:
    """The address of this machine on the way to the server; nothing is sent. Empty where there is no way."""
    host, port = server
    if host.startswith("/"):
        return ""
    try:
        [(family, kind, protocol, _name, address), *_others] = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        with socket.socket(family, kind, protocol) as probe:
            probe.connect(address)
            return str(probe.getsockname()[0])
    except OSError:
        return ""


def remote_session(environment: Mapping[str, str]) -> str:
    """The sign that this session is shown somewhere else, or nothing."""
    for name in ("SSH_CONNECTION", "XRDP_SESSION", "REMOTEHOST"):
        if environment.get(name):
            return name
    display = environment.get("DISPLAY", "").partition(":")[0]
    if display not in ("", "unix") and not display.startswith("/"):
        return "DISPLAY"
    if environment.get("SESSIONNAME", "").upper().startswith("RDP"):
        return "SESSIONNAME"
    if sys.platform == "win32":
        import ctypes

        if ctypes.windll.user32.GetSystemMetrics(0x1000):  # SM_REMOTESESSION
            return "SM_REMOTESESSION"
    return ""


def session_active(environment: Mapping[str, str], folder: Path = Path("/run/systemd/sessions")) -> bool:
    """Whether the session is the one on the display, by the word of systemd-logind; True where nobody says."""
    name = environment.get("XDG_SESSION_ID", "")
    if not name.isalnum():
        return True
    try:
        return "ACTIVE=0" not in (folder / name).read_text(encoding="utf-8").splitlines()
    except OSError:
        return True


def machine_name() -> str:
    """What the firmware says that this machine is."""
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"HARDWARE\DESCRIPTION\System\BIOS") as key:
                return " ".join(str(winreg.QueryValueEx(key, name)[0]) for name in ("SystemManufacturer", "SystemProductName"))
        except OSError:
            return ""
    if sys.platform == "darwin":
        return "Virtual Machine" if _said("sysctl", "-n", "kern.hv_vmm_present").strip() == "1" else ""
    names = []
    for part in ("sys_vendor", "product_name"):
        try:
            names.append(Path(f"/sys/class/dmi/id/{part}").read_text(encoding="utf-8").strip())
        except OSError:
            continue
    return " ".join(names)


def process_names() -> frozenset[str]:
    """The names of the programs that run, in lower case and without ``.exe``; of other people's only where the system shows them."""
    if sys.platform == "win32":
        lines = _said("tasklist", "/fo", "csv", "/nh").splitlines()
        return frozenset(line.split('","')[0].strip('"').lower().removesuffix(".exe") for line in lines if line)
    if sys.platform == "darwin":
        return frozenset(line.strip().rpartition("/")[2].lower() for line in _said("ps", "-axco", "command=").splitlines())
    found = set()
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            found.add(path.read_text(encoding="utf-8", errors="replace").strip().lower())
        except OSError:  # it has ended meanwhile
            continue
    return frozenset(found)


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


@dataclass
class Watch:
    """Looks around when asked, and tells each thing once for as long as it lasts. ``server`` is the host and port of the database."""

    server: tuple[str, int]
    processes: Callable[[], frozenset[str]] = field(default=process_names)
    machine: Callable[[], str] = field(default=machine_name)
    session: Callable[[], str] = field(default=lambda: remote_session(os.environ))
    here: Callable[[], bool] = field(default=lambda: session_active(os.environ))
    address: Callable[[tuple[str, int]], str] = field(default=local_address)
    clocks: Callable[[], tuple[float, float]] = field(default=lambda: (time.time(), time.monotonic()))

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """For the next candidate everything is new."""
        self._told: set[str] = set()
        self._address = ""
        self._clock: float | None = None

    def look(self) -> tuple[Sighting, ...]:
        """What is new since the last look. May take some tenths of a second: made for a worker thread."""
        return (*self._lasting(), *self._changes())

    def _lasting(self) -> list[Sighting]:
        now = {f"process:{name}": Sighting("listed_process", "medium", {"process": name}) for name in self.processes() & LISTED}
        if session := self.session():
            now["session"] = Sighting("remote_session", "high", {"sign": session})
        if MACHINES.search(machine := self.machine()):
            now["machine"] = Sighting("virtual_machine", "medium", {"machine": machine[:200]})
        if not self.here():
            now["here"] = Sighting("session_left", "high", {})
        new = [sighting for key, sighting in sorted(now.items()) if key not in self._told]
        self._told = set(now)
        return new

    def _changes(self) -> list[Sighting]:
        found = []
        address = self.address(self.server)
        if address and self._address and address != self._address:
            found.append(Sighting("address_changed", "medium", {"before": self._address, "after": address}))
        self._address = address or self._address
        wall, monotonic = self.clocks()
        if self._clock is not None and abs(wall - monotonic - self._clock) > CLOCK_SECONDS:
            found.append(Sighting("clock_changed", "low", {"seconds": round(wall - monotonic - self._clock, 1)}))
        self._clock = wall - monotonic
        return found

"""The cable between a desk and the server: it can be pulled out, and it can lose what the server says."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from enum import Enum

CHUNK = 1 << 16


class Cable(Enum):
    """What a cable does to what goes through it."""

    WHOLE = "whole"
    CUT = "cut"
    DEAF = "deaf"
    """The server hears the desk, and the desk never hears the answer: what was saved is not acknowledged."""


class Relay:
    """Listens on ``port`` of this computer for one desk. Starts whole; :meth:`become` may be called at any time."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.server = server
        self._state: Cable = Cable.WHOLE
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def become(self, state: Cable) -> None:
        self._state = state
        if state is Cable.CUT:
            self._break()

    def close(self) -> None:
        self._state = Cable.CUT
        self._listener.close()
        self._break()

    def _is_cut(self) -> bool:
        return self._state is Cable.CUT

    def _break(self) -> None:
        with self._lock:
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)  # wakes the thread that reads from it, which closes both ends

    def _accept(self) -> None:
        while True:
            try:
                desk, _address = self._listener.accept()
            except OSError:  # closed
                return
            try:
                if self._is_cut():
                    raise ConnectionRefusedError
                server = socket.create_connection(self.server, timeout=5)
                server.settimeout(None)
            except OSError:  # cut, or the server is down
                desk.close()
                continue
            with self._lock:
                self._open |= {desk, server}
            for source, sink, answers in ((desk, server, False), (server, desk, True)):
                threading.Thread(target=self._pump, args=(source, sink, answers), daemon=True).start()
            if self._is_cut():  # meanwhile
                self._break()

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with suppress(OSError):  # either end was killed, or the cable was pulled
            while data := source.recv(CHUNK):
                if not (answers and self._state is Cable.DEAF):
                    sink.sendall(data)
        with self._lock:
            for end in (source, sink):
                self._open.discard(end)
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
        source.close()

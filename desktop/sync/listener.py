"""Hearing at once that a colleague has written in a course that is here: Postgres's LISTEN, on a connection and a thread of its own."""

from __future__ import annotations

import logging
import select
import socket
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg
from psycopg import sql

from desktop.errors import LmsError
from desktop.store.connection import connect, translate_errors

if TYPE_CHECKING:
    from desktop.store.dsn import Dsn

RETRY_SECONDS = 5.0
"""Until a connection that was lost is made again."""

log = logging.getLogger(__name__)


def channel(scope: UUID) -> str:
    """Where ``lms.tell_authors`` speaks of a course or bank."""
    return f"lms_scope_{scope}"


class Listener:
    """Calls ``heard()`` on its thread when one of the courses may have changed: the server says so, or it has connected anew.

    A pooler between may take LISTEN and never deliver anything, so :attr:`trusted` is true only on a connection that has once been heard.
    ``address()`` says where the server is; it is asked again for each connection.
    """

    def __init__(self, address: Callable[[], Dsn], heard: Callable[[], object]) -> None:
        self.trusted = False
        self._address = address
        self._heard = heard
        self._wanted: frozenset[UUID] = frozenset()
        self._ended = False
        self._waker, self._woken = socket.socketpair()
        self._woken.setblocking(False)
        self._thread = threading.Thread(target=self._run, name="lms-listen", daemon=True)

    def attend(self, scopes: Iterable[UUID]) -> None:
        """Listen for these courses from now on. With none there is no connection; the thread starts with the first."""
        wanted = frozenset(scopes)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if self._thread.ident is None:
            self._thread.start()
        self._wake()

    def stop(self) -> None:
        self._ended = True
        self._wake()
        if self._thread.ident is not None:
            self._thread.join()
        self._waker.close()
        self._woken.close()

    def _wake(self) -> None:
        self._waker.send(b"!")

    def _run(self) -> None:
        while not self._ended:
            if not self._wanted:
                self._wait(None)
                continue
            try:
                with translate_errors(), connect(self._address()) as connection:
                    self._listen(connection)
            except LmsError as error:
                log.info("not listening: %s", error)
                self._wait(RETRY_SECONDS)
            except psycopg.Error:
                log.exception("listening")
                self._wait(RETRY_SECONDS)
            finally:
                self.trusted = False

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        """Until nothing is wanted any more; raises what the driver raises when the connection is lost."""
        listening: frozenset[UUID] = frozenset()
        while self._wanted and not self._ended:
            wanted = self._wanted
            for verb, scopes in (("UNLISTEN", listening - wanted), ("LISTEN", wanted - listening)):
                for scope in scopes:
                    connection.execute(sql.SQL("{} {}").format(sql.SQL(verb), sql.Identifier(channel(scope))))
            if wanted - listening:
                self._heard()  # what was said before anybody listened
            listening = wanted
            self._wait(None, connection)
            connection.pgconn.consume_input()
            told = False
            while connection.pgconn.notifies():
                told = True
            if told:
                self.trusted = True
                self._heard()

    def _wait(self, seconds: float | None, connection: psycopg.Connection[Any] | None = None) -> None:
        """Until somebody wakes this thread, or the server says something."""
        watched = [self._woken.fileno(), *([connection.fileno()] if connection else [])]
        readable, _writable, _failed = select.select(watched, [], [], seconds)
        if self._woken.fileno() in readable:
            self._woken.recv(4096)

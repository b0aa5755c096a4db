"""Talking to one database as one person.

:class:`Store` runs a function in one transaction on a pooled connection; :func:`translate_errors` turns what the driver raises into
:mod:`desktop.errors`. Everything here is synchronous and made for worker threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, Concatenate

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from desktop import errors
from desktop.i18n import _
from desktop.store.dsn import Dsn
from desktop.store.failures import certificate_out_of_date, translated
from desktop.store.handshake import out_of_date
from desktop.tasks import JobControl, current_job

SUPPORTED_MAJORS = range(15, 19)
"""The Postgres versions that the tests run on."""

STAFF_CONNECTIONS = 4
LEARNER_CONNECTIONS = 2

APPLICATION_NAME = "nabip-lms"
CONNECT_SECONDS = 10
POOL_SECONDS = 30
STATEMENT_SECONDS = 60
LOCK_SECONDS = 10
IDLE_IN_TRANSACTION_SECONDS = 300
PING_AFTER_SECONDS = 20
"""A connection that rested longer is tried before use: the server, or a firewall between, may have dropped it."""
STOP_SECONDS = 5


class Store:
    """One database, as one person, over at most ``connections`` connections.

    No connection is made before the first call. Cancelling the job that a thread works on (:mod:`desktop.tasks`) also stops what the
    server is doing for it. Errors are those of :mod:`desktop.errors`; a driver error that is none of them passes
    through as what it is, a defect.
    """

    def __init__(
        self,
        dsn: Dsn | str,
        *,
        connections: int = STAFF_CONNECTIONS,
        statement_seconds: float = STATEMENT_SECONDS,
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        self.dsn = Dsn.parse(dsn) if isinstance(dsn, str) else dsn
        self._statement_seconds = statement_seconds
        self._lock_seconds = lock_seconds
        self._closed = False
        self._engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            pool_size=connections,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            pool_use_lifo=True,
        )
        sa.event.listen(self._engine, "checkout", _checked_out)
        sa.event.listen(self._engine, "checkin", self._checked_in)
        sa.event.listen(self._engine, "before_cursor_execute", _about_to_execute)

    def read[**P, T](self, fn: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(session, …)`` in a read-only transaction that sees one moment of the database, and return what it returns."""
        return self._transact(True, lambda session: fn(session, *args, **kwargs))

    def write[**P, T](self, fn: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(session, …)`` in a transaction that commits when it returns; whatever it raises undoes all of it.

        Never retried: when the connection breaks during the commit, :class:`desktop.errors.ServerAway` leaves open whether it happened.
        """
        return self._transact(False, lambda session: fn(session, *args, **kwargs))

    def report[**P, T](self, fn: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Like :meth:`read`, on a standby where one of the hosts is one: what takes long there costs the primary nothing.

        It may be seconds behind. A standby ends a query that its own replay waits for; then, and without a standby, the primary answers.
        """
        if len(self.dsn.hosts) < 2:
            return self.read(fn, *args, **kwargs)
        try:
            return self._standby.read(fn, *args, **kwargs)
        except (errors.ServerAway, errors.Conflict):
            return self.read(fn, *args, **kwargs)

    @cached_property
    def _standby(self) -> Store:
        options = {**self.dsn.options, "target_session_attrs": "prefer-standby"}
        return Store(replace(self.dsn, options=options), connections=1, statement_seconds=self._statement_seconds)

    def move(self, dsn: Dsn) -> None:
        """The same database has another address from now on; connections that are open stay what they are."""
        self.dsn = dsn
        self._close_standby()

    def close(self) -> None:
        """Close the connections that rest in the pool, and those in use as they come back."""
        self._closed = True
        self._engine.dispose()
        self._close_standby()

    def _checked_in(self, _connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info["rested_since"] = time.monotonic()
        if self._closed:
            record.close()  # the pool that it came from is gone

    def _close_standby(self) -> None:
        standby = self.__dict__.pop("_standby", None)
        if standby is not None:
            standby.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _transact[T](self, readonly: bool, work: Callable[[Session], T]) -> T:
        job = current_job()
        with translate_errors(job), self._engine.connect() as pooled:
            options: dict[str, Any] = {"postgresql_readonly": readonly}
            if readonly:
                options["isolation_level"] = "REPEATABLE READ"
            connection = pooled.execution_options(**options)
            stop = partial(_stop, connection.connection.driver_connection)
            try:
                with (
                    job.stopping(stop) if job else nullcontext(),
                    Session(connection, expire_on_commit=False) as session,
                    session.begin(),
                ):
                    result = work(session)
                    if job:
                        job.check()  # the last moment: what is cancelled is not committed
                    return result
            finally:
                if job and job.cancelled:
                    # The request to stop may still be on its way, and must not stop whoever gets this connection next.
                    connection.invalidate()

    def _connect(self) -> psycopg.Connection[Any]:
        connection = connect(self.dsn)
        try:
            # Not by libpq's "options": a pooler would refuse the connection.
            connection.execute(
                "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false),"
                " set_config('idle_in_transaction_session_timeout', %s, false), set_config('timezone', 'UTC', false)",
                (
                    f"{self._statement_seconds * 1000:.0f}ms",
                    f"{self._lock_seconds * 1000:.0f}ms",
                    f"{IDLE_IN_TRANSACTION_SECONDS}s",
                ),
            )
            connection.autocommit = False
        except BaseException:
            connection.close()
            raise
        return connection


def connect(dsn: Dsn) -> psycopg.Connection[Any]:
    """A connection of its own, in autocommit, to a server that we work with. Raises the driver's errors and :mod:`desktop.errors`."""
    try:
        connection = psycopg.connect(
            dsn.conninfo(connect_timeout=CONNECT_SECONDS, application_name=APPLICATION_NAME, client_encoding="UTF8"), autocommit=True
        )
    except psycopg.OperationalError as error:
        authorities = dsn.options.get("sslrootcert", "")
        if "certificate verify failed" in str(error) and any(out_of_date(host, authorities, CONNECT_SECONDS) for host in dsn.hosts):
            raise certificate_out_of_date(str(error)) from error
        raise
    try:
        check_version(connection.info.server_version)
    except BaseException:
        connection.close()
        raise
    return connection


def check_version(server_version: int) -> None:
    """Raise :class:`desktop.errors.ServerUnsupported` for a server version (as 180004) that we do not work with."""
    major = server_version // 10000
    if major not in SUPPORTED_MAJORS:
        raise errors.ServerUnsupported(
            _("The server runs PostgreSQL {found}; this application works with {first} to {last}.").format(
                found=major, first=SUPPORTED_MAJORS[0], last=SUPPORTED_MAJORS[-1]
            ),
            remedy=_("Ask whoever looks after the server to upgrade it, or get the version of this application that fits."),
        )


def _checked_out(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    rested_since = record.info.get("rested_since")
    if rested_since is None or time.monotonic() - rested_since < PING_AFTER_SECONDS:
        return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


def _about_to_execute(*_event: object) -> None:
    """A job that was cancelled between two statements does not begin another."""
    job = current_job()
    if job is not None:
        job.check()


def _stop(connection: Any) -> None:
    """Ask the server to stop what it does on ``connection``, without waiting for it."""
    threading.Thread(target=_ask_to_stop, args=(connection,), name="lms-stop", daemon=True).start()


def _ask_to_stop(connection: psycopg.Connection[Any]) -> None:
    try:
        connection.cancel_safe(timeout=STOP_SECONDS)
    except psycopg.Error:
        # The server is gone or the statement has ended: then there is nothing left to stop, and the call itself reports it.
        return


@contextmanager
def translate_errors(job: JobControl | None = None) -> Iterator[None]:
    """Turn errors of the driver and the server inside the block into :mod:`desktop.errors`; ``job`` is what may have been cancelled."""
    try:
        yield
    except DBAPIError as error:
        found = _translated(error.orig, job) if isinstance(error.orig, psycopg.Error) else None
        if found is None:
            raise
        raise found from error
    except psycopg.Error as error:
        found = _translated(error, job)
        if found is None:
            raise
        raise found from error
    except PoolTimeout as error:
        raise errors.TookTooLong(
            _("All connections to the server are busy."), remedy=_("Wait for what is running, or cancel it."), details=str(error)
        ) from error
    except PendingRollbackError as error:
        raise errors.ServerAway(_("The connection to the server was lost."), remedy=_("Try again."), details=str(error)) from error


def _translated(error: psycopg.Error, job: JobControl | None) -> errors.LmsError | None:
    if job is not None and job.cancelled and isinstance(error, psycopg.errors.QueryCanceled):
        return errors.Cancelled(_("Cancelled."))
    return translated(error)

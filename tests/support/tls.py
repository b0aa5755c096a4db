"""Certificates of our own making, and servers that show them.

:class:`TlsRelay` ends TLS in front of a real Postgres that has none, as a connection pooler does. It works wherever the tests do; what
only Postgres itself can do (binding the sign-in to the certificate) is tested where a system Postgres with TLS is at hand.
"""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import struct
import threading
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SSL_REQUEST = 80877103
GSS_REQUEST = 80877104
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM files: ``chain`` for everybody, ``key`` for the server."""

    chain: Path
    key: Path


class Authority:
    """A certificate authority. ``file`` is what a client must be given to trust it."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = (
            self._builder(self._name, self._key.public_key(), days=(-30, 30))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, host: str, *, days: tuple[int, int] = (-1, 1)) -> Certificate:
        """A server's certificate for ``host``, valid from ``days[0]`` to ``days[1]`` days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        certificate = (
            self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), key.public_key(), days)
            .add_extension(x509.SubjectAlternativeName([name]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        made = Certificate(self._folder / f"{certificate.serial_number:x}.pem", self._folder / f"{certificate.serial_number:x}.key")
        made.chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        made.key.touch(mode=0o600)
        made.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return made

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: tuple[int, int]) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + days[0] * DAY)
            .not_valid_after(now + days[1] * DAY)
        )


class TlsRelay:
    """Listens on loopback with ``certificate`` and passes what it decrypts on to the Postgres at ``port``."""

    def __init__(self, certificate: Certificate, port: int) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate.chain, certificate.key)
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._start(self._accept)

    def close(self) -> None:
        with suppress(OSError):  # not connected is fine: this only wakes accept()
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)

    def cut(self) -> None:
        """End every connection, as a network does."""
        for open_socket in self._sockets:
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> TlsRelay:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _start(self, target, *args) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with ExitStack() as stack:
            stack.callback(client.close)
            try:
                while (code := struct.unpack("!ii", client.recv(8, socket.MSG_WAITALL))[1]) == GSS_REQUEST:
                    client.sendall(b"N")
                assert code == SSL_REQUEST
                client.sendall(b"S")
                secure = stack.enter_context(self._context.wrap_socket(client, server_side=True))
                server = stack.enter_context(socket.create_connection(("127.0.0.1", self._target)))
            except (OSError, struct.error):
                return  # the client did not like the certificate: that is what the test is about
            self._sockets += [secure, server]
            back = threading.Thread(target=_pump, args=(server, secure), daemon=True)
            back.start()
            _pump(secure, server)
            back.join(10)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)

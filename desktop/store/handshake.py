"""Asking a server for its certificate, as libpq says only that it failed and not why."""

from __future__ import annotations

import socket
import ssl
import struct

from desktop.store.dsn import Host

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""What a Postgres client sends to begin TLS (PostgreSQL documentation, "Message Formats")."""

NOT_YET_VALID, EXPIRED = 9, 10
"""OpenSSL's verification results X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED."""


def out_of_date(host: Host, authorities: str, timeout: float) -> bool:
    """True when ``host`` shows a certificate that has expired or is not valid yet. Sends nothing that is secret."""
    context = ssl.create_default_context(cafile=authorities)
    context.check_hostname = False  # whose it is was asked already
    # Python 3.13 asks for more of a certificate than libpq does, and would answer with that instead.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    try:
        with socket.create_connection((host.name, host.port), timeout) as plain:
            plain.sendall(SSL_REQUEST)
            if plain.recv(1) != b"S":
                return False
            with context.wrap_socket(plain):
                return False
    except ssl.SSLCertVerificationError as error:
        return error.verify_code in (NOT_YET_VALID, EXPIRED)
    except OSError:
        return False

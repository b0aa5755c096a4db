"""The association's signing key: P-256 with an X.509 certificate for the PDF and the QR code, Ed25519 for the credential.

An association that has a certificate from an authority brings it as a PKCS#12 file; any other makes its own and publishes the fingerprint.
P-256, as RSA-2048 signs a quarter as many a second.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from desktop.errors import Invalid
from desktop.i18n import _

YEARS = 10
"""How long a key that the association makes itself is good for."""


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """What everybody may know of a signing key: enough to verify what it signed."""

    chain: tuple[x509.Certificate, ...]
    """The key's own certificate first, then those that vouch for it."""
    credential: Ed25519PublicKey

    @property
    def certificate(self) -> x509.Certificate:
        return self.chain[0]

    @property
    def verifying(self) -> ec.EllipticCurvePublicKey:
        key = self.certificate.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)  # nothing else becomes a signing key
        return key

    @property
    def key_id(self) -> str:
        """The first 60 bits of the hash of the public key, in base32: 12 characters, in a QR code and on record."""
        spki = self.verifying.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b32encode(hashlib.sha256(spki).digest()).decode()[:12]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as it is read out: pairs of hexadecimal digits."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def name(self) -> str:
        """Whom the certificate names."""
        return name_of(self.certificate)

    def to_text(self) -> str:
        """As it is kept on the server: PEM, and the credential's key in base64."""
        pem = "".join(one.public_bytes(Encoding.PEM).decode() for one in self.chain)
        return json.dumps({"chain": pem, "credential": base64.b64encode(self.credential.public_bytes_raw()).decode()})

    @classmethod
    def from_text(cls, text: str) -> PublicKeys:
        """What :meth:`to_text` gave. Raises ValueError where it is anything else."""
        try:
            values = json.loads(text)
            chain = tuple(x509.load_pem_x509_certificates(values["chain"].encode()))
            credential = Ed25519PublicKey.from_public_bytes(base64.b64decode(values["credential"], validate=True))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no signing key: {error}") from error
        if not isinstance(chain[0].public_key(), ec.EllipticCurvePublicKey):
            raise ValueError("no signing key: its certificate is for a key of another kind")
        return cls(chain, credential)


def name_of(certificate: x509.Certificate) -> str:
    """Whom a certificate names: its common name, or else all of the name."""
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else certificate.subject.rfc4514_string()


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private half. It stays with the administrators who issue."""

    private: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def credential(self) -> Ed25519PrivateKey:
        """The key for credentials, derived from the other (HKDF, RFC 5869), so that one backup brings back both."""
        scalar = self.private.private_numbers().private_value.to_bytes(32)
        return Ed25519PrivateKey.from_private_bytes(
            HKDF(hashes.SHA256(), 32, salt=None, info=b"nabip-lms credential ed25519").derive(scalar)
        )

    @property
    def public(self) -> PublicKeys:
        return PublicKeys(self.chain, self.credential.public_key())

    def to_secret(self) -> str:
        """The private half as one line, short enough for every keyring (Windows takes 2,560 bytes)."""
        return base64.b64encode(self.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()

    @classmethod
    def from_secret(cls, secret: str, public: PublicKeys) -> SigningKey:
        """The key of :meth:`to_secret` with the certificates of ``public``. Raises ValueError where they are not one pair."""
        key = load_der_private_key(base64.b64decode(secret, validate=True), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != public.verifying:
            raise ValueError("the key is not that of the certificate")
        return cls(key, public.chain)


def make_key(association: str, now: datetime | None = None) -> SigningKey:
    """A key that the association vouches for itself (RFC 5280, a self-issued certificate for signing, not an authority)."""
    moment = now or datetime.now(UTC)
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, association[:64]), x509.NameAttribute(NameOID.ORGANIZATION_NAME, association[:64])]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .sign(private, hashes.SHA256())
    )
    return SigningKey(private, (certificate,))


def read_pkcs12(data: bytes, password: str) -> SigningKey:
    """The key of a PKCS#12 file (RFC 7292), its certificate and those that vouch for it. Raises :class:`desktop.errors.Invalid`."""
    try:
        private, certificate, others = pkcs12.load_key_and_certificates(data, password.encode() or None)
    except ValueError as error:
        raise Invalid(_("The file is no PKCS#12 file, or the password is not its own."), details=str(error)) from error
    if private is None or certificate is None:
        raise Invalid(_("The file holds no key with its certificate."))
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise Invalid(_("The key is of another kind: P-256 is needed."), remedy=_("Ask the authority for an ECDSA key on the curve P-256."))
    if private.public_key() != certificate.public_key():
        raise Invalid(_("The key in the file is not that of its certificate."))
    if certificate.not_valid_after_utc <= datetime.now(UTC):
        raise Invalid(_("The certificate in the file has expired."))
    return SigningKey(private, (certificate, *others))


def write_pkcs12(key: SigningKey, password: str) -> bytes:
    """A backup under ``password``: :func:`read_pkcs12` takes it back."""
    return pkcs12.serialize_key_and_certificates(
        key.public.name.encode(), key.private, key.chain[0], key.chain[1:], BestAvailableEncryption(password.encode())
    )

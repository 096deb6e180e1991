"""A throw-away authority: it vouches for the simulator and, if wanted, for who asks it."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from payers import client_certificate

PEM = serialization.Encoding.PEM
LOOPBACK = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]


class Encryption(NamedTuple):
    """How a simulator speaks https, and what an account needs to be spoken to."""

    context: ssl.SSLContext
    authority: Authority
    #: Only who shows a certificate of the authority is let in.
    asks_for_certificate: bool

    @property
    def options(self) -> dict[str, str]:
        return {"ca_file": str(self.authority.file)}

    @property
    def secrets(self) -> dict[str, str]:
        return self.authority.client() if self.asks_for_certificate else {}


class Authority:
    """Its own key never leaves this object; `file` holds its certificate, for `options["ca_file"]`."""

    def __init__(self, folder: Path) -> None:
        """`folder` must exist, and nobody else should write there."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Authority of the simulator")
        self._certificate = self._sign(self._name, self._key, [], _days(1))
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._certificate.public_bytes(PEM))

    def server(self, *, asks_for_certificate: bool = False) -> Encryption:
        """For a server on loopback."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        own = self._sign(
            _name("payer.example"), key, [x509.SubjectAlternativeName(LOOPBACK), usage], _days(1)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        client_certificate.load(context, [own], key)
        if asks_for_certificate:
            context.load_verify_locations(self.file)
            context.verify_mode = ssl.CERT_REQUIRED
        return Encryption(context, self, asks_for_certificate)

    def client(
        self, *, since: timedelta = timedelta(days=-1), until: timedelta = timedelta(days=1)
    ) -> dict[str, str]:
        """Secrets of an account: a certificate of this authority, valid from `since` to `until` by now."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        own = self._sign(_name("clinic.example"), key, [usage], (now + since, now + until))
        unlocked = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return {"client_certificate": own.public_bytes(PEM).decode(), "client_key": unlocked.decode()}

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        extensions: list[x509.ExtensionType],
        valid: tuple[datetime, datetime],
    ) -> x509.Certificate:
        """A certificate of this authority; its own where the key is its own. Python 3.13 takes no less than this."""
        issuer, own = self._key.public_key(), key is self._key
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(valid[0])
            .not_valid_after(valid[1])
            .add_extension(x509.BasicConstraints(ca=own, path_length=None), critical=True)
            .add_extension(_usage(signs=own), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer), critical=False)
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _days(number: int) -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    return now - timedelta(days=number), now + timedelta(days=number)

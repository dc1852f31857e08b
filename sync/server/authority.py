"""The trial's own authority: its certificate, which laptops pin, one for the server, and the server's signing key."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import os
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.problems import Problem

_YEARS, _SERVER_DAYS = 10, 90
_BLOCK = re.compile(rb"-----BEGIN [A-Z0-9 ]+-----.+?-----END [A-Z0-9 ]+-----\n?", re.DOTALL)
Key = ec.EllipticCurvePrivateKey


def pin(certificate: bytes) -> bytes:
    """SHA-256 of the public key information of a certificate (PEM)."""
    key = x509.load_pem_x509_certificate(certificate).public_key()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def check_served(certificate: Path, key: Path, authority: Path, host: str) -> None:
    """Shake hands with ourselves as a laptop does. Raises Problem server.certificate: why no laptop would."""
    try:
        ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Without this, a key under a passphrase would wait for somebody to type it.
        ours.load_cert_chain(certificate, key, password=b"")
        theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        theirs.minimum_version = ssl.TLSVersion.TLSv1_3
        theirs.load_verify_locations(authority)
        pin(authority.read_bytes())
    except (ssl.SSLError, OSError, ValueError) as error:
        raise Problem("server.certificate", reason="a file is no certificate, or certificate and key differ") from error
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = theirs.wrap_bio(back, there, server_hostname=host)
    server = ours.wrap_bio(there, back, server_side=True)
    try:
        for side in (client, server, client):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
    except ssl.SSLCertVerificationError as error:
        raise Problem("server.certificate", reason=error.verify_message) from error
    except ssl.SSLError as error:
        raise Problem("server.certificate", reason="it does not serve TLS 1.3") from error


def ends(certificate: Path) -> datetime:
    """When a certificate (PEM) is over."""
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def make_authority(folder: Path, called: str = "Holdfast trial authority") -> None:
    """A new authority in a folder: `authority.crt` and `authority.key`. One that is there stays."""
    if (folder / "authority.crt").exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(called)
    builder = _builder(name, name, key, timedelta(days=365 * _YEARS))
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    builder = builder.add_extension(x509.BasicConstraints(True, 0), True).add_extension(usage, True)
    write_whole(folder / "authority.key", _pem(key))
    write_whole(folder / "authority.crt", builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))


def make_server(folder: Path, host: str) -> None:
    """A fresh certificate for the server, signed by the folder's authority: `server.crt` and `server.key`."""
    authority = x509.load_pem_x509_certificate((folder / "authority.crt").read_bytes())
    signer = load_pem_private_key((folder / "authority.key").read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), _address("127.0.0.1"), _address("::1")]
    if host not in ("localhost", "127.0.0.1", "::1"):
        names.append(_address(host) if is_address(host) else x509.DNSName(host))
    builder = _builder(_name("Holdfast trial server"), authority.subject, key, timedelta(days=_SERVER_DAYS))
    builder = (
        builder.add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
    )
    write_whole(folder / "server.key", _pem(key))
    write_whole(folder / "server.crt", builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM))


def make_signing_key(folder: Path) -> None:
    """The key with which the server signs: `signing.key`. One that is there stays."""
    if not (folder / "signing.key").exists():
        write_whole(folder / "signing.key", _pem(Ed25519PrivateKey.generate()))


Certificate = x509.Certificate


def certificates(data: bytes) -> list[Certificate]:
    """The certificates in a file (PEM), in their order. Raises ValueError."""
    return x509.load_pem_x509_certificates(data)


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether a certificate may sign others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def bundle(authorities: Sequence[x509.Certificate], served: bytes) -> bytes:
    """Authorities as one file, first of all the one that signed a chain (PEM): codes pin that one."""
    chain = certificates(served)

    def signed(one: x509.Certificate) -> bool:
        return any(_is_signed_by(certificate, one) for certificate in chain)

    ordered = sorted(authorities, key=lambda one: not signed(one))
    return b"".join(one.public_bytes(Encoding.PEM) for one in ordered)


def _is_signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return certificate != authority


@dataclass(frozen=True)
class SigningKeys:
    """The key in force; former ones, which still sign for laptops that know no other; and, as public keys (32 bytes),
    those that sign no more, by which older signatures are looked at."""

    now: Ed25519PrivateKey
    former: tuple[Ed25519PrivateKey, ...] = ()
    retired: tuple[bytes, ...] = ()

    @property
    def public(self) -> list[bytes]:
        """All public keys, that in force first."""
        return [*(key.public_key().public_bytes_raw() for key in (self.now, *self.former)), *self.retired]


def signing_keys(file: Path) -> SigningKeys:
    """The server's signing keys, in one file (PEM), the newest first. Raises Problem server.signing_key."""
    try:
        return read_signing_keys(file.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise Problem("server.signing_key", file=str(file)) from error


def read_signing_keys(data: bytes) -> SigningKeys:
    """The same from the bytes of the file. Raises ValueError, TypeError."""
    private: list[Ed25519PrivateKey] = []
    retired: list[bytes] = []
    for block in _BLOCK.findall(data):
        key = load_pem_public_key(block) if b"PUBLIC" in block else load_pem_private_key(block, None)
        if isinstance(key, Ed25519PrivateKey):
            private.append(key)
        elif isinstance(key, Ed25519PublicKey):
            retired.append(key.public_bytes_raw())
        else:
            raise ValueError("another kind of key")
    if not private:
        raise ValueError("no key")
    return SigningKeys(private[0], tuple(private[1:]), tuple(retired))


def signing_keys_file(keys: SigningKeys) -> bytes:
    """Signing keys as their file holds them (PEM)."""
    retired = [Ed25519PublicKey.from_public_bytes(key) for key in keys.retired]
    blocks = [_pem(key) for key in (keys.now, *keys.former)]
    blocks += [key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in retired]
    return b"".join(blocks)


def signing_key(file: Path) -> Ed25519PrivateKey:
    """The signing key in force. Raises Problem server.signing_key."""
    return signing_keys(file).now


def _builder(subject: x509.Name, issuer: x509.Name, key: Key, lasts: timedelta) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A laptop's clock may be behind; a day is forgiven, more is the officer's to mend.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + lasts)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def is_address(text: str) -> bool:
    """Whether a text is the address of a machine, not a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _address(text: str) -> x509.IPAddress:
    return x509.IPAddress(ipaddress.ip_address(text))


def _pem(key: Key | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_over(file: Path, data: bytes) -> None:
    """Write a file whole or not at all in the place of one that is there; whoever could read that can read this."""
    was = file.stat()
    write_whole(file, data, mode=was.st_mode & 0o777)
    if os.name == "posix" and (file.stat().st_uid, file.stat().st_gid) != (was.st_uid, was.st_gid):
        os.chown(file, was.st_uid, was.st_gid)


def write_whole(file: Path, data: bytes, mode: int = 0o600) -> None:
    """Write a file whole or not at all; what is no secret may have a wider `mode`."""
    beside = file.with_name(file.name + ".new")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)

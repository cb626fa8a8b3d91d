"""A certificate authority for the bank, and a server certificate that ends when it should."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BANK = "api.acmebank.example"


def issue(folder: Path, ends_at: float | None = None) -> Path:
    """Write `bank.pem` and `bank.key` into `folder`; return the authority's certificate, `bank-ca.pem`.

    The server certificate ends at `ends_at` (epoch seconds UTC), or in a week.
    """
    now = datetime.now(UTC)
    ends = datetime.fromtimestamp(ends_at, UTC) if ends_at else now + timedelta(days=7)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority_name = _name("Acme Root CA")
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    authority = (
        _builder(authority_name, authority_name, authority_key, now, now + timedelta(days=8))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    server = (
        _builder(_name(BANK), authority_name, key, now, ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(BANK)]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "bank-ca.pem").write_bytes(authority.public_bytes(pem))
    (folder / "bank.pem").write_bytes(server.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "bank.key").write_bytes(secret)
    return folder / "bank-ca.pem"


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(ends)
    )

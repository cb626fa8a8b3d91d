"""TLS of servers and clients, from files that may change while the process runs."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

from inquest.contracts.errors import InquestError
from inquest.telemetry.logs import get_logger

if TYPE_CHECKING:
    import grpc

_log = get_logger("tls")


class TlsSettings(BaseSettings):
    """Part of the settings of every service (prefix INQUEST_), and all that the command needs."""

    model_config = SettingsConfigDict(env_prefix="INQUEST_", extra="ignore", frozen=True)

    tls_cert_file: Path | None = None  # PEM, with the chain: what servers show, and clients where they are asked
    tls_key_file: Path | None = None
    tls_client_ca_file: Path | None = None  # servers ask for a certificate of this authority
    tls_http_clients: Literal["verified", "anyone"] = "verified"  # anyone: HTTP is exempt from the line above
    tls_ca_file: Path | None = None  # clients speak TLS, with servers of this authority

    def files(self) -> "TlsFiles | None":
        """Return what servers need, None where they speak plain text. Raises InquestError where half of it is set."""
        if self.tls_cert_file is None and self.tls_key_file is None:
            if self.tls_client_ca_file is not None:
                raise InquestError("INQUEST_TLS_CLIENT_CA_FILE needs INQUEST_TLS_CERT_FILE and INQUEST_TLS_KEY_FILE")
            return None
        if self.tls_cert_file is None or self.tls_key_file is None:
            raise InquestError("set both INQUEST_TLS_CERT_FILE and INQUEST_TLS_KEY_FILE, or neither")
        return TlsFiles(self.tls_cert_file, self.tls_key_file, self.tls_client_ca_file)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """The files of one server."""

    cert: Path
    key: Path
    client_ca: Path | None

    def stamp(self) -> tuple[int, ...]:
        """Return what changes when a file does. Raises OSError."""
        return _stamp(self.cert, self.key, self.client_ca)

    def context(self, *, verify_clients: bool = True) -> ssl.SSLContext:
        """Return a context of TLS 1.2 or newer. Raises InquestError naming the file that cannot be used."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        _load_pair(context, self.cert, self.key)
        if self.client_ca is not None and verify_clients:
            context.verify_mode = ssl.CERT_REQUIRED
            _load_ca(context, self.client_ca)
        return context


class Rotating:
    """Looks at the files at each handshake. A pair that does not fit together leaves the one before in use."""

    def __init__(self, files: TlsFiles) -> None:
        self._files = files
        self._seen = files.stamp()

    def changed(self) -> bool:
        """Whether there are other files since the last time that can be used; asked once, it is told once."""
        try:
            now = self._files.stamp()
            if now == self._seen:
                return False
            self._files.context()
        except (OSError, InquestError) as error:
            _log.warning("tls_files_unusable", error=str(error))
            return False
        self._seen = now
        _log.info("tls_files_changed", certificate=str(self._files.cert))
        return True


def http_context(files: TlsFiles, *, verify_clients: bool) -> ssl.SSLContext:
    """Return the context of an HTTP server that picks up changed files with the next handshake."""
    context = files.context(verify_clients=verify_clients)
    rotating = Rotating(files)
    newest = context

    def choose(handshake: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        nonlocal newest
        if rotating.changed():
            newest = files.context(verify_clients=verify_clients)
        handshake.context = newest

    context.sni_callback = choose  # called without a name too
    return context


def server_credentials(files: TlsFiles) -> "grpc.ServerCredentials":
    """Return credentials of a gRPC server that picks up changed files with the next handshake."""
    import grpc  # noqa: PLC0415 - gRPC costs start-up time

    files.context()  # gRPC itself would only say that it cannot listen
    rotating = Rotating(files)

    def present() -> Any:
        authority = files.client_ca.read_bytes() if files.client_ca else None
        pair = (files.key.read_bytes(), files.cert.read_bytes())
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=authority)

    def fetch() -> Any:
        return present() if rotating.changed() else None

    return grpc.dynamic_ssl_server_credentials(
        present(), fetch, require_client_authentication=files.client_ca is not None
    )


def client_context(settings: TlsSettings) -> ssl.SSLContext | None:
    """Return what an HTTP client trusts and shows, None where nothing is configured. Raises InquestError."""
    if settings.tls_ca_file is None:
        return None
    context = ssl.create_default_context()
    _load_ca(context, settings.tls_ca_file)
    if settings.tls_cert_file is not None and settings.tls_key_file is not None:
        _load_pair(context, settings.tls_cert_file, settings.tls_key_file)
    return context


def client_stamp(settings: TlsSettings) -> tuple[int, ...]:
    """Return what changes when a file of a client does. Raises InquestError."""
    try:
        return _stamp(settings.tls_ca_file, settings.tls_cert_file, settings.tls_key_file)
    except OSError as error:
        raise InquestError(f"TLS: {error.filename}: {error.strerror}") from error


def channel(address: str, settings: TlsSettings, options: Any = ()) -> "grpc.aio.Channel":
    """Return a gRPC channel: TLS where an authority is configured, with our certificate where there is one."""
    import grpc.aio  # noqa: PLC0415 - gRPC costs start-up time

    if settings.tls_ca_file is None:
        return grpc.aio.insecure_channel(address, options=options)
    client_context(settings)  # names the file that cannot be used
    has_pair = settings.tls_cert_file is not None and settings.tls_key_file is not None
    credentials = grpc.ssl_channel_credentials(
        settings.tls_ca_file.read_bytes(),
        settings.tls_key_file.read_bytes() if has_pair and settings.tls_key_file else None,
        settings.tls_cert_file.read_bytes() if has_pair and settings.tls_cert_file else None,
    )
    return grpc.aio.secure_channel(address, credentials, options=options)


def _stamp(*paths: Path | None) -> tuple[int, ...]:
    stats = [path.stat() for path in paths if path is not None]
    return tuple(number for one in stats for number in (one.st_mtime_ns, one.st_size, one.st_ino))


def _load_pair(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    try:
        context.load_cert_chain(cert, key)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise InquestError(f"TLS: {cert} and {key} are no certificate with its key: {error}") from error


def _load_ca(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_verify_locations(path)
    except (OSError, ValueError) as error:
        raise InquestError(f"TLS: {path} holds no certificate of an authority: {error}") from error

"""TLS to nats-server: whom we believe, and who we are."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from inquest.contracts.errors import InquestError


class TlsUnusable(InquestError):
    """A certificate or key cannot be used; the text names the file and says why."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files. `ca` None believes what the system believes; `cert` and `key` are for servers that ask who we are."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    def __bool__(self) -> bool:
        """Say whether TLS is asked for."""
        return bool(self.ca or self.cert or self.key)

    def context(self) -> ssl.SSLContext:
        """Return what verifies the server, its host name and its dates. Raises TlsUnusable."""
        if bool(self.cert) != bool(self.key):
            raise TlsUnusable("a client certificate and its key belong together: one of them is not set")
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except (OSError, ssl.SSLError) as error:
            raise TlsUnusable(f"{self.ca}: no certificates to believe: {_words(error)}") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.cert and self.key:
            try:
                context.load_cert_chain(self.cert, self.key)
            except (OSError, ssl.SSLError) as error:
                raise TlsUnusable(f"{self.cert} with {self.key}: {_words(error)}") from error
        return context


def explain(error: BaseException) -> str:
    """Return what a failed handshake means, for people; empty where it was no handshake."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not believed: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        reason = error.reason or str(error)
        if "WRONG_VERSION_NUMBER" in reason:
            return "it does not begin with TLS: its configuration needs `tls { handshake_first: auto }`"
        if "CERTIFICATE_REQUIRED" in reason:
            return "it wants a client certificate: set INQUEST_NATS_TLS_CERT_FILE and INQUEST_NATS_TLS_KEY_FILE"
        return f"no TLS connection: {reason.lower().replace('_', ' ')}"
    return ""


def _words(error: OSError) -> str:
    return getattr(error, "reason", None) or error.strerror or str(error)

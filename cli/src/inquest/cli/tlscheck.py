"""Why a connection fails where one side speaks TLS and the other does not, or one does not believe the other."""

import socket
import ssl

from inquest.runtime.tls import TlsSettings, client_context

LIMIT_S = 2.0
ANY_PAIR = "INQUEST_TLS_CERT_FILE and INQUEST_TLS_KEY_FILE"


def trouble(address: str, settings: TlsSettings) -> str:
    """Return what is wrong with TLS at `host:port` and what to do, empty where it is not TLS."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if settings.tls_ca_file is None:
        met = _met(host, int(port), _unverified())
        if met in ("", "certificate"):
            asks = f", and {ANY_PAIR}, for it asks for a certificate" if met else ""
            return f"speaks TLS: set INQUEST_TLS_CA_FILE to the authority of its certificate{asks}"
        return ""
    met = _met(host, int(port), client_context(settings) or _unverified())
    if met == "plain":
        return "speaks plain text, or nothing that is known here: unset INQUEST_TLS_CA_FILE if it is meant to"
    if met == "certificate":
        return f"does not accept our certificate: set {ANY_PAIR} to one that is valid and of its authority"
    return f"its certificate is not believed: {met}" if met and met != "away" else ""


def _met(host: str, port: int, context: ssl.SSLContext) -> str:
    """Return how a handshake went: empty (well), plain, certificate (ours is refused), away, or what theirs lacks."""
    context.set_alpn_protocols(["h2", "http/1.1"])
    shaken = False
    try:
        with socket.create_connection((host, port), LIMIT_S) as plain:
            plain.settimeout(LIMIT_S)
            with context.wrap_socket(plain, server_hostname=host) as secured:
                shaken = True
                secured.settimeout(LIMIT_S / 4)
                # With TLS 1.3 a server refuses our certificate only after we think that all is well.
                return "" if secured.recv(1) else "certificate"
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except ssl.SSLError as error:
        return "certificate" if shaken or "ALERT" in (error.reason or "") else "plain"
    except ConnectionResetError:
        return "certificate" if shaken else "plain"
    except TimeoutError:
        return ""
    except OSError:
        return "away"


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context

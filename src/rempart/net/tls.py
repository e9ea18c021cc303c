"""Whom we trust over TLS, read from fixed places: no variable of the environment changes it or records its keys."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Final

from rempart.errors import ConfigError, FetchError
from rempart.model.web import NotFetchedReason

#: Where systems keep the authorities that they trust: Debian, Fedora, OpenSUSE, Alpine, macOS (Homebrew).
_AUTHORITIES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/opt/homebrew/etc/openssl@3/cert.pem",
)


def trusted_authorities(named: Path | None) -> str | None:
    """Return the file of the authorities that are trusted: the one that is named, or the system's; None if none is."""
    return str(named) if named else next((path for path in _AUTHORITIES if os.path.exists(path)), None)


def make_tls_context(authorities: Path | None = None) -> ssl.SSLContext:
    """Make what verifies hosts: TLS 1.2 or later, the name checked.

    ``ssl.create_default_context`` is not used: it reads ``SSL_CERT_FILE``, and writes the session's keys to the file
    that ``SSLKEYLOGFILE`` names.

    Args:
        authorities: A file of certificates (PEM) to trust instead of the system's.

    Raises:
        ConfigError: the file cannot be read, or the system has none.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    source = trusted_authorities(authorities)
    if source is None:
        # Nothing can be verified then; every https address says so, http ones still work.
        return context
    try:
        context.load_verify_locations(cafile=source)
    except (OSError, ssl.SSLError) as error:
        message = f"the certificates of {source} cannot be read: {error.strerror or error}"
        raise ConfigError(message, advice="Check net.authorities_file: it is a file of certificates in PEM.") from error
    return context


def why_no_tls(error: BaseException, host: str) -> FetchError:
    """Say why a handshake failed: a certificate that is not valid, or no TLS at all."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return FetchError(NotFetchedReason.CERTIFICATE, f"{host}: {found.verify_message}")
        if isinstance(found, ssl.SSLError):
            return FetchError(NotFetchedReason.TLS, f"{host}: {getattr(found, 'reason', None) or 'no TLS'}")
        found = found.__cause__ or found.__context__
    return FetchError(NotFetchedReason.TLS, f"{host}: the connection was broken")

"""Whom we trust is read from a file that we name, and why TLS failed is said in one of two ways."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from net.servers import Authority
from rempart.errors import ConfigError
from rempart.model.web import NotFetchedReason
from rempart.net import make_tls_context
from rempart.net.tls import why_no_tls


def test_hosts_are_verified(authority: Authority, tmp_path: Path) -> None:
    """Their certificate and their name, over TLS 1.2 or later; only the named authorities are trusted."""
    file = tmp_path / "authorities.pem"
    authority.ca.cert_pem.write_to_path(file)

    context = make_tls_context(file)

    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) == 1


def test_keys_are_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment asks for."""
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))

    context = make_tls_context()

    assert not context.keylog_filename
    assert not (tmp_path / "keys.log").exists()


@pytest.mark.parametrize(
    "content", [None, b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_file_without_certificates_is_a_mistake_of_settings(tmp_path: Path, content: bytes | None) -> None:
    """Nothing is trusted instead."""
    file = tmp_path / "authorities.pem"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigError, match=r"authorities\.pem"):
        make_tls_context(file)


def test_a_certificate_is_told_from_no_tls() -> None:
    """Also where the library wrapped the error."""
    wrong = ssl.SSLCertVerificationError(1, "x")
    wrong.verify_message = "certificate has expired"
    wrapped = OSError("x")
    wrapped.__cause__ = wrong

    assert why_no_tls(wrapped, "h").reason is NotFetchedReason.CERTIFICATE
    assert why_no_tls(wrapped, "h").detail == "h: certificate has expired"
    assert why_no_tls(ssl.SSLError(1, "x"), "h").reason is NotFetchedReason.TLS
    assert why_no_tls(ConnectionResetError(), "h").reason is NotFetchedReason.TLS

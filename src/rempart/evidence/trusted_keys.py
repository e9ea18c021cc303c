"""The keys that a package is verified with: those that were got by another way, and those that came in it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509

from rempart.errors import IntegrityError, MisuseError
from rempart.evidence.notes import SignatureKind, VerifierKey, parse_vkey, parse_vkeys
from rempart.evidence.package_texts import certificate_line
from rempart.evidence.tokens import UNREADABLE

_CERTIFICATES_MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """What whoever verifies got by another way than the package; for what is left out, the package's own is taken."""

    ca_pems: tuple[str, ...] = ()
    """Certificates of authorities that vouch for seals."""
    tsa_pems: tuple[str, ...] = ()
    """Roots of time-stamping authorities; a time-stamp by one of them must then be there."""
    log_vkeys: tuple[str, ...] = ()
    """Keys of logs."""
    witness_vkeys: tuple[str, ...] = ()
    """Keys of witnesses that are believed."""
    timestamps_least: int = 1
    """How many time-stamps of its sums each package must have."""
    witnesses_least: int = 0
    """How many witnesses must have cosigned the log's checkpoint of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKeys:
    """Keys, read."""

    ca: tuple[x509.Certificate, ...]
    """Vouch for seals."""
    tsa: tuple[x509.Certificate, ...]
    """Vouch for time-stamps."""
    log: tuple[VerifierKey, ...]
    """Sign checkpoints."""
    witnesses: tuple[VerifierKey, ...]
    """Cosign them."""


def given_keys(anchors: Anchors) -> TrustedKeys:
    """Read what was given.

    Raises:
        MisuseError: one of them is no certificate, or no key.
    """
    try:
        return TrustedKeys(
            ca=tuple(each for pem in anchors.ca_pems for each in load_pem(pem.encode())),
            tsa=tuple(each for pem in anchors.tsa_pems for each in load_pem(pem.encode())),
            log=_of_kind([parse_vkey(text) for text in anchors.log_vkeys], SignatureKind.NOTE),
            witnesses=_of_kind([parse_vkey(text) for text in anchors.witness_vkeys], SignatureKind.COSIGNATURE),
        )
    except IntegrityError as error:
        message = f"what was given to verify with cannot be used: {error}"
        raise MisuseError(
            message, advice="Certificates are PEM files; keys of a log are lines name+id+base64."
        ) from None


def package_keys(read: Callable[[str], bytes | None]) -> TrustedKeys:
    """Read what came with a package.

    Args:
        read: Returns the bytes of one of its small files; None if it is not there.

    Raises:
        IntegrityError: one of them is no certificate, or no key.
    """
    try:
        [log] = parse_vkeys(_text(read("trust/log.vkey")))
        return TrustedKeys(
            ca=load_pem(read("trust/ca.pem") or b""),
            tsa=load_pem(read("trust/tsa.pem") or b""),
            log=_of_kind([log], SignatureKind.NOTE),
            witnesses=_of_kind(parse_vkeys(_text(read("trust/witnesses.vkey"))), SignatureKind.COSIGNATURE),
        )
    except (MisuseError, ValueError):
        message = "a key in trust/ is none"
        raise IntegrityError(message) from None


def load_pem(raw: bytes) -> tuple[x509.Certificate, ...]:
    """Read certificates.

    Raises:
        IntegrityError: it is none, or one is not as RFC 5280 has it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = tuple(x509.load_pem_x509_certificates(raw))
            # Names are read when they are asked for: once here, so that no one meets a broken one later.
            [certificate_line("", each) for each in found]
    except UNREADABLE as error:
        message = "a certificate cannot be read"
        raise IntegrityError(message) from error
    if len(found) > _CERTIFICATES_MOST:
        message = f"{len(found)} certificates > {_CERTIFICATES_MOST}"
        raise IntegrityError(message)
    return found


def fingerprints(keys: TrustedKeys) -> tuple[str, ...]:
    """Return the lines of ``trust/FINGERPRINTS.txt``, without what may differ in spelling: file and fingerprint."""
    lines = [certificate_line("trust/ca.pem", each) for each in keys.ca]
    lines += [certificate_line("trust/tsa.pem", each) for each in keys.tsa]
    lines += [f"trust/log.vkey  {each.vkey}" for each in keys.log]
    lines += [f"trust/witnesses.vkey  {each.vkey}" for each in keys.witnesses]
    return tuple(_start(line) for line in lines)


def require_fingerprints(raw: bytes, keys: TrustedKeys) -> None:
    """Make sure that ``trust/FINGERPRINTS.txt`` shows the keys that are there, and no others.

    Raises:
        IntegrityError: it does not.
    """
    try:
        lines = _text(raw).split("\n")
    except ValueError:
        lines = []
    if tuple(_start(line) for line in lines if line.startswith("trust/")) != fingerprints(keys):
        message = "trust/FINGERPRINTS.txt shows other keys than those in trust/"
        raise IntegrityError(message)


def _start(line: str) -> str:
    """Return a line without the certificate's name at its end, which libraries spell in several ways."""
    return "  ".join(line.strip("\n").split("  ")[:2])


def _of_kind(keys: Sequence[VerifierKey], kind: SignatureKind) -> tuple[VerifierKey, ...]:
    if any(key.kind is not kind for key in keys):
        message = "a key is of another kind: a log's is not a witness's"
        raise IntegrityError(message)
    return tuple(keys)


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8")

"""Read certificates that a host presented: asn1crypto, in Python, lazily and under a limit; never a native parser.

OpenSSL reads them during the handshake in any case, as it does for every https address; nothing else of ours hands
their bytes to native code.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
from collections.abc import Iterator
from typing import Any, Final

from asn1crypto import x509

from rempart.model.facts import Certificate, CertificateProblem
from rempart.net.rdap_values import read_text

#: Chains of the web hold two to four.
CHAIN_MOST: Final = 10
#: The largest certificates that authorities give, for a hundred names, are 8 kB.
DER_BYTES_MOST: Final = 65_536
_NAMES_MOST: Final = 100
_NAME_CHARACTERS_MOST: Final = 500
_SERIAL_BYTES_MOST: Final = 32
#: What asn1crypto raises on bytes that are no certificate, found by fuzzing it.
_NOT_READABLE: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)


def read_certificate(der: bytes) -> Certificate:
    """Read one certificate; its fields are empty if it cannot be read."""
    digest = hashlib.sha256(der).hexdigest()
    empty = Certificate(sha256=digest, der=der[:DER_BYTES_MOST])
    if len(der) > DER_BYTES_MOST:
        return empty
    try:
        parsed = x509.Certificate.load(der, strict=True)
        names = tuple(dict.fromkeys(_names(parsed)))
        validity = parsed["tbs_certificate"]["validity"]
        return Certificate(
            subject=_shown(parsed.subject),
            issuer=_shown(parsed.issuer),
            names=names[:_NAMES_MOST],
            names_left_out=max(0, len(names) - _NAMES_MOST),
            valid_from=_instant(validity["not_before"].native),
            valid_until=_instant(validity["not_after"].native),
            serial=_serial(parsed.serial_number),
            sha256=digest,
            der=der,
        )
    except _NOT_READABLE:
        return empty


def own_problems(leaf: Certificate, host: str, now: dt.datetime) -> tuple[CertificateProblem, ...]:
    """Say what is wrong with a certificate in itself: OpenSSL names the first problem only.

    Args:
        leaf: The host's own.
        host: In its one form.
        now: The present instant.
    """
    if leaf.valid_from is None or leaf.valid_until is None:
        return (CertificateProblem.NOT_READABLE,)
    found = []
    if now > leaf.valid_until:
        found.append(CertificateProblem.EXPIRED)
    if now < leaf.valid_from:
        found.append(CertificateProblem.NOT_YET_VALID)
    if not leaf.names_left_out and not any(_fits(name, host) for name in leaf.names):
        found.append(CertificateProblem.WRONG_HOST)
    return tuple(found)


def _fits(name: str, host: str) -> bool:
    """Tell whether a name of a certificate is a host's (RFC 9525 §6.3: a star stands for the first label, whole)."""
    try:
        return ipaddress.ip_address(name) == ipaddress.ip_address(host)
    except ValueError:
        pattern = name.lower().removesuffix(".")
    if pattern.startswith("*."):
        return pattern.count(".") > 1 and host.partition(".")[2] == pattern[2:]
    return pattern == host


def _names(parsed: Any) -> Iterator[str]:  # noqa: ANN401 - asn1crypto publishes no types
    """Yield hosts and addresses of the subjectAltName; the common name has not counted since RFC 9525."""
    for general in parsed.subject_alt_name_value or ():
        match general.name:
            case "dns_name" | "ip_address":
                yield read_text(str(general.native), _NAME_CHARACTERS_MOST)
            case _:
                continue


def _shown(name: Any) -> str:  # noqa: ANN401 - as above
    """Return a distinguished name on one line, the most telling part last as in the certificate."""
    parts = []
    for rdn in name.chosen:
        for pair in rdn:
            text = read_text(str(pair["value"].native), _NAME_CHARACTERS_MOST)
            parts.append(f"{_SHORT.get(pair['type'].native, str(pair['type'].native)[:40])}={text}")
    return ", ".join(parts)[:_NAME_CHARACTERS_MOST]


_SHORT: Final = {
    "common_name": "CN",
    "organization_name": "O",
    "organizational_unit_name": "OU",
    "country_name": "C",
    "locality_name": "L",
    "state_or_province_name": "ST",
}


def _instant(value: object) -> dt.datetime | None:
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else None


def _serial(number: int) -> str:
    size = (number.bit_length() + 8) // 8
    return f"{number:x}" if size <= _SERIAL_BYTES_MOST else ""

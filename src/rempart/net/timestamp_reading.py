"""Write a time-stamp request and read the reply (RFC 3161), in bounded time and depth, in Python alone.

``asn1crypto`` names the fields; it is given only what was walked through before (:mod:`rempart.model.strict_der`): DER
with definite, minimal lengths, few enough elements, not too deep, and not a byte after the end.

Nothing here verifies a signature: that is ``evidence``'s work.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Final

from asn1crypto import cms, tsp

from rempart.errors import TimestampError
from rempart.model.strict_der import DerError, der_parts
from rempart.model.timestamp import Imprint, NotTimestampedReason
from rempart.net.foreign_text import shown

REPLY_BYTES_MOST: Final = 65_536
#: RFC 3161 §2.4.2 asks us to take 160 bits.
_SERIAL_BITS_MOST: Final = 256
_NAME_PARTS_MOST: Final = 16
#: RFC 3161 §2.4.2, PKIStatus: granted, grantedWithMods.
_GRANTED: Final = frozenset({0, 1})
_TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
#: RFC 3161 §2.4.2: seconds are there, a fraction has no zero at its end, and the zone is Z.
_GEN_TIME: Final = re.compile(rb"([0-9]{14})(?:\.([0-9]{0,18}[1-9]))?Z")
_MICROSECOND_DIGITS: Final = 6
_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]{0,18})){1,30}")
#: What asn1crypto raises over bytes that are not what they say: it reads lazily, each field when it is asked for.
_UNREADABLE: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampQuery:
    """What is asked of an authority."""

    imprint: Imprint
    """To stamp."""
    nonce: int
    """Random, and never used again: the reply has it too (RFC 3161 §2.4.1)."""
    policy: str = ""
    """Asked for; empty if the authority chooses."""

    def to_der(self) -> bytes:
        """Return the request: version 1, with the certificates that it takes to verify the reply."""
        fields: dict[str, Any] = {
            "version": "v1",
            "message_imprint": {
                "hash_algorithm": {"algorithm": self.imprint.algorithm.value},
                "hashed_message": self.imprint.digest,
            },
            "nonce": self.nonce,
            "cert_req": True,
        }
        if self.policy:
            fields["req_policy"] = self.policy
        return bytes(tsp.TimeStampReq(fields).dump())


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What a token says, once it was found to answer its query."""

    token_der: bytes
    """The token, as it came."""
    gen_time: dt.datetime
    """Aware, in UTC; what is finer than a microsecond is left out."""
    accuracy: dt.timedelta | None
    """None if it does not say."""
    serial: int
    """The authority's number for it."""
    policy: str
    """As an object identifier."""
    tsa_name: str
    """Shortened and printable; empty if it does not say."""


def is_policy(text: str) -> bool:
    """Tell whether a text is an object identifier."""
    return bool(_OID.fullmatch(text))


def read_reply(raw: bytes, query: TimestampQuery) -> TokenFacts:
    """Read a reply, and make sure that it answers a query.

    1. It is DER, bounded. 2. It is granted. 3. Its token is signed data, by one signer, with certificates.
    4. What was stamped is what was asked: version, imprint, nonce, policy. 5. Its time is one.

    Args:
        raw: The body, as it came.
        query: What was asked.

    Raises:
        TimestampError: one of these is not so.
    """
    return _read(raw, query.imprint, query)


def read_kept_reply(raw: bytes, imprint: Imprint) -> TokenFacts:
    """Read a reply that was kept: as :func:`read_reply`, by somebody who does not have the query any more.

    Raises:
        TimestampError: it is not a time-stamp of this imprint.
    """
    return _read(raw, imprint, None)


def _read(raw: bytes, imprint: Imprint, query: TimestampQuery | None) -> TokenFacts:
    if len(raw) > REPLY_BYTES_MOST:
        raise TimestampError(NotTimestampedReason.BAD_REPLY, f"{len(raw)} bytes > {REPLY_BYTES_MOST}")
    parts = _parts(raw)  # (1)
    try:
        _check_status(parts[0])  # (2)
        if len(parts) == 1:
            raise TimestampError(NotTimestampedReason.NO_TOKEN)
        info = _open_token(parts[1])  # (3)
        _check_stamped(info, imprint)  # (4)
        if query is not None:
            _check_answer(info, query)
        return TokenFacts(
            token_der=parts[1],
            gen_time=_read_time(bytes(info["gen_time"].contents)),  # (5)
            accuracy=_read_accuracy(info["accuracy"].native),
            serial=_read_serial(int(info["serial_number"])),
            policy=info["policy"].dotted,
            tsa_name=_read_name(info["tsa"]),
        )
    except _UNREADABLE as error:
        raise TimestampError(NotTimestampedReason.BAD_REPLY, type(error).__name__) from error


def _parts(raw: bytes) -> list[bytes]:
    """Return a reply's status and token.

    Raises:
        TimestampError: it is not DER, too deep, or has too many elements.
    """
    try:
        parts = der_parts(raw)
    except DerError as error:
        raise TimestampError(NotTimestampedReason.BAD_REPLY, str(error)) from None
    if not 1 <= len(parts) <= len(("status", "token")):
        raise TimestampError(NotTimestampedReason.BAD_REPLY, f"{len(parts)} parts")
    return parts


def _check_status(der: bytes) -> None:
    """Make sure that a time-stamp was granted."""
    status = tsp.PKIStatusInfo.load(der, strict=True)
    code = int(status["status"])
    if code in _GRANTED:
        return
    said = [str(failure) for failure in sorted(status["fail_info"].native or ())]
    said += [str(line) for line in status["status_string"].native or ()]
    raise TimestampError(NotTimestampedReason.NOT_GRANTED, shown(f"status {code} {' '.join(said)}"))


def _open_token(der: bytes) -> Any:  # noqa: ANN401 - asn1crypto has no types
    """Return what was signed: a ``TSTInfo``."""
    token = cms.ContentInfo.load(der, strict=True)
    if token["content_type"].native != "signed_data":
        raise TimestampError(NotTimestampedReason.BAD_REPLY, "its token is not signed data")
    signed = token["content"]
    content = signed["encap_content_info"]
    if content["content_type"].dotted != _TST_INFO:
        raise TimestampError(NotTimestampedReason.BAD_REPLY, "what is signed is not a time-stamp")
    # RFC 3161 §2.4.2: no signature but the authority's.
    if len(signed["signer_infos"]) != 1:
        raise TimestampError(NotTimestampedReason.BAD_REPLY, f"{len(signed['signer_infos'])} signers")
    # RFC 3161 §2.4.1, certReq: the certificate must come with it; without, nobody can verify it in ten years.
    if not len(signed["certificates"]):
        raise TimestampError(NotTimestampedReason.NO_CERTIFICATE)
    return tsp.TSTInfo.load(bytes(content["content"]), strict=True)


def _check_stamped(info: Any, imprint: Imprint) -> None:  # noqa: ANN401 - asn1crypto has no types
    """Make sure that this was stamped."""
    if int(info["version"]) != 1:
        raise TimestampError(NotTimestampedReason.WRONG_VERSION, str(int(info["version"])))
    stamped = info["message_imprint"]
    algorithm = stamped["hash_algorithm"]["algorithm"].native
    if algorithm != imprint.algorithm.value:
        raise TimestampError(NotTimestampedReason.WRONG_IMPRINT, shown(str(algorithm)))
    if stamped["hashed_message"].native != imprint.digest:
        raise TimestampError(NotTimestampedReason.WRONG_IMPRINT, "another digest")


def _check_answer(info: Any, query: TimestampQuery) -> None:  # noqa: ANN401 - asn1crypto has no types
    """Make sure that it answers what was asked."""
    # RFC 3161 §2.4.2: the nonce must come back, unchanged; without it an old reply could be played again.
    if info["nonce"].native != query.nonce:
        raise TimestampError(NotTimestampedReason.WRONG_NONCE)
    if query.policy and info["policy"].dotted != query.policy:
        raise TimestampError(NotTimestampedReason.WRONG_POLICY, shown(info["policy"].dotted))


def _read_time(text: bytes) -> dt.datetime:
    found = _GEN_TIME.fullmatch(text)
    if not found:
        raise TimestampError(NotTimestampedReason.BAD_TIME)
    try:
        instant = dt.datetime.strptime(found[1].decode(), "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)
    except ValueError as error:
        raise TimestampError(NotTimestampedReason.BAD_TIME, found[1].decode()) from error
    fraction = (found[2] or b"").decode().ljust(_MICROSECOND_DIGITS, "0")[:_MICROSECOND_DIGITS]
    return instant.replace(microsecond=int(fraction))


def _read_serial(serial: int) -> int:
    if serial.bit_length() > _SERIAL_BITS_MOST:
        raise TimestampError(NotTimestampedReason.BAD_REPLY, f"a serial number of {serial.bit_length()} bits")
    return serial


def _read_accuracy(accuracy: Any) -> dt.timedelta | None:  # noqa: ANN401 - asn1crypto has no types
    if accuracy is None:
        return None
    seconds, millis, micros = (accuracy[name] or 0 for name in ("seconds", "millis", "micros"))
    if min(seconds, millis, micros) < 0:
        raise TimestampError(NotTimestampedReason.BAD_TIME, "its accuracy is negative")
    return dt.timedelta(seconds=seconds, milliseconds=millis, microseconds=micros)


def _read_name(name: Any) -> str:  # noqa: ANN401 - asn1crypto has no types
    """Say who a token says made it."""
    if name.native is None:
        return ""
    chosen = name.chosen
    if name.name != "directory_name":
        return shown(str(chosen.native))
    # NOTE: asn1crypto's own ``human_friendly`` recurses once for each part that repeats a type.
    pairs = [pair for part in list(chosen.chosen)[:_NAME_PARTS_MOST] for pair in part]
    return shown(", ".join(f"{pair['type'].human_friendly}: {pair['value'].native}" for pair in pairs))

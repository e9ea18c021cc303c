"""The seal of a package: a detached CMS signature over its ``SHA256SUMS`` (RFC 5652, CAdES-BES: ETSI EN 319 122-1 §5).

One signer, ECDSA on P-256 with SHA-256; the signer's certificate is in it and named by its digest (RFC 5035), the
authority's is not: whoever verifies gets that by another way. ``openssl cms -verify -cades`` accepts it. A seal has one
form: what is read is built again from its certificate, its signed attributes and its signature, and must be the same
bytes, so that no bit of it can change unseen.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from rempart.errors import IntegrityError
from rempart.evidence.tokens import UNREADABLE, load_certificate
from rempart.model.strict_der import DerError, der_parts
from rempart.provenance import Profile, SigningChain

#: Of the certificates that seal.
SEALING: Final = Profile(
    domain="evidence seal",
    purpose=ExtendedKeyUsageOID.EMAIL_PROTECTION,
    is_sole_purpose=False,
    root_name="Rempart evidence authority",
    leaf_name="Rempart evidence seal",
)
BYTES_MOST: Final = 16_384
#: Of the group P-256 (SEC 2 §2.4.2): of two signatures (r, s) and (r, n - s) the one with the smaller s is written.
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ATTRIBUTES: Final = frozenset({"content_type", "message_digest", "signing_time", "signing_certificate_v2"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFacts:
    """What a seal says, once it was verified."""

    signer: str
    """The subject of the certificate that signed (RFC 4514)."""
    signer_sha256: bytes
    """Of that certificate, 32 bytes."""
    anchor_sha256: bytes
    """Of the authority's certificate by which it is trusted, 32 bytes."""
    signing_time: dt.datetime
    """As the signer claims; a time-stamp is what proves a time."""
    valid_from: dt.datetime
    """When the later of the two certificates begins."""
    valid_until: dt.datetime
    """When the first of them ends."""


def sign_detached(content: bytes, chain: SigningChain, *, at: dt.datetime) -> bytes:
    """Return the seal of some bytes: DER.

    Args:
        content: What is sealed; it is not in the seal.
        chain: The certificates, of profile ``SEALING``.
        at: Now; to the second.
    """
    leaf = asn1_x509.Certificate.load(chain.leaf.public_bytes(Encoding.DER))
    digest = hashlib.sha256(content).digest()
    certificate_id = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(leaf.dump()).digest()})
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": ["data"]},
            {"type": "message_digest", "values": [digest]},
            {"type": "signing_time", "values": [cms.Time({"utc_time": at.replace(microsecond=0)})]},
            {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [certificate_id]})]},
        ]
    )
    signature = chain.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(signature)
    return _built(leaf, attributes, encode_dss_signature(r, min(s, _ORDER - s)))


def read_seal(seal: bytes, content: bytes, anchors: Sequence[x509.Certificate]) -> SealFacts:
    """Verify a seal.

    1. It is DER, small, and in its one form. 2. Its attributes are those that a seal has, about this content and this
    certificate. 3. The certificate signed them. 4. An anchor vouches for the certificate, at the time that is claimed.

    Args:
        seal: The seal.
        content: What was sealed.
        anchors: Authorities' certificates that whoever verifies trusts.

    Raises:
        IntegrityError: one of these is not so.
    """
    try:
        leaf_der, attributes, signature = _taken_apart(seal)  # (1)
        at = _attributes_said(attributes, content, leaf_der)  # (2)
        leaf = load_certificate(leaf_der)
        _require_signed(leaf, attributes.dump(), signature)  # (3)
    except DerError as error:
        _refuse(str(error))
    except UNREADABLE as error:
        _refuse(type(error).__name__)
    anchor = _anchor_of(leaf, anchors, at)  # (4)
    return SealFacts(
        signer=leaf.subject.rfc4514_string(),
        signer_sha256=hashlib.sha256(leaf_der).digest(),
        anchor_sha256=anchor.fingerprint(hashes.SHA256()),
        signing_time=at,
        valid_from=max(leaf.not_valid_before_utc, anchor.not_valid_before_utc),
        valid_until=min(leaf.not_valid_after_utc, anchor.not_valid_after_utc),
    )


def _built(leaf: Any, attributes: Any, signature: bytes) -> bytes:  # noqa: ANN401 - asn1crypto has no types
    """Return the one form of a seal."""
    sha256 = {"algorithm": "sha256"}
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            {"issuer_and_serial_number": {"issuer": leaf.issuer, "serial_number": leaf.serial_number}}
        ),
        "digest_algorithm": algos.DigestAlgorithm(sha256),
        "signed_attrs": attributes,
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        "signature": signature,
    }
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [leaf],
            "signer_infos": [signer],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def _taken_apart(seal: bytes) -> tuple[bytes, Any, bytes]:
    """Return the certificate, the signed attributes and the signature of a seal that is in its one form."""
    if len(seal) > BYTES_MOST:
        _refuse(f"{len(seal)} bytes > {BYTES_MOST}")
    der_parts(seal)
    signed = cms.ContentInfo.load(seal, strict=True)["content"]
    [certificate], [signer] = signed["certificates"], signed["signer_infos"]
    leaf = asn1_x509.Certificate.load(certificate.chosen.dump(), strict=True)
    attributes = cms.CMSAttributes.load(signer["signed_attrs"].untag().dump(), strict=True)
    signature = bytes(signer["signature"].native)
    s = decode_dss_signature(signature)[1]
    if s > _ORDER - s or _built(leaf, attributes, signature) != seal:
        _refuse("it is not in its one form")
    return bytes(leaf.dump()), attributes, signature


def _attributes_said(attributes: Any, content: bytes, leaf_der: bytes) -> dt.datetime:  # noqa: ANN401 - as above
    """Return the time that is claimed, once all else fits the content and the certificate."""
    found: dict[str, core.Asn1Value] = {}
    for attribute in attributes:
        [value] = attribute["values"]
        found[attribute["type"].native] = value
    if len(attributes) != len(found) or set(found) != _ATTRIBUTES or found["content_type"].native != "data":
        _refuse("its attributes are not those of a seal")
    if found["message_digest"].native != hashlib.sha256(content).digest():
        _refuse("it is of something else")
    [named] = found["signing_certificate_v2"]["certs"]
    if named.native != {
        "hash_algorithm": {"algorithm": "sha256", "parameters": None},
        "cert_hash": hashlib.sha256(leaf_der).digest(),
        "issuer_serial": None,
    }:
        _refuse("it names another certificate")
    at = found["signing_time"].native
    if not isinstance(at, dt.datetime):
        _refuse("its time is none")
    return at


def _require_signed(leaf: x509.Certificate, attributes: bytes, signature: bytes) -> None:
    key = leaf.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        _refuse("its key is of another kind")
    try:
        key.verify(signature, attributes, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        _refuse("its signature is wrong")


def _anchor_of(leaf: x509.Certificate, anchors: Sequence[x509.Certificate], at: dt.datetime) -> x509.Certificate:
    """Return the anchor that vouches for a certificate."""
    for anchor in anchors:
        try:
            leaf.verify_directly_issued_by(anchor)
        except (*UNREADABLE, InvalidSignature):
            continue
        for each in (leaf, anchor):
            if not each.not_valid_before_utc <= at <= each.not_valid_after_utc:
                _refuse("its certificate was not valid at the time that it claims")
        return anchor
    message = "the seal is by a certificate that no known authority vouches for"
    raise IntegrityError(message, advice="Get the authority's certificate from whoever sealed, by another way.")


def _refuse(why: str) -> NoReturn:
    message = f"the seal does not hold: {why}"
    raise IntegrityError(message)

"""Verify a time-stamp (RFC 3161): who signed it, by whose word, and that it was valid then.

What it says is read by ``net``, bounded and as DER; here its signature, its certificates and their purpose are checked
(RFC 3161 §2.3, RFC 5816, RFC 5280 §6 as far as a time-stamping chain needs it). Revocation is not looked up: a package
is verified without a network.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from rempart.errors import IntegrityError, TimestampError
from rempart.model.timestamp import Imprint, NotTimestampedReason
from rempart.net.timestamp_reading import TokenFacts, read_kept_reply

_CHAIN_MOST: Final = 6
_CERTIFICATES_MOST: Final = 12
_HASHES: Final[dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
#: What the libraries raise over bytes that are not what they say.
UNREADABLE: Final = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    UnsupportedAlgorithm,
    UserWarning,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedTimestamp:
    """A time-stamp whose signature holds."""

    facts: TokenFacts
    """What it says."""
    signer: str
    """The subject of the certificate that signed (RFC 4514)."""
    signer_sha256: bytes
    """Of that certificate, 32 bytes."""
    anchor: str
    """The subject of the certificate by which it is trusted."""
    anchor_sha256: bytes
    """Of that certificate, 32 bytes."""
    valid_until: dt.datetime
    """When the first certificate of its chain ends: it is renewed before."""


def verify_reply(
    reply: bytes, imprint: Imprint, anchors: Sequence[x509.Certificate], *, known: Sequence[x509.Certificate] = ()
) -> VerifiedTimestamp:
    """Verify a reply that was kept.

    1. It is a time-stamp of this imprint. 2. Its one signer's certificate is in it, and is the one that the signed
    attributes name. 3. The signature holds. 4. The certificate is for time-stamping and nothing else. 5. A chain leads
    to an anchor, each certificate valid at the time that the time-stamp says.

    Args:
        reply: As the authority gave it, DER.
        imprint: What it must be of.
        anchors: Certificates that whoever verifies trusts.
        known: Further certificates that may be needed in between.

    Raises:
        IntegrityError: one of these is not so.
    """
    try:
        facts = read_kept_reply(reply, imprint)  # (1)
    except TimestampError as error:
        _refuse(NotTimestampedReason(error.reason).in_words())
    try:
        signed = cms.ContentInfo.load(facts.token_der, strict=True)["content"]
        certificates = _certificates(signed)
        [signer] = signed["signer_infos"]
        leaf = _signer(signer, certificates)  # (2)
        _require_signature(signed, signer, leaf)  # (3)
        _require_purpose(leaf)  # (4)
        chain = _chain(leaf, [*certificates, *known], anchors, facts.gen_time)  # (5)
    except UNREADABLE as error:
        _refuse(type(error).__name__)
    return VerifiedTimestamp(
        facts=facts,
        signer=leaf.subject.rfc4514_string(),
        signer_sha256=leaf.fingerprint(hashes.SHA256()),
        anchor=chain[-1].subject.rfc4514_string(),
        anchor_sha256=chain[-1].fingerprint(hashes.SHA256()),
        valid_until=min(each.not_valid_after_utc for each in chain),
    )


def _certificates(signed: Any) -> list[x509.Certificate]:  # noqa: ANN401 - asn1crypto has no types
    if len(signed["certificates"]) > _CERTIFICATES_MOST:
        _refuse(f"it has more than {_CERTIFICATES_MOST} certificates")
    return [load_certificate(each.chosen.dump()) for each in signed["certificates"]]


def load_certificate(der: bytes) -> x509.Certificate:
    """Read a certificate; what the library would only warn of is refused.

    Raises:
        Warning: it breaks RFC 5280 in a way that is to be refused one day.
        ValueError: it is no certificate; or another of ``UNREADABLE``.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return x509.load_der_x509_certificate(der)


def _signer(signer: Any, certificates: Sequence[x509.Certificate]) -> x509.Certificate:  # noqa: ANN401 - as above
    """Return the certificate that the signed attributes name by its digest (RFC 5035, RFC 2634)."""
    named = _attributes(signer)
    if found := named.get("signing_certificate_v2"):
        first = found["certs"][0]
        digest, algorithm = first["cert_hash"].native, first["hash_algorithm"]["algorithm"].native
    else:
        digest, algorithm = named["signing_certificate"]["certs"][0]["cert_hash"].native, "sha1"
    if algorithm not in {"sha1", *_HASHES}:
        _refuse("it names its certificate by a digest that is not known")
    ders = [each.public_bytes(Encoding.DER) for each in certificates]
    found_digests = [hashlib.new(algorithm, der, usedforsecurity=algorithm != "sha1").digest() for der in ders]
    if digest not in found_digests:
        _refuse("the certificate that it names is not in it")
    leaf = certificates[found_digests.index(digest)]
    who = signer["sid"]
    if who.name == "issuer_and_serial_number" and (
        who.chosen["serial_number"].native != leaf.serial_number
        or who.chosen["issuer"].dump() != leaf.issuer.public_bytes()
    ):
        _refuse("it is said to be signed by another certificate than the one that it names")
    return leaf


def _attributes(signer: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Return the signed attributes, each of one value and there once."""
    found: dict[str, Any] = {}
    for attribute in signer["signed_attrs"]:
        name = attribute["type"].native
        if name in found or len(attribute["values"]) != 1:
            _refuse("a signed attribute is there twice")
        found[name] = attribute["values"][0]
    return found


def _require_signature(signed: Any, signer: Any, leaf: x509.Certificate) -> None:  # noqa: ANN401 - as above
    """Make sure that the certificate's key signed the attributes, and these are of the content."""
    content = bytes(signed["encap_content_info"]["content"])
    attributes = _attributes(signer)
    digest_name = signer["digest_algorithm"]["algorithm"].native
    if digest_name not in _HASHES:
        _refuse(f"its digest is of a kind that is not accepted: {digest_name}")
    if attributes["content_type"].native != "tst_info":
        _refuse("what is signed is not a time-stamp")
    if attributes["message_digest"].native != hashlib.new(digest_name, content).digest():
        _refuse("its content was changed")
    signed_bytes = b"\x31" + signer["signed_attrs"].dump()[1:]  # RFC 5652 §5.4: as a SET
    algorithm = signer["signature_algorithm"]
    try:
        _verify(leaf.public_key(), bytes(signer["signature"].native), signed_bytes, algorithm, digest_name)
    except InvalidSignature:
        _refuse("its signature is wrong")


def _verify(key: Any, signature: bytes, message: bytes, algorithm: Any, digest_name: str) -> None:  # noqa: ANN401 - as above
    kind = algorithm.signature_algo
    digest = _HASHES[digest_name if algorithm["algorithm"].native == "rsassa_pkcs1v15" else algorithm.hash_algo]()
    if kind == "rsassa_pkcs1v15" and isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, message, padding.PKCS1v15(), digest)
    elif kind == "rsassa_pss" and isinstance(key, rsa.RSAPublicKey):
        salt = int(algorithm["parameters"]["salt_length"].native)
        key.verify(signature, message, padding.PSS(mgf=padding.MGF1(digest), salt_length=salt), digest)
    elif kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, message, ec.ECDSA(digest))
    else:
        _refuse(f"its signature is of a kind that is not accepted: {kind}")


def _require_purpose(leaf: x509.Certificate) -> None:
    """RFC 3161 §2.3: time-stamping alone, and critical."""
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        _refuse("its certificate is not for time-stamping")
    if list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING] or not usage.critical:
        _refuse("its certificate is not for time-stamping alone")


def _chain(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    at: dt.datetime,
) -> list[x509.Certificate]:
    """Return the certificates from the signer's to an anchor."""
    chain = [leaf]
    while len(chain) <= _CHAIN_MOST:
        last = chain[-1]
        if not last.not_valid_before_utc <= at <= last.not_valid_after_utc:
            _refuse("a certificate was not valid at the time that it says")
        if last in anchors:
            return chain
        above = next((each for each in (*anchors, *others) if each not in chain and _is_issued_by(last, each)), None)
        if above is None:
            break
        chain.append(above)
    message = "the time-stamp is by an authority that is not known"
    raise IntegrityError(message, advice="Get the authority's certificate from its own site, and name it: --tsa-root.")


def _is_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        constraints = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (*UNREADABLE, InvalidSignature, x509.ExtensionNotFound):
        return False
    return constraints.ca


def _refuse(why: str) -> NoReturn:
    message = f"the time-stamp does not hold: {why}"
    raise IntegrityError(message)

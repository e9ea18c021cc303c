"""The owner's own certificates: an authority of one, and a leaf that signs manifests, seals or time-stamps.

No public authority vouches for them: a reader says ``trusted`` only where the owner's authority was configured, and
``valid`` everywhere else. The profile is C2PA 2.x, §14.5.1 (X.509 v3, ECDSA on P-256), with emailProtection as the
leaf's purpose, the one that readers accept without being told of another (measured, c2pa-python 0.38).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rempart.errors import IntegrityError

_CURVE: Final = ec.SECP256R1()
_ROOT_YEARS: Final = 20
_LEAF_YEARS: Final = 5
_DAY: Final = dt.timedelta(days=1)
#: A manifest without a time stamp is valid as long as its leaf (C2PA 2.x, §15.8): a leaf signs while it has this left.
_RENEWED_BEFORE: Final = 4 * 365 * _DAY
_NAME_MOST: Final = 64  # RFC 5280, appendix A.1: ub-organization-name, ub-common-name


class Profile(NamedTuple):
    """What certificates are for."""

    domain: str
    """Of the keys: one secret gives other keys for another one."""
    purpose: x509.ObjectIdentifier
    """The leaf's extended key usage."""
    is_sole_purpose: bool
    """Whether whoever does not know the purpose must refuse the leaf (RFC 3161 §2.3)."""
    root_name: str
    """The authority's common name."""
    leaf_name: str
    """The leaf's."""


#: Signs manifests.
C2PA: Final = Profile(
    domain="c2pa",
    purpose=ExtendedKeyUsageOID.EMAIL_PROTECTION,
    is_sole_purpose=False,
    root_name="Rempart authority",
    leaf_name="Rempart signer",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningChain:
    """A leaf and its authority, and the leaf's private key."""

    leaf: x509.Certificate
    """Signs manifests."""
    root: x509.Certificate
    """What others configure to trust what the leaf signs."""
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    """The leaf's."""

    def chain_pem(self) -> str:
        """Return both certificates, the leaf first."""
        return _pem(self.leaf) + _pem(self.root)

    def anchor_pem(self) -> str:
        """Return the authority's certificate, to be given to those who shall trust it."""
        return _pem(self.root)


def make_chain(secret: bytes, *, organisation: str, made_at: dt.datetime, profile: Profile = C2PA) -> SigningChain:
    """Make certificates for the keys that follow from a secret.

    Args:
        secret: 32 random bytes, kept: the same ones give the same keys.
        organisation: Whom the certificates name; it is in every signed picture, for anyone to read.
        made_at: Now.
        profile: What they are for.
    """
    root_key = _private_key(secret, profile.domain, "authority")
    root_name = _name(organisation, profile.root_name)
    root_id = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    root = (
        _begun(root_name, root_name, root_key.public_key(), made_at, _ROOT_YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(root_id, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return _with_leaf(secret, root, _name(organisation, profile.leaf_name), made_at, profile)


def renew_leaf(chain: SigningChain, secret: bytes, *, made_at: dt.datetime, profile: Profile = C2PA) -> SigningChain:
    """Make the leaf anew, of the same name and key, under the same authority: who trusts it need not change anything.

    Args:
        chain: The one that ends.
        secret: What it was made from.
        made_at: Now.
        profile: What it was made for.
    """
    return _with_leaf(secret, chain.root, chain.leaf.subject, made_at, profile)


def _with_leaf(
    secret: bytes, root: x509.Certificate, leaf_name: x509.Name, made_at: dt.datetime, profile: Profile
) -> SigningChain:
    root_key, leaf_key = (_private_key(secret, profile.domain, which) for which in ("authority", "leaf"))
    root_id = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    leaf = (
        _begun(leaf_name, root.subject, leaf_key.public_key(), made_at, _LEAF_YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([profile.purpose]), critical=profile.is_sole_purpose)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(leaf_key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(root_id), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return SigningChain(leaf=leaf, root=root, key=leaf_key)


def is_ending(chain: SigningChain, now: dt.datetime) -> bool:
    """Tell whether a chain's leaf is at its end, or so near that what it signs would soon be called invalid."""
    return chain.leaf.not_valid_after_utc - now < _RENEWED_BEFORE


def load_chain(secret: bytes, pem: bytes, *, profile: Profile = C2PA) -> SigningChain:
    """Put certificates and their key together again.

    Raises:
        IntegrityError: they are not certificates, or not of this key.
    """
    key = _private_key(secret, profile.domain, "leaf")
    try:
        leaf, root = x509.load_pem_x509_certificates(pem)
        leaf.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature) as error:
        message = "the file of the signing certificates is damaged"
        raise IntegrityError(message, advice="Put it back from a backup.") from error
    if leaf.public_key() != key.public_key():
        message = "the signing certificates are not of this workspace's key"
        raise IntegrityError(message, advice="Put both back from one backup.")
    return SigningChain(leaf=leaf, root=root, key=key)


def _private_key(secret: bytes, domain: str, which: str) -> ec.EllipticCurvePrivateKey:
    """Derive a private key: FIPS 186-5, A.2.1 (extra random bits), so that no value is likelier than another."""
    digest = hashlib.shake_256(f"rempart {domain} {which}\x00".encode() + secret).digest(40)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return ec.derive_private_key(int.from_bytes(digest, "big") % (order - 1) + 1, _CURVE)


def _name(organisation: str, role: str) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, role)]
    if organisation:
        attributes.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:_NAME_MOST]))
    return x509.Name(attributes)


def _begun(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, made_at: dt.datetime, years: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(made_at - _DAY)  # a reader's clock may be a little behind
        .not_valid_after(made_at + years * 365 * _DAY)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()

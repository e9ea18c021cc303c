"""A time-stamping authority in this process (RFC 3161), for demonstrations, tests, and until a real one is named.

It proves nothing to a stranger: whoever holds its key can stamp any time. Its certificates say so in their names, and
so does all that shows one of its time-stamps.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any, Final

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from rempart.model.timestamp import Imprint
from rempart.provenance import Profile, SigningChain

LABEL: Final = "LOCAL time-stamps, no proof to a stranger"
#: Of its certificates.
LOCAL: Final = Profile(
    domain="local time-stamps",
    purpose=ExtendedKeyUsageOID.TIME_STAMPING,
    is_sole_purpose=True,
    root_name=f"Rempart root, {LABEL}",
    leaf_name=f"Rempart, {LABEL}",
)
#: What openssl's own examples have: a policy that means nothing.
_POLICY: Final = "1.2.3.4.1"


class LocalAuthority:
    """Stamps what it is given with the time that it is given."""

    def __init__(self, chain: SigningChain) -> None:
        """Prepare to stamp.

        Args:
            chain: Certificates of profile ``LOCAL``.
        """
        self._chain = chain
        self._leaf = asn1_x509.Certificate.load(chain.leaf.public_bytes(Encoding.DER))

    def stamp(self, imprint: Imprint, *, at: dt.datetime, nonce: int, serial: int) -> bytes:
        """Return a reply, as an authority sends it: DER.

        Args:
            imprint: What to stamp.
            at: The time to stamp, aware.
            nonce: As the query has it.
            serial: This time-stamp's number; random.
        """
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": _POLICY,
                "message_imprint": {
                    "hash_algorithm": {"algorithm": imprint.algorithm.value},
                    "hashed_message": imprint.digest,
                },
                "serial_number": serial,
                "gen_time": core.GeneralizedTime(at.astimezone(dt.UTC).replace(microsecond=0)),
                "accuracy": {"seconds": 1},
                "nonce": nonce,
            }
        ).dump()
        status = {"status": "granted"}
        return bytes(tsp.TimeStampResp({"status": status, "time_stamp_token": self._token(info)}).dump())

    def _token(self, info: bytes) -> Any:  # noqa: ANN401 - asn1crypto has no types
        """Return what is stamped, signed."""
        certificate_id = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(self._leaf.dump()).digest()})
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [hashlib.sha256(info).digest()]},
                {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [certificate_id]})]},
            ]
        )
        signer = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {"issuer_and_serial_number": {"issuer": self._leaf.issuer, "serial_number": self._leaf.serial_number}}
            ),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            "signature": self._chain.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
        }
        signed = {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
            "certificates": [self._leaf],
            "signer_infos": [signer],
        }
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})

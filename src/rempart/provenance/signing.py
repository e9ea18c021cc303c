"""Sign a picture of the owner's: who signed, by which program, and how to find the manifest when it is stripped.

No thumbnail, no ingredient, no time of a time-stamp authority: what the manifest adds is read by anyone.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from rempart.errors import MisuseError
from rempart.model.media import MediaFormat
from rempart.model.provenance import SoftBinding
from rempart.provenance.certificates import SigningChain
from rempart.provenance.library import MEDIA_TYPES, context, library

GENERATOR: Final = "Rempart"
_HALF_BYTES: Final = 32  # RFC 7518 §3.4: ES256 is r and s, 32 bytes each


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPicture:
    """A picture with its manifest."""

    content: bytes
    """The file."""
    manifest: bytes
    """The manifest alone (JUMBF): to be kept, for when it is stripped from the file. It holds no picture."""


def sign(
    picture: bytes, media_format: MediaFormat, chain: SigningChain, *, bindings: Sequence[SoftBinding], version: str
) -> SignedPicture:
    """Put a manifest into a picture.

    Args:
        picture: A file of the owner's own.
        media_format: JPEG, PNG or WebP.
        chain: Who signs.
        bindings: Marks and fingerprints by which the manifest is found again.
        version: Of Rempart.

    Raises:
        ConfigError: the extra is not installed.
        MisuseError: the picture cannot be signed.
    """
    if media_format not in MEDIA_TYPES:
        message = f"pictures are signed as JPEG, PNG or WebP, not as {media_format}"
        raise MisuseError(message, advice="Convert it first.")
    c2pa = library()
    out = io.BytesIO()
    with context(chain.anchor_pem()) as settings:
        signer = c2pa.Signer.from_callback(
            lambda data: _es256(chain.key, data), c2pa.C2paSigningAlg.ES256, chain.chain_pem(), None
        )
        with signer, c2pa.Builder(json.dumps(_definition(bindings, version)), context=settings) as builder:
            try:
                manifest = builder.sign(signer, MEDIA_TYPES[media_format], io.BytesIO(picture), out)
            except c2pa.C2paError as error:
                message = f"the picture cannot be signed: {error}"
                raise MisuseError(message, advice="Save it anew with a picture editor, and try again.") from error
    return SignedPicture(content=out.getvalue(), manifest=bytes(manifest))


def _definition(bindings: Sequence[SoftBinding], version: str) -> dict[str, object]:
    """Return the manifest's definition (C2PA 2.x: a first action is required; soft bindings, §18)."""
    # A manifest begins with what was made or opened: nothing is said of how the picture came about.
    actions = [{"action": "c2pa.created", "digitalSourceType": "http://c2pa.org/digitalsourcetype/empty"}]
    if bindings:
        actions.append({"action": "c2pa.watermarked.bound"})
    assertions: list[dict[str, object]] = [{"label": "c2pa.actions.v2", "data": {"actions": actions}}]
    assertions += [
        {
            "label": "c2pa.soft-binding",
            "data": {"alg": one.algorithm, "blocks": [{"scope": {}, "value": one.value}]},
        }
        for one in bindings
    ]
    return {"claim_generator_info": [{"name": GENERATOR, "version": version}], "assertions": assertions}


def _es256(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """Sign as COSE wants it (RFC 9053 §2.1)."""
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(_HALF_BYTES, "big") + s.to_bytes(_HALF_BYTES, "big")

"""Files as an attacker sends them: manifests that name addresses, lie about themselves, nest, loop or swell."""

from __future__ import annotations

import base64
import io
import json
import random
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import AuthorityInformationAccessOID

from provenance.chains import chain, picture
from rempart.provenance import SigningChain
from rempart.provenance.certificates import _private_key
from rempart.provenance.library import context
from rempart.provenance.signing import _definition, _es256

#: 512 MiB of zeros as a brotli stream of 405 bytes, deflated: what a compressed manifest of C2PA 2.x may hold.
_BOMB: Final = (
    "c-lMv|9?G$3d5s~4n^<(|NQ@-zk$U;My%o8U;F?6|1(Zt=s3)DVekLv|Nq-F2r(2!FzovN|Ih#b><&x{eB2J-|IG)gV(?%%lF0bt-v7`4|I0IQHdyE|"
    "-2Gku@Be>h1xA5()&<r7&qFQQz)&)3306zMs$iDz0|2iv*ZB"
)
#: The end of the UUIDs of JUMBF boxes (ISO 19566-5).
_UUID_END: Final = b"\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"
_SEGMENT_BYTES: Final = 65_000


def signed_with(
    assertions: Sequence[Mapping[str, Any]] = (),
    *,
    ingredients: Sequence[bytes] = (),
    signer: SigningChain | None = None,
    remote: str = "",
) -> bytes:
    """Sign a picture with more in its manifest than we would put there, or with its manifest elsewhere."""
    made, out = signer or chain(), io.BytesIO()
    definition = _definition([], "1")
    definition["assertions"] = [*definition["assertions"], *assertions]  # type: ignore[misc]  # a list, as made there
    callback = c2pa.Signer.from_callback(
        lambda data: _es256(made.key, data), c2pa.C2paSigningAlg.ES256, made.chain_pem(), None
    )
    with callback, c2pa.Builder(json.dumps(definition), context=context("")) as builder:
        for one in ingredients:
            told = json.dumps({"title": "x", "relationship": "componentOf"})
            builder.add_ingredient(told, "image/jpeg", io.BytesIO(one))
        if remote:
            builder.set_no_embed()
            builder.set_remote_url(remote)
        builder.sign(callback, "image/jpeg", io.BytesIO(picture()), out)
    return out.getvalue()


def naming_in_certificates(address: str) -> SigningChain:
    """Make a chain whose leaf says where to ask about it: OCSP, its issuer's certificate, a list of revoked ones."""
    made = chain()
    places = [x509.UniformResourceIdentifier(f"{address}/{name}") for name in ("ocsp", "issuer.crt", "revoked.crl")]
    builder = x509.CertificateBuilder(
        issuer_name=made.leaf.issuer,
        subject_name=made.leaf.subject,
        public_key=made.leaf.public_key(),
        serial_number=made.leaf.serial_number,
        not_valid_before=made.leaf.not_valid_before_utc,
        not_valid_after=made.leaf.not_valid_after_utc,
        extensions=list(made.leaf.extensions),
    )
    access = [
        x509.AccessDescription(AuthorityInformationAccessOID.OCSP, places[0]),
        x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, places[1]),
    ]
    point = x509.DistributionPoint(full_name=[places[2]], relative_name=None, reasons=None, crl_issuer=None)
    leaf = (
        builder.add_extension(x509.AuthorityInformationAccess(access), critical=False)
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
        .sign(_private_key(bytes(32), "c2pa", "authority"), hashes.SHA256())
    )
    return replace(made, leaf=leaf)


def with_jumbf(jumbf: bytes) -> bytes:
    """Put boxes into a picture, in APP11 segments (ISO 19566-5, annex D)."""
    segments = b""
    for number, start in enumerate(range(0, len(jumbf), _SEGMENT_BYTES), start=1):
        head = jumbf[:8] if start else b""
        body = b"JP" + struct.pack(">HI", 1, number) + head + jumbf[start : start + _SEGMENT_BYTES]
        segments += b"\xff\xeb" + struct.pack(">H", len(body) + 2) + body
    plain = picture()
    return plain[:2] + segments + plain[2:]


def box(kind: bytes, content: bytes) -> bytes:
    """Make a box."""
    return struct.pack(">I4s", len(content) + 8, kind) + content


def described(kind: bytes, label: bytes) -> bytes:
    """Make the box that says what its parent is."""
    return box(b"jumd", kind + _UUID_END + b"\x03" + label + b"\x00")


def nested(depth: int) -> bytes:
    """Make boxes in boxes."""
    own = described(b"c2pa", b"c2pa")
    each = len(own) + 8
    return with_jumbf(b"".join(struct.pack(">I4s", each * left, b"jumb") + own for left in range(depth, 0, -1)))


def compressed_bomb() -> bytes:
    """Make a compressed manifest that is 512 MiB once it is not."""
    stream = zlib.decompress(base64.b85decode(_BOMB))
    manifest = box(b"jumb", described(b"c2cm", b"urn:c2pa:00000000-0000-4000-8000-000000000000") + box(b"brob", stream))
    return with_jumbf(box(b"jumb", described(b"c2pa", b"c2pa") + manifest))


def looped(which: int) -> bytes:
    """Let one of the places where a picture names its ingredient's manifest name its own, or the reverse."""
    made = signed_with(ingredients=[signed_with()])
    labels = list(dict.fromkeys(re.findall(rb"urn:c2pa:[0-9a-f-]{36}", made)))
    places = [match for label in labels for match in re.finditer(re.escape(label), made)]
    place = places[which % len(places)]
    [other] = [label for label in labels if label != place.group()]
    return b"".join((made[: place.start()], other, made[place.end() :]))


def with_cbor(content: bytes) -> bytes:
    """Put bytes in place of an assertion's content, as long as they last."""
    made = signed_with([{"label": "org.example.text", "data": {"t": "A" * 60_000}}])
    start, end = made.index(b"\xa1aty\xea\x60AAAA"), made.index(b"A" * 1_000) + 60_000
    return made[:start] + content[: end - start] + made[start + len(content[: end - start]) :]


def mutated(data: bytes, seed: int) -> bytes:
    """Change a file in one to four places, in the manner of a fuzzer."""
    chance, changed = random.Random(seed), bytearray(data)  # noqa: S311 - a seed
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed))
        size = chance.choice((1, 2, 4, 16, 300))
        match chance.randrange(6):
            case 0:
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                changed[at : at + size] = chance.randbytes(size)
            case 2:
                del changed[at : at + size]
            case 3:
                changed[at:at] = changed[at : at + size]
            case 4:
                changed[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\0\0\0\1"))
            case _:
                del changed[max(at, 64) :]
    return bytes(changed)

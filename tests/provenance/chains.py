"""A signing chain of the tests' own, and a small picture to sign."""

from __future__ import annotations

import datetime as dt
import io

from PIL import Image

from patterns import pattern
from rempart.provenance import SigningChain, make_chain

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)


def chain(secret: bytes = bytes(32)) -> SigningChain:
    return make_chain(secret, organisation="Studio Exemple", made_at=NOW)


def picture(name: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.fromarray(pattern(3, 96, 128)).save(out, name)
    return out.getvalue()

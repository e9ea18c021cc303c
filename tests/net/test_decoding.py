"""Bodies are decompressed in bounded pieces, whatever the pieces in which they come."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import FetchError
from rempart.model.web import FetchMode, NotFetchedReason
from rempart.net.decoding import Decoder

R = NotFetchedReason
TEXT = b"a text that is long enough to be compressed " * 100


def decoded(encoding: str, pieces: list[bytes]) -> bytes:
    """Decompress a whole body."""
    decoder = Decoder(FetchMode.TEXT, encoding)
    whole = b"".join(part for piece in pieces for part in decoder.feed(piece))
    decoder.finish()
    return whole


@pytest.mark.parametrize(
    "encoding, body",
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0)),
        (" GZip ", gzip.compress(TEXT, mtime=0)),
        ("x-gzip", gzip.compress(TEXT[:99], mtime=0) + gzip.compress(TEXT[99:], mtime=0)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)[2:-4]),
        ("deflate", zlib.compress(TEXT) + b"what follows is nothing"),
    ],
)
def test_a_body_is_decompressed_however_it_comes(encoding: str, body: bytes) -> None:
    """At once, or byte by byte."""
    assert decoded(encoding, [body]) == TEXT
    assert decoded(encoding, [bytes([byte]) for byte in body]) == TEXT


@given(st.binary(max_size=3_000), st.integers(1, 500))
def test_what_was_compressed_comes_back(data: bytes, size: int) -> None:
    """In pieces of any size."""
    packed = gzip.compress(data, mtime=0)

    assert decoded("gzip", [packed[i : i + size] for i in range(0, len(packed), size)]) == data


@pytest.mark.parametrize(
    "encoding", ["br", "zstd", "compress", "gzip, gzip", "gzip,deflate", "identity, gzip", "*", "x" * 99]
)
def test_an_encoding_that_was_not_asked_for_is_refused(encoding: str) -> None:
    """Before a byte of the body."""
    with pytest.raises(FetchError) as caught:
        Decoder(FetchMode.TEXT, encoding)

    assert caught.value.reason is R.ENCODING
    assert len(caught.value.detail) <= 40


@pytest.mark.parametrize("mode", [FetchMode.MEDIA, FetchMode.TIMESTAMP])
def test_only_texts_may_be_compressed(mode: FetchMode) -> None:
    """Media are compressed already."""
    with pytest.raises(FetchError):
        Decoder(mode, "gzip")
    Decoder(mode, "identity")


@pytest.mark.parametrize("encoding, body", [("gzip", gzip.compress(TEXT, mtime=0)), ("deflate", zlib.compress(TEXT))])
def test_half_a_body_is_incomplete(encoding: str, body: bytes) -> None:
    """Wherever it is cut."""
    for end in (1, 5, len(body) // 2, len(body) - 1):
        with pytest.raises(FetchError, match="incomplete"):
            decoded(encoding, [body[:end]])


@given(st.binary(min_size=1, max_size=500), st.sampled_from(["gzip", "deflate"]))
def test_garbage_raises_nothing_else(data: bytes, encoding: str) -> None:
    """Damaged, or incomplete; by chance a text."""
    reason = None
    try:
        decoded(encoding, [data])
    except FetchError as error:
        reason = error.reason

    assert reason in {R.ENCODING, R.INCOMPLETE, None}


def test_pieces_are_bounded() -> None:
    """A bomb comes out in parts that can be counted."""
    decoder = Decoder(FetchMode.TEXT, "gzip")
    sizes = [len(piece) for piece in decoder.feed(gzip.compress(bytes(5_000_000)))]

    assert max(sizes) <= 262_144
    assert sum(sizes) == 5_000_000

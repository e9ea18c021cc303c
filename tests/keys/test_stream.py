"""A sealed file that was cut, changed, put in another order or moved does not open."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import IntegrityError
from rempart.keys import stream
from rempart.keys.stream import HEADER_BYTES, seal_stream, unseal_stream

KEY = bytes(range(32))
CHUNK = 64
SEALED_CHUNK = CHUNK + 16


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few hundred bytes be many chunks."""
    monkeypatch.setattr(stream, "CHUNK_BYTES", CHUNK)


def sealed(plain: bytes, context: str = "c") -> bytes:
    """Seal bytes as a file."""
    writer = io.BytesIO()
    seal_stream(KEY, io.BytesIO(plain), writer, context=context)
    return writer.getvalue()


def opened(content: bytes, context: str = "c", key: bytes = KEY) -> bytes:
    """Open a sealed file."""
    writer = io.BytesIO()
    unseal_stream(key, io.BytesIO(content), writer, context=context)
    return writer.getvalue()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK - 1])
def test_files_of_any_size_open(size: int) -> None:
    """Around every border of a chunk."""
    plain = os.urandom(size)

    assert opened(sealed(plain)) == plain


@given(plain=st.binary(max_size=5 * CHUNK), context=st.text())
def test_what_is_sealed_opens(plain: bytes, context: str) -> None:
    """Round trip."""
    assert opened(sealed(plain, context), context) == plain


@pytest.mark.parametrize("size", [0, CHUNK, 3 * CHUNK, 3 * CHUNK + 7])
def test_every_cut_is_noticed(size: int) -> None:
    """Between chunks too."""
    content = sealed(bytes(size))

    for length in range(len(content)):
        with pytest.raises(IntegrityError):
            opened(content[:length])


def test_every_changed_byte_is_noticed() -> None:
    """In the header, the chunks and their tags."""
    content = sealed(bytes(2 * CHUNK + 7))

    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        with pytest.raises(IntegrityError):
            opened(bytes(changed))


@pytest.mark.parametrize(
    "order", [[1, 0, 2, 3], [0, 2, 1, 3], [0, 2, 3], [0, 0, 1, 2, 3], [3], [0, 1, 2, 3, 3], [0, 1, 2]]
)
def test_chunks_in_another_order_are_noticed(order: list[int]) -> None:
    """Exchanged, left out, repeated, without an end or with two."""
    content = sealed(os.urandom(3 * CHUNK + CHUNK))
    chunks = [content[HEADER_BYTES + i * SEALED_CHUNK :][:SEALED_CHUNK] for i in range(4)]

    with pytest.raises(IntegrityError):
        opened(content[:HEADER_BYTES] + b"".join(chunks[i] for i in order))


def test_anything_after_the_end_is_noticed() -> None:
    """A byte, or a whole other file."""
    content = sealed(bytes(CHUNK))

    for more in (b"\0", content):
        with pytest.raises(IntegrityError):
            opened(content + more)


def test_chunks_of_another_file_are_noticed() -> None:
    """Each file has its own key."""
    one, other = sealed(bytes(2 * CHUNK)), sealed(bytes(2 * CHUNK))

    with pytest.raises(IntegrityError):
        opened(one[:-SEALED_CHUNK] + other[-SEALED_CHUNK:])


def test_another_place_or_another_key_does_not_open() -> None:
    """The place is not written in the file, and counts all the same."""
    content = sealed(b"x")

    with pytest.raises(IntegrityError, match="does not open as d at chunk 0"):
        opened(content, "d")
    with pytest.raises(IntegrityError):
        opened(content, key=bytes(32))


def test_pipes_that_give_and_take_little_at_a_time_work() -> None:
    """A pipe gives what it has."""

    class Drops(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 5))

        def write(self, content: object, /) -> int:
            assert isinstance(content, memoryview)
            return super().write(content[:7])

    between, end = Drops(), Drops()
    seal_stream(KEY, Drops(bytes(300)), between, context="c")
    between.seek(0)
    unseal_stream(KEY, between, end, context="c")

    assert end.getvalue() == bytes(300)


def test_a_stream_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """After 2**32 chunks the nonces would begin again."""
    monkeypatch.setattr(stream, "_CHUNKS_MAX", 2)

    assert opened(sealed(bytes(2 * CHUNK))) == bytes(2 * CHUNK)
    with pytest.raises(IntegrityError, match="more than 2 chunks"):
        sealed(bytes(2 * CHUNK + 1))

"""Manifests that others made: read in a sandbox, and never asked for elsewhere."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from provenance.chains import chain, picture
from provenance.reading_pool import read_in_sandbox
from rempart.errors import MediaError
from rempart.model import Unreadable
from rempart.model.media import MediaFormat
from rempart.model.provenance import ManifestReading, ManifestState
from rempart.provenance import parse, sign
from rempart.provenance.library import context
from rempart.provenance.reading import run
from rempart.provenance.signing import _definition, _es256

c2pa: Any = pytest.importorskip("c2pa")


class Canary:
    """A server on this machine that counts who connects."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                with connection:
                    connection.settimeout(5)
                    connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        """Stop listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@pytest.fixture
def canary(socket_enabled: None) -> Iterator[Canary]:  # noqa: ARG001 - a server of the test's own, on loopback
    made = Canary()
    yield made
    made.close()


def _naming(port: int) -> bytes:
    """Make what an attacker sends: a picture whose manifest is said to be at an address."""
    made, out = chain(), io.BytesIO()
    signer = c2pa.Signer.from_callback(
        lambda data: _es256(made.key, data), c2pa.C2paSigningAlg.ES256, made.chain_pem(), None
    )
    with signer, c2pa.Builder(json.dumps(_definition([], "1")), context=context("")) as builder:
        builder.set_no_embed()
        builder.set_remote_url(f"http://127.0.0.1:{port}/manifest.c2pa")
        builder.sign(signer, "image/jpeg", io.BytesIO(picture()), out)
    return out.getvalue()


def test_an_address_in_a_hostile_file_is_not_asked(canary: Canary) -> None:
    """Zero requests, from this process and from a worker; by its defaults the library makes one, so it would count."""
    hostile = _naming(canary.port)

    reading = parse(run(hostile, None, {"anchors": ""}))
    in_sandbox = read_in_sandbox(hostile)

    assert reading.state is ManifestState.REMOTE
    assert isinstance(in_sandbox, ManifestReading)
    assert in_sandbox.state is ManifestState.REMOTE
    assert canary.connections == 0
    with contextlib.suppress(c2pa.C2paError), c2pa.Context(c2pa.Settings.from_dict({"version": 1})) as careless:
        c2pa.Reader("image/jpeg", io.BytesIO(hostile), context=careless)
    assert canary.connections == 1


def test_a_manifest_is_read_in_the_sandbox() -> None:
    """The library was loaded before the worker closed itself in."""
    signed = sign(picture(), MediaFormat.JPEG, chain(), bindings=[], version="1")

    reading = read_in_sandbox(signed.content, chain().anchor_pem())

    assert isinstance(reading, ManifestReading)
    assert reading.state is ManifestState.TRUSTED
    assert reading.signer == "Studio Exemple"


def test_a_picture_without_a_manifest_has_none() -> None:
    """It is a reading, no error."""
    assert parse(run(picture(), None, {})).state is ManifestState.ABSENT


@pytest.mark.parametrize("data", [b"", b"text", b"\x00" * 64, b"GIF89a" + bytes(64)])
def test_what_is_no_picture_is_unreadable(data: bytes) -> None:
    """The reader is not asked to guess."""
    with pytest.raises(MediaError):
        run(data, None, {})


@pytest.mark.parametrize("cut", [4, 200, 2_000, 9_000])
def test_a_truncated_file_never_ends_a_worker(cut: int) -> None:
    """It is absent, invalid, or unreadable."""
    signed = sign(picture(), MediaFormat.JPEG, chain(), bindings=[], version="1").content

    found = read_in_sandbox(signed[:cut])

    assert isinstance(found, ManifestReading | Unreadable)
    if isinstance(found, ManifestReading):
        assert found.state in {ManifestState.ABSENT, ManifestState.INVALID}

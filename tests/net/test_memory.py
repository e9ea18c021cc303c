"""Fetched media are behind a descriptor without a file, sealed, and forgotten by whoever fails."""

from __future__ import annotations

import os

import pytest

from net.doors import descriptors
from rempart.errors import SandboxError
from rempart.net.memory import MemoryWriter


def test_bytes_are_sealed_and_read_from_their_beginning() -> None:
    """Nobody changes them any more, and they are in no folder."""
    with MemoryWriter() as writer:
        writer.write(b"some ")
        writer.write(bytearray(b"bytes"))
        memory = writer.seal()

    with memory:
        assert os.read(memory.fileno(), 100) == b"some bytes"
        assert memory.size_bytes == 10
        assert os.readlink(f"/proc/self/fd/{memory.fileno()}").startswith("/memfd:")
        assert not os.get_inheritable(memory.fileno())
        for change in (
            lambda fd: os.pwrite(fd, b"x", 0),
            lambda fd: os.ftruncate(fd, 0),
            lambda fd: os.ftruncate(fd, 99),
        ):
            with pytest.raises(PermissionError):
                change(memory.fileno())


def test_what_was_not_sealed_is_forgotten() -> None:
    """Whoever wrote it had no time to seal it."""
    before = descriptors()
    with MemoryWriter() as writer:
        writer.write(b"some bytes")

    assert descriptors() == before


def test_a_machine_without_a_descriptor_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do."""

    def refuse(*_: object) -> int:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(os, "memfd_create", refuse)

    with pytest.raises(SandboxError, match="Too many open files"):
        MemoryWriter()

"""Signed states of the log in files: writing them for others, and comparing two of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from rempart.errors import MisuseError, OutputError
from rempart.evidence.checkpoints import open_checkpoint
from rempart.evidence.merkle import NodeStore, consistency_proof, verify_consistency
from rempart.evidence.notes import NOTE_BYTES_MAX, VerifierKey
from rempart.model.log import Checkpoint

_MODE: Final = 0o644


def write_new(path: Path, content: bytes) -> None:
    """Write a public text of the log to a file that does not exist.

    Raises:
        OutputError: it exists, or cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, _MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise OutputError(message, advice="Name a new file, in a folder that you can write.") from error


def read_state(path: Path, key: VerifierKey) -> Checkpoint:
    """Read a signed state, and verify it.

    Raises:
        MisuseError: the file cannot be read.
        IntegrityError: it is none of this log.
    """
    try:
        with path.open("rb") as file:
            content = file.read(NOTE_BYTES_MAX + 1)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise MisuseError(message) from error
    return open_checkpoint(content, key).checkpoint


def verify_growth(nodes: NodeStore, old: Checkpoint, new: Checkpoint) -> None:
    """Make sure that a state begins with an older one, by a proof of the log's own nodes.

    Raises:
        IntegrityError: it does not, or the log has no such nodes.
        MisuseError: the older one is the larger.
    """
    verify_consistency(old.size, new.size, consistency_proof(nodes, old.size, new.size), old.root, new.root)

"""The whole log in three signed lines: C2SP tlog-checkpoint (https://c2sp.org/tlog-checkpoint).

A checkpoint of ours has no extension lines: no monitor could audit them. Those of others are read and kept.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Final, NoReturn

from rempart.errors import IntegrityError
from rempart.evidence.merkle import HASH_BYTES, SIZE_MAX
from rempart.evidence.notes import NoteSigner, OpenedNote, VerifierKey, decode_base64, open_note, render_note
from rempart.model.log import Checkpoint

# No leading zeroes; 19 digits hold the largest.
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint whose log's signature holds."""

    checkpoint: Checkpoint
    """What it says."""
    note: OpenedNote
    """The note that says it."""
    raw: bytes
    """As it came."""


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """Return what is signed of a checkpoint: three lines."""
    return f"{checkpoint.origin}\n{checkpoint.size}\n{base64.b64encode(checkpoint.root).decode()}\n"


def parse_checkpoint_text(text: str) -> Checkpoint:
    """Read what is signed of a checkpoint; nothing is verified.

    Raises:
        IntegrityError: it has another form.
    """
    lines = text.split("\n")
    # Three lines or more, of which none is empty, and what follows the last newline.
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):  # noqa: PLR2004 - above
        _refuse("it has not three lines")
    size = parse_size(lines[1])
    root = decode_base64(lines[2])
    if size is None or root is None or len(root) != HASH_BYTES:
        _refuse("its size or its root hash is none")
    return Checkpoint(origin=lines[0], size=size, root=root)


def parse_size(text: str) -> int | None:
    """Return a number of entries as C2SP writes it, without leading zeroes; None if it is none."""
    size = int(text) if _SIZE.fullmatch(text) else SIZE_MAX + 1
    return size if size <= SIZE_MAX else None


def sign_checkpoint(checkpoint: Checkpoint, signer: NoteSigner) -> bytes:
    """Return a signed checkpoint.

    It signs whatever it is given: that no two roots of one size are ever signed is ``app.transparency_log``'s.
    """
    text = checkpoint_text(checkpoint)
    return render_note(text, [signer.sign(text)])


def open_checkpoint(raw: bytes, log_key: VerifierKey) -> SignedCheckpoint:
    """Read a checkpoint and verify its log's signature; those of others are passed over.

    Raises:
        IntegrityError: it has another form, its signature fails or is not there, or it is another log's.
    """
    note = open_note(raw, [log_key])
    checkpoint = parse_checkpoint_text(note.text)
    if checkpoint.origin != log_key.name:
        message = f"the checkpoint is one of {checkpoint.origin[:80]!r}, signed by the key of {log_key.name}"
        raise IntegrityError(message, advice="A log of Rempart has the name of its key: ask for the file again.")
    return SignedCheckpoint(checkpoint=checkpoint, note=note, raw=raw)


def _refuse(why: str) -> NoReturn:
    message = f"this is not a checkpoint of a log: {why}"
    raise IntegrityError(message, advice="Ask for the file again.")

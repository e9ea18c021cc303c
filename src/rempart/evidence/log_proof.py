"""That an entry is in a log, in one file that is checked without a network: C2SP tlog-proof@v1.

The library for whoever makes or reads packages::

    raw = render_log_proof(LogProof(index=…, hashes=…, checkpoint=signed_checkpoint_bytes))
    facts = read_log_proof(raw, leaf, log_key=parse_vkey(…), witnesses=parse_vkeys(…), quorum=1)
    facts.origin, facts.index, facts.size, facts.root, facts.cosignatures     # what was signed, by whom it was seen

``leaf`` is the content of ``log-leaf.txt`` (:mod:`rempart.evidence.leaves` makes and checks it against salt and
content). ``read_log_proof`` raises ``IntegrityError`` or returns. It is strict unless told otherwise: a file of ours
has no extra data, no signature by a key that nobody named and none twice, so that every byte of it is covered by
something that was checked. ``is_strict=False`` takes any proof that C2SP allows.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn

from rempart.errors import IntegrityError
from rempart.evidence.checkpoints import SignedCheckpoint, open_checkpoint, parse_size
from rempart.evidence.cosigning import open_cosignatures
from rempart.evidence.merkle import leaf_hash, verify_inclusion
from rempart.evidence.notes import NOTE_BYTES_MAX, VerifierKey, decode_base64
from rempart.evidence.proof_lines import parse_hashes
from rempart.model.log import Cosignature

PROOF_FORMAT: Final = "c2sp.org/tlog-proof@v1"
#: Of a file that is read at all: a checkpoint, 63 lines of 45 letters, and extra data of others.
PROOF_BYTES_MAX: Final = 2 * NOTE_BYTES_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProof:
    """A proof, as it is written; nothing is verified."""

    index: int
    """The entry's number, from 0."""
    hashes: tuple[bytes, ...] = field(repr=False)
    """The inclusion proof, from the leaf's sibling upwards."""
    checkpoint: bytes = field(repr=False)
    """The signed checkpoint, word for word, with the cosignatures that there are."""
    extra: bytes | None = field(default=None, repr=False)
    """What nothing authenticates; None in ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFacts:
    """What a proof proved."""

    origin: str
    """Which log."""
    index: int
    """The entry's number, from 0."""
    size: int
    """How many entries the log had when this was signed."""
    root: bytes
    """The root hash of its tree."""
    cosignatures: tuple[Cosignature, ...]
    """Which of the witnesses that are believed saw it, and when."""


def render_log_proof(proof: LogProof) -> bytes:
    """Return a proof as a file."""
    lines = [PROOF_FORMAT]
    if proof.extra is not None:
        lines.append(f"extra {base64.b64encode(proof.extra).decode()}")
    lines.append(f"index {proof.index}")
    lines += [base64.b64encode(one).decode() for one in proof.hashes]
    return "\n".join([*lines, "", ""]).encode() + proof.checkpoint


def parse_log_proof(raw: bytes) -> LogProof:
    """Read a proof; nothing is verified, and the checkpoint in it is not looked at.

    Raises:
        IntegrityError: it has another form.
    """
    if len(raw) > PROOF_BYTES_MAX:
        _refuse(f"it has {len(raw)} bytes, more than {PROOF_BYTES_MAX}")
    head, separator, checkpoint = raw.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        _refuse("its first part is not ASCII")
    if first != PROOF_FORMAT or not separator:
        _refuse(f"it does not begin with {PROOF_FORMAT}, or has no checkpoint")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0).removeprefix("extra "))
        if extra is None:
            _refuse("its extra data are not base64")
    if not lines or not lines[0].startswith("index "):
        _refuse("it names no entry")
    index = parse_size(lines[0].removeprefix("index "))
    if index is None:
        _refuse("the number of its entry is none")
    return LogProof(index=index, hashes=parse_hashes(lines[1:]), checkpoint=checkpoint, extra=extra)


def read_log_proof(
    raw: bytes,
    leaf: bytes,
    *,
    log_key: VerifierKey,
    witnesses: Sequence[VerifierKey] = (),
    quorum: int = 0,
    is_strict: bool = True,
) -> LogFacts:
    """Make sure that an entry is in a log, and return where, and who saw it.

    Args:
        raw: The proof, as a file.
        leaf: The entry's data: the content of ``log-leaf.txt``.
        log_key: The log's key, which also names the log.
        witnesses: The witnesses that are believed.
        quorum: How many of them must have seen it.
        is_strict: Whether to refuse what C2SP allows and Rempart never writes.

    Raises:
        IntegrityError: the entry is not in it, a signature fails, too few witnesses saw it, or a form is another.
    """
    proof = parse_log_proof(raw)
    signed = open_checkpoint(proof.checkpoint, log_key)
    checkpoint = signed.checkpoint
    verify_inclusion(leaf_hash(leaf), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    cosignatures = open_cosignatures(signed.note.text, signed.note.ignored, witnesses)
    if is_strict:
        _refuse_uncovered(proof, signed, len(cosignatures))
    if len({one.witness for one in cosignatures}) < quorum:
        message = f"{len(cosignatures)} of the witnesses given cosigned the checkpoint, and {quorum} are asked for"
        raise IntegrityError(message, advice="Ask for a later proof: one made once more of them had seen the log.")
    return LogFacts(
        origin=checkpoint.origin,
        index=proof.index,
        size=checkpoint.size,
        root=checkpoint.root,
        cosignatures=cosignatures,
    )


def _refuse_uncovered(proof: LogProof, signed: SignedCheckpoint, cosigned: int) -> None:
    """Refuse bytes that nothing that was checked covers, or that say the same twice."""
    signatures = [*(signature for _, signature in signed.note.verified), *signed.note.ignored]
    if proof.extra is not None:
        _refuse_bytes("it has extra data, which nothing authenticates")
    if signed.note.text.count("\n") != 3:  # noqa: PLR2004 - origin, size, root
        _refuse_bytes("its checkpoint has lines that no monitor audits")
    if cosigned != len(signed.note.ignored):
        _refuse_bytes("a signature is by a key that is neither the log's nor a known witness's")
    if len({(one.name, one.key_id) for one in signatures}) != len(signatures):
        _refuse_bytes("one key signed twice")


def _refuse(why: str) -> NoReturn:
    message = f"this is not a proof of a log: {why}"
    raise IntegrityError(message, advice="Ask for the package again.")


def _refuse_bytes(why: str) -> NoReturn:
    message = f"the proof is not as Rempart writes it: {why}"
    raise IntegrityError(message, advice="Give the witnesses' keys with --witness-key, or ask for the package again.")

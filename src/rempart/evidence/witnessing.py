"""What a witness answers and what is asked of it: C2SP tlog-witness (https://c2sp.org/tlog-witness), without a network.

A witness keeps one thing of each log: the largest state it cosigned. :class:`Witness` follows the rules in their
order; where the state is kept is behind :class:`WitnessStates`, whose ``advance`` compares and writes in one step and
has it on the disk before it returns: no answer is given of what a power cut could make it forget.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, NoReturn, Protocol

from rempart.errors import IntegrityError
from rempart.evidence.checkpoints import checkpoint_text, open_checkpoint, parse_checkpoint_text, parse_size
from rempart.evidence.cosigning import Cosigner, believed, open_cosignatures
from rempart.evidence.merkle import EMPTY_ROOT, verify_consistency
from rempart.evidence.notes import (
    NOTE_BYTES_MAX,
    NoteSignature,
    VerifierKey,
    parse_note,
    parse_signature_line,
)
from rempart.evidence.proof_lines import parse_hashes
from rempart.model.log import Checkpoint

#: What a witness reads at most: a note, and 63 lines.
REQUEST_BYTES_MAX: Final = NOTE_BYTES_MAX + 4_096
#: What a log reads of an answer at most.
ANSWER_BYTES_MAX: Final = 64 * 1024
SIZE_MEDIA_TYPE: Final = "text/x.tlog.size"
TEXT_MEDIA_TYPE: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedState:
    """The largest state of a log that was cosigned."""

    size: int
    """How many entries."""
    root: bytes
    """The root hash."""


#: Of a log that was never cosigned.
NOTHING_WITNESSED: Final = WitnessedState(size=0, root=EMPTY_ROOT)


class WitnessStates(Protocol):
    """Where a witness keeps what it cosigned."""

    def latest(self, origin: str) -> WitnessedState:
        """Return the largest state of a log that was cosigned."""

    def advance(self, origin: str, before: WitnessedState, after: WitnessedState) -> bool:
        """Keep a new state on the disk if the latest is still ``before``, in one step; return whether it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessAnswer:
    """What a witness answers."""

    status: HTTPStatus
    """How it went."""
    body: str = ""
    """Cosignature lines, or a size, or a sentence."""
    media_type: str = TEXT_MEDIA_TYPE
    """What the body is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """What is asked of a witness."""

    old_size: int
    """The size of the state that it cosigned last, as the log believes."""
    hashes: tuple[bytes, ...] = field(repr=False)
    """The consistency proof from there."""
    checkpoint: bytes = field(repr=False)
    """The signed checkpoint."""


def render_add_checkpoint(request: AddCheckpoint) -> bytes:
    """Return what is sent to a witness."""
    lines = [f"old {request.old_size}", *(base64.b64encode(one).decode() for one in request.hashes)]
    return "\n".join([*lines, "", ""]).encode() + request.checkpoint


def parse_add_checkpoint(body: bytes) -> AddCheckpoint:
    """Read what a witness was sent; nothing is verified.

    Raises:
        IntegrityError: it has another form.
    """
    if len(body) > REQUEST_BYTES_MAX:
        _refuse(f"it has {len(body)} bytes, more than {REQUEST_BYTES_MAX}")
    head, separator, checkpoint = body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        _refuse("its first part is not ASCII")
    old = parse_size(first.removeprefix("old ")) if first.startswith("old ") else None
    if old is None or not separator:
        _refuse("it does not begin with the old size, or has no checkpoint")
    return AddCheckpoint(old_size=old, hashes=parse_hashes(lines), checkpoint=checkpoint)


class Witness:
    """Cosigns the logs that it knows."""

    def __init__(self, cosigner: Cosigner, logs: Sequence[VerifierKey], states: WitnessStates) -> None:
        """Know some logs; no other is answered.

        Args:
            cosigner: What signs.
            logs: The keys of the logs, of which each names its log; several keys of one name are one log's.
            states: Where is kept what was cosigned.
        """
        self._cosigner = cosigner
        self._states = states
        self._logs: Mapping[str, tuple[VerifierKey, ...]] = {
            log.name: tuple(other for other in logs if other.name == log.name) for log in logs
        }

    def add_checkpoint(self, body: bytes, now: dt.datetime) -> WitnessAnswer:
        """Answer one request: (1) read it, (2) know the log, (3) verify its signature, (4) compare, (5) keep, (6) sign.

        Args:
            body: What was sent.
            now: When.

        Raises:
            UnavailableError: the state cannot be kept: nothing was signed.
        """
        try:
            asked = parse_add_checkpoint(body)  # (1)
            claimed = parse_checkpoint_text(parse_note(asked.checkpoint).text)
        except IntegrityError as error:
            return _answer(HTTPStatus.BAD_REQUEST, error)
        keys = self._logs.get(claimed.origin)  # (2)
        if keys is None:
            return WitnessAnswer(status=HTTPStatus.NOT_FOUND, body="this log is not known here\n")
        checkpoint = _signed_by_any(asked.checkpoint, keys)  # (3)
        if isinstance(checkpoint, IntegrityError):
            return _answer(HTTPStatus.FORBIDDEN, checkpoint)
        if asked.old_size > checkpoint.size:
            return WitnessAnswer(status=HTTPStatus.BAD_REQUEST, body="the old size is larger than the new one\n")
        return self._compared(asked, checkpoint, now)

    def _compared(self, asked: AddCheckpoint, checkpoint: Checkpoint, now: dt.datetime) -> WitnessAnswer:
        """Answer for a checkpoint whose log's signature holds: steps (4) to (6)."""
        before = self._states.latest(checkpoint.origin)  # (4)
        if asked.old_size != before.size:
            return _conflict(before)
        after = WitnessedState(size=checkpoint.size, root=checkpoint.root)
        if before.size == after.size and before.root != after.root:
            return _conflict(before)
        try:
            verify_consistency(before.size, after.size, asked.hashes, before.root, after.root)
        except IntegrityError as error:
            return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, error)
        if not self._states.advance(checkpoint.origin, before, after):  # (5)
            return _conflict(self._states.latest(checkpoint.origin))
        text = parse_note(asked.checkpoint).text
        return WitnessAnswer(status=HTTPStatus.OK, body=self._cosigner.cosign(text, now).line)  # (6)


def read_cosignatures(
    answer: bytes, checkpoint: Checkpoint, witnesses: Sequence[VerifierKey]
) -> tuple[NoteSignature, ...]:
    """Return the lines of a witness's answer that are by the witnesses that are believed, and hold.

    Raises:
        IntegrityError: it has another form, one fails, or none is there.
    """
    if len(answer) > ANSWER_BYTES_MAX or not answer.endswith(b"\n"):
        _refuse("the answer is too large, or ends in the middle of a line")
    try:
        lines = answer[:-1].decode("utf-8").split("\n")
    except UnicodeDecodeError:
        _refuse("the answer is not UTF-8")
    signatures = [parse_signature_line(line) for line in lines]
    open_cosignatures(checkpoint_text(checkpoint), signatures, witnesses)
    found = tuple(one for _, one in believed(signatures, witnesses))
    if not found:
        _refuse("the answer has no signature by the key of that witness")
    return found


def parse_conflict(answer: bytes) -> int:
    """Return the size that a witness says it cosigned last, from its answer 409.

    Raises:
        IntegrityError: it has another form.
    """
    text = answer[:32].decode("ascii", "replace")
    size = parse_size(text.removesuffix("\n")) if text.endswith("\n") else None
    if size is None:
        _refuse("the answer names no size")
    return size


def _signed_by_any(raw: bytes, keys: Sequence[VerifierKey]) -> Checkpoint | IntegrityError:
    """Return a checkpoint that one of a log's keys signed, or why it is refused."""
    failed = IntegrityError("no key of this log signed it")
    for key in keys:
        try:
            return open_checkpoint(raw, key).checkpoint
        except IntegrityError as error:
            failed = error
    return failed


def _conflict(latest: WitnessedState) -> WitnessAnswer:
    return WitnessAnswer(status=HTTPStatus.CONFLICT, body=f"{latest.size}\n", media_type=SIZE_MEDIA_TYPE)


def _answer(status: HTTPStatus, error: IntegrityError) -> WitnessAnswer:
    return WitnessAnswer(status=status, body=f"{error}\n")


def _refuse(why: str) -> NoReturn:
    message = f"this is not what witnesses and logs exchange: {why}"
    raise IntegrityError(message, advice="Is the other side a witness of C2SP tlog-witness, and its key the one given?")

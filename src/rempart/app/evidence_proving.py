"""Take an item from recorded to proved, one step at a time; each is done whole, or done again.

=============  ========================================================  ====================================
from           what is done                                              if killed
=============  ========================================================  ====================================
recorded       the package is built beside its place and named           a half-built one is removed
hashed         it is sealed, and stamped until one stamp is verified     a seal or stamp that is there stays
sealed         the other authorities stamp it                            as above
timestamped    it is logged, the state is signed, the proof is written   the log has each event once
logged         witnesses cosign                                          they are asked again
=============  ========================================================  ====================================

Items of a case are taken in their order: each names the one before.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from cryptography import x509

from rempart.app.evidence_adding import SPOOL_CONTEXT, job_key, own_recipient
from rempart.app.evidence_certificates import seal_chain
from rempart.app.evidence_desk import EvidenceDesk
from rempart.app.evidence_places import alone_on, case_folder, package_folder, spool_path, spooled, sweep_parts
from rempart.app.evidence_stamping import NotStamped, Stamped
from rempart.app.witness_asking import WitnessClient
from rempart.app.witness_routes import witness_routes
from rempart.errors import IntegrityError, MisuseError, RempartError, UnavailableError
from rempart.evidence.building import add_proof, build_item
from rempart.evidence.drafts import Content, Draft
from rempart.evidence.layout import LOG_PROOF
from rempart.evidence.seal import sign_detached
from rempart.evidence.sums import SUMS
from rempart.model.evidence import CustodyKind, EvidenceItem, EvidenceState
from rempart.model.ids import CaseId, EvidenceId
from rempart.model.log import LogEntryKind, NewLogEntry

logger = logging.getLogger(__name__)

#: The event of the log that an item's addition is.
ADDITION: Final = "addition"
_SEAL_FILE: Final = "seal.p7s"
_TOKENS_MOST: Final = 99
_PATIENCE_S: Final = 60.0
_GOES_ON: Final = "Nothing is lost: it goes on by itself (rempart job run), or with: rempart evidence renew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How far the items of a case went."""

    items: tuple[EvidenceItem, ...]
    """All of them, as they are now."""
    failures: Mapping[EvidenceId, RempartError]
    """Why some went no further."""

    def require(self, item: EvidenceId) -> EvidenceItem:
        """Return an item that has all its proofs.

        Raises:
            RempartError: it has not, with why.
        """
        if (failed := self.failures.get(item)) is not None:
            raise failed
        return next(one for one in self.items if one.id == item)


def finish(desk: EvidenceDesk, case: CaseId, *, accepts_fewer: bool = False) -> Finished:
    """Take every item of a case as far as it goes now.

    Args:
        desk: Where, and who.
        case: Whose items.
        accepts_fewer: A person accepts that some of the authorities did not answer.

    Raises:
        UnavailableError: another command works on the case.
    """
    failures: dict[EvidenceId, RempartError] = {}
    with alone_on(desk.workspace, case, patience_s=_PATIENCE_S):
        sweep_parts(desk.workspace, case)
        before = b""
        for item in desk.workspace.evidence.of_case(case):
            try:
                _advance(desk, item, before, accepts_fewer=accepts_fewer)
            except (UnavailableError, IntegrityError, MisuseError) as error:
                failures[item.id] = error
            before = desk.workspace.evidence.get(item.id).sums_sha256
            if not before:  # the next one would name it
                break
        _have_cosigned(desk, case)
    items = tuple(desk.workspace.evidence.of_case(case))
    waiting = UnavailableError("it waits for one that was recorded before it", advice=_GOES_ON)
    failures |= {one.id: waiting for one in items if one.state is EvidenceState.RECORDED and one.id not in failures}
    return Finished(items=items, failures=failures)


def _advance(desk: EvidenceDesk, item: EvidenceItem, before: bytes, *, accepts_fewer: bool) -> None:
    steps: dict[EvidenceState, Callable[[EvidenceItem], EvidenceItem]] = {
        EvidenceState.RECORDED: lambda one: _hash(desk, one, before),
        EvidenceState.HASHED: lambda one: _seal(desk, one),
        EvidenceState.SEALED: lambda one: _stamp(desk, one, accepts_fewer=accepts_fewer),
        EvidenceState.TIMESTAMPED: lambda one: _log(desk, one),
    }
    try:
        while (step := steps.get(item.state)) is not None:
            item = step(item)
    except OSError as error:
        message = f"the package of {item.id} cannot be written: {error.strerror or error}"
        raise UnavailableError(message, advice=_GOES_ON) from error
    if item.is_complete:
        desk.workspace.jobs.settle(job_key(item.id), desk.instant())


def _hash(desk: EvidenceDesk, item: EvidenceItem, before: bytes) -> EvidenceItem:
    """Build the package, unless a killed command did and could not say so."""
    workspace, now = desk.workspace, desk.instant()
    folder = package_folder(workspace, item.case, item.id)
    if not folder.is_dir():
        told = json.loads(workspace.evidence.draft(item.id))
        case = workspace.cases.get(item.case)
        with contextlib.ExitStack() as opened:
            contents = tuple(
                Content(
                    name=each["name"],
                    media_type=each["media_type"],
                    reader=opened.enter_context(_unsealed(desk, item, number)),
                )
                for number, each in enumerate(told["contents"], start=1)
            )
            draft = Draft(
                id=item.id,
                kind=item.kind,
                case=item.case,
                case_ref_salt=workspace.cases.salt(case.id),
                seq=item.seq,
                prev=before,
                recorded_at=item.recorded_at,
                organisation=desk.organisation,
                role=desk.role(item.case, item.recorded_by),
                recipients=desk.recipients(item.case, own_recipient(desk, item)),
                contents=contents,
                facts=told["facts"],
                shown=frozenset(told["shown"]),
                public={name: bytes.fromhex(content) for name, content in told["public"].items()},
                procedure=tuple(told["procedure"]),
                limits=tuple(told["limits"]) + _time_limits(desk),
                authorities=desk.stamping.wanted,
                trust=desk.trust(now),
            )
            build_item(case_folder(workspace, item.case), draft)
    digest = hashlib.sha256((folder / SUMS).read_bytes()).digest()
    moved = workspace.evidence.move(item, EvidenceState.HASHED, sums_sha256=digest)
    for path in spooled(workspace, item.case, item.id):
        path.unlink()
    return moved


def _time_limits(desk: EvidenceDesk) -> tuple[str, ...]:
    if not desk.stamping.is_local:
        return ()
    return ("The time-stamps are LOCAL: made by the program itself, they prove nothing to a stranger.",)


def _seal(desk: EvidenceDesk, item: EvidenceItem) -> EvidenceItem:
    """Seal it, and have it stamped until one stamp is verified: without one it is not called sealed."""
    folder, sums = package_of(desk, item)
    (folder / "proofs").mkdir(mode=0o700, exist_ok=True)  # a backup has no empty folder
    if not (folder / "proofs" / _SEAL_FILE).exists():
        chain = seal_chain(desk.workspace, desk.settings.evidence.organisation, desk.instant())
        add_proof(folder, _SEAL_FILE, sign_detached(sums, chain, at=desk.instant()))
    if not stamps_of(desk, folder, sums):
        failed = add_stamps(desk, folder, sums, 1)
        if not stamps_of(desk, folder, sums):
            message = f"nobody stamped {item.id} with the time: {'; '.join(one.why for one in failed)}"
            raise UnavailableError(message, advice=_GOES_ON)
    return desk.workspace.evidence.move(item, EvidenceState.SEALED)


def _stamp(desk: EvidenceDesk, item: EvidenceItem, *, accepts_fewer: bool) -> EvidenceItem:
    """Have the other authorities stamp it; fewer than are wanted are enough only if a person says so."""
    folder, sums = package_of(desk, item)
    missing = desk.stamping.wanted - len(stamps_of(desk, folder, sums))
    failed = add_stamps(desk, folder, sums, missing) if missing > 0 else []
    missing = desk.stamping.wanted - len(stamps_of(desk, folder, sums))
    if missing > 0 and not accepts_fewer:
        message = f"{missing} more time-stamps of {item.id} are wanted: {'; '.join(one.why for one in failed)}"
        raise UnavailableError(message, advice=f"{_GOES_ON}. To do with those it has: --fewer-stamps yes")
    with desk.workspace.database.transaction():
        if missing > 0:
            why = f"{missing} fewer than wanted: " + "; ".join(f"{one.who}: {one.why}" for one in failed)
            desk.note(CustodyKind.TIMESTAMPED, item, why=why)
        return desk.workspace.evidence.move(item, EvidenceState.TIMESTAMPED)


def _log(desk: EvidenceDesk, item: EvidenceItem) -> EvidenceItem:
    """Log it once, and write what proves it."""
    folder, sums = package_of(desk, item)
    write_log_proof(desk, folder, owner=item.id, event=ADDITION, kind=LogEntryKind.ADDITION, content=sums)
    return desk.workspace.evidence.move(item, EvidenceState.LOGGED)


def _have_cosigned(desk: EvidenceDesk, case: CaseId) -> None:
    """Have witnesses cosign the log, where there are any and an item lacks them; none is waited for."""
    routes = witness_routes(desk.settings)
    lacking = [one for one in desk.workspace.evidence.of_case(case) if one.state is EvidenceState.LOGGED]
    if not routes or not lacking:
        return
    client = WitnessClient(desk.workspace, desk.settings)
    for route in routes:
        client.ask(route, desk.instant())
    for item in lacking:
        folder, sums = package_of(desk, item)
        count = write_log_proof(desk, folder, owner=item.id, event=ADDITION, kind=LogEntryKind.ADDITION, content=sums)
        if count >= desk.settings.evidence.witnesses_wanted:
            desk.workspace.evidence.move(item, EvidenceState.WITNESSED)


def write_log_proof(
    desk: EvidenceDesk, folder: Path, *, owner: str, event: str, kind: LogEntryKind, content: bytes
) -> int:
    """Log what a package says once, and put the proof into the package; return how many witnesses cosigned it.

    Raises:
        IntegrityError: the log signs under another name than the package says, or is not the one that was signed.
    """
    now = desk.instant()
    [position] = desk.log.append([NewLogEntry(owner=owner, event=event, kind=kind, content=content)], now)
    named = folder / "trust" / "witnesses.vkey"
    witnesses = named.read_text(encoding="ascii").split() if named.exists() else []
    proved = desk.log.prove(position.index, now, witnesses=witnesses)
    if (folder / "trust" / "log.vkey").read_text(encoding="ascii").strip() != proved.log_vkey:
        message = "the log signs under another name than the package says"
        raise IntegrityError(message, advice="Was the log begun anew meanwhile? Record it again; what is here stays.")
    add_proof(folder, "log-leaf.txt", position.leaf)
    add_proof(folder, "log-salt.hex", f"{position.salt.hex()}\n".encode())
    add_proof(folder, LOG_PROOF, proved.proof)
    return len(proved.witness_vkeys)


def add_stamps(desk: EvidenceDesk, folder: Path, sums: bytes, count: int) -> list[NotStamped]:
    """Have a package's sums stamped by authorities that did not yet; return those whose stamp does not count."""
    have = [stamp.verified.signer_sha256 for stamp in stamps_of(desk, folder, sums)]
    failed, number, named = [], len(have), _named_roots(folder)
    for found in desk.stamping.stamp(sums, count, desk.instant(), have=have, named=named):
        if isinstance(found, NotStamped):
            failed.append(found)
            continue
        number += 1
        if number > _TOKENS_MOST:
            message = "a package has too many time-stamps"
            raise MisuseError(message)
        add_proof(folder, f"{number:02d}.tsr", found.reply)
    return failed


def stamps_of(desk: EvidenceDesk, folder: Path, sums: bytes) -> list[Stamped]:
    """Return the stamps that a package has, each verified again."""
    found, roots = [], _named_roots(folder)
    for number in range(1, _TOKENS_MOST + 1):
        path = folder / "proofs" / f"{number:02d}.tsr"
        if not path.exists():
            break
        reply = path.read_bytes()
        verified = desk.stamping.verify(reply, sums, desk.instant(), also=roots)
        found.append(Stamped(reply=reply, verified=verified))
    return found


def _named_roots(folder: Path) -> list[x509.Certificate]:
    """Return the roots by which a package says that its stamps are verified."""
    return x509.load_pem_x509_certificates((folder / "trust" / "tsa.pem").read_bytes())


def package_of(desk: EvidenceDesk, item: EvidenceItem) -> tuple[Path, bytes]:
    """Return where a package is, and its sums, which are those that it was made with.

    Raises:
        IntegrityError: they are not.
    """
    folder = package_folder(desk.workspace, item.case, item.id)
    try:
        sums = (folder / SUMS).read_bytes()
    except FileNotFoundError:
        sums = b""
    if hashlib.sha256(sums).digest() != item.sums_sha256:
        message = f"the package {item.id} is not as it was made"
        raise IntegrityError(message, advice="Put it back from a backup.")
    return folder, sums


@contextlib.contextmanager
def _unsealed(desk: EvidenceDesk, item: EvidenceItem, number: int) -> Iterator[BinaryIO]:
    """Read what an item is made of, in clear, piece by piece, never on the disk."""
    box = desk.workspace.keyring.item_box(item.id)
    path = spool_path(desk.workspace, item.case, item.id, number)
    with path.open("rb") as sealed:
        reading = _Unsealing(lambda writer: box.unseal_stream(sealed, writer, context=f"{SPOOL_CONTEXT}:{number}"))
        try:
            yield cast("BinaryIO", reading)
        finally:
            reading.close()


class _Unsealing(io.RawIOBase):
    """What a thread decrypts, to be read: whole, or its error at the end instead of an end."""

    def __init__(self, decrypt: object) -> None:
        self._decrypt = decrypt
        self._failed: BaseException | None = None
        self._thread: threading.Thread | None = None

    def read(self, size: int = -1) -> bytes:
        if self._thread is None:  # not before somebody reads: a package has many contents
            reading, writing = os.pipe()
            self._file = os.fdopen(reading, "rb")
            self._thread = threading.Thread(target=self._work, args=(writing,), daemon=True)
            self._thread.start()
        data = self._file.read(size)
        if not data:
            self._thread.join()
            if self._failed is not None:
                raise self._failed
        return data

    def close(self) -> None:
        if self._thread is not None:
            self._file.close()
            self._thread.join()
            self._thread = None

    def _work(self, writing: int) -> None:
        try:
            with os.fdopen(writing, "wb", buffering=0) as writer:
                self._decrypt(writer)  # type: ignore[operator]  # a call with a writer
        except BrokenPipeError:  # nobody reads on
            pass
        except (OSError, IntegrityError) as error:
            self._failed = error

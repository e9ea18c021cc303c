"""Where packages are on the disk, who may work on a case at once, and what killed commands left there.

``evidence/CASE/ITEM/`` is a package; ``evidence/CASE/ITEM.NNN.sealed`` is what an item is made of, sealed under its own
key, until its package is made. Nothing here is ever in clear.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rempart import clock
from rempart.app.unfinished import alone_at, shared_at
from rempart.app.workspace import EVIDENCE_FOLDER, Workspace
from rempart.errors import UnavailableError
from rempart.model.evidence import EvidenceState
from rempart.model.ids import CaseId, EvidenceId, IdKind, is_id
from rempart.whole_file import LEFTOVERS

logger = logging.getLogger(__name__)

_SPOOLED: Final = re.compile(r"(evd_[0-9a-f]{32})\.[0-9]{3}\.sealed")
#: Held together by commands that record: what an item is made of is on the disk before its row is.
_RECORDING: Final = "recording.lock"
_CASE_LOCK: Final = ".lock"
_PAUSE_S: Final = 0.1


def case_folder(workspace: Workspace, case: CaseId) -> Path:
    """Return the folder of a case, made if it is not there."""
    folder = workspace.folder / EVIDENCE_FOLDER / case
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def package_folder(workspace: Workspace, case: CaseId, item: EvidenceId) -> Path:
    """Return where an item's package is, or will be."""
    return case_folder(workspace, case) / item


def spool_path(workspace: Workspace, case: CaseId, item: EvidenceId, number: int) -> Path:
    """Return where the nth thing that an item is made of is, sealed."""
    return case_folder(workspace, case) / f"{item}.{number:03d}.sealed"


def spooled(workspace: Workspace, case: CaseId, item: EvidenceId) -> list[Path]:
    """Return what an item is made of, as long as its package is not made."""
    return sorted(case_folder(workspace, case).glob(f"{item}.*.sealed"))


@contextlib.contextmanager
def recording(workspace: Workspace) -> Iterator[None]:
    """Record, together with other commands that do."""
    folder = workspace.folder / EVIDENCE_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with shared_at(folder / _RECORDING):
        yield


@contextlib.contextmanager
def alone_on(workspace: Workspace, case: CaseId, *, patience_s: float) -> Iterator[None]:
    """Work on the packages of a case while nobody else does.

    Raises:
        UnavailableError: another command does, for longer than the patience.
    """
    since_s = clock.monotonic_s()
    descriptor = os.open(case_folder(workspace, case) / _CASE_LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while not _is_locked(descriptor):
            if clock.monotonic_s() - since_s > patience_s:
                message = f"another command works on the case {case}"
                raise UnavailableError(message, advice="What is recorded goes on by itself: rempart job run")
            clock.sleep_s(_PAUSE_S)
        yield
    finally:
        os.close(descriptor)


def remove_files(workspace: Workspace, case: CaseId, item: EvidenceId) -> None:
    """Remove everything of an item from the disk; harmless if there is nothing."""
    shutil.rmtree(package_folder(workspace, case, item), ignore_errors=True)
    for path in spooled(workspace, case, item):
        path.unlink(missing_ok=True)


def has_files(workspace: Workspace, case: CaseId, item: EvidenceId) -> bool:
    """Tell whether anything of an item is on the disk."""
    return package_folder(workspace, case, item).exists() or bool(spooled(workspace, case, item))


def sweep_parts(workspace: Workspace, case: CaseId) -> None:
    """Remove what killed commands left of a case: half-built packages, and what packages were made of.

    Who calls is alone on the case.
    """
    for path in case_folder(workspace, case).glob(LEFTOVERS):
        shutil.rmtree(path, ignore_errors=True)
    for item in workspace.evidence.of_case(case):
        if item.state is not EvidenceState.RECORDED:
            for path in spooled(workspace, case, item.id):
                path.unlink(missing_ok=True)


def sweep_unrecorded(workspace: Workspace) -> int:
    """Remove what killed commands were about to record, with its keys, unless another command records now.

    Returns:
        How many keys there were.
    """
    root, swept = workspace.folder / EVIDENCE_FOLDER, 0
    root.mkdir(mode=0o700, exist_ok=True)
    with alone_at(root / _RECORDING) as is_alone:
        if not is_alone:
            return 0
        known = workspace.evidence.ids()
        for path in root.glob("cas_*/evd_*.sealed"):
            named = _SPOOLED.fullmatch(path.name)
            if named and named[1] not in known:
                path.unlink(missing_ok=True)
        for key in [key for key in workspace.keyring.items() if is_id(key, IdKind.EVIDENCE) and key not in known]:
            workspace.keyring.destroy_item_key(key)
            swept += 1
    if swept:
        logger.info("%d items that killed commands did not record were removed", swept)
    return swept


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

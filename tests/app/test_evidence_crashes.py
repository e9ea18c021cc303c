"""SIGKILL at every named point of add, seal, stamp and log: complete or resumable, and one entry for each item."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from evidence_scenes import Scene, scene, verified_by_bash
from forked import Forked
from rempart.app.evidence_places import package_folder, sweep_unrecorded
from rempart.app.evidence_proving import finish
from rempart.model.evidence import EvidenceState
from rempart.model.log import LogEntryKind

#: Where a command is killed: before or after what, and for the nth time.
POINTS = [
    ("before", "rempart.keys.keyring:Keyring.make_item_key", 1),
    ("after", "rempart.keys.keyring:Keyring.make_item_key", 1),
    ("before", "rempart.keys.box:Box.seal_stream", 1),
    ("after", "rempart.keys.box:Box.seal_stream", 1),
    ("before", "rempart.store.evidence:EvidenceRepository.add", 1),
    ("after", "rempart.store.evidence:EvidenceRepository.add", 1),
    ("after", "rempart.store.custody:CustodyRepository.note", 1),
    ("after", "rempart.store.jobs:JobRepository.add", 1),
    ("before", "rempart.app.evidence_proving:finish", 1),
    ("before", "rempart.app.evidence_proving:build_item", 1),
    ("after", "rempart.evidence.building:finish", 1),
    ("after", "rempart.app.evidence_proving:build_item", 1),
    ("before", "rempart.store.evidence:EvidenceRepository.move", 1),
    ("after", "rempart.store.evidence:EvidenceRepository.move", 1),
    ("after", "rempart.app.evidence_proving:sign_detached", 1),
    ("after", "rempart.app.evidence_proving:add_proof", 1),
    ("before", "rempart.app.evidence_stamping:Stamping.stamp", 1),
    ("after", "rempart.app.evidence_proving:add_proof", 2),
    ("after", "rempart.store.evidence:EvidenceRepository.move", 2),
    ("after", "rempart.store.evidence:EvidenceRepository.move", 3),
    ("before", "rempart.app.log_entries:LogEntries.append", 1),
    ("after", "rempart.app.log_entries:LogEntries.append", 1),
    ("before", "rempart.app.transparency_log:TransparencyLog.checkpoint", 1),
    ("after", "rempart.app.transparency_log:TransparencyLog.checkpoint", 1),
    ("after", "rempart.app.transparency_log:TransparencyLog.prove", 1),
    ("after", "rempart.app.evidence_proving:add_proof", 3),
    ("after", "rempart.app.evidence_proving:add_proof", 4),
    ("after", "rempart.app.evidence_proving:add_proof", 5),
    ("before", "rempart.store.evidence:EvidenceRepository.move", 4),
    ("after", "rempart.store.evidence:EvidenceRepository.move", 4),
    ("before", "rempart.store.jobs:JobRepository.settle", 1),
    ("after", "rempart.store.jobs:JobRepository.settle", 1),
]
#: Adds a file, and kills itself at a point.
LOADS = """
import importlib, os, signal, sys
from pathlib import Path
import rempart.app.workspace, rempart.app.evidence_desk, rempart.app.evidence_adding, rempart.app.evidence_proving
import workspaces
"""
ADDS = """
import importlib, os, signal, sys
from pathlib import Path
from rempart.app.workspace import open_workspace
from rempart.app.evidence_desk import EvidenceDesk
import rempart.app.evidence_adding as adding, rempart.app.evidence_proving as proving
from rempart.model.evidence import EvidenceKind
from workspaces import settings_for
folder, case, file, when, where, nth = sys.argv[1:]
settings = settings_for(Path(folder))
desk = EvidenceDesk(open_workspace(settings), settings)
left = int(nth)
module, _, name = where.partition(":")
owner, _, attribute = name.rpartition(".")
holder = importlib.import_module(module)
holder = getattr(holder, owner) if owner else holder
real = getattr(holder, attribute)
def killed(*given, **named):
    global left
    left -= 1
    if left == 0 and when == "before": os.kill(os.getpid(), signal.SIGKILL)
    value = real(*given, **named)
    if left == 0: os.kill(os.getpid(), signal.SIGKILL)
    return value
setattr(holder, attribute, killed)
permission = adding.require_permission(desk, case, kind=EvidenceKind.FILE, tie="report")
with adding.file_item(desk, Path(file)) as new:
    item = adding.record(desk, permission, new)
proving.finish(desk, item.case)
"""


def add_and_die(adds: Forked, found: Scene, when: str, where: str, nth: int) -> None:
    """Add a file in another process, which is killed."""
    done = adds.run(found.workspace.folder, found.case.id, found.file("killed.eml"), when, where, nth)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.slow
def test_killed_anywhere_nothing_is_half(tmp_path: Path) -> None:
    """After each kill the next command finishes what was recorded; what was not leaves neither file nor key."""
    found = scene(tmp_path)
    found.added("first.eml")
    workspace = found.workspace

    adds = Forked(tmp_path, LOADS, ADDS)
    for when, where, nth in POINTS:
        add_and_die(adds, found, when, where, nth)
        sweep_unrecorded(workspace)
        done = finish(found.desk, found.case.id)
        assert done.failures == {}, (when, where, nth)
        assert all(item.state is EvidenceState.LOGGED for item in done.items), (when, where, nth)
        kinds = [[entry.kind for entry in found.desk.log.entries_of(item.id)] for item in done.items]
        assert kinds == [[LogEntryKind.ADDITION]] * len(done.items), (when, where, nth)
        assert workspace.log.size() == len(done.items), (when, where, nth)
        folder = package_folder(workspace, found.case.id, done.items[0].id).parent
        assert {path.name for path in folder.iterdir()} == {".lock", *(item.id for item in done.items)}, (when, where)
        keyed = {key for key in workspace.keyring.items() if key.startswith("evd")}
        assert keyed == {item.id for item in done.items}, (when, where)

    adds.end()
    found.desk.log.audit()
    for item in workspace.evidence.of_case(found.case.id):
        assert "VERIFIED" in verified_by_bash(package_folder(workspace, item.case, item.id))

"""SIGKILL at every statement of the log and every step of the witness: nothing twice or half, no two stories."""

from __future__ import annotations

import datetime as dt
import signal
from pathlib import Path

import pytest

from forked import Forked
from grown_logs import ORIGIN, GrownLog, cosigner
from rempart.app.transparency_log import TransparencyLog
from rempart.app.witness_states import FileStates
from rempart.evidence.log_proof import read_log_proof
from rempart.evidence.merkle import consistency_proof
from rempart.evidence.notes import parse_vkey
from rempart.evidence.witnessing import AddCheckpoint, AnswerStatus, Witness, WitnessAnswer, render_add_checkpoint
from rempart.model.log import LogEntryKind, NewLogEntry
from workspaces import make

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
ITEM = "evd_" + "1" * 32
#: Logs an event and signs the log, and is killed where its nth statement begins, or its nth file is synced.
LOGS_LOAD = """
import os, signal, sys, datetime as dt
from pathlib import Path
import rempart.app.transparency_log, rempart.app.workspace, workspaces
"""
LOGS = """
import os, signal, sys, datetime as dt
from pathlib import Path
from django.db import connection
from rempart.app.transparency_log import TransparencyLog
from rempart.app.workspace import open_workspace
from rempart.model.log import LogEntryKind, NewLogEntry
from workspaces import settings_for
settings = settings_for(Path(sys.argv[1]))
workspace = open_workspace(settings)
workspace.keyring.make_item_key(workspace.id)
left = int(sys.argv[2])
def step():
    global left
    left -= 1
    if left < 0: os.kill(os.getpid(), signal.SIGKILL)
def cut(execute, sql, *rest):
    step()
    return execute(sql, *rest)
connection.execute_wrappers.append(cut)
fsync, replace = os.fsync, Path.replace
os.fsync = lambda descriptor: (step(), fsync(descriptor))
Path.replace = lambda self, target: (step(), replace(self, target))
log = TransparencyLog(workspace, settings)
now = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
log.append([NewLogEntry(owner=sys.argv[3], event=sys.argv[4], kind=LogEntryKind.ADDITION, content=b"sums")], now)
log.checkpoint(now)
"""
#: Cosigns one request, and is killed at its nth step to the disk; what it answered is printed.
COSIGNS_LOAD = "import grown_logs, rempart.app.witness_states, rempart.evidence.witnessing"
COSIGNS = """
import datetime as dt, os, signal, sys
from pathlib import Path
from grown_logs import GrownLog, cosigner
from rempart.app.witness_states import FileStates
from rempart.evidence.witnessing import Witness
left = int(sys.argv[2])
def step():
    global left
    left -= 1
    if left < 0: os.kill(os.getpid(), signal.SIGKILL)
fsync, replace, opened = os.fsync, Path.replace, os.open
os.fsync = lambda descriptor: (step(), fsync(descriptor))
os.open = lambda *given, **named: (step(), opened(*given, **named))[1]
Path.replace = lambda self, target: (step(), replace(self, target))
witness = Witness(cosigner(), [GrownLog(1).signer.key], FileStates.open(Path(sys.argv[1])))
answer = witness.add_checkpoint(sys.stdin.buffer.read(), dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC))
step()
print(int(answer.status))
"""


@pytest.mark.slow
def test_a_log_killed_anywhere_has_each_event_once(tmp_path: Path) -> None:
    """After each kill the same is done again: one entry, one leaf, and a state that continues the one before."""
    settings, workspace = make(tmp_path / "ws")
    workspace.keyring.make_item_key(ITEM)
    log, killed = TransparencyLog(workspace, settings), 0

    logs = Forked(tmp_path, LOGS_LOAD, LOGS)
    for step in range(200):
        done = logs.run(workspace.folder, step, ITEM, f"event {step}")
        assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()
        entry = NewLogEntry(owner=ITEM, event=f"event {step}", kind=LogEntryKind.ADDITION, content=b"sums")
        [position] = log.append([entry], NOW)
        proved = log.prove(position.index, NOW)
        read_log_proof(proved.proof, position.leaf, log_key=parse_vkey(proved.log_vkey))
        assert workspace.log.size() == len(log.entries_of(ITEM)) == position.index + 1 == step + 1
        if done.returncode == 0:
            break
        killed += 1
    logs.end()
    log.audit()

    assert killed > 10
    assert log.checkpoint(NOW).checkpoint.size == killed + 1


def asked(old: int, new: int, log: GrownLog) -> bytes:
    hashes = consistency_proof(log.nodes, old, new)
    return render_add_checkpoint(AddCheckpoint(old_size=old, hashes=hashes, checkpoint=log.signed(new)))


def ask(folder: Path, body: bytes) -> WitnessAnswer:
    return Witness(cosigner(), [GrownLog(1).signer.key], FileStates.open(folder)).add_checkpoint(body, NOW)


@pytest.mark.slow
def test_a_witness_killed_anywhere_never_cosigns_two_stories(tmp_path: Path) -> None:
    """Whatever it answered before it was killed, another root of that size is refused after."""
    one, other, killed = GrownLog(9), GrownLog(9, salt=9), 0
    cosigns = Forked(tmp_path, COSIGNS_LOAD, COSIGNS)

    for step in range(50):
        FileStates.make(folder := tmp_path / f"state-{step}", cosigner().key.name)
        done = cosigns.run(folder, step, data=asked(0, 9, one))
        answered = done.stdout.strip() == b"200"
        kept = FileStates.open(folder).latest(ORIGIN)
        second = ask(folder, asked(0, 9, other))

        assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()
        assert not (answered and second.status is AnswerStatus.OK)
        assert (second.status is AnswerStatus.OK) == (kept.size == 0)
        if done.returncode == 0:
            assert answered
            break
        killed += 1
    cosigns.end()

    assert killed >= 5

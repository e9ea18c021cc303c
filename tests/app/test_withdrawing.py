"""Withdrawn means gone: from the database, its log, the keys, the vault, and the backups made later."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

import workspaces
from rempart.app import withdrawing
from rempart.app.backup import backup
from rempart.app.checking import check
from rempart.app.handlers import make_worker
from rempart.app.restore import restore
from rempart.app.rights import add_owner, grant_consent, subject_of
from rempart.app.rotation import rotate
from rempart.app.vault import path_of
from rempart.app.withdrawing import forget_owner, withdraw
from rempart.app.workspace import Workspace
from rempart.app.workspace_scan import WorkspaceScan
from rempart.config import Settings
from rempart.errors import MisuseError, NotFoundError
from rempart.model import AssetId
from rempart.model.asset import AssetProtection, AssetState, ConsentScope
from rempart.model.work import JobState
from rempart.store import erase_traces

Made = tuple[Settings, Workspace]


def test_everything_about_an_asset_goes_and_nothing_else(made: Made, tmp_path: Path) -> None:
    """Code, digest, label, matches, key and original; the identifier stays, and says when."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 4)
    plain, kept = workspaces.register(settings, workspace, paths[:2])
    grant_consent(workspace, subject_of(workspace, "nadia"), ConsentScope.DETAILED, "fr")
    [detailed] = workspaces.register(settings, workspace, paths[2:3], protection=AssetProtection.DETAILED)
    [vaulted] = workspaces.register(settings, workspace, paths[3:], protection=AssetProtection.VAULT)
    with WorkspaceScan(workspace, paths, settings) as scan:
        list(scan.events())
    original = path_of(workspace, vaulted)

    done = withdraw(workspace, [plain, detailed, vaulted, plain])

    assert done.is_proved
    assert set(done.assets) == {plain, detailed, vaulted}
    for gone in (plain, detailed, vaulted):
        asset = workspace.assets.get(gone)
        assert (asset.state, asset.label) == (AssetState.WITHDRAWN, "")
        assert asset.erased_at is not None
        assert workspace.findings.count_hits(gone) == 0
    assert [entry.asset for entry in workspace.bank.bank()] == [kept]
    assert workspace.findings.count_hits(kept) == 1
    assert list(workspace.keyring.items()) == []
    assert not original.exists()
    assert list(check(workspace)) == []
    assert workspace.jobs.counts() == {JobState.DONE: 1}


def test_an_unknown_asset_withdraws_none(made: Made, tmp_path: Path) -> None:
    """A slip in one identifier must not do half of it."""
    settings, workspace = made
    [asset] = workspaces.register(settings, workspace, workspaces.pictures(tmp_path / "shoot", 1))

    with pytest.raises(NotFoundError):
        withdraw(workspace, [asset, AssetId("ast_" + "0" * 32)])

    assert workspace.assets.get(asset).state is AssetState.ACTIVE


def test_twice_is_harmless(made: Made, tmp_path: Path) -> None:
    """And says that nothing was left to do."""
    settings, workspace = made
    [asset] = workspaces.register(settings, workspace, workspaces.pictures(tmp_path / "shoot", 1))
    withdraw(workspace, [asset])

    done = withdraw(workspace, [asset])

    assert done.assets == ()
    assert done.is_proved


def test_an_owner_is_forgotten(made: Made, tmp_path: Path) -> None:
    """Her name finds nothing once her assets are withdrawn, and may be taken again; a rotation still works."""
    settings, workspace = made
    [asset] = workspaces.register(settings, workspace, workspaces.pictures(tmp_path / "shoot", 1))
    with pytest.raises(MisuseError, match="still has 1 assets"):
        forget_owner(workspace, "nadia")
    withdraw(workspace, [asset])

    done = forget_owner(workspace, "nadia")

    assert done.is_proved
    with pytest.raises(NotFoundError):
        workspace.owners.get("nadia")
    owner = workspace.assets.get(asset).owner
    assert workspace.owners.get(owner).name == owner
    add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="fr")
    rotate(workspace)
    assert list(check(workspace)) == []


def test_an_open_reader_delays_the_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not said to be done; the job finishes it once the reader has left, and then no file has a trace."""
    settings, workspace = workspaces.make(tmp_path / "w")
    [asset] = workspaces.register(settings, workspace, workspaces.pictures(tmp_path / "shoot", 1))
    [entry] = workspace.bank.bank()
    code, digest = entry.fingerprints[0].bits, entry.digest
    monkeypatch.setattr(withdrawing, "erase_traces", lambda database: erase_traces(database, patience_s=0.1))
    reader = sqlite3.connect(workspace.database.location.name)
    reader.execute("BEGIN").connection.execute("SELECT count(*) FROM asset").fetchone()

    early = withdraw(workspace, [asset])
    worker = make_worker(workspace, settings)
    worker.run(until_idle=True)
    waiting = workspace.assets.get(asset)
    reader.close()
    [job] = workspace.jobs.all(JobState.QUEUED)
    with workspace.database.transaction():
        workspace.database.execute("UPDATE job SET due_at = created_at")
    later = make_worker(workspace, settings).run(until_idle=True)

    assert not early.is_proved
    assert "reads the database" in early.waits_for
    assert waiting.erased_at is None
    assert job.reason
    assert later.done == 1
    assert workspace.assets.get(asset).erased_at is not None
    workspace.database.close()
    for path in (tmp_path / "w").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert code not in data, path
            assert digest not in data, path


def test_a_backup_made_later_does_not_hold_it(made: Made, tmp_path: Path) -> None:
    """Nor does the workspace that is restored from it."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 2)
    gone, kept = workspaces.register(settings, workspace, paths)
    sheet = workspace.keyring.new_recovery(workspace.assets.get(kept).registered_at)
    withdraw(workspace, [gone])

    backup(workspace, tmp_path / "b.age")
    again = workspaces.settings_for(tmp_path / "again")
    restore(again, tmp_path / "b.age", sheet)

    from rempart.app.workspace import open_workspace  # noqa: PLC0415 - opened last: one workspace a process

    with open_workspace(again) as restored:
        assert [entry.asset for entry in restored.bank.bank()] == [kept]
        assert restored.assets.get(gone).state is AssetState.WITHDRAWN
        assert list(check(restored)) == []

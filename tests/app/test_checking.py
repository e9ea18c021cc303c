"""A workspace that is not whole is said to be so: a lost key, a changed value, a code too many."""

from __future__ import annotations

from pathlib import Path

import workspaces
from rempart.app.checking import check, sweep
from rempart.app.unfinished import REGISTERING, shared_at
from rempart.app.vault import path_of
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.model.asset import AssetProtection

Made = tuple[Settings, Workspace]


def test_a_whole_workspace_has_no_fault(made: Made, tmp_path: Path) -> None:
    """With something in it."""
    settings, workspace = made
    workspaces.register(settings, workspace, workspaces.pictures(tmp_path / "shoot", 2))

    assert list(check(workspace)) == []


def test_each_fault_is_named(made: Made, tmp_path: Path) -> None:
    """By the asset, never by a person."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 3)
    plain, _ = workspaces.register(settings, workspace, paths[:2])
    [vaulted] = workspaces.register(settings, workspace, paths[2:], protection=AssetProtection.VAULT)
    path_of(workspace, vaulted).unlink()
    workspace.keyring.destroy_item_key(vaulted)
    with workspace.database.transaction():
        workspace.database.execute(
            "INSERT INTO fingerprint (asset_id, number, signal_type, version, bits, quality) "
            "SELECT asset_id, 1, signal_type, version, bits, quality FROM fingerprint WHERE asset_id = %s",
            (plain,),
        )
        workspace.database.execute(
            "UPDATE asset SET label_sealed = (SELECT contact FROM (SELECT label_sealed AS contact FROM asset "
            "WHERE id = %s) AS other) WHERE id = %s",
            (vaulted, plain),
        )

    faults = list(check(workspace))

    assert f"{plain} has more codes than its protection, hash_only, allows" in faults
    assert f"{vaulted} has lost its key" in faults
    assert f"{vaulted} has lost its original" in faults
    assert f"asset.label_sealed:{plain} does not open" in faults
    assert "nadia" not in "".join(faults)


def test_nothing_is_swept_while_a_registration_goes_on(made: Made) -> None:
    """Its keys and originals have no asset yet."""
    _, workspace = made
    workspace.keyring.make_item_key("ast_" + "0" * 32)

    with shared_at(workspace.folder / REGISTERING):
        during = sweep(workspace)

    assert (during, sweep(workspace)) == (0, 1)


def test_what_a_cut_registration_left_is_swept(made: Made, tmp_path: Path) -> None:
    """Keys and originals of assets that were never written; those of others stay."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 1)
    [kept] = workspaces.register(settings, workspace, paths, protection=AssetProtection.VAULT)
    stray = "ast_" + "0" * 32
    workspace.keyring.make_item_key(stray)
    path_of(workspace, kept.__class__(stray)).parent.mkdir(exist_ok=True)
    path_of(workspace, kept.__class__(stray)).write_bytes(b"half")

    assert sweep(workspace) == 1
    assert list(workspace.keyring.items()) == [kept]
    assert list(check(workspace)) == []
    assert sweep(workspace) == 0

"""A backup opens with the recovery sheet and nothing else, and makes the workspace again elsewhere."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pyrage
import pytest

import workspaces
from databases import PostgresServer
from marked import told
from rempart.app.backup import backup
from rempart.app.checking import check
from rempart.app.listing import asset_with_hits
from rempart.app.restore import restore
from rempart.app.vault import path_of
from rempart.app.workspace import Workspace, open_workspace
from rempart.app.workspace_scan import WorkspaceScan
from rempart.clock import utc_now
from rempart.config import Settings
from rempart.errors import IntegrityError, KeyFileError, MisuseError, OutputError, WorkspaceError
from rempart.keys import RecoveryCode
from rempart.model.asset import AssetProtection

Made = tuple[Settings, Workspace]


def filled(made: Made, folder: Path) -> tuple[list[str], RecoveryCode]:
    """Put something of everything into a workspace; return its assets and its sheet."""
    settings, workspace = made
    paths = workspaces.pictures(folder / "shoot", 3)
    assets = workspaces.register(settings, workspace, paths[:2])
    assets += workspaces.register(settings, workspace, paths[2:], protection=AssetProtection.VAULT)
    with WorkspaceScan(workspace, paths, settings) as scan:
        list(scan.events())
    return list(assets), workspace.keyring.new_recovery(workspace.assets.get(assets[0]).registered_at)


def restored(folder: Path, file: Path, sheet: RecoveryCode, *, url: str = "") -> Workspace:
    """Restore a backup and open what was made."""
    settings = workspaces.settings_for(folder)
    restore(settings, file, sheet, database_url=url)
    return open_workspace(settings)


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_a_backup_restores_elsewhere(made: Made, tmp_path: Path, postgres: PostgresServer, target: str) -> None:
    """From either database to either: rows, names, hits, keys, originals."""
    assets, sheet = filled(made, tmp_path)
    _, workspace = made
    before = [asset_with_hits(workspace, asset) for asset in assets]
    events = len(workspace.journal.events())

    backup(workspace, tmp_path / "b.age")
    url = postgres.make("template0") if target == "postgresql" else ""
    with restored(tmp_path / "again", tmp_path / "b.age", sheet, url=url) as again:
        after = [asset_with_hits(again, asset) for asset in assets]

        assert [(s.line, s.hits) for s in after] == [(s.line, s.hits) for s in before]
        assert [o.name for o in again.owners.all()] == ["nadia"]
        assert list(check(again)) == []
        assert len(again.journal.events()) > events
        out = io.BytesIO()
        with path_of(again, after[2].line.asset.id).open("rb") as reader:
            again.keyring.item_box(assets[2]).unseal_stream(reader, out, context="asset.original")
        assert out.getvalue() == (tmp_path / "shoot" / "picture-003.png").read_bytes()


def test_who_is_added_after_a_restoration_has_nobody_elses_code(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not of those added since the backup, nor of those added after it was restored before: they would be accused."""
    _, sheet = filled(made, tmp_path)
    _, workspace = made
    backup(workspace, tmp_path / "b.age")
    [since] = told(workspace, "since the backup")
    drawn = iter((5, 900))
    monkeypatch.setattr("rempart.app.restore.secrets.randbelow", lambda _: next(drawn))

    numbers = [since.index]
    for place in ("one", "two"):
        with restored(tmp_path / place, tmp_path / "b.age", sheet) as again:
            numbers += [each.index for each in told(again, f"after {place}")]

    assert numbers[1] > numbers[0] + 9_000
    assert len(set(numbers)) == len(numbers)


def test_a_backup_shows_nothing_without_the_sheet(made: Made, tmp_path: Path) -> None:
    """No name, no code, no key; another code does not open it; the standard age format does with the right one."""
    assets, sheet = filled(made, tmp_path)
    _, workspace = made
    codes = [f.bits for entry in workspace.bank.bank() for f in entry.fingerprints]

    backup(workspace, tmp_path / "b.age")

    data = (tmp_path / "b.age").read_bytes()
    assert (tmp_path / "b.age").stat().st_mode & 0o777 == 0o600
    assert not [c for c in [*codes, b"nadia", b"picture", *(a.encode() for a in assets)] if c in data]
    plain = pyrage.decrypt(data, [pyrage.x25519.Identity.from_str(sheet.reveal())])
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        names = tar.getnames()
        assert names[0] == "manifest.json"
        assert json.loads(tar.extractfile("manifest.json").read())["workspace"] == workspace.id  # type: ignore[union-attr]
        assert not [n for n in names if "workspace-wk" in n]  # the key itself is only under the sheet's recipient
    with pytest.raises(KeyFileError, match="does not open this backup"):
        restored(tmp_path / "again", tmp_path / "b.age", RecoveryCode.generate())
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize("damage", ["cut", "changed", "empty"])
def test_a_damaged_backup_restores_nothing(made: Made, tmp_path: Path, damage: str) -> None:
    """And leaves no folder behind."""
    _, sheet = filled(made, tmp_path)
    _, workspace = made
    backup(workspace, tmp_path / "b.age")
    data = bytearray((tmp_path / "b.age").read_bytes())
    data[len(data) // 2] ^= 1
    kept = {"cut": bytes(data[: len(data) // 3]), "changed": bytes(data), "empty": b""}[damage]
    (tmp_path / "b.age").write_bytes(kept)

    with pytest.raises((KeyFileError, IntegrityError)):
        restored(tmp_path / "again", tmp_path / "b.age", sheet)

    assert [p.name for p in tmp_path.iterdir() if "again" in p.name] == []


@pytest.mark.parametrize("name", ["../escape", "/etc/passwd", "keys/../../escape", "vault/aa/other.sealed", "extra"])
def test_a_backup_writes_only_where_a_backup_does(made: Made, tmp_path: Path, name: str) -> None:
    """Whoever knows the sheet's public half can make one: its names are judged before they are used."""
    _, workspace = made
    sheet = workspace.keyring.new_recovery(utc_now())
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = 4
        tar.addfile(info, io.BytesIO(b"evil"))
    recipient = pyrage.x25519.Recipient.from_str(sheet.recipient)
    (tmp_path / "b.age").write_bytes(pyrage.encrypt(packed.getvalue(), [recipient]))

    with pytest.raises(IntegrityError, match="which no backup of Rempart has"):
        restored(tmp_path / "again", tmp_path / "b.age", sheet)

    assert not list(tmp_path.rglob("escape"))
    assert not (tmp_path / "again").exists()


def test_places_that_are_taken_are_refused(made: Made, tmp_path: Path, postgres: PostgresServer) -> None:
    """A folder that holds something, a database that has a workspace, a target that cannot be written."""
    _, sheet = filled(made, tmp_path)
    _, workspace = made
    backup(workspace, tmp_path / "b.age")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    url = postgres.make("template0")
    restored(tmp_path / "one", tmp_path / "b.age", sheet, url=url).database.close()

    with pytest.raises(MisuseError, match="is not empty"):
        restored(tmp_path / "taken", tmp_path / "b.age", sheet)
    with pytest.raises(WorkspaceError, match="already belongs"):
        restored(tmp_path / "two", tmp_path / "b.age", sheet, url=url)
    with pytest.raises(MisuseError, match="cannot read the backup"):
        restored(tmp_path / "two", tmp_path / "absent.age", sheet)
    again = open_workspace(workspaces.settings_for(tmp_path / "one"))
    with again, pytest.raises(OutputError, match="cannot be written"):
        backup(again, tmp_path / "no" / "folder.age")
    assert not (tmp_path / "two").exists()

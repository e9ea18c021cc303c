"""Write workspace-0001.sql: a database as the first version made it, with a row in each table (see README.md)."""

from __future__ import annotations

import datetime as dt
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.apps.registry import Apps
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from fakes import FakeSealer
from rempart.store import Database, DatabaseLocation

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
SEALER = FakeSealer()
USER, OWNER, GROUND = "usr_" + "1" * 32, "own_" + "2" * 32, "grd_" + "3" * 32
ASSETS = ("ast_" + "4" * 32, "ast_" + "5" * 32)


def seal(text: str, place: str) -> bytes:
    """Seal a text for one column of one row."""
    return SEALER.seal(text.encode(), context=place)


def fill(model: Callable[[str], type[models.Model]]) -> None:
    """Add a row to each table, as they were at 0001."""

    def add(name: str, **values: object) -> None:
        model(name)._default_manager.create(**values)

    check = SEALER.seal(b"rempart workspace", context="workspace.key_check:wsp_1")
    add("WorkspaceRow", id="wsp_1", created_at=NOW, is_shared=True, key_check=check)
    name = seal("oscar", f"user_account.name_sealed:{USER}")
    add(
        "User",
        id=USER,
        name_sealed=name,
        name_index=SEALER.index("oscar"),
        role="admin",
        password="!",  # noqa: S106 - Django's mark of an account that no password opens
        created_at=NOW,
    )
    add("GroundRow", id=GROUND, depicts="self", adults_when_taken=True, stated_by_id=USER, stated_at=NOW)
    add(
        "OwnerRow",
        id=OWNER,
        name_sealed=seal("nadia", f"owner.name_sealed:{OWNER}"),
        name_index=SEALER.index("nadia"),
        ground_id=GROUND,
        registered_by_id=USER,
        registered_at=NOW,
    )
    for number, asset in enumerate(ASSETS):
        add(
            "AssetRow",
            id=asset,
            owner_id=OWNER,
            kind="image",
            state="active",
            sensitivity="intimate",
            protection="detailed" if number else "hash_only",
            ground_id=GROUND,
            registered_by_id=USER,
            registered_at=NOW,
            digest=bytes([number]) * 32,
            label_sealed=seal(f"{number}.jpg", f"asset.label_sealed:{asset}"),
        )
        add(
            "FingerprintRow",
            asset_id=asset,
            number=0,
            signal_type="pdq",
            version="1",
            bits=bytes([240 + number]) * 32,
            quality=90,
        )
    add("DetailedRow", asset_id=ASSETS[1], codes_sealed=b"sealed elsewhere")
    consent = {"text_version": "match/1/fr", "text": "J'accepte.", "given_at": NOW, "recorded_by_id": USER}
    add("ConsentRow", id="cns_" + "6" * 32, owner_id=OWNER, scope="match", **consent)
    job = {"key": "erase:1", "turn": 0, "payload": {"n": 1}, "state": "queued", "max_attempts": 5}
    add("JobRow", id="job_" + "7" * 32, kind="erase_assets", due_at=NOW, created_at=NOW, **job)
    add("EventRow", id="evt_" + "8" * 32, at=NOW, actor=USER, kind="workspace_made", subject="wsp_1", detail={"n": 1})
    end = NOW + dt.timedelta(days=36_500)
    access = {"actor": USER, "purpose": "list_assets", "subject": OWNER, "count": 2}
    add("AccessRow", id="acc_" + "9" * 32, at=NOW, expires_at=end, **access)


def at_first_migration() -> Apps:
    """Bring the open database to 0001 and return its tables as they were then."""
    executor = MigrationExecutor(connection)
    return executor.migrate([("store", "0001_initial")]).apps


def main() -> None:
    """Make it and write it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workspace.db"
        path.touch()
        database = Database(DatabaseLocation.parse(str(path)))
        apps = at_first_migration()
        fill(lambda name: apps.get_model("store", name))
        database.close()
        with sqlite3.connect(path) as reader:
            lines = list(reader.iterdump())
    (HERE / "workspace-0001.sql").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

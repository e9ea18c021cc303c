"""A new key, without stopping; the old one is gone, and so is what only it opened."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from unittest import mock

import pytest

import workspaces
from databases import PostgresServer
from rempart.app import rotation
from rempart.app.checking import check
from rempart.app.rights import add_owner
from rempart.app.rotation import rotate
from rempart.app.workspace import Workspace, open_keyring
from rempart.config import Settings
from rempart.errors import IntegrityError
from rempart.keys import sealed_by
from rempart.model.asset import AssetProtection
from rempart.model.work import EventKind
from rempart.store import reseal, sealed_values

Made = tuple[Settings, Workspace]


def test_everything_is_under_the_new_key(made: Made, tmp_path: Path) -> None:
    """Names are found as before; a value of before opens no more; keys of assets still work."""
    settings, workspace = made
    [asset] = workspaces.register(
        settings, workspace, workspaces.pictures(tmp_path / "shoot", 1), protection=AssetProtection.VAULT
    )
    old_key = workspace.keyring.current
    old_value = workspace.keyring.seal(b"kept aside", context="x")

    done = rotate(workspace)

    assert done.destroyed == (old_key,)
    assert done.values >= 4
    assert done.items == 1
    assert {sealed_by(value) for value in sealed_values(workspace.database)} == {done.current}
    assert workspace.owners.get("nadia").name == "nadia"
    assert workspace.assets.get(asset).label == "picture-001.png"
    assert list(check(workspace)) == []
    with pytest.raises(IntegrityError):
        workspace.keyring.unseal(old_value, context="x")
    [event] = [e for e in workspace.journal.events() if e.kind is EventKind.KEYS_ROTATED]
    assert event.detail["items"] == 1


def test_others_go_on_meanwhile(made: Made) -> None:
    """A process that opened the keys before the rotation writes and reads through it."""
    settings, workspace = made
    add_owner(workspace, "nadia", contact="n@example.org", right=workspaces.HERS, language="fr")
    other = open_keyring(settings)
    sealed_before = other.seal(b"before", context="x")

    def reseal_and_write(*arguments: object) -> object:
        name = f"during-{len(workspace.owners.all())}"
        add_owner(workspace, name, contact="", right=workspaces.HERS, language="fr")
        return reseal(*arguments)  # type: ignore[arg-type]  # handed on

    with mock.patch.object(rotation, "reseal", reseal_and_write):
        rotate(workspace)

    assert {o.name for o in workspace.owners.all()} == {"nadia", "during-1", "during-2"}
    assert other.unseal(other.seal(b"after", context="x"), context="x") == b"after"
    with pytest.raises(IntegrityError):
        other.unseal(sealed_before, context="x")


@pytest.mark.parametrize("step", ["reseal", "_used_keys"])
def test_a_rotation_that_was_cut_is_finished_by_the_next(made: Made, step: str) -> None:
    """Both keys open meanwhile; it goes on with the key that it had begun."""
    _, workspace = made
    add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="fr")
    with mock.patch.object(rotation, step, side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        rotate(workspace)
    between = workspace.keyring.status()
    name = workspace.owners.get("nadia").name

    done = rotate(workspace)

    assert name == "nadia"
    assert len(between.retiring) == 1
    assert done.current == between.current
    assert workspace.keyring.status().retiring == ()
    assert list(check(workspace)) == []


def test_what_was_being_written_is_waited_for(postgres: PostgresServer, tmp_path: Path) -> None:
    """A transaction that sealed under the old key and commits later keeps its value (PostgreSQL: writers overlap)."""
    settings, workspace = workspaces.make(tmp_path / "w", url=postgres.make("template0"))
    name, done = "nadia", threading.Event()

    def write_slowly() -> None:
        with workspace.database.transaction():
            add_owner(workspace, name, contact="", right=workspaces.HERS, language="fr")
            done.set()
            time.sleep(1.0)
        workspace.database.close()

    assert workspace.me.name == "oscar"
    writer = threading.Thread(target=write_slowly)
    writer.start()
    done.wait(10)

    rotate(workspace)
    writer.join()

    assert workspace.owners.get(name).name == name
    assert list(check(workspace)) == []
    workspace.database.close()
    del settings

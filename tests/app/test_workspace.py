"""A workspace is made whole or not at all, and only the one that fits is opened."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

import pytest

import workspaces
from databases import PostgresServer
from rempart.app import workspace as workspace_module
from rempart.app.rights import accept_ground, add_owner
from rempart.app.workspace import Workspace, make_workspace, open_workspace, read_note, workspace_folder
from rempart.config import Settings, load_settings
from rempart.errors import (
    ConfigError,
    DatabaseAwayError,
    IntegrityError,
    KeyFileError,
    MisuseError,
    NotFoundError,
    WorkspaceError,
)
from rempart.model.work import EventKind

Made = tuple[Settings, Workspace]


def test_everything_in_it_is_private(tmp_path: Path) -> None:
    """Folders 0700, files 0600, whatever the umask."""
    workspaces.make(tmp_path / "w")[1].database.close()

    for path in [tmp_path / "w", *(tmp_path / "w").rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_its_making_and_its_people_are_noted(made: Made) -> None:
    """By identifier."""
    _, workspace = made
    add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="fr")
    accept_ground(workspace, "nadia", "anne")

    kinds = [e.kind for e in workspace.journal.events()]

    assert kinds[0] is EventKind.WORKSPACE_MADE
    assert {EventKind.OWNER_ADDED, EventKind.CONSENT_GIVEN, EventKind.GROUND_ACCEPTED} <= set(kinds)
    assert workspace.me.name == "oscar"
    assert sorted(workspace.users.names().values()) == ["anne", "oscar"]


@pytest.mark.parametrize("step", ["write_note", "upgrade", "Keyring", "Workspace"])
def test_what_is_not_finished_leaves_nothing(tmp_path: Path, step: str) -> None:
    """Whichever step fails; the next attempt succeeds."""
    settings = workspaces.settings_for(tmp_path / "w")
    with mock.patch.object(workspace_module, step, side_effect=KeyboardInterrupt, create=False) as failing:
        failing.create.side_effect = KeyboardInterrupt
        with pytest.raises(KeyboardInterrupt):
            make_workspace(settings)

    assert list(tmp_path.iterdir()) == []
    make_workspace(settings)
    open_workspace(settings).database.close()


def test_there_is_one_in_a_folder(tmp_path: Path) -> None:
    """And none is made over somebody's files."""
    settings, workspace = workspaces.make(tmp_path / "w")
    workspace.database.close()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").touch()

    with pytest.raises(WorkspaceError, match="already"):
        make_workspace(settings)
    with pytest.raises(MisuseError, match="not empty"):
        make_workspace(workspaces.settings_for(tmp_path / "photos"))
    with pytest.raises(WorkspaceError, match="no workspace in"):
        open_workspace(workspaces.settings_for(tmp_path / "photos"))


def test_two_workspaces_on_one_database_are_refused(postgres: PostgresServer, tmp_path: Path) -> None:
    """When the second is made, and when one is pointed at the other's."""
    url = postgres.make("template0")
    workspaces.make(tmp_path / "one", url=url)[1].database.close()
    workspaces.make(tmp_path / "two")[1].database.close()

    with pytest.raises(WorkspaceError, match="already belongs"):
        make_workspace(workspaces.settings_for(tmp_path / "three"), database_url=url)
    with pytest.raises(WorkspaceError, match="another workspace"):
        open_workspace(workspaces.settings_for(tmp_path / "two", database__url=url))
    assert not (tmp_path / "three").exists()


def test_a_password_is_not_written_down(tmp_path: Path) -> None:
    """On the command line it is refused, without being repeated; settings never show it."""
    settings = workspaces.settings_for(tmp_path / "w")
    url = "postgresql://u:hunter2@127.0.0.1:1/x"

    with pytest.raises(MisuseError, match="holds a password") as refused:
        make_workspace(settings, database_url=url)
    shown = [str(line.value) for line in load_settings(environment={"REMPART_DATABASE_URL": url}).lines()]

    assert "hunter2" not in refused.value.diagnostics()
    assert "hunter2" not in "".join(shown)
    assert "postgresql://u:…@127.0.0.1:1/x" in shown


@pytest.mark.parametrize(
    "damage, error, words",
    [
        ("note", IntegrityError, "workspace.json is damaged"),
        ("version", WorkspaceError, "of version 9"),
        ("no database", WorkspaceError, "there is no database"),
        ("no key", KeyFileError, "workspace-wk_"),
        ("key mode", KeyFileError, "workspace-wk_"),
        ("other keys", WorkspaceError, "keys of this workspace do not open"),
    ],
)
def test_one_that_does_not_fit_is_refused(tmp_path: Path, damage: str, error: type[Exception], words: str) -> None:
    """With what is wrong, in one sentence."""
    folder = tmp_path / "w"
    settings, workspace = workspaces.make(folder)
    workspace.database.close()
    note = json.loads((folder / "workspace.json").read_text())
    [key] = (folder / "keys").glob("workspace-*.json")
    if damage == "note":
        (folder / "workspace.json").write_text("{")
    elif damage == "version":
        (folder / "workspace.json").write_text(json.dumps(note | {"v": 9}))
    elif damage == "no database":
        (folder / "rempart.db").unlink()
    elif damage == "no key":
        key.unlink()
    elif damage == "key mode":
        key.chmod(0o644)
    else:
        workspaces.make(tmp_path / "other")[1].database.close()
        (folder / "keys").rename(tmp_path / "aside")
        (tmp_path / "other" / "keys").rename(folder / "keys")

    with pytest.raises(error, match=words) as refused:
        open_workspace(settings)

    assert isinstance(refused.value, ConfigError | IntegrityError)
    assert refused.value.advice


def test_a_passphrase_opens_it(tmp_path: Path) -> None:
    """From a file of mode 600; a wrong one is refused."""
    folder = tmp_path / "w"
    secret = tmp_path / "passphrase"
    secret.write_text("correct horse\n")
    secret.chmod(0o600)
    settings = workspaces.settings_for(folder, keys__passphrase_file=str(secret))
    make_workspace(settings, passphrase=secret.read_text().strip())

    open_workspace(settings).database.close()
    open_workspace(workspaces.settings_for(folder), ask=lambda: "correct horse").database.close()
    with pytest.raises(KeyFileError, match="passphrase"):
        open_workspace(workspaces.settings_for(folder))
    with pytest.raises(KeyFileError, match="passphrase"):
        open_workspace(workspaces.settings_for(folder), ask=lambda: "wrong")


def test_a_server_that_is_down(tmp_path: Path) -> None:
    """Exit code 4, and what to do."""
    settings = workspaces.settings_for(tmp_path / "w")
    url = f"postgresql://rempart@/x?host={tmp_path}"

    with pytest.raises(DatabaseAwayError, match="does not answer") as away:
        make_workspace(settings, database_url=url)

    assert away.value.exit_code == 4
    assert not (tmp_path / "w").exists()


def test_a_second_person_makes_it_shared(tmp_path: Path) -> None:
    """For good; whoever accepts a ground is one."""
    _, workspace = workspaces.make(tmp_path / "w", is_shared=False)
    add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="fr")
    alone = workspace.is_shared

    accept_ground(workspace, "nadia", "anne")

    assert not alone
    assert workspace.is_shared
    with pytest.raises(NotFoundError):
        accept_ground(workspace, "sonia", "anne")
    workspace.database.close()


def test_where_it_is() -> None:
    """The setting, else the user's data folder."""
    settings = load_settings(environment={}).settings

    assert workspace_folder(settings, {"HOME": "/h"}) == Path("/h/.local/share/rempart")
    assert workspace_folder(settings, {"HOME": "/h", "XDG_DATA_HOME": "/d"}) == Path("/d/rempart")
    assert workspace_folder(workspaces.settings_for(Path("/elsewhere")), {}) == Path("/elsewhere")


def test_the_note_is_small(tmp_path: Path) -> None:
    """It says which database, and no name."""
    workspaces.make(tmp_path / "w")[1].database.close()

    note = read_note(tmp_path / "w")

    assert note.id.startswith("wsp_")
    assert note.database == ""

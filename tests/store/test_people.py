"""Users, owners and their rights, on both databases; names are never written in the clear."""

from __future__ import annotations

import datetime as dt

import pytest

from fakes import FakeSealer
from rempart.errors import MisuseError, NotFoundError, WorkspaceError
from rempart.model.asset import Depicts, GroundKind, Right, UserRole
from rempart.store import Database, OwnerRepository, UserRepository, WorkspaceRepository

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
RIGHT = Right(depicts=Depicts.SELF, ground=GroundKind.OWN_WORK, adults_when_taken=True)


def test_an_owner_is_found_by_name_and_by_identifier(database: Database) -> None:
    """Whatever the case of the letters."""
    sealer = FakeSealer()
    user = UserRepository(database, sealer).add("oscar", UserRole.ADMIN, NOW)
    owners = OwnerRepository(database, sealer)

    added = owners.add("Nadia", contact="nadia@example.org", right=RIGHT, by=user.id, now=NOW)

    assert owners.get("nadia") == added
    assert owners.get(added.id) == added
    assert owners.all() == [added]
    assert added.ground.right == RIGHT
    assert added.contact == "nadia@example.org"


def test_a_name_is_taken_once(database: Database) -> None:
    """Two owners of one name would be mixed up, under a new key as well."""
    sealer = FakeSealer()
    user = UserRepository(database, sealer).add("oscar", UserRole.ADMIN, NOW)
    owners = OwnerRepository(database, sealer)
    owners.add("nadia", contact="", right=RIGHT, by=user.id, now=NOW)
    sealer.rotate(b"2")

    with pytest.raises(MisuseError, match="'Nadia' already"):
        owners.add("Nadia", contact="", right=RIGHT, by=user.id, now=NOW)
    with pytest.raises(NotFoundError, match="no owner named 'sonia'"):
        owners.get("sonia")


def test_a_workspace_knows_its_database(database: Database) -> None:
    """Two workspaces on one database, or the keys of another one, are refused."""
    workspaces = WorkspaceRepository(database, FakeSealer())
    workspaces.found("wsp_1", is_shared=False, now=NOW)

    assert workspaces.require("wsp_1") is False
    with pytest.raises(WorkspaceError, match="already belongs"):
        workspaces.found("wsp_2", is_shared=True, now=NOW)
    with pytest.raises(WorkspaceError, match="another workspace"):
        workspaces.require("wsp_2")
    with pytest.raises(WorkspaceError, match="keys of this workspace do not open"):
        WorkspaceRepository(database, FakeSealer(b"9")).require("wsp_1")
    workspaces.share()
    assert workspaces.require("wsp_1") is True

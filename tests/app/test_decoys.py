"""Decoys: handed to somebody, never published, never intimate, and named first where they surface."""

from __future__ import annotations

from pathlib import Path

import pytest

from marked import in_vault, picture, write
from rempart.app.decoys import add_decoy, list_decoys
from rempart.app.intake import Skipped
from rempart.app.listing import asset_with_hits
from rempart.app.rights import add_owner, contest_asset
from rempart.app.workspace import Workspace
from rempart.app.workspace_scan import WorkspaceScan
from rempart.config import Settings
from rempart.errors import MisuseError, RefusedError
from rempart.model import Match
from rempart.model.asset import Right, Sensitivity
from rempart.model.recipient import Decoy
from workspaces import HERS, make, register

Made = tuple[Settings, Workspace]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Return a workspace with an owner."""
    settings, workspace = make(tmp_path / "ws")
    add_owner(workspace, "nadia", contact="", right=HERS, language="fr")
    return settings, workspace


def add(made: Made, path: Path, given_to: str = "partner X") -> Decoy | Skipped:
    """Hand a version to a channel."""
    settings, workspace = made
    return add_decoy(workspace, path, settings, owner="nadia", right=Right(), given_to=given_to, note="teaser B")


@pytest.mark.parametrize(
    "channel", ["https://x.example.org/a", "www.example.org", "forum.example.org", "@somebody", "public", "Tous"]
)
def test_it_is_never_published(made: Made, tmp_path: Path, channel: str) -> None:
    """A public place is no channel; nothing was registered."""
    with pytest.raises(RefusedError, match="never published"):
        add(made, write(tmp_path / "b.png", picture()), channel)

    assert list(made[1].assets.all()) == []


def test_it_is_no_video(made: Made, tmp_path: Path) -> None:
    """Nothing looks for one: it would name nobody. Its first bytes tell, and nothing is registered."""
    (path := tmp_path / "teaser.mp4").write_bytes(b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41")

    with pytest.raises(MisuseError, match="a decoy is a picture"):
        add(made, path)

    assert list(made[1].assets.all()) == []


def test_it_is_never_intimate(made: Made, tmp_path: Path) -> None:
    """What is registered as such stays as it is."""
    settings, workspace = made
    path = write(tmp_path / "b.png", picture())
    register(settings, workspace, [path], sensitivity=Sensitivity.INTIMATE)

    with pytest.raises(RefusedError, match="intimate"):
        add(made, path)

    assert list_decoys(workspace) == []


def test_it_is_a_version_of_its_own(made: Made, tmp_path: Path) -> None:
    """Not one that is registered already, as a decoy or not."""
    add(made, path := write(tmp_path / "b.png", picture()))

    with pytest.raises(MisuseError, match="registered already"):
        add(made, path)


def test_a_file_that_cannot_be_read(made: Made, tmp_path: Path) -> None:
    """Is no decoy."""
    (path := tmp_path / "b.png").write_bytes(b"no picture")

    assert isinstance(add(made, path), Skipped)
    assert list_decoys(made[1]) == []


def test_a_scan_names_its_channel_first(made: Made, tmp_path: Path) -> None:
    """Before the other versions of the picture that it resembles."""
    settings, workspace = made
    image = picture()
    other = in_vault(settings, workspace, write(tmp_path / "a.jpg", image, quality=95))
    decoy = add(made, write(tmp_path / "b.jpg", image.crop((4, 4, 640, 448)), quality=95))
    assert isinstance(decoy, Decoy)
    leak = write(tmp_path / "leak.jpg", image.crop((4, 4, 640, 448)), quality=70)

    with WorkspaceScan(workspace, [leak], settings) as scan:
        found = [event for event in scan.events() if isinstance(event, Match)]

        assert [each.asset for each in found] == [decoy.asset, other]
        assert [scan.channel_of(each.asset) for each in found] == ["partner X", ""]


def test_its_sheet_names_its_channel(made: Made, tmp_path: Path) -> None:
    """Of any other asset, there is none."""
    settings, workspace = made
    other = in_vault(settings, workspace, write(tmp_path / "a.jpg", picture(4)))
    decoy = add(made, write(tmp_path / "b.jpg", picture()))
    assert isinstance(decoy, Decoy)

    sheets = [asset_with_hits(workspace, asset) for asset in (decoy.asset, other)]

    assert [sheet.given_to for sheet in sheets] == ["partner X", ""]


def test_one_that_somebody_contests_names_nobody(made: Made, tmp_path: Path) -> None:
    """It is frozen, as any asset: not looked for, and not shown."""
    settings, workspace = made
    decoy = add(made, path := write(tmp_path / "b.jpg", picture()))
    in_vault(settings, workspace, write(tmp_path / "c.jpg", picture(4)))
    assert isinstance(decoy, Decoy)
    contest_asset(workspace, decoy.asset)

    with WorkspaceScan(workspace, [path], settings) as scan:
        found = list(scan.events())

        assert found == []
        assert scan.channel_of(decoy.asset) == ""

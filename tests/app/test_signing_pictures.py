"""A picture is marked and signed, given out, stripped and cropped by others, and found again."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

import workspaces
from pictures import scene
from rempart.app.intake import Skipped
from rempart.app.manifests import FOLDER
from rempart.app.ownership import Looked, look_into, owner_secrets
from rempart.app.signing_pictures import NotSigned, Provenance, Signed, find_provenance, mark_binding, sign_pictures
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError
from rempart.mark.own_task import NotOwned
from rempart.model.ownership import OwnershipAnswer
from rempart.model.provenance import ManifestState

pytest.importorskip("c2pa")


@pytest.fixture(scope="module")
def photo() -> bytes:
    out = io.BytesIO()
    picture = scene(4, 960, 720)
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825)[1] = "N"
    picture.save(out, "JPEG", quality=92, exif=exif.tobytes())
    return out.getvalue()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Settings, Workspace]]:
    settings, workspace = workspaces.make(tmp_path / "workspace")
    with workspace:
        yield settings, workspace


@pytest.fixture
def settings(made: tuple[Settings, Workspace]) -> Settings:
    return made[0]


@pytest.fixture
def workspace(made: tuple[Settings, Workspace]) -> Workspace:
    return made[1]


@pytest.fixture
def given(tmp_path: Path, photo: bytes) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(photo)
    (tmp_path / "out").mkdir()
    return path


def _sign(workspace: Workspace, settings: Settings, path: Path) -> Signed | NotSigned | Skipped:
    [done] = sign_pictures(workspace, [path], path.parent / "out", settings, organisation="", missing=[])
    return done


def test_a_signed_picture_says_where_it_comes_from(workspace: Workspace, settings: Settings, given: Path) -> None:
    """The manifest is trusted here, bound to the owner's mark, and the mark is in the picture."""
    done = _sign(workspace, settings, given)
    assert isinstance(done, Signed)

    found = find_provenance(workspace, done.path, settings, [])

    assert isinstance(found, Provenance)
    assert found.embedded.state is ManifestState.TRUSTED
    assert found.embedded.bindings == (mark_binding(owner_secrets(workspace).mark_key),)
    assert found.embedded.signer == ""
    assert isinstance(found.mark, OwnershipAnswer)
    assert found.mark.found


@pytest.mark.parametrize("alter", [lambda i: i.resize((640, 480)), ImageOps.mirror], ids=["resized", "mirrored"])
def test_a_stripped_picture_finds_its_manifest(
    workspace: Workspace, settings: Settings, given: Path, alter: Callable[[Image.Image], Image.Image]
) -> None:
    """By its fingerprint, and by the mark."""
    done = _sign(workspace, settings, given)
    assert isinstance(done, Signed)
    stripped = given.with_name("stripped.jpg")
    with Image.open(done.path) as picture:
        alter(picture).save(stripped, quality=70)

    found = find_provenance(workspace, stripped, settings, [])

    assert isinstance(found, Provenance)
    assert found.embedded.state is ManifestState.ABSENT
    assert [one.label for one in found.kept] == [done.manifest]
    assert isinstance(found.mark, OwnershipAnswer)
    assert found.mark.found


def test_nothing_private_goes_out_with_it(workspace: Workspace, settings: Settings, given: Path) -> None:
    """No position, no thumbnail, no remark that the copy is personal, and the same size."""
    done = _sign(workspace, settings, given)
    assert isinstance(done, Signed)

    content = done.path.read_bytes()
    with Image.open(done.path) as picture:
        exif, size = picture.getexif(), picture.size

    assert size == (960, 720)
    assert exif[0x010F] == "Maker"
    assert dict(exif.get_ifd(0x8825)) == {}
    assert b"Personal copy" not in content
    assert b"thumbnail" not in content
    assert content.count(b"\xff\xd8\xff") == 1


def test_nothing_is_overwritten(workspace: Workspace, settings: Settings, given: Path) -> None:
    """Not even by the same picture again: signatures differ."""
    _sign(workspace, settings, given)

    again = _sign(workspace, settings, given)

    assert isinstance(again, NotSigned)
    assert "there already" in again.why


@pytest.mark.parametrize("picture", [Image.new("RGB", (120, 90)), Image.new("RGB", (640, 480), (9, 9, 9))])
def test_what_cannot_carry_a_mark_is_not_signed(
    workspace: Workspace, settings: Settings, tmp_path: Path, picture: Image.Image
) -> None:
    """Too small, flat: a sentence each, and no file."""
    (tmp_path / "out").mkdir()
    picture.save(tmp_path / "plain.png")

    done = _sign(workspace, settings, tmp_path / "plain.png")

    assert isinstance(done, NotSigned)
    assert list((tmp_path / "out").iterdir()) == []


def test_what_is_no_picture_is_skipped(workspace: Workspace, settings: Settings, tmp_path: Path) -> None:
    """With its reason."""
    (tmp_path / "out").mkdir()
    (tmp_path / "text.jpg").write_text("hello")

    assert isinstance(_sign(workspace, settings, tmp_path / "text.jpg"), Skipped)


def test_a_missing_folder_is_misuse(workspace: Workspace, settings: Settings, given: Path) -> None:
    """Before anything is opened."""
    (given.parent / "out").rmdir()

    with pytest.raises(MisuseError, match="no folder"):
        _sign(workspace, settings, given)


def test_another_workspace_finds_nothing_of_this_one(
    workspace: Workspace, settings: Settings, given: Path, tmp_path: Path
) -> None:
    """The mark, the anchor and the manifests are of one owner."""
    done = _sign(workspace, settings, given)
    assert isinstance(done, Signed)
    other, stranger = workspaces.make(tmp_path / "other")
    with stranger:
        found = find_provenance(stranger, done.path, other, [])

    assert isinstance(found, Provenance)
    assert found.embedded.state is ManifestState.VALID
    assert found.kept == ()
    assert isinstance(found.mark, OwnershipAnswer)
    assert not found.mark.found


def test_a_damaged_kept_manifest_is_told(workspace: Workspace, settings: Settings, given: Path) -> None:
    """Nothing is passed over in silence."""
    done = _sign(workspace, settings, given)
    assert isinstance(done, Signed)
    [kept] = (workspace.folder / FOLDER).glob("*.json")
    kept.write_text("{")

    with pytest.raises(IntegrityError, match="damaged"):
        find_provenance(workspace, done.path, settings, [])


def test_a_lost_certificate_folder_is_made_again_with_the_same_keys(
    workspace: Workspace, settings: Settings, given: Path
) -> None:
    """Only what was kept for stripped pictures is lost."""
    first = _sign(workspace, settings, given)
    assert isinstance(first, Signed)
    shutil.rmtree(workspace.folder / FOLDER)
    first.path.rename(first.path.with_name("first.jpg"))

    second = _sign(workspace, settings, given)

    assert isinstance(second, Signed)


def test_a_pile_is_looked_into(workspace: Workspace, settings: Settings, given: Path, tmp_path: Path) -> None:
    """Files in their order, what is no picture told."""
    done = _sign(workspace, settings, given)
    assert isinstance(done, Signed)
    Image.fromarray(np.zeros((40, 400, 3), np.uint8)).save(tmp_path / "strip.png")
    (tmp_path / "text.jpg").write_text("hello")

    found = list(look_into(workspace, [done.path, given, tmp_path / "strip.png", tmp_path / "text.jpg"], settings, []))

    ours, original, strip, text = found
    assert isinstance(ours, Looked)
    assert isinstance(ours.answer, OwnershipAnswer)
    assert ours.answer.found
    assert isinstance(original, Looked)
    assert isinstance(original.answer, OwnershipAnswer)
    assert not original.answer.found
    assert isinstance(strip, Looked)
    assert isinstance(strip.answer, NotOwned)
    assert isinstance(text, Skipped)

"""A picture is marked and signed, given out, stripped and cropped by others, and found again."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from PIL import Image, ImageOps

import workspaces
from pictures import scene
from rempart import clock
from rempart.app import signing_pictures
from rempart.app.finding_provenance import Provenance, find_provenance, save_manifest
from rempart.app.intake import Skipped
from rempart.app.manifests import own_anchors, signing_chain
from rempart.app.ownership import Looked, look_into, owner_secrets
from rempart.app.rights import contest_asset
from rempart.app.signing_pictures import NotSigned, Signed, mark_binding, sign_pictures
from rempart.app.withdrawing import withdraw
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import MisuseError, OutputError, UnavailableError
from rempart.mark.own_task import NotOwned
from rempart.model.ids import AssetId, ManifestId
from rempart.model.ownership import OwnershipAnswer
from rempart.model.provenance import ManifestState
from rempart.model.work import AccessPurpose, EventKind
from rempart.provenance import make_chain

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
    assert [one.kept.label for one in found.kept] == [done.manifest]
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


def test_a_missing_folder_is_made(workspace: Workspace, settings: Settings, given: Path) -> None:
    """As ``mark`` makes it."""
    (given.parent / "out").rmdir()

    assert isinstance(_sign(workspace, settings, given), Signed)


def test_a_file_in_the_folders_place_is_misuse(workspace: Workspace, settings: Settings, given: Path) -> None:
    """Before anything is opened."""
    (given.parent / "out").rmdir()
    (given.parent / "out").write_bytes(b"mine")

    with pytest.raises(MisuseError, match="no folder"):
        _sign(workspace, settings, given)
    assert (given.parent / "out").read_bytes() == b"mine"


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


def test_what_was_signed_is_in_the_database(workspace: Workspace, settings: Settings, given: Path) -> None:
    """With who asked, and by which version of the mark; nothing of it lies beside the database."""
    before = {p.name for p in workspace.folder.iterdir()}

    done = _sign(workspace, settings, given)

    assert isinstance(done, Signed)
    [event] = [e for e in workspace.journal.events() if e.kind is EventKind.PICTURE_SIGNED]
    kept = workspace.manifests.by_ids([ManifestId(event.subject)])[ManifestId(event.subject)]
    assert (kept.label, kept.asset, kept.signed_by) == (done.manifest, None, workspace.me.id)
    assert event.detail == {"mark": kept.mark_version, "asset": ""}
    assert kept.content in done.path.read_bytes()
    assert {p.name for p in workspace.folder.iterdir()} == before
    assert AccessPurpose.SIGN in {a.purpose for a in workspace.journal.accesses(workspace.id)}


@pytest.fixture
def registered(workspace: Workspace, settings: Settings, given: Path) -> AssetId:
    """Register the picture."""
    workspaces.register(settings, workspace, [given])
    [asset] = workspace.assets.of_bytes(hashlib.sha256(given.read_bytes()).digest())
    return asset


def test_a_withdrawn_picture_takes_its_manifest_with_it(
    workspace: Workspace, settings: Settings, given: Path, registered: AssetId
) -> None:
    """It is found by its mark alone from then on."""
    done = _sign(workspace, settings, given)
    assert isinstance(done, Signed)
    kept = [one.label for one in workspace.manifests.of_asset(registered)]

    withdraw(workspace, [registered])
    found = find_provenance(workspace, done.path, settings, [])

    assert kept == [done.manifest]
    assert isinstance(found, Provenance)
    assert found.kept == ()
    assert isinstance(found.mark, OwnershipAnswer)
    assert found.mark.found


def test_a_contested_picture_is_not_signed(
    workspace: Workspace, settings: Settings, given: Path, registered: AssetId
) -> None:
    """Somebody shown in it objects: it is not given out under the owner's name."""
    contest_asset(workspace, registered)

    done = _sign(workspace, settings, given)

    assert isinstance(done, NotSigned)
    assert "contested" in done.why
    assert list((given.parent / "out").iterdir()) == []


def test_a_full_disk_leaves_neither_file_nor_manifest(workspace: Workspace, settings: Settings, given: Path) -> None:
    """The next run does it."""
    full = mock.Mock(side_effect=OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    with mock.patch.object(signing_pictures, "write_new", full), pytest.raises(UnavailableError, match="No space") as e:
        _sign(workspace, settings, given)
    events = [e.kind for e in workspace.journal.events()]

    assert e.value.exit_code == 4
    assert EventKind.PICTURE_SIGNED not in events
    assert list(workspace.manifests.codes("", 0)) == []
    assert list((given.parent / "out").iterdir()) == []
    assert isinstance(_sign(workspace, settings, given), Signed)


def test_a_database_that_fails_at_the_end_leaves_no_file(workspace: Workspace, settings: Settings, given: Path) -> None:
    """Nobody would find its manifest again."""
    real = workspace.database.transaction

    @contextlib.contextmanager
    def failing() -> Iterator[None]:
        with real():
            yield
            if (given.parent / "out" / given.name).exists():
                message = "the database went away"
                raise UnavailableError(message)

    with mock.patch.object(workspace.database, "transaction", failing), pytest.raises(UnavailableError):
        _sign(workspace, settings, given)

    assert list((given.parent / "out").iterdir()) == []


def test_certificates_that_end_are_made_anew_under_the_same_authority(workspace: Workspace) -> None:
    """Whoever trusts the authority need not do anything."""
    secret = owner_secrets(workspace).signing_secret
    long_ago = clock.utc_now() - dt.timedelta(days=3 * 365)
    old = make_chain(secret, organisation="Studio", made_at=long_ago)
    workspace.manifests.add_certificates(lambda _: old.chain_pem(), long_ago)

    chain = signing_chain(workspace, secret, "another name")

    assert chain.root == old.root
    assert chain.leaf.subject == old.leaf.subject
    assert chain.leaf.not_valid_after_utc > old.leaf.not_valid_after_utc
    assert own_anchors(workspace, secret) == old.anchor_pem()
    assert signing_chain(workspace, secret).leaf == chain.leaf
    assert [e.kind for e in workspace.journal.events()].count(EventKind.CERTIFICATES_MADE) == 1


def test_a_kept_manifest_is_written_over_nothing(workspace: Workspace, settings: Settings, given: Path) -> None:
    """For whoever verifies the signed picture."""
    done = _sign(workspace, settings, given)
    assert isinstance(done, Signed)
    found = find_provenance(workspace, done.path, settings, [])
    assert isinstance(found, Provenance)
    path = given.with_name("found.c2pa")

    save_manifest(found.kept[0], path)

    assert path.read_bytes() == found.kept[0].kept.content
    with pytest.raises(MisuseError, match="already"):
        save_manifest(found.kept[0], path)
    with pytest.raises(OutputError, match="cannot write"):
        save_manifest(found.kept[0], given.parent / "nowhere" / "x.c2pa")


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
    assert AccessPurpose.LOOK_FOR_MARK in {a.purpose for a in workspace.journal.accesses(workspace.id)}
    [event] = [e for e in workspace.journal.events() if e.kind is EventKind.MARK_LOOKED_FOR]
    assert event.detail == {"version": ours.answer.code_version, "found": 1, "not_found": 1, "not_looked_at": 2}

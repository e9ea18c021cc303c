"""Copies: for nobody who was not told, whole or not at all, the same bytes again, and nothing of another's lost."""

from __future__ import annotations

import errno
import logging
import os
import re
import signal
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from PIL import Image

from marked import in_vault, mark, paths, picture, told, write
from rempart import clock
from rempart.app.copy_files import MANIFEST, CopyFolder
from rempart.app.mark_versions import is_owned
from rempart.app.marking import CopyKept, CopyMade, Marking, PictureRefused
from rempart.app.ownership import Looked, look_into, owner_secrets
from rempart.app.recipients import add_recipient
from rempart.app.tracing import Asked, Traced, trace_leaks
from rempart.app.vault import path_of
from rempart.app.workspace import Workspace
from rempart.attribute import reading_record
from rempart.config import Settings
from rempart.errors import MisuseError, NotFoundError, UnavailableError
from rempart.mark import MARK_VERSION, OWNED_MARK_VERSION
from rempart.model.ids import RecipientId
from rempart.model.ownership import OwnershipAnswer
from rempart.model.recipient import NewRecipient, SurfacedAt
from rempart.model.work import EventKind
from rempart.whole_file import LEFTOVERS
from workspaces import make, register

Made = tuple[Settings, Workspace]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Return a workspace."""
    return make(tmp_path / "ws")


def test_nobody_who_was_not_told(made: Made, tmp_path: Path) -> None:
    """Nor anybody beside her: nothing is written at all."""
    settings, workspace = made
    asset = in_vault(settings, workspace, write(tmp_path / "a.png", picture()))
    people = [*told(workspace, "Ada"), add_recipient(workspace, NewRecipient(name="Bea"))]

    with pytest.raises(MisuseError, match=r"not told: rcp_\w{32}$"):
        mark(settings, workspace, [asset], people, tmp_path / "out")

    assert not (tmp_path / "out").exists()


def test_copies_are_made_noted_and_left(made: Made, tmp_path: Path) -> None:
    """A second run makes none; a third, after some were lost, makes these again, the very same bytes."""
    settings, workspace = made
    asset = in_vault(settings, workspace, write(tmp_path / "a.jpg", picture(), quality=92))
    people, out = told(workspace, "Ada", "Bea"), tmp_path / "out"

    first = paths(mark(settings, workspace, [str(tmp_path / "a.jpg")], people, out))
    content = [path.read_bytes() for path in first]
    again = mark(settings, workspace, [asset], people, out)
    first[0].unlink()
    third = paths(mark(settings, workspace, [asset], people, out))

    assert [path.parent.name for path in first] == [each.id for each in people]
    assert content[0] != content[1]
    assert again == []
    assert third == first[:1]
    assert third[0].read_bytes() == content[0]
    assert [each.recipient for each in workspace.recipients.copies_of(asset)] == sorted(e.id for e in people)
    events = [e.detail["count"] for e in workspace.journal.events(asset) if e.kind is EventKind.COPIES_MARKED]
    assert events == [2, 1]


def owned(events: list[object]) -> list[bool]:
    """Return which copies carry their owner's mark."""
    return [event.is_owned for event in events if isinstance(event, CopyMade)]


@pytest.mark.parametrize("own", [True, False])
def test_all_copies_of_a_picture_carry_their_owners_mark_or_none(
    made: Made,
    tmp_path: Path,
    own: bool,  # noqa: FBT001 - a parameter
) -> None:
    """The first that were made decide, even once everybody who was given one is forgotten; it is noted which."""
    settings, workspace = made
    asset = in_vault(settings, workspace, write(tmp_path / "a.png", picture()))
    [ada, bea] = told(workspace, "Ada", "Bea")
    assert is_owned(workspace, asset) is None

    first = mark(settings, workspace, [asset], [ada], tmp_path / "out", own=own)
    versions = workspace.recipients.mark_versions(asset)
    workspace.recipients.forget(ada.id, clock.utc_now())
    second = mark(settings, workspace, [asset], [bea], tmp_path / "out")

    assert versions == {OWNED_MARK_VERSION if own else MARK_VERSION}
    assert (owned(first), owned(second), is_owned(workspace, asset)) == ([own], [own], own)
    with pytest.raises(MisuseError, match="all are, or none"):
        mark(settings, workspace, [asset], [bea], tmp_path / "out", own=not own)


@pytest.mark.parametrize("own", [True, False])
def test_a_copy_is_compared_with_what_it_was_made_from(
    made: Made,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    own: bool,  # noqa: FBT001 - a parameter
) -> None:
    """With its owner's mark or without, as is noted of the asset: one reading, and its version says which."""
    packed: list[bytes] = []
    real = reading_record.pack

    def spy(original: bytes, leak: bytes, asset_key: bytes, owner_key: bytes) -> bytes:
        packed.append(owner_key)
        return real(original, leak, asset_key, owner_key)

    settings, workspace = made
    asset = in_vault(settings, workspace, write(tmp_path / "a.png", picture()))
    people = told(workspace, "Ada", "Bea")
    copies = paths(mark(settings, workspace, [asset], people, tmp_path / "out", own=own))
    with Image.open(copies[1]) as image:
        leak = write(tmp_path / "leak.jpg", image, quality=60)
    monkeypatch.setattr(reading_record, "pack", spy)

    traced = trace_leaks(workspace, Asked(leaks=[leak], purpose="x", surfaced_at=SurfacedAt.FORUM), settings)

    assert isinstance(traced, Traced)
    assert traced.record is not None
    assert [each.recipient for each in traced.record.accused] == [people[1].id]
    assert packed == [owner_secrets(workspace).mark_key if own else b""]
    assert traced.record.code_version.endswith(" rempart-own/1") is own


def test_copies_do_not_carry_it_unless_asked(made: Made, tmp_path: Path) -> None:
    """It takes room from what tells the copies apart."""
    settings, workspace = made
    asset = in_vault(settings, workspace, write(tmp_path / "a.png", picture()))

    assert owned(mark(settings, workspace, [asset], told(workspace, "Ada"), tmp_path / "out")) == [False]


def test_near_copies_have_no_room_for_their_owners_mark(made: Made, tmp_path: Path) -> None:
    """It says so, and makes none; without it they are made."""
    settings, workspace = made
    asset = in_vault(settings, workspace, write(tmp_path / "a.png", picture()))
    people, out = told(workspace, "Ada"), tmp_path / "out"

    with pytest.raises(MisuseError, match="44 dB"):
        Marking(workspace, [asset], people, out, settings, psnr_db=48.0, own=True)
    with Marking(workspace, [asset], people, out, settings, psnr_db=48.0) as work:
        [copy] = [event for event in work.events() if isinstance(event, CopyMade)]

    assert copy.psnr_db >= 48


def test_a_copy_is_found_without_its_original(made: Made, tmp_path: Path) -> None:
    """By the owner's mark, in a crop that was compressed; the original has none."""
    settings, workspace = made
    original = write(tmp_path / "a.png", picture(3, 900, 640))
    asset = in_vault(settings, workspace, original)
    [copy] = paths(mark(settings, workspace, [asset], told(workspace, "Ada"), tmp_path / "out", own=True))
    with Image.open(copy) as image:
        leak = write(tmp_path / "leak.jpg", image.crop((60, 40, 900, 600)), quality=75)

    looked = list(look_into(workspace, [leak, original], settings, []))

    assert [
        isinstance(each.answer, OwnershipAnswer) and each.answer.found for each in looked if isinstance(each, Looked)
    ] == [
        True,
        False,
    ]


def test_no_worker_marks_two_pictures(made: Made, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One that a picture captured would else choose whose code the copies of the next one carry."""
    settings, workspace = made
    settings = settings.model_copy(update={"hazmat": settings.hazmat.model_copy(update={"workers": 1})})
    assets = [in_vault(settings, workspace, write(tmp_path / f"{seed}.png", picture(seed))) for seed in (1, 2)]
    people = told(workspace, "Ada")
    caplog.clear()

    with caplog.at_level(logging.DEBUG, logger="rempart.hazmat.pool"):
        made_copies = paths(mark(settings, workspace, assets, people, tmp_path / "out"))

    assert len(made_copies) == 2
    assert len(re.findall(r"worker \d+ started", caplog.text)) >= 2


def test_what_has_a_copys_place_is_left(made: Made, tmp_path: Path) -> None:
    """The others are made; the same bytes are a copy."""
    settings, workspace = made
    asset = in_vault(settings, workspace, write(tmp_path / "a.png", picture()))
    people, out = told(workspace, "Ada", "Bea"), tmp_path / "out"
    [theirs, hers] = paths(mark(settings, workspace, [asset], people, out))
    (out / MANIFEST).unlink()
    theirs.write_bytes(b"somebody's work")

    events = mark(settings, workspace, [asset], people, out)

    assert theirs.read_bytes() == b"somebody's work"
    assert [type(event) for event in events] == [CopyKept, CopyMade]
    assert paths(events) == [hers]


def test_a_disk_that_is_full_leaves_no_half_file(made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on once there is room."""
    settings, workspace = made
    asset = in_vault(settings, workspace, write(tmp_path / "a.png", picture()))
    people, out = told(workspace, "Ada", "Bea", "Cleo"), tmp_path / "out"
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("rempart.app.copy_files.os.fsync", full)
        with pytest.raises(UnavailableError, match="No space left"):
            mark(settings, workspace, [asset], people, out)
    left = [p for p in out.rglob("*") if p.is_file() and p.name != MANIFEST]
    then = paths(mark(settings, workspace, [asset], people, out))

    assert [p.parent.name for p in left] == [people[0].id]
    assert [p.parent.name for p in then] == [people[1].id, people[2].id]


def test_what_a_killed_command_left_is_swept(tmp_path: Path) -> None:
    """A half file, and a line that was cut."""
    with CopyFolder(tmp_path) as folder:
        folder.write(RecipientId("rcp_1"), "a.jpg", b"whole")
    (tmp_path / "rcp_1" / ".rempart-0a.part").write_bytes(b"ha")
    (tmp_path / MANIFEST).write_text('{"v": 1, "asset": "ast', encoding="ascii")

    with CopyFolder(tmp_path) as folder:
        folder.note("ast_1", RecipientId("rcp_1"), "a.jpg", b"whole")  # type: ignore[arg-type]  # a short one
    with CopyFolder(tmp_path) as folder:
        assert folder.is_done("ast_1", RecipientId("rcp_1"), "a.jpg")  # type: ignore[arg-type]  # as above

    assert [p.name for p in (tmp_path / "rcp_1").iterdir()] == ["a.jpg"]


@pytest.mark.parametrize(
    "number, advice", [(errno.ENOSPC, "Free some space"), (errno.EDQUOT, "Free some space"), (errno.EROFS, "--out DIR")]
)
def test_why_copies_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    """Space helps a full disk, and no other."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("rempart.app.copy_files.os.fsync", refuse)
    with CopyFolder(tmp_path) as folder, pytest.raises(UnavailableError) as caught:
        folder.write(RecipientId("rcp_1"), "a.jpg", b"whole")

    assert advice in caught.value.diagnostics()
    assert not list((tmp_path / "rcp_1").iterdir())


def test_one_command_at_a_time(tmp_path: Path) -> None:
    """The other is told."""
    with CopyFolder(tmp_path), pytest.raises(MisuseError, match="another command"):
        CopyFolder(tmp_path)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    """Is left."""
    (tmp_path / "out").write_bytes(b"x")

    with pytest.raises(MisuseError, match="no folder"):
        CopyFolder(tmp_path / "out")


@pytest.mark.parametrize(
    "image, suffix, options, why",
    [
        (picture(1, 120, 90), ".png", {}, "too small"),
        (Image.new("RGB", (640, 480), (90, 90, 90)), ".png", {}, "flat"),
        (picture().convert("P"), ".gif", {}, "not of gif"),
        (picture(), ".webp", {"save_all": True, "append_images": [picture(2)]}, "animated"),
        (picture().convert("CMYK"), ".jpg", {}, "CMYK"),
    ],
)
def test_pictures_that_cannot_be_marked(
    made: Made, tmp_path: Path, image: Image.Image, suffix: str, options: dict[str, object], why: str
) -> None:
    """Each is told why; the next one is marked all the same."""
    settings, workspace = made
    bad = in_vault(settings, workspace, write(tmp_path / f"bad{suffix}", image, **options))
    good = in_vault(settings, workspace, write(tmp_path / "good.png", picture(3)))

    refused, *others = mark(settings, workspace, [bad, good], told(workspace, "Ada"), tmp_path / "out")

    assert isinstance(refused, PictureRefused)
    assert why in refused.why
    assert len(paths(others)) == 1


def test_an_original_that_is_gone(made: Made, tmp_path: Path) -> None:
    """Is told; where the very same file was named, it is taken instead."""
    settings, workspace = made
    source = write(tmp_path / "a.png", picture())
    asset = in_vault(settings, workspace, source)
    path_of(workspace, asset).unlink()
    people = told(workspace, "Ada")

    [refused] = mark(settings, workspace, [asset], people, tmp_path / "out")
    [copied] = mark(settings, workspace, [str(source)], people, tmp_path / "out")

    assert isinstance(refused, PictureRefused)
    assert "missing from the vault" in refused.why
    assert isinstance(copied, CopyMade)


def test_a_file_that_changed_is_not_marked_as_the_original_that_is_gone(made: Made, tmp_path: Path) -> None:
    """It was the original when it was named; copies of another picture under this key could never be traced."""
    settings, workspace = made
    path = write(tmp_path / "a.png", picture())
    asset = in_vault(settings, workspace, path)
    path_of(workspace, asset).unlink()
    people = told(workspace, "Ada")

    with Marking(workspace, [str(path)], people, tmp_path / "out", settings, psnr_db=42.0) as work:
        write(path, picture(7))
        events = list(work.events())

    assert [type(event) for event in events] == [PictureRefused]


def test_what_is_not_in_the_vault(made: Made, tmp_path: Path) -> None:
    """Or not registered, is refused before anything is made."""
    settings, workspace = made
    path, other = write(tmp_path / "a.png", picture()), write(tmp_path / "b.png", picture(2))
    [asset] = register(settings, workspace, [path])
    people = told(workspace, "Ada")

    with pytest.raises(MisuseError, match="no original is in the vault"):
        Marking(workspace, [asset], people, tmp_path / "out", settings, psnr_db=42)
    with pytest.raises(NotFoundError, match="not registered"):
        Marking(workspace, [str(other)], people, tmp_path / "out", settings, psnr_db=42)
    with pytest.raises(MisuseError, match="cannot be read"):
        Marking(workspace, [str(tmp_path / "none.png")], people, tmp_path / "out", settings, psnr_db=42)


_KILLED = """
import sys, os, signal, pathlib
sys.path[:0] = sys.argv[2:]
from marked import in_vault, mark, told
from rempart.app import copy_files
from workspaces import settings_for
from rempart.app.workspace import open_workspace
folder = pathlib.Path(sys.argv[1])
settings = settings_for(folder / "ws")
with open_workspace(settings) as workspace:
    real, calls = os.fsync, []
    def cut(descriptor):
        calls.append(descriptor)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        real(descriptor)
    copy_files.os.fsync = cut
    mark(settings, workspace, [str(folder / "a.png")], workspace.recipients.all(), folder / "out")
"""


def test_a_killed_command_goes_on(made: Made, tmp_path: Path) -> None:
    """What it had written is whole; the next one removes its half file, and makes the same bytes."""
    settings, workspace = made
    in_vault(settings, workspace, write(tmp_path / "a.png", picture()))
    people, out = told(workspace, "Ada", "Bea"), tmp_path / "out"
    command = [sys.executable, "-c", _KILLED, str(tmp_path), *(p for p in sys.path if p)]

    done = subprocess.run(command, check=False, timeout=120)
    left = sorted(p.name for p in out.rglob("*") if p.is_file())
    then = mark(settings, workspace, [str(tmp_path / "a.png")], people, out)

    assert done.returncode == -signal.SIGKILL
    assert [name for name in left if not fnmatch(name, LEFTOVERS)] == [MANIFEST, "a.png"]
    assert len(left) == 3  # one half file
    assert len(paths(then)) == 2  # the first one was whole, but not noted yet
    assert sorted(p.name for p in out.rglob("*") if p.is_file()) == [MANIFEST, "a.png", "a.png"]

"""Who may record what: every refusal, before a byte is read; and once it is recorded nothing is lost."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

import rempart.app.evidence_adding as adding
from evidence_scenes import CONTENT, Scene, scene
from rempart.app.evidence_adding import NewContent, NewItem, file_item, media_type_of, record, require_permission
from rempart.app.evidence_places import sweep_unrecorded
from rempart.app.evidence_recipients import add_evidence_recipient
from rempart.errors import IntegrityError, MisuseError, NotFoundError, RefusedError, UnavailableError
from rempart.keys import new_identity, recipient_of
from rempart.model.evidence import EvidenceKind, EvidenceState, RecipientPurpose
from rempart.store.models import EvidenceRow
from workspaces import make, settings_for


@pytest.fixture
def made_scene(tmp_path: Path) -> Scene:
    """Return a workspace with a case."""
    return scene(tmp_path)


def nothing_is_left(made_scene: Scene) -> bool:
    """Tell whether there is neither a row, a file nor a key of an item."""
    workspace = made_scene.workspace
    files = [path for path in (workspace.folder / "evidence").rglob("*") if path.is_file() and path.suffix == ".sealed"]
    return not (workspace.evidence.all() or files or [key for key in workspace.keyring.items() if key[:3] == "evd"])


@pytest.mark.parametrize("tie", ["", "match", "match:", "match:mat_" + "1" * 32, "report:x", "because", "MATCH:1"])
def test_nothing_without_a_tie(made_scene: Scene, tie: str) -> None:
    """Neither one that is none, nor a match that was never found; exit code 6."""
    with pytest.raises(RefusedError, match="nothing ties") as refused:
        require_permission(made_scene.desk, made_scene.case.id, kind=EvidenceKind.FILE, tie=tie)

    assert refused.value.exit_code == 6


def test_nothing_without_a_case(made_scene: Scene) -> None:
    """Exit code 6 without one, 2 with one that is not there."""
    with pytest.raises(RefusedError, match="in a case that has a ground"):
        require_permission(made_scene.desk, "", kind=EvidenceKind.FILE, tie="report")
    with pytest.raises(NotFoundError):
        require_permission(made_scene.desk, "cas_" + "9" * 32, kind=EvidenceKind.FILE, tie="report")


@pytest.mark.parametrize(
    "second, says",
    [("", "second person"), ("oscar", "same one twice"), ("OSCAR ", "twice"), ("nobody", "who works here")],
)
def test_the_fifty_first_page_takes_two(
    made_scene: Scene, second: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people who work here; files are not counted."""
    monkeypatch.setattr(adding, "PAGES_ALONE_MOST", 2)
    for _ in range(3):
        made_scene.recorded()
    ask = {"kind": EvidenceKind.PAGE, "tie": "path"}
    EvidenceRow.objects.filter(seq=1).update(kind=EvidenceKind.PAGE)
    assert require_permission(made_scene.desk, made_scene.case.id, **ask).second is None  # type: ignore[arg-type]  # by name

    EvidenceRow.objects.filter(seq=2).update(kind=EvidenceKind.PAGE)

    with pytest.raises(RefusedError, match=says):
        require_permission(made_scene.desk, made_scene.case.id, second=second, **ask)  # type: ignore[arg-type]  # as above
    agreed = require_permission(made_scene.desk, made_scene.case.id, second="anne", **ask)  # type: ignore[arg-type]  # as above
    assert agreed.second is not None
    assert require_permission(made_scene.desk, made_scene.case.id, kind=EvidenceKind.FILE, tie="path").second is None


def test_a_name_that_the_gate_stops_is_not_opened(made_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a byte of it is read; exit code 6, with whom to tell."""
    path = made_scene.file("photo-lycee-14ans.png")
    monkeypatch.setattr(adding, "open_item", lambda _: pytest.fail("it was opened"))

    with pytest.raises(RefusedError) as refused, file_item(made_scene.desk, path):
        pass

    assert "PHAROS" in refused.value.advice
    assert nothing_is_left(made_scene)


def test_an_address_that_the_gate_stops_is_not_recorded(made_scene: Scene) -> None:
    """Nor the name of a content of a fetch."""
    permission = require_permission(made_scene.desk, made_scene.case.id, kind=EvidenceKind.PAGE, tie="path")
    path = made_scene.file()
    with path.open("rb") as reader:
        new = NewItem(
            kind=EvidenceKind.PAGE,
            label="page",
            contents=[NewContent(name="page.txt", media_type="text/plain", reader=reader)],
            facts={"url": "https://example.org/lycee/14ans"},
        )
        with pytest.raises(RefusedError):
            record(made_scene.desk, permission, new)

    assert nothing_is_left(made_scene)


@pytest.mark.parametrize("name", ["missing.eml", ".", "fifo"])
def test_what_cannot_be_read_is_told(made_scene: Scene, name: str) -> None:
    """And nothing is recorded."""
    if name == "fifo":
        os.mkfifo(made_scene.folder / name)

    with pytest.raises(MisuseError, match="cannot be read"), file_item(made_scene.desk, made_scene.folder / name):
        pass

    assert nothing_is_left(made_scene)


def test_nothing_is_sealed_to_one_alone(tmp_path: Path) -> None:
    """A key that is lost would be the end of it."""
    found = scene(tmp_path)
    found.workspace.database.execute("DELETE FROM evidence_recipient")

    with pytest.raises(MisuseError, match="two recipients"):
        found.recorded()

    assert nothing_is_left(found)


def test_what_would_tell_who_recorded_it_is_refused_at_once(tmp_path: Path) -> None:
    """And not only when the package is made: the organisation's name may be a volunteer's."""
    found = scene(tmp_path)
    found.desk.settings = settings_for(found.workspace.folder, evidence__organisation="Oscar helps")

    with pytest.raises(MisuseError, match="private: operator"):
        found.recorded()

    assert nothing_is_left(found)


def test_what_was_recorded_is_sealed_and_has_a_job(made_scene: Scene) -> None:
    """Its bytes, its name and who recorded it are in no file in clear; a worker goes on if nobody else does."""
    item = made_scene.recorded("name-planted.eml")

    assert item.state is EvidenceState.RECORDED
    files = [path for path in made_scene.workspace.folder.rglob("*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in files)
    for planted in (b"planted sentence", b"name-planted", b"Nadia Planted", CONTENT):
        assert planted not in content
    [job] = [job for job in made_scene.workspace.jobs.all() if job.kind == "finish_evidence"]
    assert job.payload == {"item": item.id}
    assert {oct(path.stat().st_mode & 0o777) for path in files if "evidence" in path.parts} == {"0o600"}


@pytest.mark.parametrize("where", ["write", "row"])
def test_a_full_disk_records_nothing(made_scene: Scene, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a file, nor a key, nor a row; it can be added again."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def away(*_: object, **__: object) -> None:
        message = "the database is full"
        raise UnavailableError(message)

    with monkeypatch.context() as patched:
        if where == "row":
            patched.setattr(made_scene.workspace.evidence, "add", away)
        else:
            patched.setattr(adding, "_whole", full)
        with pytest.raises(UnavailableError):
            made_scene.recorded()

    assert nothing_is_left(made_scene)
    assert made_scene.added().state is EvidenceState.LOGGED


def test_what_a_killed_command_left_is_swept(made_scene: Scene) -> None:
    """With its key; what has a row is not."""
    item = made_scene.recorded()
    other = "evd_" + "7" * 32
    made_scene.workspace.keyring.make_item_key(other)
    folder = made_scene.workspace.folder / "evidence" / made_scene.case.id
    (folder / f"{other}.001.sealed").write_bytes(b"x")

    assert sweep_unrecorded(made_scene.workspace) == 1

    assert sorted(path.name for path in folder.glob("*.sealed")) == [f"{item.id}.001.sealed"]
    with pytest.raises(IntegrityError):
        made_scene.workspace.keyring.item_box(other)


@pytest.mark.parametrize(
    "name, said",
    [("a.eml", "message/rfc822"), ("a.PNG", "image/png"), ("a", "application/octet-stream"), ("a.x\ny", None)],
)
def test_a_media_type_is_what_the_name_says(name: str, said: str | None) -> None:
    """Nothing of the content is looked at."""
    assert media_type_of(name) == (said or "application/octet-stream")


def test_a_person_needs_a_case_and_a_safe_device(made_scene: Scene) -> None:
    """Her key is optional; without being asked it is not taken."""
    key = recipient_of(new_identity())
    ask = {"label": "her", "age_recipient": key, "purpose": RecipientPurpose.PERSON}

    for given in ({"is_safe": True}, {"is_safe": False, "case": made_scene.case.id}):
        with pytest.raises(RefusedError):
            add_evidence_recipient(made_scene.desk, **ask, **given)  # type: ignore[arg-type]  # by name
    add_evidence_recipient(made_scene.desk, **ask, is_safe=True, case=made_scene.case.id)  # type: ignore[arg-type]  # as above

    assert sorted(each.label for each in made_scene.workspace.evidence_keys.recipients()) == ["counsel", "her"]


def test_another_workspace_has_none_of_it(tmp_path: Path) -> None:
    """Without a case there is nothing to list."""
    _, workspace = make(tmp_path / "ws")

    assert sweep_unrecorded(workspace) == 0
    assert workspace.evidence.all() == []

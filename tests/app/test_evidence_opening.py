"""What is sealed opens for two people, for a reason, after the log has it; and it does not stay open."""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
import os
from pathlib import Path

import pytest

import rempart.app.evidence_opening as opening
from evidence_scenes import CONTENT, Scene, scene
from rempart.app.evidence_desk import EvidenceDesk
from rempart.app.evidence_opening import close_opening, close_openings, exposures, open_evidence
from rempart.app.evidence_places import package_folder
from rempart.config import load_settings
from rempart.errors import IntegrityError, MisuseError, NotFoundError, OutputError, RefusedError
from rempart.model.log import LogEntryKind
from rempart.model.work import AccessPurpose
from rempart.store.models import CustodyRow


@pytest.fixture
def made_scene(tmp_path: Path) -> Scene:
    """Return a workspace with a case."""
    return scene(tmp_path)


def openings_logged(found: Scene, item: str) -> int:
    return sum(entry.kind is LogEntryKind.OPENING for entry in found.desk.log.entries_of(item))


@pytest.mark.parametrize("second", ["", "  ", "oscar", "OSCAR", "Óscar", "nobody"])
def test_one_alone_opens_nothing(made_scene: Scene, second: str) -> None:
    """Nor the same one under another spelling; exit code 6, and it does not count as seen."""
    item = made_scene.added()

    with pytest.raises(RefusedError, match="second person") as refused:
        open_evidence(made_scene.desk, item.id, reason="x", second=second, to=made_scene.folder / "open")

    assert refused.value.exit_code == 6
    assert exposures(made_scene.desk, item) == []
    assert not (made_scene.folder / "open").exists()


def test_two_open_it_and_both_are_counted(made_scene: Scene) -> None:
    """The log has it, the trace too; another item was never opened, and the log says so."""
    item, never = made_scene.added(), made_scene.added("b.txt")

    opened = open_evidence(made_scene.desk, item.id, reason="court", second="anne", to=made_scene.folder / "open")

    assert (made_scene.folder / "open" / "001.eml").read_bytes() == CONTENT
    assert oct((made_scene.folder / "open").stat().st_mode & 0o777) == "0o700"
    assert opened.openings.openings[0].name == "message.eml"
    assert sorted(one.count for one in exposures(made_scene.desk, item)) == [1, 1]
    assert openings_logged(made_scene, item.id) == 1
    assert exposures(made_scene.desk, never) == []
    assert openings_logged(made_scene, never.id) == 0
    traced = [a for a in made_scene.workspace.journal.accesses(item.id) if a.purpose is AccessPurpose.OPEN_EVIDENCE]
    assert len({access.actor for access in traced}) == 2
    close_opening(made_scene.workspace, opened.token)
    assert not (made_scene.folder / "open").exists()


def test_a_stream_takes_one_content(made_scene: Scene) -> None:
    """Nothing of it is on the disk."""
    item, stream = made_scene.added(), io.BytesIO()

    open_evidence(made_scene.desk, item.id, reason="court", second="anne", to=None, stream=stream)

    assert stream.getvalue() == CONTENT
    assert openings_logged(made_scene, item.id) == 1


def test_its_minutes_end(made_scene: Scene) -> None:
    """Whatever becomes of the command that opened it."""
    item, to = made_scene.added(), made_scene.folder / "open"
    open_evidence(made_scene.desk, item.id, reason="x", second="anne", to=to, minutes=5)

    close_openings(made_scene.workspace, made_scene.now.at + dt.timedelta(minutes=4))
    assert to.exists()
    close_openings(made_scene.workspace, made_scene.now.at + dt.timedelta(minutes=5))
    assert not to.exists()


def test_what_a_killed_command_left_open_is_closed(made_scene: Scene) -> None:
    """By the next one; another folder of that name stays."""
    item, to = made_scene.added(), made_scene.folder / "open"
    opened = open_evidence(made_scene.desk, item.id, reason="x", second="anne", to=to, minutes=200)
    note = made_scene.workspace.folder / "evidence" / "opened" / f"{opened.token}.json"
    told = json.loads(note.read_bytes())
    note.write_text(json.dumps({**told, "process": 2**22 - 1}))
    other = made_scene.folder / "theirs"
    other.mkdir()
    (note.parent / "x.json").write_text(json.dumps({**told, "folder": str(other), "process": 2**22 - 1}))

    close_openings(made_scene.workspace, made_scene.now.at)

    assert not to.exists()
    assert other.exists()
    assert not note.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"to": "there"}, {"minutes": 0}, {"minutes": 241}, {"to": None}, {"reason": ""}, {"reason": "a\x1b[2J"}],
)
def test_what_makes_no_sense_opens_nothing(made_scene: Scene, wrong: dict[str, object]) -> None:
    """And does not count as seen."""
    item = made_scene.added()
    (made_scene.folder / "there").mkdir()
    given: dict[str, object] = {"reason": "x", "second": "anne", "to": made_scene.folder / "open", **wrong}
    if given["to"] == "there":
        given["to"] = made_scene.folder / "there"

    with pytest.raises(MisuseError):
        open_evidence(made_scene.desk, item.id, **given)  # type: ignore[arg-type]  # by name

    assert openings_logged(made_scene, item.id) == 0
    with pytest.raises(NotFoundError):
        open_evidence(made_scene.desk, "evd_" + "9" * 32, **given)  # type: ignore[arg-type]  # as above


def test_what_the_gate_stops_now_is_not_opened(made_scene: Scene) -> None:
    """A word that a hotline lent after it was recorded; nothing is decrypted but its name."""
    item = made_scene.added("zorglub.eml")
    words = made_scene.folder / "words.txt"
    words.write_text("zorglub\n")
    flags = {"workspace.folder": str(made_scene.workspace.folder), "workspace.user": "oscar"}
    settings = load_settings(environment={}, flags={**flags, "gate.vocabulary_file": str(words)}).settings
    desk = EvidenceDesk(made_scene.workspace, settings, now=made_scene.now)

    with pytest.raises(RefusedError) as refused:
        open_evidence(desk, item.id, reason="x", second="anne", to=made_scene.folder / "open")

    assert "PHAROS" in refused.value.advice
    assert openings_logged(made_scene, item.id) == 0
    assert not (made_scene.folder / "open").exists()


def test_what_was_changed_does_not_stay(made_scene: Scene) -> None:
    """Another content, sealed to the same key: it counts as opened, and the folder is gone."""
    item, other = made_scene.added(), made_scene.added("b.txt", b"other")
    sealed = package_folder(made_scene.workspace, item.case, item.id) / "sealed" / "001.bin.age"
    theirs = package_folder(made_scene.workspace, other.case, other.id) / "sealed" / "001.bin.age"
    sealed.write_bytes(theirs.read_bytes())

    with pytest.raises(IntegrityError):
        open_evidence(made_scene.desk, item.id, reason="x", second="anne", to=made_scene.folder / "open")

    assert openings_logged(made_scene, item.id) == 1
    assert not (made_scene.folder / "open").exists()


def test_a_full_disk_leaves_nothing_open(made_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts as opened."""
    item = made_scene.added()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(opening, "_new_file", full)
    with pytest.raises(OutputError, match="No space left"):
        open_evidence(made_scene.desk, item.id, reason="x", second="anne", to=made_scene.folder / "open")

    assert openings_logged(made_scene, item.id) == 1
    assert not (made_scene.folder / "open").exists()


def test_an_opening_that_was_taken_out_of_the_custody_is_noticed(made_scene: Scene) -> None:
    """By whoever drops its triggers: the log has it."""
    item = made_scene.added()
    open_evidence(made_scene.desk, item.id, reason="x", second="anne", to=None, stream=io.BytesIO())
    for kind in ("update", "delete", "replace"):
        made_scene.workspace.database.execute(f"DROP TRIGGER custody_event_no_{kind}")
    CustodyRow.objects.filter(kind="opened").delete()

    with pytest.raises(IntegrityError, match="the log has 1 openings"):
        exposures(made_scene.desk, item)

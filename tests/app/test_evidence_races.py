"""Two who act on one item at once: what is erased is not renewed, exported or opened a moment later."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import rempart.app.evidence_erasing as erasing
import rempart.app.evidence_exporting as exporting
import rempart.app.evidence_opening as opening
from evidence_scenes import Scene, scene
from rempart.app.evidence_erasing import ask_erasure, cancel_erasure, erase_due
from rempart.app.evidence_exporting import export_case
from rempart.app.evidence_opening import open_evidence
from rempart.app.evidence_places import package_folder
from rempart.app.evidence_proving import finish
from rempart.app.evidence_renewing import renew
from rempart.errors import MisuseError, UnavailableError
from rempart.model.evidence import ERASURE_DELAY, EvidenceItem, EvidenceState


@pytest.fixture
def made_scene(tmp_path: Path) -> Scene:
    """Return a workspace with a case."""
    return scene(tmp_path)


def bury(found: Scene, item: EvidenceItem, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erase an item as far as its tombstone: its key and files are to go next."""
    asked = ask_erasure(found.desk, item.id, why="she asked")
    found.now.at = asked.request.due_at

    def not_yet(*_: object) -> None:
        raise InterruptedError(4, "here")

    with monkeypatch.context() as patched:
        patched.setattr(erasing, "remove_files", not_yet)
        patched.setattr(type(found.workspace.keyring), "destroy_item_key", not_yet)
        with pytest.raises(InterruptedError):
            erase_due(found.desk, asked.request.id)
    assert found.workspace.evidence.get(item.id).state is EvidenceState.ERASED


def test_what_waited_for_the_erasure_renews_nothing(made_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry more would be one that nobody forgets."""
    stale = made_scene.added()
    bury(made_scene, stale, monkeypatch)

    assert renew(made_scene.desk, stale, is_due_only=False) is None

    assert made_scene.desk.log.entries_of(stale.id) == []
    assert not list(package_folder(made_scene.workspace, stale.case, stale.id).rglob("renewal*"))


def test_what_waited_for_the_erasure_exports_a_tombstone(
    made_scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the package that is about to go."""
    item = made_scene.added()

    def erased_then(*given: object) -> object:
        done = finish(*given)  # type: ignore[arg-type]  # as it was called
        bury(made_scene, item, monkeypatch)
        return done

    monkeypatch.setattr(exporting, "finish", erased_then)
    made = export_case(made_scene.desk, made_scene.case.id, tmp_path / "dossier.zip", to_whom="court")

    assert (made.items, made.erased) == (0, 1)
    assert made_scene.workspace.cases.hand_offs(made_scene.case.id, item.id) == []


def test_what_was_added_meanwhile_is_not_exported_half(
    made_scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dossier shows the whole case."""
    made_scene.added()

    def added_then(*given: object) -> object:
        done = finish(*given)  # type: ignore[arg-type]  # as it was called
        made_scene.recorded("b.txt")
        return done

    monkeypatch.setattr(exporting, "finish", added_then)
    with pytest.raises(UnavailableError, match="meanwhile"):
        export_case(made_scene.desk, made_scene.case.id, tmp_path / "dossier.zip", to_whom="court")

    assert not (tmp_path / "dossier.zip").exists()


def test_what_was_erased_just_now_is_not_opened(
    made_scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is decrypted, and the log gets no entry of it."""
    item, read = made_scene.added(), opening.read_openings

    def erased_then(*given: object) -> object:
        found = read(*given)  # type: ignore[arg-type]  # as it was called
        bury(made_scene, item, monkeypatch)
        return found

    monkeypatch.setattr(opening, "read_openings", erased_then)
    with pytest.raises(MisuseError, match="erased"):
        open_evidence(made_scene.desk, item.id, reason="court", second="anne", to=tmp_path / "open")

    assert not (tmp_path / "open").exists()
    assert made_scene.desk.log.entries_of(item.id) == []
    assert made_scene.workspace.custody.openings(item.id) == 0


def test_taking_it_back_takes_back_every_request(made_scene: Scene) -> None:
    """Two who asked at once: one who cancels stops both."""
    item, now = made_scene.added(), made_scene.now.at
    requests = [
        made_scene.workspace.evidence.ask_erasure(
            item, why="x", due_at=now + ERASURE_DELAY, by=made_scene.workspace.me.id, now=now
        )
        for _ in range(2)
    ]

    cancel_erasure(made_scene.desk, item.id)

    made_scene.now.at = now + 2 * ERASURE_DELAY
    assert not any(erase_due(made_scene.desk, each.id) for each in requests)
    assert made_scene.workspace.evidence.get(item.id).state is EvidenceState.LOGGED


def test_files_that_stay_are_not_called_erased(made_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of others still open them: the job fails and is done again."""
    item = made_scene.added()
    asked = ask_erasure(made_scene.desk, item.id, why="she asked")
    made_scene.now.at = asked.request.due_at
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", lambda *_, **__: None)
        with pytest.raises(UnavailableError, match="cannot be removed"):
            erase_due(made_scene.desk, asked.request.id)

    assert erase_due(made_scene.desk, asked.request.id)
    assert not package_folder(made_scene.workspace, item.case, item.id).exists()

"""What was allowed when it was asked is allowed when it is written: a fetch takes its time, and two may ask at once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

import rempart.app.evidence_adding as adding
from evidence_scenes import Scene, scene
from rempart.app.cases import close_case
from rempart.app.evidence_adding import NewContent, NewItem, media_type_of, record, require_permission
from rempart.app.evidence_places import case_folder
from rempart.errors import RefusedError
from rempart.model.evidence import EvidenceKind


@pytest.fixture
def made_scene(tmp_path: Path) -> Scene:
    """Return a workspace with a case."""
    return scene(tmp_path)


def page() -> NewItem:
    """Return what was fetched."""
    content = NewContent(name="page.wacz", media_type="application/wacz", reader=io.BytesIO(b"text"))
    return NewItem(kind=EvidenceKind.PAGE, label="A page", contents=[content])


def test_two_who_ask_at_once_do_not_pass_the_limit(made_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both asked before either was written; exit code 6, and nothing of the second is left."""
    monkeypatch.setattr(adding, "PAGES_ALONE_MOST", 1)
    desk, case = made_scene.desk, made_scene.case
    first, second = (require_permission(desk, case.id, kind=EvidenceKind.PAGE, tie="report") for _ in range(2))
    agreed = require_permission(desk, case.id, kind=EvidenceKind.PAGE, tie="report", second="anne")
    one = record(desk, first, page())

    with pytest.raises(RefusedError, match="second person"):
        record(desk, second, page())

    assert [each.id for each in made_scene.workspace.evidence.of_case(case.id)] == [one.id]
    assert [path.name for path in case_folder(made_scene.workspace, case.id).glob("evd_*")] == [f"{one.id}.001.sealed"]
    assert record(desk, agreed, page()).seq == 2


def test_a_case_that_was_closed_meanwhile_takes_nothing_more(made_scene: Scene) -> None:
    """By somebody else, while a page was fetched."""
    permission = require_permission(made_scene.desk, made_scene.case.id, kind=EvidenceKind.PAGE, tie="report")
    close_case(made_scene.desk, made_scene.case.id, why="")

    with pytest.raises(RefusedError, match="closed"):
        record(made_scene.desk, permission, page())

    assert made_scene.workspace.evidence.of_case(made_scene.case.id) == []


@pytest.mark.parametrize("name", ["data:text/marie-dupont,a", "data:marie/dupont;x,a.png", "a.marie"])
def test_a_public_media_type_is_by_the_ending_alone(name: str) -> None:
    """Python reads a type out of a name that begins as an address of data."""
    assert "marie" not in media_type_of(name)

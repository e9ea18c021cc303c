"""A case needs a right, a note of it and her consent; all that is done in it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_scenes import Scene, scene
from rempart.app.cases import close_case, list_cases, open_case, show_case
from rempart.app.evidence_exporting import export_case
from rempart.app.rights import add_owner, grant_consent, revoke_consent, subject_of
from rempart.errors import MisuseError, NotFoundError, RefusedError
from rempart.model.asset import ConsentScope, GroundKind
from rempart.model.evidence import CaseState, CustodyKind
from rempart.model.work import AccessPurpose, EventKind
from workspaces import HERS


@pytest.fixture
def made_scene(tmp_path: Path) -> Scene:
    """Return a workspace with a case."""
    return scene(tmp_path)


@pytest.mark.parametrize(
    "ground, note", [(None, "signed"), (GroundKind.MANDATE, ""), (GroundKind.MANDATE, "  "), (None, "")]
)
def test_no_case_without_a_ground(made_scene: Scene, ground: GroundKind | None, note: str) -> None:
    """And what it rests on; exit code 6."""
    with pytest.raises(RefusedError) as refused:
        open_case(made_scene.desk, "Nadia Planted", ground=ground, note=note, text_read="fr")

    assert refused.value.exit_code == 6
    assert len(made_scene.workspace.cases.all()) == 1


def test_no_case_without_her_consent(made_scene: Scene) -> None:
    """What she allowed to be looked for is not that evidence is gathered."""
    add_owner(made_scene.workspace, "Mona", contact="", right=HERS, language="fr")

    with pytest.raises(RefusedError, match="does not allow"):
        open_case(made_scene.desk, "Mona", ground=GroundKind.MANDATE, note="signed")
    subject = subject_of(made_scene.workspace, "Mona")
    grant_consent(made_scene.workspace, subject, ConsentScope.EVIDENCE, "en")
    made = open_case(made_scene.desk, "Mona", ground=GroundKind.MANDATE, note="signed")

    assert made_scene.workspace.cases.get(made.id) == made


def test_taking_consent_back_ends_no_case(made_scene: Scene) -> None:
    """It is in its custody; what is there stays."""
    item = made_scene.added()
    revoke_consent(made_scene.workspace, subject_of(made_scene.workspace, "Nadia Planted"), ConsentScope.EVIDENCE)

    whole = show_case(made_scene.desk, made_scene.case.id)

    assert whole.custody[-1].kind is CustodyKind.CONSENT_WITHDRAWN
    assert (whole.case.state, whole.items) == (CaseState.OPEN, (item,))
    with pytest.raises(RefusedError, match="does not allow"):
        made_scene.recorded()


def test_looking_at_cases_is_traced(made_scene: Scene) -> None:
    """One, or the list of them."""
    show_case(made_scene.desk, made_scene.case.id)
    list_cases(made_scene.desk)

    purposes = [access.purpose for access in made_scene.workspace.journal.accesses()]
    assert {AccessPurpose.SHOW_CASE, AccessPurpose.LIST_CASES} <= set(purposes)


def test_a_case_is_closed_once(made_scene: Scene) -> None:
    """And nothing is added to it after."""
    closed = close_case(made_scene.desk, made_scene.case.id, why="settled")

    assert (closed.state, closed.closed_at) == (CaseState.CLOSED, made_scene.now.at)
    with pytest.raises(MisuseError, match="closed already"):
        close_case(made_scene.desk, made_scene.case.id, why="")
    with pytest.raises(RefusedError, match="is closed"):
        made_scene.recorded()
    kinds = {event.kind for event in made_scene.workspace.journal.events(made_scene.case.id)}
    assert kinds == {EventKind.CASE_OPENED, EventKind.CASE_CLOSED}
    with pytest.raises(NotFoundError):
        close_case(made_scene.desk, "cas_" + "9" * 32, why="")


def test_a_dossier_for_no_folder_was_given_to_nobody(made_scene: Scene) -> None:
    """A name that cannot be written is refused before it is noted who has it."""
    made_scene.added()

    with pytest.raises(MisuseError, match="no folder"):
        export_case(made_scene.desk, made_scene.case.id, made_scene.folder / "none" / "d.zip", to_whom="court")

    assert made_scene.workspace.cases.hand_offs(made_scene.case.id) == []

"""``rempart case`` and ``rempart evidence`` as a person runs them, with the exit code of each refusal."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from commands import rempart
from evidence_scenes import CONTENT, Scene, scene
from rempart.cli.evidence_recipient import PURPOSES
from rempart.keys import new_identity, recipient_of
from rempart.model.evidence import RecipientPurpose


@pytest.fixture
def made_scene(tmp_path: Path) -> Scene:
    """Return a workspace with a case, which no other process has open."""
    found = scene(tmp_path)
    found.workspace.database.close()
    return found


def run(found: Scene, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return rempart("--workspace", found.workspace.folder, *arguments, env={"REMPART_WORKSPACE_USER": "oscar"})


def test_from_a_file_to_a_dossier_that_is_verified(made_scene: Scene) -> None:
    """Added, opened by two, exported, verified, asked to be erased, and that taken back."""
    added = run(
        made_scene, "evidence", "add", made_scene.file(), "--case", made_scene.case.id, "--tie", "report", "--json"
    )
    item = json.loads(added.stdout)["item"]
    assert (added.returncode, "LOCAL" in added.stderr) == (0, True)

    opened = run(made_scene, "evidence", "open", item, "--reason", "court", "--second", "anne", "--stdout")
    assert opened.stdout.encode() == CONTENT
    to = made_scene.folder / "d.zip"
    exported = run(made_scene, "evidence", "export", made_scene.case.id, "--to", to, "--to-whom", "the court")
    assert exported.returncode == 0, exported.stderr
    verified = run(made_scene, "evidence", "verify", to)
    assert (verified.returncode, item in verified.stdout, "LOCAL" in verified.stdout) == (0, True, True)
    asked = run(made_scene, "evidence", "erase", item, "--reason", "she asked")
    assert "the court" in asked.stdout
    assert run(made_scene, "evidence", "cancel-erasure", item).stdout == f"{item}  stays\n"
    shown = run(made_scene, "case", "show", made_scene.case.id).stdout
    assert "opened once" in shown
    assert "oscar and Anne" in shown
    listed = run(made_scene, "evidence", "list", "--json").stdout
    assert json.loads(listed)["openings"] == 1


def test_a_changed_dossier_is_exit_code_5(made_scene: Scene) -> None:
    """Whatever else is right."""
    run(made_scene, "evidence", "add", made_scene.file(), "--case", made_scene.case.id, "--tie", "report")
    to = made_scene.folder / "d.zip"
    run(made_scene, "evidence", "export", made_scene.case.id, "--to", to, "--to-whom", "x")
    raw = bytearray(to.read_bytes())
    raw[len(raw) // 2] ^= 1
    to.write_bytes(raw)

    assert run(made_scene, "evidence", "verify", to).returncode == 5


@pytest.mark.parametrize(
    "arguments",
    [
        ["evidence", "add", "FILE", "--case", "CASE"],
        ["evidence", "add", "FILE", "--tie", "report"],
        ["evidence", "add", "14ans-lycee.png", "--case", "CASE", "--tie", "report"],
        ["evidence", "recipient", "add", "her", "age1", "--purpose", "person", "--case", "CASE"],
        ["case", "open", "--owner", "Nadia Planted", "--note", "x"],
    ],
)
def test_refusals_are_exit_code_6(made_scene: Scene, arguments: list[str]) -> None:
    """Without a tie, a case, a ground, an answer about her device; and what the gate stops."""
    if "recipient" in arguments:
        arguments = [recipient_of(new_identity()) if each == "age1" else each for each in arguments]
    given = {"FILE": str(made_scene.file()), "CASE": made_scene.case.id}

    assert run(made_scene, *(given.get(each, each) for each in arguments)).returncode == 6


def test_holds_and_renewals(made_scene: Scene) -> None:
    """Until a day, or not; a new seal prints what to publish."""
    case = made_scene.case.id
    assert run(made_scene, "evidence", "hold", case, "--until", "2999-01-31", "--reason", "claim").returncode == 0
    assert run(made_scene, "evidence", "hold", case, "--end", "--reason", "settled").stdout.endswith("1 hold ended\n")
    assert run(made_scene, "evidence", "hold", case, "--reason", "neither").returncode == 2
    assert run(made_scene, "evidence", "new-seal").stdout.count(":") == 31
    assert run(made_scene, "evidence", "renew").returncode == 0
    assert run(made_scene, "evidence", "recipient", "list").stdout.startswith("counsel  lawyer")
    assert case in run(made_scene, "case", "list").stdout
    assert run(made_scene, "case", "close", case).stdout == f"{case}  closed\n"


def test_purposes_are_those_of_the_model() -> None:
    """Each can be given."""
    assert set(PURPOSES) == {str(purpose) for purpose in RecipientPurpose}

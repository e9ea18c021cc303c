"""``rempart sign``, ``own`` and ``provenance``: exit codes, lines for people and for programs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from PIL import Image

import workspaces
from commands import rempart
from pictures import scene
from rempart.model.ownership import OURS_NOT_WHO

pytest.importorskip("c2pa")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a workspace, a picture, and one signed picture."""
    base = tmp_path_factory.mktemp("sign")
    _, workspace = workspaces.make(base / "workspace")
    workspace.database.close()
    (base / "out").mkdir()
    scene(4, 960, 720).save(base / "photo.jpg", quality=92)
    return base


def run(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one of the commands."""
    return rempart("--workspace", folder / "workspace", *arguments, env={"REMPART_WORKSPACE_USER": "oscar"})


def test_a_story_from_the_signature_to_a_stripped_copy(folder: Path) -> None:
    """Sign, not twice; read; strip; find again; ask whose it is."""
    early = run(folder, "provenance", "anchor")
    signed = run(folder, "sign", folder / "photo.jpg", "--out", folder / "out", "--as", "Studio", "--json")
    again = run(folder, "sign", folder / "photo.jpg", "--out", folder / "out")
    anchor = run(folder, "provenance", "anchor")
    with Image.open(folder / "out" / "photo.jpg") as picture:
        picture.resize((640, 480)).save(folder / "stripped.jpg", quality=75)
    found = run(folder, "provenance", "find", folder / "stripped.jpg", "--json", "--manifest", folder / "m.c2pa")
    owned = run(folder, "own", folder / "stripped.jpg", "--json")
    original = run(folder, "own", folder / "photo.jpg")

    assert early.returncode == 2
    assert signed.returncode == 0, signed.stderr
    made = json.loads(signed.stdout)
    assert made["ssim"] > 0.99
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert anchor.stdout.startswith("-----BEGIN CERTIFICATE-----")
    assert found.returncode == 1
    told = json.loads(found.stdout)
    assert told["embedded"]["state"] == "absent"
    assert [one["manifest"] for one in told["kept"]] == [made["manifest"]]
    assert (folder / "m.c2pa").read_bytes() in (folder / "out" / "photo.jpg").read_bytes()
    assert owned.returncode == 1
    answer = json.loads(owned.stdout)
    assert answer["found"] is True
    assert answer["false_alarm_bound"] <= 1e-6
    assert answer["caution"] == OURS_NOT_WHO
    assert original.returncode == 0
    assert "no mark found" in original.stdout


def test_misuse_is_told_in_a_sentence(folder: Path) -> None:
    """A missing file, a file in a folder's place, what is no picture."""
    (folder / "text.jpg").write_text("hello")

    missing = run(folder, "own", folder / "nothing.jpg")
    no_folder = run(folder, "sign", folder / "photo.jpg", "--out", folder / "text.jpg")
    no_picture = run(folder, "provenance", "find", folder / "text.jpg")

    for done in (missing, no_folder, no_picture):
        assert done.returncode == 2
        assert "Traceback" not in done.stderr

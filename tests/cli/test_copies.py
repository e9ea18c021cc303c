"""``rempart recipient``, ``mark``, ``trace`` and ``decoy``: from a list of recipients to whose copy leaked."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from marked import in_vault, picture, write
from rempart.app.workspace import open_workspace
from rempart.cli import asset, decoy, recipient
from rempart.cli.commands import COMMANDS
from rempart.cli.mark import command as mark
from rempart.cli.opening import Globals
from rempart.cli.scan import command as scan
from rempart.cli.trace import SURFACED
from rempart.cli.trace import command as trace
from rempart.errors import MisuseError, NotFoundError, RefusedError
from rempart.model.attribution import COPY_NOT_PERSON
from rempart.model.recipient import SurfacedAt
from workspaces import make, settings_for

TOLD = ("--informed-on", "2026-01-02", "--how", "terms §4")
WHY = ("--purpose", "find out", "--surfaced", "forum")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a workspace with a picture in its vault."""
    made = tmp_path / "workspace"
    settings, workspace = make(made)
    in_vault(settings, workspace, write(tmp_path / "a.jpg", picture(), quality=95))
    workspace.database.close()
    return made


def run(folder: Path, command: click.Command, *arguments: object) -> Result:
    """Run a command in a workspace."""
    given = Globals(config_file=None, workspace=folder)
    return CliRunner().invoke(command, [str(a) for a in arguments], obj=given, standalone_mode=False)


def test_every_place_can_be_named() -> None:
    """As the model has them."""
    assert tuple(SurfacedAt) == SURFACED
    assert {"recipient", "mark", "trace", "decoy"} <= set(COMMANDS)


def test_from_a_list_to_whose_copy_leaked(folder: Path, tmp_path: Path) -> None:
    """Import, mark, mark again, leak, trace, do it again; and the sentence stands in every output."""
    (people := tmp_path / "abonnés.csv").write_text(
        "Nom;Informée le;Comment;Groupe\nAda;02/01/2026;cgu;abonnés\nBea;02/01/2026;cgu;abonnés\n", encoding="utf-8"
    )
    out = tmp_path / "copies"
    assert run(folder, recipient.command, "import", people).return_value == 0
    [ada, bea] = [json.loads(line) for line in run(folder, recipient.command, "list", "--json").stdout.splitlines()]

    made = run(folder, mark, tmp_path / "a.jpg", "--to", "abonnés", "--out", out, "--json")
    again = run(folder, mark, tmp_path / "a.jpg", "--to", "abonnés", "--out", out)
    copies = [json.loads(line) for line in made.stdout.splitlines()]
    with Image.open(copies[1]["file"]) as image:
        leak = write(tmp_path / "leak.jpg", image.crop((40, 30, 640, 448)).resize((450, 313)), quality=60)
    found = run(folder, trace, leak, *WHY, "--json")
    record = json.loads(found.stdout)
    words = run(folder, trace, leak, "--replay", record["trace"])

    assert [(c["recipient"], c["psnr_db"] >= 42, c["ssim"] >= 0.98) for c in copies] == [
        (ada["recipient"], True, True),
        (bea["recipient"], True, True),
    ]
    assert (made.return_value, again.return_value, again.stdout) == (0, 0, "")
    assert "2 were there before" in again.stderr
    assert (found.return_value, words.return_value) == (1, 1)
    assert (record["v"], record["verdict"], record["tested_recipients"]) == (1, "accused", 2)
    [accused] = record["accused"]
    assert accused["recipient"] == bea["recipient"]
    assert 0 < accused["false_accusation_bound"] <= 1e-6
    assert len(record["region"]) == 4
    assert record["caution"] == COPY_NOT_PERSON
    assert "Bea" in words.stdout
    assert "The same as" in words.stderr
    assert COPY_NOT_PERSON in words.stdout


@pytest.mark.parametrize("where", [("press",), ("alert",), ("court",), ("forum", "--protected-disclosure")])
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_what_is_withheld(folder: Path, tmp_path: Path, where: tuple[str, ...], form: tuple[str, ...]) -> None:
    """Exit code 6, of a file that is not even there."""
    done = run(folder, trace, tmp_path / "none.jpg", "--purpose", "x", "--surfaced", *where, *form)

    assert done.return_value == 6
    assert "withheld" in done.stdout
    assert 'accused": []' in done.stdout or not form
    assert COPY_NOT_PERSON in done.output


def test_bad_input(folder: Path, tmp_path: Path) -> None:
    """A clear sentence each, and exit code 2."""
    out = ("--out", tmp_path / "out")
    run(folder, recipient.command, "add", "Ada", *TOLD)
    assert "not told yet" in run(folder, recipient.command, "add", "Bea").stdout

    asked = [
        (run(folder, mark, tmp_path / "a.jpg", "--to", "all", *out), MisuseError, "not told: rcp_"),
        (run(folder, mark, tmp_path / "a.jpg", "--to", "Zoe", *out), NotFoundError, "Zoe"),
        (run(folder, mark, "ast_" + "0" * 32, "--to", "Ada", *out), NotFoundError, "no asset"),
        (run(folder, trace, tmp_path / "a.jpg", "--surfaced", "forum"), MisuseError, "purpose"),
        (run(folder, trace, tmp_path / "a.jpg", "--purpose", "x"), click.UsageError, "where did it surface"),
        (run(folder, trace, tmp_path / "a.jpg", "--replay", "trc_x"), NotFoundError, "no trace"),
    ]

    for done, kind, words in asked:
        assert isinstance(done.exception, kind)
        assert words in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_a_picture_that_is_too_small(folder: Path, tmp_path: Path) -> None:
    """Says how small, and what would do."""
    settings = settings_for(folder)
    with open_workspace(settings) as workspace:
        asset = in_vault(settings, workspace, write(tmp_path / "small.png", picture(2, 100, 80)))
    run(folder, recipient.command, "add", "Ada", *TOLD)

    done = run(folder, mark, asset, "--to", "Ada", "--out", tmp_path / "out")

    assert done.return_value == 2
    assert "100 x 80" in done.stderr
    assert "192 x 128" in done.stderr


def test_she_is_told_then_forgotten(folder: Path) -> None:
    """Through the commands."""
    run(folder, recipient.command, "add", "Bea", "--ref", "C1", "--group", "press")

    told = run(folder, recipient.command, "inform", "Bea", *TOLD)
    forgotten = run(folder, recipient.command, "forget", "C1")
    left = run(folder, recipient.command, "list")

    assert "told 2026-01-02 (terms §4)" in told.stdout
    assert forgotten.return_value == 0
    assert left.stdout == ""


def test_a_decoy(folder: Path, tmp_path: Path) -> None:
    """Is added and listed; a public place is refused."""
    version = write(tmp_path / "b.png", picture(5))
    common = ("--owner", "nadia", "--note", "teaser B", "--json")

    refused = run(folder, decoy.command, "add", version, "--given-to", "https://x.example.org", *common)
    added = run(folder, decoy.command, "add", version, "--given-to", "partner X", *common)
    listed = run(folder, decoy.command, "list")

    assert isinstance(refused.exception, RefusedError)
    assert json.loads(added.stdout)["given_to"] == "partner X"
    assert "given to partner X  teaser B" in listed.stdout


def test_a_decoy_that_surfaces(folder: Path, tmp_path: Path) -> None:
    """Its match comes first, with its channel and a raised priority: in words, in JSON, on the page, on its sheet."""
    version = write(tmp_path / "b.png", picture().crop((8, 8, 640, 448)))
    given = ("--owner", "nadia", "--given-to", "partner X", "--json")
    added = json.loads(run(folder, decoy.command, "add", version, *given).stdout)
    leak = write(tmp_path / "leak.jpg", picture().crop((8, 8, 640, 448)), quality=70)
    page = tmp_path / "r.html"

    lines = run(folder, scan, leak, "--json").stdout.splitlines()
    words = run(folder, scan, leak, "--report", page, "--lang", "en")
    sheet = run(folder, asset.command, "show", added["asset"], "--json").stdout.splitlines()

    first, second = (json.loads(line) for line in lines[:2])
    assert (first["asset"], first["decoy_given_to"], first["priority"]) == (added["asset"], "partner X", "raised")
    assert second["asset"] != added["asset"]
    assert not {"decoy_given_to", "priority"} & set(second)
    assert words.stdout.splitlines()[1].startswith("decoy  given to partner X")
    assert "Look first at the decoys that surfaced. They were handed to: partner X." in words.stderr
    assert "Decoy handed to: partner X" in page.read_text(encoding="utf-8")
    assert json.loads(sheet[0])["decoy_given_to"] == "partner X"

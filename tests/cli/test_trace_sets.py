"""``rempart trace`` of a pack of thumbnails, each too weak to accuse: together they do, with one score."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from marked import in_vault, mark, paths, picture, told, write
from rempart.app import scoring
from rempart.attribute import Codebook, LeakReading, conclude
from rempart.cli.opening import Globals
from rempart.cli.trace import command as trace
from rempart.model.attribution import COPY_NOT_PERSON, Attribution
from workspaces import make

PICTURES = 20
WHY = ("--purpose", "find out", "--surfaced", "forum")


def run(folder: Path, command: click.Command, *arguments: object) -> Result:
    """Run a command in a workspace."""
    given = Globals(config_file=None, workspace=folder)
    return CliRunner().invoke(command, [str(a) for a in arguments], obj=given, standalone_mode=False)


def test_twenty_thumbnails_accuse_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of an original with keys of its own; scored once."""
    said: list[tuple[LeakReading, Codebook]] = []

    def spy(readings: Sequence[tuple[LeakReading, Codebook]], *, looks: int, **how: float) -> Attribution:
        said.extend(readings)
        return conclude(readings, looks=looks, **how)  # type: ignore[arg-type]  # a test

    settings, workspace = make(tmp_path / "ws")
    originals = [write(tmp_path / f"{n:02}.png", picture(100 + n, 448, 320)) for n in range(PICTURES)]
    assets = [in_vault(settings, workspace, path) for path in originals]
    people = told(workspace, "Ada", "Bea", "Cleo")
    copies = paths(mark(settings, workspace, assets, people[1:2], tmp_path / "out"))
    workspace.database.close()
    (pack := tmp_path / "pack").mkdir()
    for path in copies:
        with Image.open(path) as image:
            write(pack / f"{path.stem}.jpg", image.resize((175, 125), Image.Resampling.BICUBIC), quality=40)
    monkeypatch.setattr(scoring, "conclude", spy)

    found = run(tmp_path / "ws", trace, pack, *WHY, "--json")
    record = json.loads(found.stdout)

    assert len(said) == PICTURES
    assert sum(bool(conclude([one]).accused) for one in said) <= PICTURES // 5
    assert (found.return_value, record["v"], record["verdict"]) == (1, 1, "accused")
    [accused] = record["accused"]
    assert accused["recipient"] == people[1].id
    assert accused["false_accusation_bound"] <= 1e-6
    assert (record["tested_recipients"], record["tests"]) == (3, 6)  # a leak may speak for a code, or against it
    assert {leak["asset"] for leak in record["leaks"]} == set(assets)
    assert {leak["file"] for leak in record["leaks"]} == {str(path) for path in pack.iterdir()}
    assert all(0 < leak["quality"] <= 1 and len(leak["region"]) == 4 for leak in record["leaks"])
    assert (record["asset"], record["region"]) == (record["leaks"][0]["asset"], record["leaks"][0]["region"])


def test_one_of_several_cannot_be_read(tmp_path: Path) -> None:
    """It is named, in words and in the line; the line of one leak alone is as it was."""
    settings, workspace = make(tmp_path / "ws")
    asset = in_vault(settings, workspace, write(tmp_path / "a.png", picture()))
    [copy] = paths(mark(settings, workspace, [asset], told(workspace, "Ada"), tmp_path / "out"))
    workspace.database.close()
    (damaged := tmp_path / "damaged.jpg").write_bytes(b"\xff\xd8\xff")

    both = run(tmp_path / "ws", trace, damaged, copy, *WHY, "--json")
    alone = run(tmp_path / "ws", trace, copy, *WHY, "--json")
    none = run(tmp_path / "ws", trace, damaged, *WHY, "--json")
    other = write(tmp_path / "other.png", picture(9))
    words = run(tmp_path / "ws", trace, copy, other, *WHY)
    again = run(tmp_path / "ws", trace, other, copy, "--replay", words.stdout.splitlines()[-2].split()[0])

    assert (both.return_value, alone.return_value, none.return_value) == (1, 1, 2)
    assert f"unreadable: {damaged}" in both.stderr
    assert [skipped["path"] for skipped in json.loads(both.stdout)["skipped"]] == [str(damaged)]
    assert not {"leaks", "skipped"} & set(json.loads(alone.stdout))
    assert none.stdout == ""
    assert "2 leaks, scored together, once" in words.stdout
    assert f"  {other}  no original  not registered" in words.stdout
    assert COPY_NOT_PERSON in words.stdout
    assert "The same as" in again.stderr

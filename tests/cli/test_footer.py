"""``rempart footer``: what is written is printed, what is there is left, and what may concern a minor is not opened."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from marked import told
from rempart.cli.footer import command
from rempart.cli.opening import Globals
from workspaces import make


def run(folder: Path, *arguments: object) -> Result:
    """Run it in a workspace."""
    given = Globals(config_file=None, workspace=folder)
    return CliRunner().invoke(command, [str(a) for a in arguments], obj=given, standalone_mode=False)


def test_written_left_and_stopped(tmp_path: Path) -> None:
    """Exit codes 0, 2 and 6."""
    _, workspace = make(tmp_path / "ws")
    told(workspace, "Ada")
    workspace.database.close()
    (text := tmp_path / "plan.txt").write_text("The plan.\n")
    to = ("--to", "all", "--out", tmp_path / "out", "--lang", "en")

    first = run(tmp_path / "ws", text, *to, "--json")
    made = Path(json.loads(first.stdout)["file"])
    text.write_text("Another plan.\n")
    second = run(tmp_path / "ws", text, *to)
    third = run(tmp_path / "ws", tmp_path / "lycee_15ans.txt", *to)

    assert (first.return_value, second.return_value, third.return_value) == (0, 2, 6)
    assert made.read_text().startswith("The plan.\n")
    assert "left as it is" in second.stderr
    assert "PHAROS" in third.stderr

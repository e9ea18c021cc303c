"""``rempart log`` as a person runs it."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from importlib import resources
from pathlib import Path

import pytest

from commands import rempart
from rempart.app.transparency_log import TransparencyLog
from rempart.model.log import LogEntryKind, NewLogEntry
from workspaces import make

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
ITEM = "evd_" + "1" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a workspace whose log has three entries, and the leaf of the first one beside it."""
    settings, workspace = make(tmp_path / "ws")
    workspace.keyring.make_item_key(ITEM)
    kind = LogEntryKind.ADDITION
    events = ("addition", "renewal 1", "renewal 2")
    log = TransparencyLog(workspace, settings)
    [first, *_] = log.append([NewLogEntry(owner=ITEM, event=e, kind=kind, content=b"x") for e in events], NOW)
    (tmp_path / "leaf").write_bytes(first.leaf)
    workspace.database.close()
    return tmp_path


def log(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return rempart("--workspace", folder / "ws", "log", *arguments, env={"REMPART_WORKSPACE_USER": "oscar"})


def test_a_stranger_checks_what_was_proved(folder: Path) -> None:
    """With the key that is printed, the proof in a file, and no Python."""
    key = log(folder, "show").stdout.splitlines()[0]
    assert log(folder, "prove", ITEM, "--to", folder / "proof").returncode == 0
    (folder / "log.vkey").write_text(f"{key}\n", encoding="utf-8")

    script = resources.files("rempart.evidence") / "texts" / "check_log.sh"
    done = subprocess.run(
        ["/bin/bash", "-c", f'. "{script}"; check_log leaf proof log.vkey'],
        cwd=folder,
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"entry 0 of 3" in done.stdout


def test_states_are_signed_shown_and_compared(folder: Path) -> None:
    """The file is new each time; the older one is named first."""
    assert log(folder, "checkpoint", "--to", folder / "one").returncode == 0
    assert log(folder, "checkpoint", "--to", folder / "one").returncode == 4
    printed = log(folder, "checkpoint")
    assert printed.stdout == (folder / "one").read_text(encoding="utf-8")

    shown = json.loads(log(folder, "show", "--json").stdout)
    same = log(folder, "verify-consistency", folder / "one", folder / "one")
    (folder / "one").write_text(printed.stdout.replace("\n3\n", "\n2\n"), encoding="utf-8")
    forged = log(folder, "verify-consistency", folder / "one", folder / "one")

    assert (shown["entries"], shown["signed"]["size"], shown["cosignatures"]) == (3, 3, 0)
    assert (same.returncode, same.stdout) == (0, "consistent  3  3\n")
    assert forged.returncode == 5
    assert log(folder, "check").stdout == "whole  3 entries\n"


def test_what_is_not_there_is_told(folder: Path) -> None:
    """An entry, an event, a witness, a file."""
    for arguments in (
        ("prove", "9"),
        ("prove", ITEM, "--event", "export"),
        ("witness", "ask"),
        ("verify-consistency", "none", "none"),
        ("witness", "serve", "--logs", "none"),
        ("witness", "serve", "--logs", "none", "--listen", "localhost:1"),
    ):
        assert log(folder, *arguments).returncode == 2, arguments


def test_a_log_goes_on_under_another_name(folder: Path) -> None:
    """Its key is another one, as its name is part of it; a name serves once."""
    begun = log(folder, "begin", "association.example/log-2")

    assert begun.returncode == 0
    assert log(folder, "show").stdout.splitlines()[0] == begun.stdout.strip()
    assert begun.stdout.startswith("association.example/log-2+")
    assert log(folder, "begin", "association.example/log-2").returncode == 2


def test_a_witness_is_asked_by_its_name(folder: Path) -> None:
    """One that does not answer is a line, and the exit code 4."""
    vkey = log(folder, "witness", "begin").stdout.strip()
    settings = {"REMPART_TRANSPARENCY_WITNESSES": f"{vkey} http://127.0.0.1:9", "REMPART_WORKSPACE_USER": "oscar"}

    done = rempart("--workspace", folder / "ws", "log", "witness", "ask", env=settings)

    assert done.returncode == 4
    assert "not cosigned" in done.stderr
    assert rempart("--workspace", folder / "ws", "log", "witness", "ask", "other", env=settings).returncode == 2

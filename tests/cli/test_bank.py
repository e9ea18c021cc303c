"""``rempart bank``: exit codes, lines for people and for programs, and no code on any of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import workspaces
from commands import rempart
from feeds import code, jsonl, listed, removal
from rempart.app.rights import grant_consent, subject_of
from rempart.cli.bank import READ_FORMATS, WRITTEN_FORMATS
from rempart.model.asset import ConsentScope
from rempart.model.exchange import FeedFormat


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a workspace with one picture whose owner allows the exchange."""
    base = tmp_path_factory.mktemp("bank")
    settings, workspace = workspaces.make(base / "workspace")
    workspaces.register(settings, workspace, workspaces.pictures(base / "shoot", 1))
    grant_consent(workspace, subject_of(workspace, "nadia"), ConsentScope.EXCHANGE, "fr")
    workspace.database.close()
    return base


def bank(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one of the commands."""
    env = {"REMPART_WORKSPACE_USER": "oscar"}
    return rempart("--workspace", folder / "workspace", "bank", *arguments, env=env)


def records(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    """Return what a program reads."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_formats_are_those_of_the_model() -> None:
    """The door names them itself, so that it starts fast."""
    assert set(READ_FORMATS) == {str(f) for f in FeedFormat}
    assert set(WRITTEN_FORMATS) == set(READ_FORMATS) - {"stopncii"}


def test_a_story_from_import_to_export(folder: Path) -> None:
    """Import with a wrong line, look, suspend, export, verify; each with its exit code."""
    feed = folder / "feed.jsonl"
    feed.write_text(jsonl(listed(code(0)), listed(code(1)), {"pdq": "x", "label": "reviewed"}))

    unknown = bank(folder, "import", feed, "--partner", "Ada")
    taken = bank(folder, "import", feed, "--partner", "Ada", "--new", "--json")
    again = bank(folder, "import", feed, "--partner", "ada", "--by", "Anne")
    stopped = bank(folder, "suspend", code(0).hex(), "--by", "Anne")
    given = bank(folder, "export", "--partner", "Ada", "--out", folder / "out.jsonl", "--json")
    over = bank(folder, "export", "--partner", "Ada", "--out", folder / "out.jsonl")
    own = bank(folder, "verify", folder / "out.jsonl")
    [exported] = records(given)
    by_key = bank(folder, "verify", folder / "out.jsonl", "--key", str(exported["key"]), "--json")
    other = bank(folder, "verify", folder / "out.jsonl", "--key", "ed25519:" + "0" * 64)
    stats = bank(folder, "stats", "--json")
    whole = bank(folder, "verify")

    assert (unknown.returncode, taken.returncode, again.returncode) == (2, 2, 2)
    fault, summary = records(taken)
    assert fault == {"v": 1, "line": 4, "record": None, "reason": "not_a_code"}
    assert summary["summary"] == {
        **dict.fromkeys(("changed", "known", "removed", "ended", "contested", "refused", "unknown", "waiting"), 0),
        "added": 2,
        "left_out": 1,
        "sequence": None,
    }
    assert "left out: line 4: it is not a code" in again.stderr
    assert again.stdout == "2 known; 1 lines left out\n"
    assert stopped.returncode == 0
    assert (given.returncode, over.returncode) == (0, 2)
    assert exported["labels"] == {"self_declared": 1}
    assert (own.returncode, by_key.returncode, other.returncode) == (0, 0, 5)
    assert own.stdout == "whole and signed: number 1 for Ada, 1 lines\n"
    assert records(by_key)[0]["verified"] is True
    first, partner = records(stats)
    assert (first["imported"], first["compared"], first["suspended"], first["own_allowed"]) == (2, 1, 1, 1)
    assert (partner["partner"], partner["listed"], partner["sent"]) == ("Ada", {"reviewed": 2}, {"self_declared": 1})
    assert whole.returncode == 0
    said = "".join(d.stdout + d.stderr for d in (unknown, taken, again, stopped, given, over, own, stats, whole))
    assert not [n for n in range(2) if code(n).hex() in said]


def test_a_signed_file_that_was_cut_ends_with_five(folder: Path) -> None:
    """And a key that is none with two."""
    done = bank(folder, "export", "--partner", "Bo", "--new", "--out", folder / "bo.csv", "--format", "csv")
    cut = folder / "bo.csv"
    cut.write_bytes(cut.read_bytes()[:-1])

    refused = bank(folder, "verify", cut)
    no_key = bank(folder, "import", cut, "--partner", "Bo", "--key", "x")
    missing = bank(folder, "verify", folder / "nowhere")

    assert done.returncode == 0
    assert "send both" in done.stdout
    assert "ed25519:" in done.stderr
    assert (refused.returncode, no_key.returncode, missing.returncode) == (5, 2, 2)
    assert "cut or changed" in refused.stderr


def test_what_was_removed_is_said_not_to_come_back(folder: Path) -> None:
    """In words, and lines for people."""
    feed = folder / "removed.jsonl"
    feed.write_text(jsonl(removal(code(5)), listed(code(5))))

    done = bank(folder, "import", feed, "--partner", "Cleo", "--new")
    shown = bank(folder, "stats")

    assert done.returncode == 0
    assert "1 codes were not taken again" in done.stderr
    assert "partner    Cleo: removed 1" in shown.stdout


def test_what_an_unsigned_list_no_longer_has_is_said_to_stay(folder: Path) -> None:
    """With the way to end it; a list is CSV here."""
    feed = folder / "list.csv"
    for count in (3, 1):
        feed.write_text("".join(f"{code(n + 50).hex()}\n" for n in range(count)))
        done = bank(folder, "import", feed, "--partner", "Dora", *(["--new"] if count == 3 else []))

    assert done.returncode == 0
    assert "2 codes of this partner are not in the file and stay listed: it is not signed" in done.stderr
    assert "--key" in done.stderr

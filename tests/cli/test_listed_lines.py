"""What is printed of suspects that partners list: by whom, what it is worth, and no name that acts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import workspaces
from commands import rempart
from feeds import jsonl, listed
from listings import HOSTILE, event
from rempart.app.fingerprint import fingerprint
from rempart.app.listed import Said
from rempart.app.listed_texts import LISTED_TEXTS
from rempart.app.scan import Tally
from rempart.cli.listed_lines import print_listed, say_listed
from rempart.cli.scan_lines import print_summary
from rempart.model.exchange import Label, Verdict

ALONE = {
    "listed_as": Label.SELF_DECLARED,
    "partners": ("stopncii",),
    "opinions": (Said(partner="stopncii", source="", verdict=Verdict.UNDECIDED),),
    "is_conflicting": False,
}


def test_a_line_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Who, what it is worth, where, how close, and by which name it is suspended."""
    print_listed(event(**ALONE), as_json=False)
    print_listed(event(), as_json=False)

    assert capsys.readouterr().out.splitlines() == [
        "listed by stopncii (self-declared, not reviewed): pile/x.jpg, 4 bits  (imp_1)",
        "listed by Ada, Bo (reviewed, and disputed): pile/x.jpg, 4 bits  (imp_1)",
        "    Ada: confirms  |  Forum, as Bo passes on: disputes",
    ]


def test_names_cannot_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a path's nor a partner's, nor what a partner says that others think."""
    said = (
        Said(partner=HOSTILE, source="", verdict=Verdict.CONFIRMS),
        Said(partner="B", source=HOSTILE, verdict=Verdict.DISPUTES),
    )
    print_listed(event(label=HOSTILE, partners=(HOSTILE,), opinions=said), as_json=False)
    print_listed(event(label=HOSTILE, partners=(HOSTILE,), opinions=said), as_json=True)

    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_line_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """Versioned, under a key of its own: a program that reads matches does not take it for one."""
    print_listed(event(), as_json=True)

    record = json.loads(capsys.readouterr().out)
    assert record.keys() == {"v", "listed"}
    assert record["listed"] == {
        "suspect": "pile/x.jpg",
        "code": "imp_1",
        "label": "reviewed",
        "partners": ["Ada", "Bo"],
        "opinions": [
            {"partner": "Ada", "source": "", "verdict": "confirms"},
            {"partner": "Bo", "source": "Forum", "verdict": "disputes"},
        ],
        "distance_bits": 4,
        "inner": False,
        "conflicting": True,
        "may_act": False,
    }


def test_counts_name_the_codes_of_partners_where_there_are_any(capsys: pytest.CaptureFixture[str]) -> None:
    """And what being listed means; without partners the line is as it was."""
    print_summary(Tally(scanned=2, imported=7, listed=1), as_json=False)
    print_summary(Tally(scanned=2), as_json=False)
    print_summary(Tally(imported=7, listed=1, listed_reviewed=1), as_json=True)
    say_listed(Tally())

    out, err = capsys.readouterr()
    first, second, third = out.splitlines()
    assert first.startswith("2 scanned against 0 assets and 7 codes of partners, 0 matched, 1 listed by partners, ")
    assert second.startswith("2 scanned against 0 assets, 0 matched, 0 unreadable")
    assert [json.loads(third)["summary"][k] for k in ("imported", "listed", "listed_reviewed")] == [7, 1, 1]
    assert err.count("no match of what is registered here") == 2


def test_the_command_lists_without_a_picture_of_ones_own(tmp_path: Path) -> None:
    """In words, in JSON and in the report, and nothing among what was skipped; exit 0, then 1 once it is reviewed."""
    settings, workspace = workspaces.make(tmp_path / "workspace")
    pile = workspaces.pictures(tmp_path / "pile", 2)[0].parent
    workspace.database.close()
    env = {"REMPART_WORKSPACE_USER": "oscar"}
    [(_, media)] = [f for f in fingerprint([str(pile / "picture-001.png")], settings) if isinstance(f, tuple)]
    bits, feed = media.fingerprints[0].bits, tmp_path / "feed.jsonl"
    outputs = ("--report", tmp_path / "r.html", "--lang", "en", "--skipped", tmp_path / "s.jsonl")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return rempart("--workspace", tmp_path / "workspace", *arguments, env=env)

    feed.write_text(jsonl(listed(bits, "self_declared")))
    imported = run("bank", "import", feed, "--partner", "stopncii", "--new")
    declared = run("scan", pile, *outputs)
    feed.write_text(jsonl(listed(bits)))
    run("bank", "import", feed, "--partner", "stopncii")
    reviewed = run("scan", pile, "--json")

    assert imported.returncode == 0, imported.stderr
    assert declared.returncode == 0, declared.stderr
    first = declared.stdout.splitlines()[0]
    assert first.startswith(f"listed by stopncii (self-declared, not reviewed): {pile}/picture-001.png, 0 bits  (imp_")
    assert LISTED_TEXTS["en"].title in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert (tmp_path / "s.jsonl").read_bytes() == b""
    assert reviewed.returncode == 1
    one, last = (json.loads(line) for line in reviewed.stdout.splitlines())
    assert (one["listed"]["may_act"], last["summary"]["matched"], last["summary"]["listed_reviewed"]) == (True, 0, 1)
    assert bits.hex() not in declared.stdout + declared.stderr + reviewed.stdout + reviewed.stderr
    assert bits.hex() not in (tmp_path / "r.html").read_text(encoding="utf-8")

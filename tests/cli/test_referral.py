"""``rempart referral``: no address unless it is asked for, where to give it, and what is left once it was taken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import workspaces
from commands import rempart
from rempart import clock
from rempart.model.referral import FlagSource, NewReferral

URL = "https://planted-host.example/a\x1b[31m.jpg"


@pytest.fixture
def referral(tmp_path: Path) -> tuple[Path, str]:
    """Make a workspace in which something was stopped; return its folder and the identifier."""
    with workspaces.make(tmp_path / "ws")[1] as workspace:
        new = NewReferral(url=URL, flag=FlagSource.FILE_NAME, rule="fr-age")
        return tmp_path / "ws", workspace.referrals.add(new, clock.utc_now()).id


def test_the_whole_way(referral: tuple[Path, str]) -> None:
    """Listed, shown without and with its address, handed over, and shown no more."""
    folder, name = referral

    listed = rempart("--workspace", folder, "referral", "list")
    shown = rempart("--workspace", folder, "referral", "show", name, "--json")
    opened = rempart("--workspace", folder, "referral", "show", name, "--address")
    given = ("referral", "hand-over", name, "--to", "point-de-contact", "--receipt", "PDC-1")
    handed = rempart("--workspace", folder, *given, "--json")
    again = rempart("--workspace", folder, "referral", "show", name, "--address")
    traced = rempart("--workspace", folder, "privacy", "trace", "--json")

    assert (listed.returncode, listed.stdout.count(name), "1 to be handed over" in listed.stderr) == (0, 1, True)
    assert "planted" not in listed.stdout + listed.stderr + shown.stdout + handed.stdout
    assert json.loads(shown.stdout)["flag"] == "file_name"
    assert "planted-host.example/a\\x1b[31m.jpg" in opened.stdout
    assert "PHAROS" in opened.stderr
    assert (handed.returncode, json.loads(handed.stdout)["to"]) == (0, "point_de_contact")
    assert (again.returncode, again.stdout) == (2, "")
    assert "open_outbox" in traced.stdout


def test_one_that_does_not_exist(referral: tuple[Path, str]) -> None:
    """Exit 2, and how to find those that do."""
    done = rempart("--workspace", referral[0], "referral", "show", "rfr_0")

    assert done.returncode == 2
    assert "rempart referral list" in done.stderr

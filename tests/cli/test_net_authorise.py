"""``rempart net authorise``, ``authorisations`` and ``hosts``, through their commands."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from rempart import clock
from rempart.app.freezing import Freezing
from rempart.app.stopping import Flag, Stop
from rempart.app.workspace import NOTE, open_workspace
from rempart.cli.net import check
from rempart.cli.net_authorise import authorisations, authorise, hosts
from rempart.cli.opening import Globals
from rempart.errors import IntegrityError, MisuseError, NotFoundError, RefusedError
from rempart.model.courtesy import HostState
from rempart.model.referral import FlagSource
from workspaces import make, settings_for

URL = "https://forum.example.org/threads/1"
WHOLE = ("--by", "nadia", "--reason", "reported", "--legal-basis", "mandate")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a workspace."""
    made = tmp_path / "workspace"
    _, workspace = make(made)
    workspace.database.close()
    return made


def run(folder: Path, command: click.Command, *arguments: str) -> Result:
    """Run a command in a workspace."""
    given = Globals(config_file=None, workspace=folder)
    return CliRunner().invoke(command, list(arguments), obj=given, standalone_mode=False)


def test_an_address_is_authorised_listed_and_taken_back(folder: Path) -> None:
    """Results on stdout, in lines or in JSON."""
    given = run(folder, authorise, URL, *WHOLE, "--days", "7")
    name = given.stdout.split()[0]
    listed = run(folder, authorisations, "--json")
    in_words = run(folder, authorisations)
    taken = run(folder, authorise, name, "--withdraw", "--by", "nadia")
    [record] = [json.loads(line) for line in run(folder, authorisations, "--json").stdout.splitlines()]

    assert (given.return_value, taken.return_value) == (0, 0)
    assert name.startswith("aut_")
    assert "not where it redirects to" in given.stderr
    assert json.loads(listed.stdout)["url"] == URL
    assert json.loads(listed.stdout)["withdrawn_at"] is None
    assert "nadia  until" in in_words.stdout
    assert "reported (mandate)" in in_words.stdout
    assert (record["id"], record["uses"]) == (name, 0)
    assert record["withdrawn_at"]


def test_an_address_is_taken_back_by_itself(folder: Path) -> None:
    """All that covers it, however it is spelled; then nothing does."""
    for days in ("2", "3"):
        run(folder, authorise, URL, *WHOLE, "--days", days)

    taken = run(folder, authorise, URL.replace("forum", "FORUM") + "#post", "--withdraw")
    again = run(folder, authorise, URL, "--withdraw")

    assert taken.stdout.count("withdrawn  used 0 times") == 2
    assert isinstance(again.exception, NotFoundError)


@pytest.mark.parametrize("ends", [(), ("--days", "7", "--until", "2026-12-01"), ("--until", "2020-01-01")], ids=str)
def test_it_has_one_end(folder: Path, ends: tuple[str, ...]) -> None:
    """Which lies ahead."""
    result = run(folder, authorise, URL, *WHOLE, *ends)

    assert isinstance(result.exception, MisuseError)


def test_a_month_is_the_most(folder: Path) -> None:
    """By its option."""
    assert isinstance(run(folder, authorise, URL, *WHOLE, "--days", "31").exception, click.BadParameter)


def test_a_reason_is_needed(folder: Path) -> None:
    """And a legal basis."""
    assert isinstance(run(folder, authorise, URL, "--days", "1", "--reason", "x").exception, MisuseError)
    assert isinstance(run(folder, authorise, URL, "--days", "1", "--legal-basis", "x").exception, MisuseError)


def test_nobody_answers_for_what_the_gate_stops(folder: Path) -> None:
    """Exit code 6."""
    result = run(folder, authorise, "https://forum.example.org/lyceennes", *WHOLE, "--days", "1")

    assert isinstance(result.exception, RefusedError)
    assert result.exception.exit_code == 6


def test_hosts_are_listed(folder: Path) -> None:
    """With what they were asked today."""
    with open_workspace(settings_for(folder)) as workspace:
        workspace.hosts.change("forum.example.org", lambda _: (HostState(requests=3, wire_bytes=9), None))

    lines = run(folder, hosts)
    record = json.loads(run(folder, hosts, "--json").stdout)

    assert lines.stdout == "forum.example.org  next now  3 requests  9 bytes\n"
    assert (record["v"], record["host"], record["requests"], record["next_at"]) == (1, "forum.example.org", 3, None)


def test_what_is_given_and_taken_back_is_told_to_programs(folder: Path) -> None:
    """The same record as in the list."""
    given = json.loads(run(folder, authorise, URL, *WHOLE, "--days", "2", "--json").stdout)
    taken = json.loads(run(folder, authorise, given["id"], "--withdraw", "--json").stdout)
    listed = json.loads(run(folder, authorisations, "--json").stdout)

    assert (given["v"], given["url"], given["withdrawn_at"]) == (1, URL, None)
    assert taken == listed


@pytest.mark.parametrize("terms", [("--days", "3"), ("--until", "2026-12-01"), ("--reason", "x")], ids=str)
def test_terms_beside_a_withdrawal_are_refused(folder: Path, terms: tuple[str, ...]) -> None:
    """Nothing is taken back: it may have been meant to be changed."""
    run(folder, authorise, URL, *WHOLE, "--days", "2")

    result = run(folder, authorise, URL, "--withdraw", *terms)

    assert isinstance(result.exception, MisuseError)
    assert json.loads(run(folder, authorisations, "--json").stdout)["withdrawn_at"] is None


def test_what_was_frozen_is_neither_authorised_nor_checked(folder: Path) -> None:
    """Both commands know the workspace: refused for safety, with where to turn, and nothing is asked."""
    settings = settings_for(folder)
    with open_workspace(settings) as workspace:
        flag = Flag(source=FlagSource.TEXT, rule="fr-word")
        Freezing(workspace, Stop.of(workspace, settings)).freeze_report(URL, flag, clock.utc_now())

    given, checked = run(folder, authorise, URL, *WHOLE, "--days", "7"), run(folder, check, f"{URL}?fbclid=x")

    assert isinstance(given.exception, RefusedError)
    assert checked.return_value == RefusedError.exit_code
    assert checked.stdout.splitlines()[-1].endswith("may concern a minor (rule frozen address)")
    assert "PHAROS" in checked.stderr


def test_a_check_does_not_pass_over_a_workspace_that_does_not_open(folder: Path) -> None:
    """What was frozen cannot be known then: nothing is asked."""
    (folder / NOTE).write_text("{", encoding="utf-8")

    checked = run(folder, check, URL)

    assert isinstance(checked.exception, IntegrityError)
    assert not checked.stdout


def test_a_check_works_without_a_workspace(tmp_path: Path) -> None:
    """As before there was one."""
    checked = run(tmp_path / "none", check, "http://127.0.0.1/")

    assert checked.return_value == RefusedError.exit_code
    assert "refused" in checked.stdout
    assert not (tmp_path / "none").exists()

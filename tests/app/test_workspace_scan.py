"""A scan against the workspace: what may be shown is shown, what was cut goes on, nothing is lost or doubled."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

import workspaces
from rempart.app import workspace_scan
from rempart.app.intake import Skipped
from rempart.app.listing import asset_with_hits
from rempart.app.pile import walk as pile_walk
from rempart.app.rights import (
    accept_ground,
    contest_asset,
    dismiss_contest,
    grant_consent,
    revoke_consent,
    subject_of,
)
from rempart.app.workspace import Workspace, open_workspace
from rempart.app.workspace_scan import WorkspaceScan
from rempart.config import Settings
from rempart.errors import DatabaseAwayError, MisuseError, RefusedError
from rempart.model import Match
from rempart.model.asset import AssetProtection, AssetState, ConsentScope, Depicts, GroundKind, Right, Sensitivity
from rempart.register import Visibility

Made = tuple[Settings, Workspace]


def scan(
    settings: Settings, workspace: Workspace, pile: Path, *, resume: bool = False
) -> tuple[list[tuple[str, str]], list[str], WorkspaceScan]:
    """Run a scan; return its matches, its skipped labels and itself."""
    with WorkspaceScan(workspace, [pile], settings, resume=resume) as running:
        events = list(running.events())
        running.summary()
    matches = [(Path(e.suspect).name, running.label_of(e.asset)) for e in events if isinstance(e, Match)]
    return matches, [Path(e.label).name for e in events if isinstance(e, Skipped)], running


def test_copies_of_what_is_registered_are_found(made: Made, tmp_path: Path) -> None:
    """And kept as hits of their asset, with where they were seen."""
    settings, workspace = made
    assets = workspaces.register(settings, workspace, workspaces.pictures(tmp_path / "shoot", 3))
    pile = tmp_path / "pile"
    workspaces.pictures(pile, 6, first=2)

    matches, skipped, running = scan(settings, workspace, pile)

    assert sorted(matches) == [(f"picture-00{n}.png",) * 2 for n in (2, 3)]
    assert skipped == []
    assert (running.tally.scanned, running.tally.matched, running.tally.sealed) == (6, 2, 0)
    [hit] = asset_with_hits(workspace, assets[1]).hits
    assert hit.match.suspect == str(pile / "picture-002.png")
    assert asset_with_hits(workspace, assets[0]).count == 0


def test_without_assets_it_says_so(made: Made, tmp_path: Path) -> None:
    """An empty bank would match nothing, and look like good news."""
    settings, workspace = made
    workspaces.pictures(tmp_path / "pile", 1)

    with pytest.raises(MisuseError, match="nothing is looked for"):
        scan(settings, workspace, tmp_path / "pile")


@pytest.mark.parametrize("depicts, sensitivity", [("self", "intimate"), ("other", "premium"), ("other", "intimate")])
def test_sealed_hits_are_a_count(made: Made, tmp_path: Path, depicts: str, sensitivity: str) -> None:
    """Until somebody other than the registrant accepts the ground, for the hits that were there before too."""
    settings, workspace = made
    right = Right(depicts=Depicts(depicts), ground=GroundKind.MANDATE, adults_when_taken=True)
    paths = workspaces.pictures(tmp_path / "shoot", 1)
    [asset] = workspaces.register(settings, workspace, paths, right=right, sensitivity=Sensitivity(sensitivity))
    shutil.copytree(tmp_path / "shoot", tmp_path / "pile")

    matches, _, running = scan(settings, workspace, tmp_path / "pile")
    before = asset_with_hits(workspace, asset)
    with pytest.raises(RefusedError, match="cannot accept"):
        accept_ground(workspace, asset, "oscar")
    accept_ground(workspace, asset, "anne")
    after = asset_with_hits(workspace, asset)
    again, _, _ = scan(settings, workspace, tmp_path / "pile")

    assert matches == []
    assert (running.tally.matched, running.tally.sealed) == (1, 1)
    assert (before.line.visibility, before.count, before.hits) == (Visibility.SEALED, 1, ())
    assert (after.count, len(after.hits)) == (1, 1)
    assert len(again) == 1


def test_the_same_picture_under_another_owner_stays_sealed(made: Made, tmp_path: Path) -> None:
    """In the scan, in what is kept of it, and once the first is contested."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 1)
    [hers] = workspaces.register(settings, workspace, paths, sensitivity=Sensitivity.INTIMATE)
    [his] = workspaces.register(settings, workspace, paths, owner="mallory")

    matches, _, running = scan(settings, workspace, tmp_path / "shoot")
    contest_asset(workspace, hers)
    after, _, _ = scan(settings, workspace, tmp_path / "shoot")

    assert (matches, after, running.tally.sealed) == ([], [], 1)
    assert asset_with_hits(workspace, his).hits == ()
    accept_ground(workspace, his, "anne")
    assert len(asset_with_hits(workspace, his).hits) == 1


def test_a_second_person_sees_nothing_from_her_first_command_on(tmp_path: Path) -> None:
    """A workspace of one person is shared before she who comes sees anything."""
    settings, workspace = workspaces.make(tmp_path / "w", is_shared=False)
    paths = workspaces.pictures(tmp_path / "shoot", 1)
    workspaces.register(settings, workspace, paths, sensitivity=Sensitivity.INTIMATE)
    hers, _, _ = scan(settings, workspace, tmp_path / "shoot")
    workspace.database.close()
    other = workspaces.settings_for(tmp_path / "w", workspace__user="mallory")

    with open_workspace(other) as again:
        seen, _, running = scan(other, again, tmp_path / "shoot")

    assert len(hers) == 1
    assert (seen, running.tally.sealed) == ([], 1)


def test_a_plain_sealed_copy_is_not_told_by_its_absence(made: Made, tmp_path: Path) -> None:
    """It is said to be too plain, as its neighbours are."""
    from PIL import Image  # noqa: PLC0415 - for this test only

    settings, workspace = made
    (tmp_path / "pile").mkdir()
    for number in range(3):
        Image.new("RGB", (64, 64), (number, 0, 0)).save(tmp_path / "pile" / f"plain-{number}.png")
    workspaces.register(settings, workspace, [tmp_path / "pile" / "plain-1.png"], sensitivity=Sensitivity.INTIMATE)

    matches, skipped, running = scan(settings, workspace, tmp_path / "pile")

    assert (matches, running.tally.sealed) == ([], 1)
    assert skipped == [f"plain-{number}.png" for number in range(3)]


def test_what_was_registered_since_is_looked_for_in_all_of_the_pile(made: Made, tmp_path: Path) -> None:
    """A cut scan does not go on with another bank: it would miss copies in the part that is done."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 2)
    workspaces.register(settings, workspace, paths[:1])
    running = WorkspaceScan(workspace, paths, settings)
    with mock.patch.object(running, "_judge", side_effect=KeyboardInterrupt), running:
        events = running.events()
        with pytest.raises(KeyboardInterrupt):
            list(events)
    workspaces.register(settings, workspace, paths[1:])

    matches, _, resumed = scan(settings, workspace, tmp_path / "shoot", resume=True)

    assert not resumed.is_resumed
    assert len(matches) == 2


def test_an_objection_freezes_an_asset(made: Made, tmp_path: Path) -> None:
    """It is neither looked for nor shown, whatever was accepted; another person may answer the objection."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 2)
    one, _ = workspaces.register(settings, workspace, paths)
    accept_ground(workspace, one, "anne")
    scan(settings, workspace, tmp_path / "shoot")

    contest_asset(workspace, one)
    matches, _, _ = scan(settings, workspace, tmp_path / "shoot")
    frozen = asset_with_hits(workspace, one)
    with pytest.raises(RefusedError):
        dismiss_contest(workspace, one, "oscar")
    answered = dismiss_contest(workspace, one, "anne")

    assert matches == [("picture-002.png", "picture-002.png")]
    assert (frozen.line.visibility, frozen.count, frozen.hits) == (Visibility.FROZEN, 0, ())
    assert answered.state is AssetState.ACTIVE
    assert len(scan(settings, workspace, tmp_path / "shoot")[0]) == 2


def test_an_asset_frozen_in_mid_scan_is_not_shown(made: Made, tmp_path: Path) -> None:
    """The bank was loaded before; what is written and shown is decided after."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 1)
    [asset] = workspaces.register(settings, workspace, paths)

    running = WorkspaceScan(workspace, paths, settings)
    begin = running._begin

    def begin_then_object() -> None:
        begin()
        contest_asset(workspace, asset)

    with running, mock.patch.object(running, "_begin", begin_then_object):
        events = list(running.events())

    assert events == []
    assert asset_with_hits(workspace, asset).count == 0


def test_without_consent_nothing_is_looked_for(made: Made, tmp_path: Path) -> None:
    """Taken back for one asset, or for all; given again, it is looked for again."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 2)
    one, _ = workspaces.register(settings, workspace, paths)

    revoke_consent(workspace, subject_of(workspace, one), ConsentScope.MATCH)
    for_one = scan(settings, workspace, tmp_path / "shoot")[0]
    revoke_consent(workspace, subject_of(workspace, "nadia"), ConsentScope.MATCH)
    with pytest.raises(MisuseError, match="nothing is looked for"):
        scan(settings, workspace, tmp_path / "shoot")
    grant_consent(workspace, subject_of(workspace, "nadia"), ConsentScope.MATCH, "fr")
    grant_consent(workspace, subject_of(workspace, one), ConsentScope.MATCH, "fr")

    assert for_one == [("picture-002.png", "picture-002.png")]
    assert len(scan(settings, workspace, tmp_path / "shoot")[0]) == 2


def test_crops_of_a_detailed_asset_are_found(made: Made, tmp_path: Path) -> None:
    """Through its own key, in memory."""
    from PIL import Image  # noqa: PLC0415 - for this test only

    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 1, side=400)
    workspaces.register(settings, workspace, workspaces.pictures(tmp_path / "other", 1, first=9))
    grant_consent(workspace, subject_of(workspace, "nadia"), ConsentScope.DETAILED, "fr")
    workspaces.register(settings, workspace, paths, protection=AssetProtection.DETAILED)
    (tmp_path / "pile").mkdir()
    with Image.open(paths[0]) as picture:
        picture.crop((40, 40, 360, 360)).save(tmp_path / "pile" / "crop.png")

    assert scan(settings, workspace, tmp_path / "pile")[0] == [("crop.png", "picture-001.png")]


def cut_pile(folder: Path) -> Path:
    """Make a pile with all that a scan can meet."""
    pile = folder / "pile"
    workspaces.pictures(pile / "a", 6)
    (pile / "a" / "lycee.png").write_bytes(b"never opened")
    (pile / "b").mkdir()
    (pile / "b" / "text.txt").write_text("no picture")
    workspaces.pictures(pile / "c", 6)
    return pile


@pytest.mark.parametrize("cut_after", [1, 7, 12])
def test_a_cut_scan_goes_on_where_it_was(made: Made, tmp_path: Path, cut_after: int) -> None:
    """All of what a whole scan says, each once, and the finished part is not read again."""
    settings, workspace = made
    workspaces.register(settings, workspace, workspaces.pictures(tmp_path / "shoot", 4))
    pile = cut_pile(tmp_path)
    whole = scan(settings, workspace, pile)

    cut = WorkspaceScan(workspace, [pile], settings)
    judge, seen = cut._judge, list[object]()

    def judge_some(*arguments: object) -> None:
        if len(seen) == cut_after:
            raise DatabaseAwayError("cut")  # noqa: EM101 - stands for a power cut
        seen.append(arguments)
        judge(*arguments)  # type: ignore[arg-type]  # handed on

    with mock.patch.object(workspace_scan, "_STEP_ITEMS", 1), cut, mock.patch.object(cut, "_judge", judge_some):
        events = cut.events()
        with pytest.raises(DatabaseAwayError):
            list(events)
    with mock.patch.object(workspace_scan, "walk", side_effect=pile_walk) as walked:
        rest = scan(settings, workspace, pile, resume=True)

    assert sorted(rest[0]) == sorted(whole[0])
    assert sorted(rest[1]) == sorted(whole[1])
    kept = [replace(t.tally, seconds=0.0) for t in (rest[2], whole[2])]
    assert kept[0] == kept[1]
    assert rest[2].is_resumed
    assert walked.call_args.args[1] != ()
    assert rest[2]._answered < whole[2]._answered
    assert not scan(settings, workspace, pile, resume=True)[2].is_resumed


def test_a_database_that_goes_away_and_comes_back(made: Made, tmp_path: Path) -> None:
    """A step whose commit was answered by nothing is not written twice."""
    settings, workspace = made
    workspaces.register(settings, workspace, workspaces.pictures(tmp_path / "shoot", 3))
    write, failures = workspace.findings.record, iter([True, False])

    def unlucky(*arguments: object, **named: object) -> object:
        kept = write(*arguments, **named)  # type: ignore[arg-type]  # handed on
        return write(*arguments, **named) if next(failures, False) else kept  # type: ignore[arg-type]  # as above

    with mock.patch.object(workspace.findings, "record", unlucky):
        matches, _, running = scan(settings, workspace, tmp_path / "shoot")

    assert len(matches) == running.tally.matched == 3


def outputs_of(workspace: Workspace) -> Iterator[str]:
    """Yield what may be read without opening a sealed value: events, traces, jobs."""
    for event in workspace.journal.events():
        yield f"{event.kind} {event.subject} {event.actor} {dict(event.detail)}"
    for access in workspace.journal.accesses():
        yield f"{access.purpose} {access.subject} {access.actor}"
    for job in workspace.jobs.all():
        yield f"{job.kind} {job.key} {dict(job.payload)} {job.reason}"


def test_no_name_is_in_events_traces_or_jobs(made: Made, tmp_path: Path) -> None:
    """Identifiers and counts; each opening has left its line."""
    settings, workspace = made
    [asset] = workspaces.register(settings, workspace, workspaces.pictures(tmp_path / "shoot", 1))
    scan(settings, workspace, tmp_path / "shoot")
    asset_with_hits(workspace, asset)

    text = "\n".join(outputs_of(workspace))

    assert not [word for word in ("nadia", "oscar", "picture", str(tmp_path)) if word in text]
    assert {"scan", "show_hits"} <= {str(a.purpose) for a in workspace.journal.accesses()}
    assert all(a.at.tzinfo is dt.UTC or a.at.utcoffset() == dt.timedelta(0) for a in workspace.journal.accesses())

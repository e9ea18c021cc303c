"""Pictures are registered by right, once, within limits, and what is kept is what their protection says."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest

import workspaces
from rempart.app import registering
from rempart.app.checking import check, sweep
from rempart.app.detailed import with_places
from rempart.app.intake import Skipped
from rempart.app.registering import Duplicate, Registered, Registering, Wish
from rempart.app.rights import accept_ground, add_owner, grant_consent, revoke_consent, subject_of
from rempart.app.vault import path_of
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.detect import ORB_VERSION, TILE_VERSION
from rempart.errors import IntegrityError, RefusedError
from rempart.hazmat import Pool
from rempart.model.asset import AssetProtection, ConsentScope, Depicts, Right, Sensitivity
from rempart.model.work import EventKind

Made = tuple[Settings, Workspace]


@pytest.mark.parametrize(
    "right, sensitivity",
    [
        (Right(depicts=Depicts.SELF, ground=workspaces.HERS.ground), Sensitivity.PREMIUM),
        (Right(depicts=Depicts.SELF, adults_when_taken=True), Sensitivity.INTIMATE),
    ],
)
def test_without_the_right_nothing_is_read(made: Made, tmp_path: Path, right: Right, sensitivity: Sensitivity) -> None:
    """No age statement, or an intimate picture without a ground: no file is opened, no process is started."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 1)

    with (
        mock.patch.object(Pool, "run") as run,
        mock.patch.object(registering, "open_item") as opened,
        pytest.raises(RefusedError) as refused,
    ):
        workspaces.register(settings, workspace, paths, right=right, sensitivity=sensitivity)

    assert refused.value.exit_code == 6
    assert "3018" in refused.value.advice
    run.assert_not_called()
    opened.assert_not_called()
    assert workspace.assets.count() == 0


def test_hash_only_keeps_one_code_of_the_whole_frame(made: Made, tmp_path: Path) -> None:
    """And its digest; no key, no part, no original."""
    settings, workspace = made

    [asset] = workspaces.register(settings, workspace, workspaces.pictures(tmp_path / "shoot", 1))

    [entry] = workspace.bank.bank()
    assert [len(f.bits) for f in entry.fingerprints] == [32]
    assert entry.fingerprints[0].region is None
    assert entry.detailed_sealed is None
    assert workspace.assets.counts_of(asset) == (1, 0)
    assert list(workspace.keyring.items()) == []
    assert list(workspace.vault.rglob("*")) == []
    [event] = [e for e in workspace.journal.events() if e.kind is EventKind.ASSETS_ADDED]
    assert event.detail == {"count": 1, "protection": "hash_only"}


def test_a_picture_is_registered_once(made: Made, tmp_path: Path) -> None:
    """Whatever its name, and without being decoded again."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 2)
    (tmp_path / "shoot" / "twin.png").write_bytes(paths[0].read_bytes())
    owner = add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="en")
    wish = Wish(owner=owner, right=Right(), sensitivity=Sensitivity.PREMIUM, protection=AssetProtection.HASH_ONLY)

    with Registering(workspace, wish, [tmp_path / "shoot"], settings) as work:
        first = list(work.events())
    with (
        Registering(workspace, wish, [tmp_path / "shoot"], settings) as work,
        mock.patch.object(Pool, "_start", side_effect=AssertionError("decoded again")),
    ):
        second = list(work.events())

    assert sorted(type(e).__name__ for e in first) == ["Duplicate", "Registered", "Registered"]
    assert [type(e) for e in second] == [Duplicate] * 3
    known = {e.asset for e in first if isinstance(e, Registered)}
    assert {e.asset for e in second if isinstance(e, Duplicate)} == known


def test_what_was_cut_goes_on(made: Made, tmp_path: Path) -> None:
    """What was known at the interruption is written; the next command does the rest."""
    settings, workspace = made
    workspaces.pictures(tmp_path / "shoot", 8)
    owner = add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="en")
    wish = Wish(owner=owner, right=Right(), sensitivity=Sensitivity.PREMIUM, protection=AssetProtection.HASH_ONLY)

    with (
        Registering(workspace, wish, [tmp_path / "shoot"], settings) as work,
        mock.patch.object(work, "_judge", side_effect=[iter(()), KeyboardInterrupt]),
        pytest.raises(KeyboardInterrupt),
    ):
        list(work.events())
    with Registering(workspace, wish, [tmp_path / "shoot"], settings) as work:
        rest = list(work.events())

    assert workspace.assets.count(owner.id) == 8
    assert len(rest) == 8


def test_an_owner_nobody_checked_has_fifty_assets(made: Made, tmp_path: Path) -> None:
    """The rest is not opened, until somebody else accepts a ground of hers."""
    settings, workspace = made
    workspaces.pictures(tmp_path / "shoot", 53, side=64)
    owner = add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="en")
    wish = Wish(owner=owner, right=Right(), sensitivity=Sensitivity.PREMIUM, protection=AssetProtection.HASH_ONLY)
    with Registering(workspace, wish, [tmp_path / "shoot"], settings) as work:
        first = [e for e in work.events() if isinstance(e, Registered)]
        refusal = work.refusal()
    accept_ground(workspace, first[0].asset, "anne")
    with Registering(workspace, wish, [tmp_path / "shoot"], settings) as work:
        second = [e for e in work.events() if isinstance(e, Registered)]
        no_refusal = work.refusal()

    assert len(first) == 50
    assert refusal is not None
    assert refusal.exit_code == 6
    assert len(second) == 3
    assert no_refusal is None


def test_two_commands_at_once_do_not_pass_the_limit(made: Made, tmp_path: Path) -> None:
    """The other one wrote after this one had counted: what is too much is not kept, and its key is gone."""
    settings, workspace = made
    workspaces.pictures(tmp_path / "shoot", 40, side=64)
    workspaces.pictures(tmp_path / "more", 40, first=100, side=64)
    owner = add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="en")
    wish = Wish(owner=owner, right=Right(), sensitivity=Sensitivity.PREMIUM, protection=AssetProtection.VAULT)
    late = Registering(workspace, wish, [tmp_path / "more"], settings)

    with Registering(workspace, wish, [tmp_path / "shoot"], settings) as work:
        first = [e for e in work.events() if isinstance(e, Registered)]
    with late:
        second = [e for e in late.events() if isinstance(e, Registered)]

    assert (len(first), len(second)) == (40, 10)
    assert late.refusal() is not None
    assert workspace.assets.count(owner.id) == 50
    assert len(list(workspace.keyring.items())) == len(list(workspace.vault.rglob("*.sealed"))) == 50


def test_codes_of_parts_need_their_own_consent(made: Made, tmp_path: Path) -> None:
    """They are sealed under a key of the asset, and are gone with the consent."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 1)
    add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="en")
    with pytest.raises(RefusedError, match="has not allowed"):
        workspaces.register(settings, workspace, paths, protection=AssetProtection.DETAILED)
    grant_consent(workspace, subject_of(workspace, "nadia"), ConsentScope.DETAILED, "fr")

    [asset] = workspaces.register(settings, workspace, paths, protection=AssetProtection.DETAILED)

    [entry] = with_places(workspace.bank.bank(), workspace.keyring)
    assert len(entry.fingerprints) == 1
    assert [(places.version, len(places) > 0) for places in entry.places] == [(TILE_VERSION, True)]
    assert list(workspace.keyring.items()) == [asset]
    revoke_consent(workspace, subject_of(workspace, "nadia"), ConsentScope.DETAILED)
    [after] = with_places(workspace.bank.bank(), workspace.keyring)
    assert (len(after.fingerprints), after.places) == (1, ())
    assert list(workspace.keyring.items()) == []
    assert workspace.assets.get(asset).protection is AssetProtection.HASH_ONLY
    with pytest.raises(IntegrityError):
        workspace.keyring.item_box(asset)


def test_a_consent_taken_back_meanwhile_counts(made: Made, tmp_path: Path) -> None:
    """The codes of parts were computed, and are not written; no key is left."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 2)
    owner = add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="en")
    grant_consent(workspace, subject_of(workspace, "nadia"), ConsentScope.DETAILED, "fr")
    wish = Wish(owner=owner, right=Right(), sensitivity=Sensitivity.PREMIUM, protection=AssetProtection.DETAILED)
    work = Registering(workspace, wish, paths, settings)
    revoke_consent(workspace, subject_of(workspace, "nadia"), ConsentScope.DETAILED)

    with work:
        added = [e.asset for e in work.events() if isinstance(e, Registered)]
    sweep(workspace)

    assert [workspace.assets.counts_of(asset) for asset in added] == [(1, 0)] * 2
    assert {workspace.assets.get(asset).protection for asset in added} == {AssetProtection.HASH_ONLY}
    assert list(workspace.keyring.items()) == []


def test_a_known_picture_becomes_intimate(made: Made, tmp_path: Path) -> None:
    """And says what it does not become."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 1)
    [asset] = workspaces.register(settings, workspace, paths)
    owner = workspace.owners.get("nadia")
    wish = Wish(owner=owner, right=Right(), sensitivity=Sensitivity.INTIMATE, protection=AssetProtection.VAULT)

    with Registering(workspace, wish, paths, settings) as work:
        [event] = work.events()

    assert isinstance(event, Duplicate)
    assert "intimate from now on" in event.remark
    assert "its protection stays hash_only" in event.remark
    assert workspace.assets.get(asset).sensitivity is Sensitivity.INTIMATE


def test_a_vault_keeps_sealed_points_whatever_she_says_of_parts(made: Made, tmp_path: Path) -> None:
    """Who has the original needs no consent to less; the points say nothing to whoever has the database."""
    settings, workspace = made

    [asset] = workspaces.register(
        settings, workspace, workspaces.pictures(tmp_path / "shoot", 1), protection=AssetProtection.VAULT
    )

    [sealed] = workspace.bank.bank()
    [entry] = with_places(iter([sealed]), workspace.keyring)
    [points] = entry.places
    assert (points.version, len(points) > 50) == (ORB_VERSION, True)
    assert sealed.detailed_sealed is not None
    assert points.codes[:32] not in sealed.detailed_sealed
    assert list(check(workspace)) == []
    assert workspace.assets.get(asset).protection is AssetProtection.VAULT


def test_a_vault_keeps_the_original_encrypted(made: Made, tmp_path: Path) -> None:
    """Nothing of the file is readable in it, and its own key opens it."""
    settings, workspace = made
    [path] = workspaces.pictures(tmp_path / "shoot", 1)

    [asset] = workspaces.register(settings, workspace, [path], protection=AssetProtection.VAULT)

    sealed = path_of(workspace, asset)
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes()[:64] not in sealed.read_bytes()
    out = tmp_path / "out.png"
    with sealed.open("rb") as reader, out.open("wb") as writer:
        workspace.keyring.item_box(asset).unseal_stream(reader, writer, context="asset.original")
    assert out.read_bytes() == path.read_bytes()


def test_a_name_that_may_concern_a_minor_is_stopped(made: Made, tmp_path: Path) -> None:
    """Before it is read, as everywhere."""
    settings, workspace = made
    [path] = workspaces.pictures(tmp_path / "shoot", 1)
    stopped = path.rename(tmp_path / "shoot" / "lycee.png")
    owner = add_owner(workspace, "nadia", contact="", right=workspaces.HERS, language="en")
    wish = Wish(owner=owner, right=Right(), sensitivity=Sensitivity.PREMIUM, protection=AssetProtection.HASH_ONLY)

    with (
        Registering(workspace, wish, [stopped], settings) as work,
        mock.patch.object(registering, "open_item") as opened,
    ):
        [event] = work.events()

    assert isinstance(event, Skipped)
    assert event.outcome_word() == "stopped"
    opened.assert_not_called()

"""Counts of codes without any code, and codes that are damaged, weak or kept twice."""

from __future__ import annotations

from pathlib import Path

import pytest

import workspaces
from feeds import code, jsonl, listed, removal
from rempart.app.exchange import FeedImport, ImportWish, suspend
from rempart.app.exchange_checks import bank_stats, check_bank
from rempart.app.rights import grant_consent, subject_of
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import IntegrityError
from rempart.model.asset import ConsentScope
from rempart.model.exchange import FaultReason, Label

Made = tuple[Settings, Workspace]


def take(workspace: Workspace, content: str, partner: str) -> None:
    """Take a file of a partner, who is added if it is new."""
    path = workspace.folder.parent / "feed"
    path.write_text(content)
    wish = ImportWish(partner=partner, is_new=workspace.partners.find(partner) is None)
    assert list(FeedImport(workspace, path, wish).events()) == []


def test_an_empty_workspace_has_nothing(made: Made) -> None:
    """Nor a key to sign with."""
    _, workspace = made
    stats, found = bank_stats(workspace), check_bank(workspace)

    assert (stats.own, stats.compared, stats.partners, stats.public_key) == (0, 0, (), "")
    assert (found.own, found.imported, found.faults) == (0, 0, ())


def test_counts_by_source_partner_and_label(made: Made, tmp_path: Path) -> None:
    """With what may act, what is disputed, suspended or removed."""
    settings, workspace = made
    assets = workspaces.register(settings, workspace, workspaces.pictures(tmp_path / "shoot", 2))
    grant_consent(workspace, subject_of(workspace, assets[0]), ConsentScope.EXCHANGE, "fr")
    take(workspace, jsonl(*(listed(code(n)) for n in range(4)), listed(code(4), "self_declared")), "Ada")
    take(workspace, jsonl(listed(code(0))), "Bo")
    take(workspace, jsonl(removal(code(0), "contested"), removal(code(9))), "Bo")
    suspend(workspace, code(3), "Anne")

    stats = bank_stats(workspace)

    assert (stats.own, stats.own_allowed) == (2, 1)
    assert (stats.imported.codes, stats.imported.suspended, stats.imported.contests) == (5, 1, 1)
    assert (stats.compared, stats.may_act, stats.conflicting) == (4, 2, 1)
    [(ada, first), (bo, second)] = stats.partners
    assert (ada, first.labels) == ("Ada", {Label.REVIEWED: 4, Label.SELF_DECLARED: 1})
    assert (bo, second.labels, second.removed) == ("Bo", {Label.CONTESTED: 1}, 1)
    assert stats.public_key.startswith("ed25519:")


def test_weak_double_and_damaged_codes_are_found(made: Made, tmp_path: Path) -> None:
    """Each counted or told; one that is both an asset's and a partner's is no fault."""
    settings, workspace = made
    paths = workspaces.pictures(tmp_path / "shoot", 1)
    for owner in ("nadia", "zoe"):
        workspaces.register(settings, workspace, paths, owner=owner)
    bits = next(workspace.outgoing.codes()).bits
    take(workspace, jsonl(listed(bits), listed(code(1)), listed(code(2))), "Ada")
    names = {b: n for n, b, _, _ in workspace.imported.codes()}
    change = "UPDATE imported_code SET bits = %s WHERE id = %s"
    workspace.database.execute(change, (bytes(32), names[code(1)]))
    workspace.database.execute(change, (bytes(7), names[code(2)]))

    found = check_bank(workspace)

    assert (found.own, found.imported, found.duplicates, found.shared) == (2, 3, 1, 1)
    assert found.weak[FaultReason.NEAR_CONSTANT] == 2
    assert len(found.faults) == 3
    assert f"the code of {names[code(2)]} has 7 bytes" in found.faults


def test_a_partner_s_lost_key_is_told(made: Made) -> None:
    """Without it, what it removed could come back: nothing more is taken from it."""
    _, workspace = made
    take(workspace, jsonl(listed(code(0))), "Ada")
    partner = workspace.partners.get("Ada").id
    workspace.keyring.destroy_item_key(partner)

    assert [partner in fault for fault in check_bank(workspace).faults] == [True]
    with pytest.raises(IntegrityError):
        take(workspace, jsonl(listed(code(1))), "Ada")

"""Who sees what was found: a table of every case, and the lines that hold whatever else is true."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from one_asset import ANNE, OSCAR, asset
from rempart.model.asset import Asset, AssetState, Depicts, GroundKind, Sensitivity
from rempart.model.ids import AssetId, OwnerId
from rempart.register import Visibility, visibility, visible_among


@pytest.mark.parametrize(
    "made, is_shared, expected",
    [
        (asset(), True, Visibility.OPEN),
        (asset(depicts=Depicts.NOBODY), True, Visibility.OPEN),
        (asset(Sensitivity.INTIMATE), True, Visibility.SEALED),
        (asset(Sensitivity.INTIMATE), False, Visibility.OPEN),
        (asset(Sensitivity.INTIMATE, accepted_by=ANNE), True, Visibility.OPEN),
        (asset(Sensitivity.INTIMATE, accepted_by=OSCAR), True, Visibility.SEALED),
        (asset(Sensitivity.INTIMATE, ground_accepted_by=ANNE), True, Visibility.SEALED),
        (asset(depicts=Depicts.OTHER), True, Visibility.SEALED),
        (asset(depicts=Depicts.OTHER), False, Visibility.SEALED),
        (asset(depicts=Depicts.OTHER, accepted_by=ANNE), False, Visibility.OPEN),
        (asset(depicts=None), True, Visibility.SEALED),
        (asset(ground=None), True, Visibility.SEALED),
        (asset(accepted_by=ANNE, state=AssetState.CONTESTED), True, Visibility.FROZEN),
        (asset(accepted_by=ANNE, state=AssetState.WITHDRAWN), False, Visibility.FROZEN),
    ],
)
def test_cases(made: Asset, is_shared: bool, expected: Visibility) -> None:  # noqa: FBT001 - a table
    """Each as the design has it."""
    assert visibility(made, is_shared=is_shared) is expected


def test_nothing_but_another_person_opens_an_intimate_asset_where_several_work() -> None:
    """Whoever is shown, by whatever right, and whatever was accepted for the owner."""
    for depicts, ground, owner_level in itertools.product(Depicts, [*GroundKind, None], [None, ANNE]):
        made = asset(Sensitivity.INTIMATE, depicts, ground, ground_accepted_by=owner_level)

        assert visibility(made, is_shared=True) is Visibility.SEALED


def test_the_same_picture_registered_twice_is_sealed_twice() -> None:
    """By somebody who wants to know where she appears: open by itself, sealed beside hers, whoever was first."""
    hers = replace(asset(Sensitivity.INTIMATE), id=AssetId("ast_hers"))
    frozen = replace(asset(state=AssetState.CONTESTED), id=AssetId("ast_frozen"))
    his = replace(asset(), id=AssetId("ast_his"), owner=OwnerId("own_his"))
    accepted = replace(asset(accepted_by=ANNE), id=AssetId("ast_accepted"))

    assert visible_among([his], is_shared=True) == {his.id}
    assert visible_among([his, hers], is_shared=True) == set()
    assert visible_among([his, frozen], is_shared=True) == set()
    assert visible_among([his, hers, accepted], is_shared=True) == {accepted.id}
    assert visible_among([], is_shared=True) == set()

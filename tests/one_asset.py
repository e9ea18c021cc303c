"""Assets as tests need them, made in one line."""

from __future__ import annotations

import datetime as dt

from rempart.model.asset import (
    Asset,
    AssetProtection,
    AssetState,
    Depicts,
    Ground,
    GroundKind,
    Right,
    Sensitivity,
)
from rempart.model.ids import AssetId, GroundId, OwnerId, UserId
from rempart.model.media import MediaKind

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
OSCAR, ANNE = UserId("usr_oscar"), UserId("usr_anne")


def asset(
    sensitivity: Sensitivity = Sensitivity.PREMIUM,
    depicts: Depicts | None = Depicts.SELF,
    ground: GroundKind | None = GroundKind.OWN_WORK,
    accepted_by: UserId | None = None,
    ground_accepted_by: UserId | None = None,
    state: AssetState = AssetState.ACTIVE,
) -> Asset:
    """Make an asset that Oscar registered."""
    right = Right(depicts=depicts, ground=ground, adults_when_taken=True)
    return Asset(
        id=AssetId("ast_1"),
        owner=OwnerId("own_1"),
        kind=MediaKind.IMAGE,
        state=state,
        sensitivity=sensitivity,
        protection=AssetProtection.HASH_ONLY,
        ground=Ground(
            id=GroundId("grd_1"), right=right, stated_by=OSCAR, stated_at=NOW, accepted_by=ground_accepted_by
        ),
        ground_accepted_by=accepted_by,
        registered_by=OSCAR,
        registered_at=NOW,
        label="a.jpg",
    )

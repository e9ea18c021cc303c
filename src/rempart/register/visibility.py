"""Who sees what was found: the one function by which every door and every export decides (DESIGN §2.4).

The matcher is also a stalker's tool: whoever registers *her* pictures would learn where she appears. So a hit on an
intimate asset, or on one that shows somebody else than its owner, is a number without an address until a named person
other than the registrant has accepted the ground.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from rempart.model.asset import Asset, AssetState, Depicts, Sensitivity
from rempart.model.ids import AssetId


class Visibility(StrEnum):
    """What may be shown of an asset's hits."""

    OPEN = "open"
    """Where and when."""
    SEALED = "sealed"
    """A count: the ground waits for somebody to accept it."""
    FROZEN = "frozen"
    """Nothing: somebody shown objected, or it was withdrawn."""


def visibility(asset: Asset, *, is_shared: bool) -> Visibility:
    """Decide what may be shown of an asset's hits.

    1. Frozen or withdrawn: nothing, whoever accepted what.
    2. Its own ground was accepted, by somebody else than who registered it or stated the ground: everything.
    3. In a workspace of one person, of pictures that show her or nobody: everything; there is nobody to hide it from.
    4. Intimate, or showing somebody else, or nobody said whom, or by no stated right: a count.
    5. Anything else, such as a creator's premium pictures of herself: everything.

    Args:
        asset: Which.
        is_shared: Whether more than one person works in this workspace.
    """
    if asset.state is not AssetState.ACTIVE:  # (1)
        return Visibility.FROZEN
    if is_accepted(asset):  # (2)
        return Visibility.OPEN
    right = asset.ground.right
    shows_others = right.depicts not in {Depicts.SELF, Depicts.NOBODY}
    if not is_shared and not shows_others:  # (3)
        return Visibility.OPEN
    if asset.sensitivity is Sensitivity.INTIMATE or shows_others or right.ground is None:  # (4)
        return Visibility.SEALED
    return Visibility.OPEN  # (5)


def visible_among(assets: Iterable[Asset], *, is_shared: bool) -> set[AssetId]:
    """Decide of which assets one sighting may be shown, among all that it resembles.

    The same picture may be registered twice: sealed by the person shown, and open by somebody who wants to know where
    she appears. So where one of the assets is sealed or frozen, only an asset whose own ground was accepted shows it.

    Args:
        assets: Every asset that the sighting resembles.
        is_shared: Whether more than one person works in this workspace.
    """
    known = list(assets)
    shown = {a.id for a in known if visibility(a, is_shared=is_shared) is Visibility.OPEN}
    if len(shown) < len(known):
        shown &= {a.id for a in known if is_accepted(a)}
    return shown


def is_accepted(asset: Asset) -> bool:
    """Tell whether somebody else than its registrant, and than who stated its ground, accepted it."""
    return asset.ground_accepted_by is not None and asset.ground_accepted_by not in {
        asset.registered_by,
        asset.ground.stated_by,
    }

"""Decoys: an asset and the channel that received it."""

from __future__ import annotations

from registered import NOW, Registered
from rempart.store import Database, DecoyRepository


def test_the_channel_is_named(database: Database) -> None:
    """Of a decoy, and of nothing else."""
    here = Registered(database)
    first, second = here.registration(label="a"), here.registration(label="b")
    here.assets.add([first, second])
    decoys = DecoyRepository(database, here.sealer)

    made = decoys.add(first.asset.id, "partner X", "the second teaser", by=here.user.id, now=NOW)

    assert decoys.among([first.asset.id, second.asset.id]) == {first.asset.id: made}
    assert decoys.all() == [made]
    assert (made.given_to, made.note) == ("partner X", "the second teaser")


def test_it_goes_with_its_asset(database: Database) -> None:
    """When it is withdrawn."""
    here = Registered(database)
    registration = here.registration()
    here.assets.add([registration])
    decoys = DecoyRepository(database, here.sealer)
    decoys.add(registration.asset.id, "partner X", "", by=here.user.id, now=NOW)

    here.assets.withdraw([registration.asset.id], NOW)

    assert decoys.all() == []

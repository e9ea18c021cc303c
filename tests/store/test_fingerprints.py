"""The bank as it is stored: what its owner allows to look for, and nothing else."""

from __future__ import annotations

import pytest

from registered import NOW, Registered
from rempart.model.asset import AssetState, ConsentScope
from rempart.model.ids import AssetId
from rempart.store import Database, FingerprintRepository


@pytest.fixture
def here(database: Database) -> Registered:
    """Return repositories on a database with a user and an owner."""
    return Registered(database)


def looked_for(here: Registered) -> list[AssetId]:
    return [entry.asset for entry in FingerprintRepository(here.database).bank()]


def test_an_entry_is_what_was_registered(here: Registered) -> None:
    """The digest, the code, the sealed parts."""
    with_detail, plain = here.registration(detail=b"sealed parts"), here.registration()
    here.assets.add([with_detail, plain])
    here.allow()

    entries = {e.asset: e for e in FingerprintRepository(here.database).bank()}

    for registration in (with_detail, plain):
        entry = entries.pop(registration.asset.id)
        assert (entry.digest, entry.fingerprints) == (registration.digest, registration.fingerprints)
        assert entry.detailed_sealed == registration.detailed_sealed
    assert entries == {}


def test_nothing_without_consent(here: Registered) -> None:
    """Registering is not allowing, and another consent is another one."""
    here.add(2)
    here.allow(ConsentScope.DETAILED)

    assert looked_for(here) == []


def test_withdrawn_are_not_looked_for(here: Registered) -> None:
    """From the next question on; frozen ones are compared, to seal what else the same picture is registered as."""
    frozen, withdrawn, active = here.add(3)
    here.allow()
    here.assets.set_state(frozen, AssetState.CONTESTED)
    here.assets.withdraw([withdrawn], NOW)

    assert looked_for(here) == sorted([frozen, active])


def test_the_word_about_one_asset_counts_before_the_one_about_all(here: Registered) -> None:
    """In both directions."""
    refused, plain, allowed = here.add(3)
    here.allow()
    here.consents.revoke(ConsentScope.MATCH, owner=here.owner.id, asset=refused, by=here.user.id, now=NOW)
    here.allow(asset=allowed)

    assert set(looked_for(here)) == {plain, allowed}
    here.consents.revoke(ConsentScope.MATCH, owner=here.owner.id, asset=None, by=here.user.id, now=NOW)
    assert looked_for(here) == [allowed]
    here.allow(asset=refused)
    assert set(looked_for(here)) == {refused, allowed}
    for asset in (refused, plain, allowed):
        assert here.consents.holds(ConsentScope.MATCH, here.owner.id, asset) == (asset != plain)


def test_another_owners_word_does_not_count(here: Registered) -> None:
    """Not even in a row that got into the ledger by other ways."""
    [asset] = here.add(1)
    other = here.add_owner("sonia")
    here.consents.grant(
        ConsentScope.MATCH, owner=other.id, asset=None, text_version="1", text="…", by=here.user.id, now=NOW
    )
    here.database.execute("UPDATE consent SET asset_id = %s", (asset,))

    assert looked_for(here) == []


def test_pages(here: Registered, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each entry once, in order of identifier, whatever the page ends with."""
    monkeypatch.setattr("rempart.store.fingerprints._PAGE", 50)
    added = here.add(150)
    here.allow()

    assert looked_for(here) == sorted(added)


def test_a_large_bank(here: Registered) -> None:
    """Of 25,000: several pages as they are."""
    here.add(1)
    here.allow()
    padded, digest = (
        ("printf('%%032d', n.i)", "randomblob(32)")
        if here.database.vendor == "sqlite"
        else ("lpad(n.i::text, 32, '0')", "sha256(n.i::text::bytea)")
    )
    same = "owner_id, kind, state, sensitivity, protection, ground_id, registered_by_id, registered_at"
    here.database.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "  # noqa: S608 - constants
        f"INSERT INTO asset (id, digest, {same}) SELECT 'ast_' || {padded}, {digest}, {same} FROM n, asset",
        (24_999,),
    )
    codes = "signal_type, version, bits, quality"
    here.database.execute(
        f"INSERT INTO fingerprint (asset_id, number, {codes}) SELECT id, 0, {codes} "  # noqa: S608 - constants
        "FROM asset, fingerprint WHERE id <> asset_id"
    )

    found = list(FingerprintRepository(here.database).bank())

    assert len(found) == 25_000
    assert [e.asset for e in found] == sorted({e.asset for e in found})
    assert all(len(e.fingerprints) == 1 for e in found)


def test_too_small_to_have_a_code(here: Registered) -> None:
    """It is recognised by its bytes."""
    registration = here.registration()
    here.assets.add([registration])
    here.database.execute("DELETE FROM fingerprint")
    here.allow()

    [entry] = FingerprintRepository(here.database).bank()

    assert (entry.fingerprints, entry.digest) == ((), registration.digest)

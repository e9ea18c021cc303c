"""The ledger of consents: what was allowed, with its text; what was taken back; nothing ever removed."""

from __future__ import annotations

import datetime as dt

import pytest

from registered import NOW, Registered
from rempart.errors import MisuseError
from rempart.model.asset import Consent, ConsentScope
from rempart.model.ids import AssetId, ConsentId, OwnerId
from rempart.store import Database

LATER = NOW + dt.timedelta(days=1)
MATCH = ConsentScope.MATCH


@pytest.fixture
def here(database: Database) -> Registered:
    """Return repositories on a database with a user and an owner."""
    return Registered(database)


def revoke(here: Registered, asset: AssetId | None = None, now: dt.datetime = LATER) -> Consent:
    return here.consents.revoke(MATCH, owner=here.owner.id, asset=asset, by=here.user.id, now=now)


def test_a_consent_keeps_the_text_that_was_shown(here: Registered) -> None:
    """Given again while it holds, it is the first one."""
    here.allow()
    here.consents.grant(
        MATCH, owner=here.owner.id, asset=None, text_version="match/2/en", text="other", by=here.user.id, now=LATER
    )

    [consent] = here.consents.of(here.owner.id)

    assert (consent.text_version, consent.text, consent.given_at) == ("match/1/fr", "…", NOW)
    assert consent.withdrawn_at is None
    assert here.consents.holds(MATCH, here.owner.id)


def test_history_is_kept(here: Registered) -> None:
    """Given, taken back, given again: two rows."""
    here.allow()
    taken = revoke(here)
    assert not here.consents.holds(MATCH, here.owner.id)
    here.allow()

    rows = here.consents.of(here.owner.id)

    assert taken.withdrawn_at == LATER
    assert sorted([row.withdrawn_at for row in rows], key=str) == [LATER, None]
    assert here.consents.holds(MATCH, here.owner.id)


def test_taking_back_twice_is_told(here: Registered) -> None:
    """With the date of the first time; and what was never given, too."""
    with pytest.raises(MisuseError, match="was never given"):
        revoke(here)
    here.allow()
    revoke(here)

    with pytest.raises(MisuseError, match="withdrawn already, on 2026-11-22 at 12:00 UTC"):
        revoke(here)


def test_refusing_one_asset_leaves_the_others(here: Registered) -> None:
    """Her word about all is noted as refused for that one; twice is told."""
    one, other = here.add(2)
    here.allow()

    row = revoke(here, one)

    assert (row.asset, row.given_at, row.withdrawn_at) == (one, NOW, LATER)
    assert not here.consents.holds(MATCH, here.owner.id, one)
    assert here.consents.holds(MATCH, here.owner.id, other)
    assert here.consents.holds(MATCH, here.owner.id)
    with pytest.raises(MisuseError, match="withdrawn already"):
        revoke(here, one)


def test_nothing_holds_after_it_was_taken_back(here: Registered) -> None:
    """Two rows that hold, as two commands at once could have written: both end."""
    here.allow()
    columns = "owner_id, asset_id, scope, text_version, text, given_at, recorded_by_id, withdrawn_at"
    twin = ConsentId("cns_" + "f" * 32)
    here.database.execute(
        f"INSERT INTO consent (id, {columns}) SELECT '{twin}', {columns} FROM consent"  # noqa: S608 - constants
    )

    revoke(here)

    assert not here.consents.holds(MATCH, here.owner.id)
    assert all(row.withdrawn_at == LATER for row in here.consents.of(here.owner.id))


def test_nobody_allows_for_another_owner(here: Registered) -> None:
    """Neither gives nor takes back."""
    [asset] = here.add(1)
    other = here.add_owner("sonia")

    for change in (here.consents.revoke, _grant(here)):
        with pytest.raises(MisuseError, match="is not of the owner"):
            change(MATCH, owner=OwnerId(other.id), asset=asset, by=here.user.id, now=NOW)

    assert here.consents.of(other.id) == []


def _grant(here: Registered):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a partial call
    def grant(scope: ConsentScope, **rest: object) -> Consent:
        return here.consents.grant(scope, text_version="1", text="…", **rest)  # type: ignore[arg-type]  # as above

    return grant

"""What leaves: only with a consent that holds now, and what was given is remembered without whose it was."""

from __future__ import annotations

import datetime as dt

import pytest

from feeds import code
from registered import NOW, Registered
from rempart.model.asset import AssetState, ConsentScope
from rempart.model.exchange import Label, digest_of
from rempart.model.ids import AssetId, IdKind, PartnerId, new_id
from rempart.store import Database, OutgoingRepository, PartnerRepository, partner_counts
from rempart.store.models import SentRow

EXCHANGE = ConsentScope.EXCHANGE


class Here:
    """A database with assets, and a partner."""

    def __init__(self, database: Database) -> None:
        """Add the partner."""
        self.registered = Registered(database)
        self.outgoing = OutgoingRepository(database, self.registered.sealer)
        partners = PartnerRepository(database, self.registered.sealer)
        by = self.registered.user.id
        self.partner = partners.add(PartnerId(new_id(IdKind.PARTNER)), "Ada", public_key=None, by=by, now=NOW).id

    def allowed(self) -> set[AssetId]:
        """Return the assets whose code may leave."""
        return {c.asset for c in self.outgoing.codes() if c.is_allowed}


@pytest.fixture
def here(database: Database) -> Here:
    """Return a database with a partner."""
    return Here(database)


def revoke(here: Here, asset: AssetId | None) -> None:
    """Take the consent back."""
    registered = here.registered
    owner, later = registered.owner.id, NOW + dt.timedelta(days=1)
    registered.consents.revoke(EXCHANGE, owner=owner, asset=asset, by=registered.user.id, now=later)


def test_only_with_a_consent_of_this_scope(here: Here) -> None:
    """That to be looked for is another; a word about one asset counts before the one about all."""
    first, second = here.registered.add(2)
    here.registered.allow(ConsentScope.MATCH)
    assert here.allowed() == set()

    here.registered.allow(EXCHANGE, asset=first)
    assert here.allowed() == {first}
    here.registered.allow(EXCHANGE)
    assert here.allowed() == {first, second}
    revoke(here, first)
    assert here.allowed() == {second}
    revoke(here, None)

    assert here.allowed() == set()
    assert len(list(here.outgoing.codes())) == 2


def test_another_owner_s_consent_is_not_hers(here: Here) -> None:
    """One owner's word never frees another's picture."""
    other = here.registered.add_owner("zoe")
    [hers] = here.registered.add(1, other)
    here.registered.add(1)
    here.registered.allow(EXCHANGE, owner=other)

    assert here.allowed() == {hers}


def test_a_withdrawn_asset_is_not_there(here: Here) -> None:
    """A frozen one is: its code must be recognised to be taken back."""
    gone, frozen = here.registered.add(2)
    here.registered.assets.withdraw([gone], NOW)
    here.registered.assets.set_state(frozen, AssetState.CONTESTED)

    assert [c.asset for c in here.outgoing.codes()] == [frozen]


def test_pages_leave_none_out(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order of identifier."""
    monkeypatch.setattr("rempart.store.outgoing._PAGE", 3)
    added = here.registered.add(10)

    assert [c.asset for c in here.outgoing.codes()] == sorted(added)


def test_what_was_given_is_remembered_sealed(here: Here) -> None:
    """New codes and changed labels; the code's digest is nowhere in the clear."""
    digests = [digest_of(code(n)) for n in range(3)]
    here.outgoing.note_sent(here.partner, dict.fromkeys(digests[:2], Label.REVIEWED))
    here.outgoing.note_sent(here.partner, {digests[0]: Label.WITHDRAWN, digests[2]: Label.SELF_DECLARED})

    assert here.outgoing.sent(here.partner) == {
        digests[0]: Label.WITHDRAWN,
        digests[1]: Label.REVIEWED,
        digests[2]: Label.SELF_DECLARED,
    }
    assert not any(d in bytes(row.digest_sealed) for row in SentRow.objects.all() for d in digests)
    [counts] = partner_counts(here.registered.database, [here.partner])
    assert counts.sent == {Label.WITHDRAWN: 1, Label.REVIEWED: 1, Label.SELF_DECLARED: 1}

"""Partners: known by name whatever its case, one of each name, and only the newest of their files counts."""

from __future__ import annotations

import pytest

from registered import NOW, Registered
from rempart.errors import MisuseError, NotFoundError
from rempart.model.exchange import Partner
from rempart.model.ids import IdKind, PartnerId, new_id
from rempart.store import Database, PartnerRepository


@pytest.fixture
def here(database: Database) -> Registered:
    """Return repositories on a database with a user."""
    return Registered(database)


def add(here: Registered, name: str = "Point de Contact") -> tuple[PartnerRepository, Partner]:
    """Add a partner."""
    partners = PartnerRepository(here.database, here.sealer)
    partner = PartnerId(new_id(IdKind.PARTNER))
    return partners, partners.add(partner, name, public_key=None, by=here.user.id, now=NOW)


def test_a_name_is_found_whatever_its_case(here: Registered) -> None:
    """As by its identifier; a slip finds nobody."""
    partners, partner = add(here)

    assert partners.get("POINT DE CONTACT") == partners.get(partner.id) == partner
    assert partners.find("Point de Contacts") is None
    with pytest.raises(NotFoundError, match="there is no partner 'Point'"):
        partners.get("Point")
    with pytest.raises(NotFoundError):
        partners.get("ptn_" + "0" * 32)


def test_a_name_is_there_once(here: Registered) -> None:
    """A second one would forget what the first removed."""
    partners, _ = add(here)

    with pytest.raises(MisuseError, match="already"):
        add(here, "point de contact")

    assert len(partners.all()) == 1


def test_an_older_file_does_not_count_back(here: Registered) -> None:
    """Two imports at once leave the newer number."""
    partners, partner = add(here)

    partners.note_received(partner.id, 5)
    partners.note_received(partner.id, 3)
    partners.note_sent(partner.id, 2)

    found = partners.get(partner.id)
    assert (found.received, found.sent) == (5, 2)


def test_another_key_begins_another_count(here: Registered) -> None:
    """And another name of the recipient; the same key again changes neither."""
    partners, partner = add(here)
    assert partner.recipient is None
    partners.pin_key(partner.id, bytes(32), "Us")
    partners.note_received(partner.id, 5)

    partners.pin_key(partner.id, bytes(32), "Them")
    found = partners.get(partner.id)
    assert (found.received, found.recipient) == (5, "Us")
    partners.pin_key(partner.id, bytes([1]) * 32, "Them")

    found = partners.get(partner.id)
    assert (found.public_key, found.received, found.recipient) == (bytes([1]) * 32, 0, "Them")


def test_the_name_of_the_recipient_is_sealed(here: Registered) -> None:
    """It is the name of an organisation, as a partner's."""
    partners, partner = add(here)
    partners.pin_key(partner.id, bytes(32), "Association Ada")

    [(sealed,)] = here.database.execute("SELECT recipient_sealed FROM partner")
    assert b"Association" not in bytes(sealed)

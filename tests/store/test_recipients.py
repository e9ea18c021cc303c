"""Recipients: a number for ever, found by name and reference, told or not, forgotten but for the number."""

from __future__ import annotations

import datetime as dt

import pytest

from registered import NOW, Registered
from rempart.errors import MisuseError, NotFoundError
from rempart.model.recipient import Copy, NewRecipient
from rempart.store import Database, RecipientRepository, WorkspaceRepository

DAY = dt.date(2026, 11, 2)
ADA = NewRecipient(name="Abonnée 4127", informed_on=DAY, how="terms §4", ref="CRM-4127", group="abonnés")
BEA = NewRecipient(name="Béa")


@pytest.fixture
def here(database: Database) -> Registered:
    """Return repositories on a database with a user."""
    WorkspaceRepository(database, (made := Registered(database)).sealer).found("wsp_1", is_shared=False, now=NOW)
    return made


@pytest.fixture
def recipients(here: Registered) -> RecipientRepository:
    """Return the repository."""
    return RecipientRepository(here.database, here.sealer)


def test_a_number_is_never_given_twice(here: Registered, recipients: RecipientRepository) -> None:
    """Not even the last one, of somebody who is forgotten."""
    first, second = recipients.add([ADA, BEA], by=here.user.id, now=NOW)
    recipients.forget(second.id, NOW)

    [third] = recipients.add([BEA], by=here.user.id, now=NOW)

    assert [first.index, second.index, third.index] == [0, 1, 2]
    assert recipients.numbers() == 3
    assert recipients.by_number(1) == second.id
    assert recipients.by_number(3) is None


def test_numbers_are_left_out_for_good(here: Registered, recipients: RecipientRepository) -> None:
    """As after a backup was put back: others may have been given them since it was made."""
    recipients.add([ADA], by=here.user.id, now=NOW)
    recipients.burn(100, by=here.user.id, now=NOW)

    [made] = recipients.add([BEA], by=here.user.id, now=NOW)

    assert made.index == 101
    assert [each.name for each in recipients.all()] == [ADA.name, BEA.name]


def test_she_is_found_again(here: Registered, recipients: RecipientRepository) -> None:
    """By her name in any case, her reference to the letter, or her identifier."""
    [made] = recipients.add([ADA], by=here.user.id, now=NOW)

    assert recipients.get("ABONNÉE 4127") == recipients.get("CRM-4127") == recipients.get(made.id) == made
    assert recipients.find("crm-4127") is None
    assert recipients.of_group("abonnés") == [made]
    assert (made.informed_on, made.how, made.ref, made.group) == (DAY, "terms §4", "CRM-4127", "abonnés")


@pytest.mark.parametrize("other", [ADA, NewRecipient(name="Other", ref="CRM-4127")])
def test_the_same_one_again_is_refused(here: Registered, recipients: RecipientRepository, other: NewRecipient) -> None:
    """With nobody added of the list that she is in."""
    recipients.add([ADA], by=here.user.id, now=NOW)

    with pytest.raises(MisuseError, match="already"):
        recipients.add([BEA, other], by=here.user.id, now=NOW)

    assert len(recipients.all()) == 1


def test_twice_in_one_list(here: Registered, recipients: RecipientRepository) -> None:
    """Adds nobody."""
    with pytest.raises(MisuseError, match="same name"):
        recipients.add([BEA, BEA], by=here.user.id, now=NOW)

    assert recipients.all() == []


def test_who_is_told_when(here: Registered, recipients: RecipientRepository) -> None:
    """Not before that day, and not without how."""
    ada, bea = recipients.add([ADA, BEA], by=here.user.id, now=NOW)

    told = recipients.inform(bea.id, DAY, "letter")

    assert ada.is_informed(DAY)
    assert not ada.is_informed(DAY - dt.timedelta(days=1))
    assert (bea.is_informed(DAY), told.is_informed(DAY)) == (False, True)


def test_what_is_forgotten(here: Registered, recipients: RecipientRepository) -> None:
    """Everything but the number: she can be added again, as somebody else."""
    [made] = recipients.add([ADA], by=here.user.id, now=NOW)
    registration = here.registration()
    here.assets.add([registration])
    copy = Copy(asset=registration.asset.id, recipient=made.id, mark_version="m/1", made_by=here.user.id, made_at=NOW)
    recipients.note_copies([copy, copy])
    assert recipients.copies_of(registration.asset.id) == [copy]

    recipients.forget(made.id, NOW)

    left = recipients.get(made.id)
    assert (left.name, left.how, left.ref, left.group, left.informed_on) == ("", "", "", "", None)
    assert left.index == made.index
    assert recipients.copies_of(registration.asset.id) == []
    with pytest.raises(NotFoundError, match="no recipient"):
        recipients.get(ADA.name)


def test_copies_go_with_their_asset(here: Registered, recipients: RecipientRepository) -> None:
    """When it is withdrawn."""
    [made] = recipients.add([ADA], by=here.user.id, now=NOW)
    registration = here.registration()
    here.assets.add([registration])
    asset = registration.asset.id
    recipients.note_copies(
        [Copy(asset=asset, recipient=made.id, mark_version="m/1", made_by=here.user.id, made_at=NOW)]
    )

    here.assets.withdraw([asset], NOW)

    assert recipients.copies_of(asset) == []

"""To whom evidence is sealed, and the certificates in use, on both databases."""

from __future__ import annotations

import datetime as dt

import pytest

from kept_cases import KeptCases
from registered import NOW
from rempart.errors import MisuseError
from rempart.model.evidence import EvidenceRecipient, RecipientPurpose
from rempart.model.ids import CaseId
from rempart.store import Database, EvidenceKeyRepository

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def kept(database: Database) -> KeptCases:
    """Return a database with a case."""
    return KeptCases(database)


@pytest.fixture
def keys(kept: KeptCases) -> EvidenceKeyRepository:
    """Return what is tested."""
    return EvidenceKeyRepository(kept.database, kept.here.sealer)


def somebody(label: str = "counsel", key: str = "age1a", case: CaseId | None = None) -> EvidenceRecipient:
    return EvidenceRecipient(label=label, age_recipient=key, purpose=RecipientPurpose.LAWYER, case=case)


def test_somebody_is_of_one_case_or_of_all(kept: KeptCases, keys: EvidenceKeyRepository) -> None:
    """A key for one case is in no package of another."""
    other = kept.add_case(2)
    keys.add_recipient(somebody(), by=kept.here.user.id, now=NOW)
    keys.add_recipient(somebody("her", "age1b", kept.case.id), by=kept.here.user.id, now=NOW + MINUTE)

    assert [each.label for each in keys.recipients()] == ["counsel", "her"]
    assert [each.label for each in keys.recipients(kept.case.id)] == ["counsel", "her"]
    assert [each.label for each in keys.recipients(other.id)] == ["counsel"]


@pytest.mark.parametrize("label, key", [("COUNSEL", "age1b"), ("other", "age1a")])
@pytest.mark.parametrize("in_case", [True, False])
def test_nobody_is_twice_in_a_package(
    kept: KeptCases, keys: EvidenceKeyRepository, label: str, key: str, *, in_case: bool
) -> None:
    """Neither by name nor by key."""
    keys.add_recipient(somebody(), by=kept.here.user.id, now=NOW)

    with pytest.raises(MisuseError, match="already"):
        keys.add_recipient(somebody(label, key, kept.case.id if in_case else None), by=kept.here.user.id, now=NOW)


def test_two_cases_may_have_her_by_the_same_name(kept: KeptCases, keys: EvidenceKeyRepository) -> None:
    """They are never in one package."""
    for number in (2, 3):
        keys.add_recipient(somebody("her", "age1b", kept.add_case(number).id), by=kept.here.user.id, now=NOW)

    assert len(keys.recipients()) == 2


def test_certificates_are_made_when_they_are_asked_for(keys: EvidenceKeyRepository) -> None:
    """The latest of a kind are in use; older ones stay."""
    assert keys.certificates("seal") == []

    first = keys.add_certificates("seal", lambda generation, _: (1, "one") if not generation else None, NOW)
    again = keys.add_certificates("seal", lambda generation, _: (9, "wrong") if not generation else None, NOW)
    second = keys.add_certificates("seal", lambda generation, pem: (generation + 1, f"{pem}, two"), NOW)
    keys.add_certificates("local_time", lambda *_: (7, "other"), NOW)

    assert (first, again, second) == ((1, "one"), (1, "one"), (2, "one, two"))
    assert keys.certificates("seal") == [(2, "one, two"), (1, "one")]

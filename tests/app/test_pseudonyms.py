"""Pseudonyms: the same inside a case, unlike in another, and meaningless once the case's key is destroyed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from rempart.app.pseudonyms import pseudonym
from rempart.errors import IntegrityError
from rempart.keys import Keyring
from rempart.model.ids import CaseId, IdKind, new_id

HOST = "forum.example"


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """Make a keyring."""
    return Keyring.create(tmp_path / "keys", passphrase=None, now=dt.datetime(2026, 11, 22, tzinfo=dt.UTC))[0]


def case(keyring: Keyring) -> CaseId:
    """Open a case."""
    opened = CaseId(new_id(IdKind.CASE))
    keyring.make_item_key(opened)
    return opened


def test_an_author_has_one_inside_a_case(keyring: Keyring) -> None:
    """In each post, and after a rotation of the keys."""
    one = case(keyring)
    before = pseudonym(keyring, one, "4711", HOST)
    keyring.begin_rotation(dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    list(keyring.rewrap_items())

    assert pseudonym(keyring, one, "4711", HOST.upper()) == before
    assert "4711" not in before


def test_two_authors_two_hosts_two_cases_differ(keyring: Keyring) -> None:
    """Nobody is followed from one to the other."""
    one, other = case(keyring), case(keyring)
    asked = [(one, "1", HOST), (one, "2", HOST), (one, "1", "mirror.example"), (other, "1", HOST), (one, "1f", "orum")]

    assert len({pseudonym(keyring, *each) for each in asked}) == len(asked)


def test_a_guest_has_none(keyring: Keyring) -> None:
    """All guests would be one."""
    assert pseudonym(keyring, case(keyring), "", HOST) == ""


def test_it_is_destroyed_with_the_case(keyring: Keyring) -> None:
    """Nobody can tell any more whose it was."""
    one = case(keyring)
    keyring.destroy_item_key(one)

    with pytest.raises(IntegrityError):
        pseudonym(keyring, one, "1", HOST)


def test_any_author_key_has_one(keyring: Keyring) -> None:
    """Whatever letters an engine puts there."""
    assert pseudonym(keyring, case(keyring), "\ud800 é", HOST).startswith("author-")

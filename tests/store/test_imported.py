"""Codes of others: removed for good, suspended before the next query, each side's opinion beside the other's."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from databases import on_postgresql, on_sqlite
from feeds import code
from registered import NOW, Registered
from rempart.model.exchange import FeedEntry, FeedState, ImportedEntry, Label, Opinion, Taken, Verdict, digest_of
from rempart.model.ids import IdKind, ImportedId, PartnerId, new_id
from rempart.store import (
    Database,
    ImportedRepository,
    PartnerRepository,
    WorkspaceRepository,
    erase_traces,
    imported_counts,
    partner_counts,
)


def listed(number: int, label: Label = Label.REVIEWED, *opinions: Opinion) -> FeedEntry:
    """Make the entry of a code."""
    bits = code(number)
    return FeedEntry(digest=digest_of(bits), bits=bits, label=label, opinions=opinions)


def ended(number: int, state: FeedState = FeedState.WITHDRAWN) -> FeedEntry:
    """Make the entry that removes one, by its digest."""
    label = Label.CONTESTED if state is FeedState.CONTESTED else Label.WITHDRAWN
    return FeedEntry(digest=digest_of(code(number)), state=state, label=label)


class Here:
    """A workspace's database with two partners."""

    def __init__(self, database: Database) -> None:
        """Add them."""
        self.registered = Registered(database)
        self.database = database
        WorkspaceRepository(database, self.registered.sealer).found("wsp_1", is_shared=True, now=NOW)
        self.imported = ImportedRepository(database)
        partners = PartnerRepository(database, self.registered.sealer)
        self.first, self.second = (
            partners.add(PartnerId(new_id(IdKind.PARTNER)), n, public_key=None, by=self.registered.user.id, now=NOW).id
            for n in ("Ada", "Bo")
        )

    def take(self, *entries: FeedEntry, partner: PartnerId | None = None) -> Taken:
        """Take what a partner says; the first one unless another is named."""
        whose = partner or self.first
        return self.imported.take(whose, entries, removed=lambda d: mark(whose.encode() + d), suspended=mark)

    def suspend(self, number: int) -> bool:
        """Uphold a contest."""
        digest = digest_of(code(number))
        return self.imported.suspend(digest, suspended=mark, by=self.registered.user.id, now=NOW)

    def bank(self) -> dict[bytes, ImportedEntry]:
        """Return what may be compared."""
        found = list(self.imported.imported_bank())
        assert len({e.bits for e in found}) == len(found)
        return {e.bits: e for e in found}


def mark(digest: bytes) -> bytes:
    """Stand for the keyed digest."""
    return hashlib.sha256(b"key" + digest).digest()


@pytest.fixture
def here(database: Database) -> Here:
    """Return a database with two partners."""
    return Here(database)


def test_what_is_listed_is_compared(here: Here) -> None:
    """Each code once, with who lists it; the same file again changes nothing."""
    entries = [listed(0), listed(1, Label.SELF_DECLARED), listed(0)]

    assert here.take(*entries) == Taken(added=2, known=1)
    assert here.take(*entries) == Taken(known=3)

    bank = here.bank()
    assert {bits: e.label for bits, e in bank.items()} == {code(0): Label.REVIEWED, code(1): Label.SELF_DECLARED}
    assert bank[code(0)].may_act
    assert not bank[code(1)].may_act
    assert bank[code(0)].partners == (here.first,)


@pytest.mark.parametrize("state", [FeedState.WITHDRAWN, FeedState.DELETED])
def test_a_removed_code_does_not_come_back(here: Here, state: FeedState) -> None:
    """Neither by a repeated line, nor an older page, nor in the same batch before or after."""
    here.take(listed(0), listed(1))

    assert here.take(listed(0), ended(0, state), listed(0)) == Taken(removed=1, refused=2)
    assert here.take(listed(0), ended(0, state)) == Taken(known=1, refused=1)

    assert set(here.bank()) == {code(1)}


def test_a_code_that_was_never_listed_stays_away(here: Here) -> None:
    """Its removal came first: pages have no order."""
    assert here.take(ended(0)) == Taken(unknown=1)
    assert here.take(listed(0)) == Taken(refused=1)
    assert here.bank() == {}


def test_a_removal_is_its_partner_s_own(here: Here) -> None:
    """What another lists is that one's word; the code goes with the last."""
    here.take(listed(0))
    here.take(listed(0), partner=here.second)

    here.take(ended(0))
    assert here.bank()[code(0)].partners == (here.second,)
    assert here.take(listed(0)) == Taken(refused=1)
    here.take(ended(0), partner=here.second)

    assert here.bank() == {}
    assert imported_counts(here.database).codes == 0


@on_sqlite
def test_a_removed_code_leaves_every_file_and_its_mark_does_not_tell_it(here: Here) -> None:
    """Neither the code nor its digest; what is left is the keyed one."""
    here.take(*(listed(n) for n in range(300)))
    here.take(*(ended(n) for n in range(300)))
    erase_traces(here.database)
    here.database.close()

    path = Path(here.database.location.name)
    content = b"".join(p.read_bytes() for p in path.parent.iterdir() if p.is_file())
    assert mark(here.first.encode() + digest_of(code(7))) in content
    for n in range(300):
        assert code(n) not in content
        assert digest_of(code(n)) not in content


def test_a_contested_listing_is_put_aside_and_may_come_back(here: Here) -> None:
    """It is not a removal: the objection may be answered."""
    here.take(listed(0))

    assert here.take(ended(0, FeedState.CONTESTED)) == Taken(contested=1)
    assert here.take(ended(0, FeedState.CONTESTED), ended(5, FeedState.CONTESTED)) == Taken(known=1, unknown=1)
    assert here.bank() == {}
    assert here.take(listed(0)) == Taken(changed=1)

    assert here.bank()[code(0)].label is Label.REVIEWED


def test_what_is_only_received_waits(here: Here) -> None:
    """StopNCII's first state is not to be used."""
    bits = code(0)
    assert here.take(FeedEntry(digest=digest_of(bits), bits=bits, state=FeedState.RECEIVED)) == Taken(waiting=1)
    assert here.bank() == {}


def test_conflicting_opinions_are_shown_not_averaged(here: Here) -> None:
    """One reviewed it, one contests it, two providers disagree: four opinions, the most careful label."""
    passed_on = (Opinion(source="X", verdict=Verdict.CONFIRMS), Opinion(source="Y", verdict=Verdict.DISPUTES))
    here.take(listed(0))
    here.take(listed(0, Label.SELF_DECLARED, *passed_on), listed(1), partner=here.second)
    here.take(listed(1))
    here.take(ended(1, FeedState.CONTESTED))

    bank = here.bank()
    opinions = {(o.partner, o.source, o.verdict) for o in bank[code(0)].opinions}
    assert opinions == {
        (here.first, "", Verdict.CONFIRMS),
        (here.second, "", Verdict.UNDECIDED),
        (here.second, "X", Verdict.CONFIRMS),
        (here.second, "Y", Verdict.DISPUTES),
    }
    assert bank[code(0)].label is Label.SELF_DECLARED
    assert (bank[code(1)].label, bank[code(1)].is_conflicting) == (Label.CONTESTED, True)
    assert not any(e.may_act for e in bank.values())


def test_a_changed_opinion_is_the_latest(here: Here) -> None:
    """A record replaces the one before it."""
    here.take(listed(0, Label.SELF_DECLARED, Opinion(source="X", verdict=Verdict.CONFIRMS)))
    assert here.take(listed(0, Label.SELF_DECLARED)) == Taken(changed=1)

    assert [o.source for o in here.bank()[code(0)].opinions] == [""]


def test_one_upheld_contest_suspends_before_the_next_query(here: Here) -> None:
    """In this process, in another repository, for whoever lists it later, and after it left and came again."""
    here.take(listed(0), listed(1))
    known = {e.bits: e.id for e in here.imported.imported_bank()}

    assert here.suspend(0)
    assert set(here.bank()) == {code(1)}
    assert {e.bits for e in ImportedRepository(here.database).imported_bank()} == {code(1)}
    assert here.imported.still_listed(known.values()).keys() == {known[code(1)]}
    here.take(listed(0), partner=here.second)
    here.take(ended(0))
    here.take(ended(0), partner=here.second)
    here.take(listed(0), partner=here.second)

    assert set(here.bank()) == {code(1)}
    assert here.imported.suspended_among([digest_of(code(n)) for n in range(3)], mark) == {digest_of(code(0))}


def test_a_code_may_be_suspended_before_anybody_lists_it(here: Here) -> None:
    """Twice is once."""
    assert not here.suspend(0)
    assert not here.suspend(0)
    here.take(listed(0))

    assert here.bank() == {}
    assert imported_counts(here.database).contests == 1


def test_an_identifier_leads_to_its_code(here: Here) -> None:
    """As a hit shows it; it is random."""
    here.take(listed(0))
    [entry] = here.bank().values()

    assert here.imported.bits_of(entry.id) == code(0)
    assert here.imported.bits_of(ImportedId("imp_" + "0" * 32)) is None
    assert here.imported.still_listed([]) == {}


def test_many_codes_in_pages(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a statement holds, and pages that end between a code's listings."""
    monkeypatch.setattr("rempart.store.imported._PAGE", 7)
    for partner in (here.first, here.second):
        here.take(*(listed(n) for n in range(1_000)), partner=partner)
    here.suspend(3)

    bank = here.bank()

    assert len(bank) == 999
    assert all(len(e.partners) == 2 for e in bank.values())


def test_counts_by_partner_and_label(here: Here) -> None:
    """No code in them."""
    here.take(listed(0), listed(1, Label.SELF_DECLARED), listed(2), ended(2), ended(9))
    here.suspend(0)

    first, second = partner_counts(here.database, [here.first, here.second])
    counts = imported_counts(here.database)

    assert (first.labels, first.removed) == ({Label.REVIEWED: 1, Label.SELF_DECLARED: 1}, 2)
    assert (second.labels, second.removed, second.sent) == ({}, 0, {})
    assert (counts.codes, counts.suspended, counts.contests) == (2, 1, 1)


@on_postgresql
def test_an_import_and_a_suspension_at_once(here: Here) -> None:
    """One waits for the other: the code is never compared afterwards."""
    go, failed = threading.Barrier(2), []

    def take() -> None:
        go.wait()
        try:
            here.take(*(listed(n) for n in range(400)))
        except Exception as error:  # noqa: BLE001 - told to the test
            failed.append(error)
        here.database.close()

    thread = threading.Thread(target=take)
    thread.start()
    go.wait()
    here.suspend(399)
    thread.join()

    assert failed == []
    assert code(399) not in here.bank()

"""What was stopped is handed over once; its address leaves every file with the receipt; frozen is for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from databases import on_sqlite
from rempart.errors import MisuseError, NotFoundError
from rempart.model.ids import ReferralId
from rempart.model.referral import FlagSource, Hotline, NewReferral, Referral
from rempart.store import Database, erase_traces, reseal
from rempart.store.models import FrozenRow, ReferralRow
from watched import DAY, KEEP_ENDED, NOW, Watched

URL = "https://stopped.example/planted"


@pytest.fixture
def here(database: Database) -> Watched:
    """Return a database with one user."""
    return Watched(database)


def stop(here: Watched, url: str = URL, flag: FlagSource = FlagSource.TITLE) -> Referral:
    """Write that something was stopped."""
    source = here.sources.all()[0].id if here.sources.all() else here.source().id
    return here.referrals.add(NewReferral(url=url, flag=flag, rule="rule", source=source), NOW)


def test_the_same_address_is_one_referral(here: Watched) -> None:
    """Whatever flags it the second time; every letter of it counts."""
    first = stop(here)

    assert stop(here, flag=FlagSource.TEXT) == first
    assert stop(here, URL.upper()).id != first.id
    assert (first.flag, first.rule, first.at, first.to) == (FlagSource.TITLE, "rule", NOW, None)
    assert first.url_digest == here.referrals.digest(URL) != hashlib.sha256(URL.encode()).digest()


def test_the_address_is_opened_only_if_somebody_asks_for_it(here: Watched) -> None:
    """Lists never hold one."""
    made = stop(here)

    assert made.url == ""
    assert here.referrals.get(made.id).url == ""
    assert [one.url for one in here.referrals.all()] == [""]
    assert here.referrals.get(made.id, with_url=True).url == URL


def test_a_receipt_empties_the_outbox(here: Watched) -> None:
    """Once: a second receipt does not take the place of the first; an end is written from then on."""
    made = stop(here)
    assert ReferralRow.objects.get().expires_at is None

    handed = here.referrals.handed(made.id, Hotline.PHAROS, "PH-1", NOW + DAY)

    assert (handed.to, handed.receipt, handed.handed_at) == (Hotline.PHAROS, "PH-1", NOW + DAY)
    assert here.referrals.get(made.id, with_url=True).url == ""
    row = ReferralRow.objects.get()
    assert (row.outbox_sealed, row.expires_at) == (None, NOW + DAY + KEEP_ENDED)
    with pytest.raises(MisuseError, match="before"):
        here.referrals.handed(made.id, Hotline.NCMEC, "other", NOW)
    assert here.referrals.get(made.id).receipt == "PH-1"


@on_sqlite
def test_what_was_handed_over_is_in_no_file(here: Watched) -> None:
    """Neither the address nor what sealed it: every file of the database is read."""
    made = stop(here)
    sealed = bytes(ReferralRow.objects.get().outbox_sealed or b"")
    folder = Path(here.database.location.name).parent
    assert sealed in b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())

    here.referrals.handed(made.id, Hotline.PHAROS, "PH-1", NOW)
    erase_traces(here.database)

    content = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    assert made.id.encode() in content
    assert sealed not in content
    assert sealed[20:] not in content
    assert URL.encode() not in content


def test_those_that_wait_come_first(here: Watched) -> None:
    """The oldest of them first."""
    handed, *waiting = (stop(here, f"{URL}/{n}") for n in range(3))
    here.referrals.handed(handed.id, Hotline.OTHER, "x", NOW)

    assert [one.id for one in here.referrals.all()][-1] == handed.id
    assert {one.id for one in here.referrals.all()[:2]} == {one.id for one in waiting}


def test_it_is_known_again_when_the_keys_were_changed(here: Watched) -> None:
    """Even when its address is gone and the old key is destroyed: nothing needs to be sealed again for it."""
    made = stop(here)
    here.referrals.handed(made.id, Hotline.PHAROS, "PH-1", NOW)
    here.referrals.freeze([("url", here.referrals.digest(URL))], NOW)
    here.sealer.rotate(b"2")
    sum(reseal(here.database, here.sealer))
    here.sealer.keys[1:] = []

    assert stop(here).id == made.id
    assert here.referrals.is_frozen([here.referrals.digest(URL)])


def test_what_is_frozen_stays_frozen(here: Watched) -> None:
    """Each digest once; those that are not are told apart."""
    one, two, other = (here.referrals.digest(text) for text in ("one", "two", "other"))

    assert here.referrals.freeze([("url", one), ("attachment", two), ("url", one)], NOW) == 2
    assert here.referrals.freeze([("url", one)], NOW + DAY) == 0

    assert here.referrals.frozen_among([one, two, other]) == {one, two}
    assert here.referrals.is_frozen([other, one])
    assert not here.referrals.is_frozen([other])
    assert not here.referrals.is_frozen([])
    assert FrozenRow.objects.get(digest=one).at == NOW


def test_signatures_of_stopped_threads_are_kept(here: Watched) -> None:
    """By them a mirror is known before anything of it is asked for."""
    assert here.referrals.freeze_signature(b"one" * 100, NOW)
    assert here.referrals.freeze_signature(b"two" * 100, NOW + DAY)
    assert not here.referrals.freeze_signature(b"one" * 100, NOW + DAY)
    here.referrals.freeze([("url", bytes(32))], NOW)

    assert here.referrals.frozen_signatures() == [b"one" * 100, b"two" * 100]


@pytest.mark.parametrize("name", ["rfr_" + "0" * 32, "rfr_x", ""])
def test_there_is_no_such_referral(here: Watched, name: str) -> None:
    """Neither to look at nor to hand over."""
    with pytest.raises(NotFoundError, match="no referral"):
        here.referrals.get(name)
    with pytest.raises(NotFoundError, match="no referral"):
        here.referrals.handed(ReferralId(name), Hotline.OTHER, "x", NOW)

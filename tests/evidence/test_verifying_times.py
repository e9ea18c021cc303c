"""When a package existed: each time-stamp is believed at the time of the next."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from judged import (
    HOUSE,
    Spoil,
    flip,
    judged,
    kinds,
    removed,
    said,
)
from packages import NOW, House, item_id
from rempart.evidence.building import build_item
from rempart.evidence.local_authority import LOCAL
from rempart.evidence.seal import sign_detached
from rempart.evidence.sums import SUMS
from rempart.evidence.verdicts import ProblemKind, Root
from rempart.evidence.verifying import Anchors
from rempart.provenance import make_chain
from spoilt import LONG_AGO


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two packages and their dossier."""
    folder = tmp_path_factory.mktemp("case")
    HOUSE.dossier(folder)
    return folder


@pytest.fixture
def package(made: Path, tmp_path: Path) -> Path:
    """Return a copy of a package, to be spoilt."""
    return Path(shutil.copytree(made / item_id(1), tmp_path / "package"))


def old_package(folder: Path) -> Path:
    """Return a package of eight years ago: its certificates ended three years ago."""
    return House(at=LONG_AGO).item(folder)


def renewed(folder: Path, *years: int) -> Path:
    """Return it, renewed so many years ago."""
    package = old_package(folder)
    for number in years:
        at = NOW - dt.timedelta(days=number * 365)
        stamping = make_chain(bytes([number]) * 32, organisation="", made_at=at, profile=LOCAL)
        House(at=LONG_AGO).renew(package, at, stamping)
    return package


def test_what_was_not_renewed_in_time_proves_less(tmp_path: Path) -> None:
    """It held then, and does not today."""
    package = old_package(tmp_path)

    assert judged(package, at=LONG_AGO + dt.timedelta(days=365)).holds
    assert "has ended, and the time-stamp was not renewed before" in said(judged(package))


def test_what_was_renewed_in_time_holds(tmp_path: Path) -> None:
    """By authorities that nobody knew at first, which is said; it existed when its first time-stamp says."""
    verdict = judged(renewed(tmp_path, 4, 1))

    assert verdict.problems == ()
    assert verdict.packages[0].existed_at == LONG_AGO
    assert [time.name for time in verdict.packages[0].times] == [
        *("proofs/01.tsr", "proofs/renewal-01.tsr", "proofs/renewal-02.tsr")
    ]
    assert [time.root for time in verdict.packages[0].times] == [Root.PACKAGE, Root.BESIDE, Root.BESIDE]
    assert sum("nothing sealed names" in remark for remark in verdict.remarks) == 2


def test_a_renewal_that_came_too_late_is_none(tmp_path: Path) -> None:
    """After the end of what it renews."""
    assert ProblemKind.TIME in kinds(judged(renewed(tmp_path, 1)))


@pytest.mark.parametrize(
    "spoil", [removed("proofs/renewal-01.tsr"), flip("proofs/renewal-01.txt"), removed("proofs/renewal-02.txt")]
)
def test_a_renewal_that_was_changed_is_none(tmp_path: Path, spoil: Spoil) -> None:
    """Taken away in the middle, changed, or by half."""
    package = renewed(tmp_path, 4, 1)
    spoil(package)

    assert kinds(judged(package)) == {ProblemKind.TIME}


def test_a_renewal_before_what_it_renews_is_none(tmp_path: Path) -> None:
    """Its list holds digests of what was not there yet."""
    package = HOUSE.item(tmp_path)
    at = NOW - dt.timedelta(days=100)
    HOUSE.renew(package, at, make_chain(bytes(32), organisation="", made_at=at, profile=LOCAL))

    assert "is later than what renewed it" in said(judged(package))


def test_a_time_stamp_of_the_future_is_none(package: Path) -> None:
    """By the clock of whoever verifies, a day aside."""
    assert judged(package, at=NOW - dt.timedelta(hours=23)).holds
    assert "later than today" in said(judged(package, at=NOW - dt.timedelta(days=2)))


def test_a_seal_by_a_certificate_of_later_is_none(tmp_path: Path) -> None:
    """Whoever stole a key sealed yesterday what a time-stamp says is old."""
    package = old_package(tmp_path)
    at = LONG_AGO + dt.timedelta(days=365)
    (package / "proofs/seal.p7s").write_bytes(sign_detached((package / SUMS).read_bytes(), HOUSE.chain, at=NOW))
    anchors = Anchors(ca_pems=(HOUSE.chain.anchor_pem(),))

    assert "was not valid when the first time-stamp was made" in said(judged(package, anchors, at=at))


def test_fewer_time_stamps_than_were_asked_for_are_noted(tmp_path: Path) -> None:
    """An authority may have been down; whoever knows that it was not asks for two."""
    package = build_item(tmp_path, replace(HOUSE.draft(), authorities=2))
    HOUSE.prove(package)

    verdict = judged(package)
    assert verdict.holds
    assert any("2 authorities were to be asked, and 1 time-stamps are here" in remark for remark in verdict.remarks)
    assert kinds(judged(package, Anchors(timestamps_least=2))) == {ProblemKind.TIME}

"""Kept manifests: found by their codes, gone with their asset or at their end, carried by a copy of the database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from databases import make_sqlite
from registered import MONTH, NOW, Registered
from rempart.model.asset import AssetState
from rempart.model.fingerprint import Fingerprint, SignalType
from rempart.model.ids import AssetId, IdKind, ManifestId, new_id
from rempart.model.provenance import KeptManifest
from rempart.model.retention import RetentionTerms, RowClass
from rempart.store import (
    Database,
    DatabaseLocation,
    ManifestRepository,
    RetentionRepository,
    erase_traces,
    read_snapshot,
    upgrade,
    write_snapshot,
)
from traces import traces

CODE = Fingerprint(signal_type=SignalType.PDQ, version="v1", bits=bytes(range(32)), quality=80)


@pytest.fixture
def here(database: Database) -> Registered:
    """Return repositories on a database with a user."""
    return Registered(database)


@pytest.fixture
def manifests(here: Registered) -> ManifestRepository:
    """Return what is tested."""
    return ManifestRepository(here.database, keep=MONTH)


def kept(here: Registered, asset: AssetId | None = None, **fields: Any) -> KeptManifest:
    """Make what a signature leaves."""
    made = KeptManifest(
        id=ManifestId(new_id(IdKind.MANIFEST)),
        asset=asset,
        label="urn:c2pa:1",
        content=b"jumbf-planted-in-it",
        code=CODE,
        mark_version="own/1",
        signed_by=here.user.id,
        signed_at=NOW,
    )
    return replace(made, **fields)


@pytest.mark.parametrize("code", [CODE, None])
def test_one_comes_back_as_it_was(here: Registered, manifests: ManifestRepository, code: Fingerprint | None) -> None:
    """With its code, or without one."""
    one = kept(here, here.add(1)[0], code=code)

    assert manifests.add(one)

    assert manifests.by_ids([one.id, ManifestId("mft_" + "0" * 32)]) == {one.id: one}
    assert manifests.of_asset(one.asset or AssetId("")) == [one]


def test_only_codes_that_can_be_compared_are_given(here: Registered, manifests: ManifestRepository) -> None:
    """Of the same version, and of pictures with enough detail."""
    one = kept(here)
    other, plain, none = (kept(here, code=c) for c in (replace(CODE, version="v2"), replace(CODE, quality=49), None))
    for each in (one, other, plain, none):
        manifests.add(each)

    assert list(manifests.codes("v1", 50)) == [(one.id, CODE.bits)]


def test_it_goes_with_its_asset(here: Registered, manifests: ManifestRepository) -> None:
    """When that is withdrawn; those of others stay."""
    first, second = here.add(2)
    for asset in (first, second, None):
        manifests.add(kept(here, asset))

    here.assets.withdraw([first], NOW)

    assert manifests.of_asset(first) == []
    assert len(manifests.of_asset(second)) == 1
    assert len(list(manifests.codes("v1", 50))) == 2


@pytest.mark.parametrize("state", [AssetState.WITHDRAWN, AssetState.CONTESTED])
def test_none_is_kept_of_what_was_withdrawn_or_contested_meanwhile(
    here: Registered, manifests: ManifestRepository, state: AssetState
) -> None:
    """Between the picture's reading and this."""
    [asset] = here.add(1)
    if state is AssetState.WITHDRAWN:
        here.assets.withdraw([asset], NOW)
    else:
        here.assets.set_state(asset, state)

    assert not manifests.add(kept(here, asset))

    assert manifests.of_asset(asset) == []


def test_one_of_an_unregistered_picture_ends(here: Registered, manifests: ManifestRepository) -> None:
    """By the end that is written in it; one of an asset does not."""
    [asset] = here.add(1)
    manifests.add(kept(here))
    manifests.add(kept(here, asset))
    retention = RetentionRepository(here.database, RetentionTerms(jobs=MONTH, tombstones=MONTH, consents=MONTH))

    gone = [retention.enforce(RowClass.MANIFEST, NOW + span, 10) for span in (MONTH * 0.9, MONTH, MONTH * 900)]

    assert gone == [0, 1, 0]
    assert len(manifests.of_asset(asset)) == 1


def test_what_is_gone_has_left_the_files(tmp_path: Path) -> None:
    """Neither the manifest nor the code of a withdrawn picture is in any of them."""
    database = Database(DatabaseLocation.parse(make_sqlite(tmp_path)))
    upgrade(database)
    here = Registered(database)
    [asset] = here.add(1)
    ManifestRepository(database, keep=MONTH).add(kept(here, asset))
    files = [p for p in tmp_path.iterdir() if p.is_file()]
    wanted = {"manifest": [b"jumbf-planted-in-it"], "code": [CODE.bits]}
    before = {kind for _, kind in traces(files, wanted)}

    here.assets.withdraw([asset], NOW)
    erase_traces(database)

    assert before == {"manifest", "code"}
    assert not traces([p for p in tmp_path.iterdir() if p.is_file()], wanted)
    database.close()


def test_a_snapshot_carries_them(here: Registered, manifests: ManifestRepository, tmp_path: Path) -> None:
    """Manifests and certificates, into a database of another kind too."""
    one = kept(here, here.add(1)[0])
    manifests.add(one)
    manifests.add_certificates(lambda _: "PEM", NOW)
    write_snapshot(here.database, tmp_path / "copy.db")
    (tmp_path / "other").mkdir()
    other = Database(DatabaseLocation.parse(make_sqlite(tmp_path / "other")))
    upgrade(other)

    read_snapshot(other, tmp_path / "copy.db")

    again = ManifestRepository(other, keep=MONTH)
    assert again.by_ids([one.id]) == {one.id: one}
    assert again.certificates() == ["PEM"]
    other.close()


def test_certificates_are_made_once(manifests: ManifestRepository) -> None:
    """The latest sign, until who asks says that they do no longer."""
    asked: list[str] = []

    def make(pem: str | None) -> str:
        def made(latest: str) -> str | None:
            asked.append(latest)
            return pem

        return manifests.add_certificates(made, NOW + MONTH * len(asked))

    assert [make("first"), make(None), make("second"), make(None)] == ["first", "first", "second", "second"]
    assert asked == ["", "first", "first", "second"]
    assert manifests.certificates() == ["second", "first"]

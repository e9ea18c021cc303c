"""Registered assets on both databases: once per owner, listed stably, taken back for good."""

from __future__ import annotations

import datetime as dt
import pickle
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest

from registered import MONTH, NOW, Registered
from rempart.errors import NotFoundError
from rempart.model.asset import AssetProtection, AssetState, Registration
from rempart.model.finding import Finding
from rempart.model.ids import AssetId, IdKind, new_id
from rempart.store import Database
from required import ROOT

#: Adds the registrations that it reads from its standard input, when it is told to.
ADDER = """
import pickle, sys
from fakes import FakeSealer
from rempart.store import AssetRepository, Database, DatabaseLocation
database = Database(DatabaseLocation.parse(sys.argv[1]))
registrations = pickle.load(sys.stdin.buffer)
print("ready", flush=True)
sys.stdin.buffer.read(1)
assets = AssetRepository(database, FakeSealer())
for start in range(0, len(registrations), 50):
    print("\\n".join(assets.add(registrations[start:start + 50])))
"""


@pytest.fixture
def here(database: Database) -> Registered:
    """Return repositories on a database with a user and an owner."""
    return Registered(database)


def same_bytes(registration: Registration) -> Registration:
    """Make what another process would make of the same file."""
    return replace(registration, asset=replace(registration.asset, id=AssetId(new_id(IdKind.ASSET))))


def table(database: Database, name: str, column: str = "asset_id") -> list[str]:
    return sorted(str(row[0]) for row in database.execute(f"SELECT {column} FROM {name}"))  # noqa: S608 - our own


def test_what_is_added_is_there(here: Registered) -> None:
    """Every field, and the label sealed."""
    registration = here.registration(label="été \udcff.jpg")

    assert here.assets.add([registration]) == [registration.asset.id]

    assert here.assets.get(registration.asset.id) == registration.asset
    assert here.assets.knows(here.owner.id, registration.digest) == registration.asset.id
    assert here.assets.knows(here.owner.id, bytes(32)) is None
    [(sealed,)] = here.database.execute("SELECT label_sealed FROM asset")
    assert b".jpg" not in bytes(sealed)


@pytest.mark.parametrize("wrong", ["", "x", "ast_" + "0" * 32, "own_" + "0" * 32, "ast_1' OR '1'='1"])
def test_an_unknown_asset(here: Registered, wrong: str) -> None:
    """It is said which."""
    here.add(1)

    with pytest.raises(NotFoundError, match="there is no asset"):
        here.assets.get(wrong)


def test_the_same_bytes_are_added_once_per_owner(here: Registered) -> None:
    """In one batch, and again; another owner may register them too."""
    first = here.registration()
    other = here.add_owner("sonia")
    again = replace(here.registration(), digest=first.digest)
    hers = replace(here.registration(owner=other), digest=first.digest)

    added = here.assets.add([first, again, hers])
    later = here.assets.add([replace(here.registration(), digest=first.digest)])

    assert added == [first.asset.id, hers.asset.id]
    assert later == []
    assert here.assets.count() == 2
    assert table(here.database, "fingerprint") == sorted(added)


def test_two_processes_add_the_same(here: Registered, database_url: str) -> None:
    """Each picture once, and no process fails, though their orders differ."""
    registrations = here.registrations(200)
    batches = [registrations, [same_bytes(r) for r in reversed(registrations)]]
    environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}
    here.database.close()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", ADDER, database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        for _ in batches
    ]
    for process, batch in zip(running, batches, strict=True):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(pickle.dumps(batch))
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"

    added = []
    for process in running:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in running:
        out, _ = process.communicate(timeout=60)
        added += out.decode().split()
        assert process.returncode == 0

    assert len(added) == here.assets.count() == 200
    assert table(here.database, "fingerprint") == sorted(added)


def test_what_was_withdrawn_may_be_registered_again(here: Registered) -> None:
    """Its bytes are no longer known."""
    first = here.registration()
    here.assets.add([first])
    here.assets.withdraw([first.asset.id], NOW)

    again = replace(here.registration(), digest=first.digest)

    assert here.assets.add([again]) == [again.asset.id]


def test_listing_is_stable_and_complete(here: Registered, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal instants and many pages: each once, in one order, withdrawn ones only when asked."""
    monkeypatch.setattr("rempart.store.assets._PAGE", 100)
    added = here.add(730)
    here.assets.withdraw(added[:30], NOW)

    listed = [asset.id for asset in here.assets.all()]

    assert listed == sorted(added[30:])
    assert [a.id for a in here.assets.all(here.owner.id, withdrawn=True)] == sorted(added)
    assert list(here.assets.all(here.add_owner("sonia").id)) == []


def test_thousands_at_once(here: Registered) -> None:
    """A folder of a creator, in one transaction."""
    added = here.add(2_600)

    assert here.assets.count() == len(set(added)) == 2_600
    assert len(list(here.assets.all())) == 2_600
    assert len(here.assets.by_ids(added)) == 2_600


def test_no_list_is_too_long(here: Registered) -> None:
    """SQLite may be built with a limit of 999 values in one statement; lists come from outside."""
    added = here.add(3)
    many = [AssetId(f"ast_{number:032x}") for number in range(35_000)] + added
    if here.database.vendor == "sqlite":
        here.database.connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)

    assert set(here.assets.by_ids(many)) == set(added)
    here.assets.drop_detail(many)
    assert here.assets.withdraw(many, NOW) == sorted(added)


def test_counting_and_freezing(here: Registered) -> None:
    """What is frozen is still there; what is withdrawn is not, and cannot be thawed."""
    first, second, third = here.add(3)
    here.assets.set_state(first, AssetState.CONTESTED)
    here.assets.withdraw([second], NOW)
    here.assets.set_state(second, AssetState.ACTIVE)

    assert here.assets.count() == here.assets.count(here.owner.id) == 2
    assert here.assets.get(first).state is AssetState.CONTESTED
    assert here.assets.get(second).state is AssetState.WITHDRAWN
    assert here.assets.get(third).state is AssetState.ACTIVE


def test_accepted_grounds(here: Registered) -> None:
    """For one asset, or what the owner stated once."""
    [asset] = here.add(1)
    other = here.add_owner("sonia")
    assert not here.assets.has_accepted(here.owner.id)

    here.assets.accept_ground(asset, here.user.id, NOW)
    here.owners.accept_ground(other.id, here.user.id, NOW)

    assert here.assets.get(asset).ground_accepted_by == here.user.id
    assert here.assets.has_accepted(here.owner.id)
    assert here.assets.has_accepted(other.id)
    assert not here.assets.has_accepted(here.add_owner("lea").id)


def record(here: Registered, findings: list[Finding]) -> None:
    scan = here.findings.begin("pile", by=here.user.id, now=NOW, keep=MONTH)
    tally = {"items": len(findings)}
    here.findings.record(scan.id, findings=findings, asides=[], place=(1,), tally=tally, now=NOW, keep=MONTH)


def test_withdrawal_removes_everything_and_only_that(here: Registered) -> None:
    """Codes, digest, label, matches, and sightings that tie to nothing else; other assets keep all of theirs."""
    gone = here.registration(detail=b"sealed parts")
    kept = here.registration(detail=b"sealed parts")
    here.assets.add([gone, kept])
    a, b = gone.asset.id, kept.asset.id
    record(here, [here.found(0, [a]), here.found(1, [a, b]), here.found(2, [b])])
    before = here.assets.get(b)

    assert here.assets.withdraw([a, a, AssetId("ast_" + "0" * 32)], NOW + MONTH) == [a]

    for name in ("fingerprint", "fingerprint_detailed"):
        assert table(here.database, name) == [b]
    assert table(here.database, "match_found") == [b, b]
    assert table(here.database, "sighting", "number") == ["1", "2"]
    assert here.assets.get(b) == before
    left = here.assets.get(a)
    assert (left.state, left.label, left.withdrawn_at) == (AssetState.WITHDRAWN, "", NOW + MONTH)
    assert here.assets.knows(here.owner.id, gone.digest) is None
    assert here.assets.withdraw([a], NOW + 2 * MONTH) == []
    assert here.assets.get(a) == left


def test_a_withdrawal_that_is_cut_did_not_happen(here: Registered) -> None:
    """It is part of the caller's transaction."""
    [asset] = here.add(1)

    def cut() -> None:
        with here.database.transaction():
            here.assets.withdraw([asset], NOW)
            raise NotFoundError("cut")  # noqa: EM101 - any error

    with pytest.raises(NotFoundError):
        cut()

    assert here.assets.get(asset).state is AssetState.ACTIVE
    assert table(here.database, "fingerprint") == [asset]


def test_erasure_is_noted_for_what_was_withdrawn_before(here: Registered) -> None:
    """What was withdrawn while the files were cleaned waits for the next time."""
    early, late, _ = here.add(3)
    here.assets.withdraw([early], NOW)
    here.assets.withdraw([late], NOW + dt.timedelta(seconds=1))

    assert len(here.assets.awaiting()) == 2
    assert here.assets.note_erased([early], NOW + MONTH) == 1
    assert here.assets.get(early).erased_at == NOW + MONTH
    assert here.assets.get(late).erased_at is None
    assert len(here.assets.awaiting()) == 1


def test_detail_is_dropped(here: Registered) -> None:
    """The whole-frame code stays."""
    registration, other = here.registration(detail=b"sealed parts"), here.registration(detail=b"sealed parts")
    here.assets.add([registration, other])

    here.assets.drop_detail([registration.asset.id])

    assert table(here.database, "fingerprint_detailed") == [other.asset.id]
    assert here.assets.get(registration.asset.id).protection is AssetProtection.HASH_ONLY
    assert len(table(here.database, "fingerprint")) == 2

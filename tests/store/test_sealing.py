"""What names a person or a place is sealed, opens in its own place only, and is sealed again under a new key."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from databases import PostgresServer, on_sqlite
from fakes import FakeSealer
from registered import MONTH, NOW, RIGHT, Registered
from rempart.errors import IntegrityError
from rempart.model.asset import UserRole
from rempart.model.courtesy import HostState, RobotsCopy, RobotsVerdict
from rempart.model.evidence import EvidenceRecipient, RecipientPurpose
from rempart.model.exchange import Label
from rempart.model.finding import Aside
from rempart.model.ids import AssetId, PartnerId
from rempart.model.recipient import NewRecipient
from rempart.store import (
    AuthorisationRepository,
    Database,
    DatabaseLocation,
    DecoyRepository,
    EvidenceKeyRepository,
    FindingRepository,
    HostRepository,
    OutgoingRepository,
    OwnerRepository,
    PartnerRepository,
    RecipientRepository,
    TraceRepository,
    WorkspaceRepository,
    reseal,
    sealed_faults,
    sealed_values,
    sealing,
)
from rempart.store.models import AssetRow
from rempart.store.sealing import SEALED_COLUMNS
from traced import trace_record, traced_leak
from watched import Watched, case_of, fill_watch

#: Sealed by an item's own key, outside this table.
OWN_KEYS = {
    *(("fingerprint_detailed", "codes_sealed"), ("log_entry", "entry_sealed")),
    *(("evidence_case", "note_sealed"), ("evidence_case", "salt_sealed"), ("evidence_item", "label_sealed")),
    *(("evidence_item", "draft_sealed"), ("evidence_item", "identity_sealed"), ("custody_event", "why_sealed")),
    *(("custody_event", "to_sealed"), ("legal_hold", "why_sealed"), ("erasure_request", "why_sealed")),
    *(("evidence_handoff", "to_sealed"), ("sighting_excerpt", "text_sealed"), ("sighting_excerpt", "pseudonym_sealed")),
}
SECRETS = (
    *("Oscar-Planted", "Nadia-Planted", "06-PLANTED", "label-planted", "work-planted", "place-planted"),
    *("Partner-Planted", "Recipient-Planted", "digest-planted"),
    *("host-planted", "origin-planted", "rules-planted", "remark-planted", "url-planted", "reason-planted"),
    *("basis-planted", "Rita-Planted", "REF-planted", "group-planted", "how-planted"),
    *("Channel-Planted", "note-planted", "purpose-planted", "leak-planted"),
    *("Counsel-Planted", "why-planted", "cursor-planted", "thread-planted", "tail-planted", "etag-planted"),
    *("title-planted", "file-planted", "page-planted", "post-planted", "hit-planted", "locator-planted"),
    *("outbox-planted", "receipt-planted", "launch-planted", "query-planted", "excerpt-planted", "pseudonym-planted"),
)


@pytest.fixture
def here(database: Database) -> Registered:
    """Return repositories on a database with a user and an owner."""
    return Registered(database)


def fill(here: Registered) -> None:
    """Put something planted into every sealed column."""
    sealer, database = here.sealer, here.database
    WorkspaceRepository(database, sealer).found("wsp_1", is_shared=False, now=NOW)
    user = here.users.add("Oscar-Planted", UserRole.REVIEWER, NOW)
    here.owners.add("Nadia-Planted", contact="06-PLANTED", right=RIGHT, by=user.id, now=NOW)
    registration = here.registration(label="label-planted")
    here.assets.add([registration])
    scan = here.findings.begin("work-planted", by=user.id, now=NOW, keep=MONTH)
    found = here.found(0, [registration.asset.id], "place-planted")
    asides = [Aside(number=1, record="place-planted")]
    place, tally = ("place-planted",), {"items": 2}
    here.findings.record(scan.id, findings=[found], asides=asides, place=place, tally=tally, now=NOW, keep=MONTH)
    partner = PartnerId("ptn_" + "1" * 32)
    partners = PartnerRepository(database, sealer)
    partners.add(partner, "Partner-Planted", public_key=None, by=user.id, now=NOW)
    partners.pin_key(partner, bytes(32), "Recipient-Planted")
    OutgoingRepository(database, sealer).note_sent(partner, {b"digest-planted": Label.REVIEWED})
    fill_outside(here)
    fill_copies(here, registration.asset.id)
    fill_watched(here)


def fill_watched(here: Registered) -> None:
    """Put something planted into what is watched."""
    watched = Watched(here.database, here.user, here.sealer)
    fill_watch(watched, case_of(here), here.found(0, here.add(1)).matches)


def fill_outside(here: Registered) -> None:
    """Put something planted into what is remembered of hosts."""
    sealer, database = here.sealer, here.database
    hosts = HostRepository(database, sealer, keep=MONTH)
    hosts.change("host-planted", lambda _: (HostState(requests=1), None))
    copy = RobotsCopy(
        origin="origin-planted",
        verdict=RobotsVerdict.RULES,
        rules="rules-planted",
        read_at=NOW,
        until=NOW,
        remarks=("remark-planted",),
    )
    hosts.keep_robots(copy)
    AuthorisationRepository(database, sealer, keep=MONTH).add(
        "url-planted", by=here.user.id, reason="reason-planted", legal_basis="basis-planted", now=NOW, until=NOW + MONTH
    )


def fill_copies(here: Registered, asset: AssetId) -> None:
    """Put something planted into what is known of copies."""
    recipients = RecipientRepository(here.database, here.sealer)
    new = NewRecipient(
        name="Rita-Planted", informed_on=NOW.date(), how="how-planted", ref="REF-planted", group="group-planted"
    )
    recipients.add([new], by=here.user.id, now=NOW)
    DecoyRepository(here.database, here.sealer).add(asset, "Channel-Planted", "note-planted", by=here.user.id, now=NOW)
    EvidenceKeyRepository(here.database, here.sealer).add_recipient(
        EvidenceRecipient(label="Counsel-Planted", age_recipient="age1planted", purpose=RecipientPurpose.LAWYER),
        by=here.user.id,
        now=NOW,
    )
    TraceRepository(here.database, here.sealer, keep=MONTH).add(
        trace_record(
            by=here.user.id,
            purpose="purpose-planted",
            leaks=(traced_leak("leak-planted", asset), traced_leak("other-planted")),
        )
    )


def by_column(database: Database) -> dict[tuple[str, str], list[bytes]]:
    found = {}
    for sealed in SEALED_COLUMNS:
        table = sealed.row._meta.db_table
        rows = database.execute(f"SELECT {sealed.column} FROM {table}")  # noqa: S608 - our own tables
        found[table, sealed.column] = [bytes(row[0]) for row in rows if row[0] is not None]
    return found


def stale(here: Registered) -> int:
    return sum(not here.sealer.is_current(value) for value in sealed_values(here.database))


def test_every_sealed_column_is_in_the_table() -> None:
    """A column that is forgotten would be unreadable once its key is destroyed."""
    named = {
        (model._meta.db_table, field.name)
        for model in apps.get_app_config("store").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.BinaryField) and (field.name.endswith("_sealed") or field.name == "key_check")
    }
    listed = {(sealed.row._meta.db_table, sealed.column) for sealed in SEALED_COLUMNS}
    indexes = {(sealed.row._meta.db_table, sealed.index) for sealed in SEALED_COLUMNS if sealed.index}

    assert named - OWN_KEYS == listed
    assert all(index.endswith("_index") for _, index in indexes)


@on_sqlite
def test_no_name_in_the_clear_in_a_file(here: Registered) -> None:
    """Nor in the log: every file of the database is read."""
    fill(here)
    path = Path(here.database.location.name)
    content = b"".join(p.read_bytes() for p in path.parent.iterdir() if p.is_file()).lower()

    assert here.user.id.encode() in content
    assert not [s for s in SECRETS if s.lower().encode() in content]
    assert all(by_column(here.database).values())


def test_no_name_in_the_clear_on_a_server(postgres: PostgresServer) -> None:
    """Nor in its log of statements that failed."""
    database = Database(DatabaseLocation.parse(postgres.make()))
    here = Registered(database)
    fill(here)
    database.execute("CHECKPOINT")
    [(oid,)] = database.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
    database.close()

    data = postgres.folder / "data"
    files = [p for p in [*(data / "base" / str(oid)).iterdir(), *(data / "pg_wal").iterdir()] if p.is_file()]
    content = b"".join(p.read_bytes() for p in [*files, postgres.folder / "log"]).lower()

    assert here.user.id.encode() in content
    assert not [s for s in SECRETS if s.lower().encode() in content]


def test_a_moved_ciphertext_does_not_open(here: Registered) -> None:
    """From one row to another, or to another column."""
    first, second = here.registration(label="a"), here.registration(label="b")
    here.assets.add([first, second])
    moved = AssetRow.objects.get(id=first.asset.id).label_sealed
    AssetRow.objects.filter(id=second.asset.id).update(label_sealed=moved)

    assert here.assets.get(first.asset.id).label == "a"
    assert list(sealed_faults(here.database, here.sealer)) == [f"asset.label_sealed:{second.asset.id} does not open"]
    with pytest.raises(IntegrityError):
        here.assets.get(second.asset.id)


def test_everything_is_sealed_again(here: Registered) -> None:
    """Then the old key opens nothing that is there, and is not needed."""
    fill(here)
    here.sealer.rotate(b"2")
    before = stale(here)

    done = sum(reseal(here.database, here.sealer))

    assert done == before == sum(map(len, by_column(here.database).values())) > 0
    assert stale(here) == 0
    assert sum(reseal(here.database, here.sealer)) == 0
    only_new = FakeSealer(b"2")
    assert OwnerRepository(here.database, only_new).get("nadia-planted").contact == "06-PLANTED"
    assert WorkspaceRepository(here.database, only_new).require("wsp_1") is False
    findings = FindingRepository(here.database, only_new)
    scan = findings.unfinished("work-planted")
    assert scan is not None
    assert len(list(findings.results(scan.id))) == 2


def test_it_goes_on_where_it_was_cut(here: Registered, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are found before, in the middle and after, and none can be taken twice."""
    monkeypatch.setattr("rempart.store.sealing._BATCH", 3)
    names = [f"owner {number}" for number in range(10)]
    for name in names:
        here.add_owner(name)
    here.sealer.rotate(b"2")
    assert all(here.owners.get(name).name == name for name in names)

    for step, _ in enumerate(reseal(here.database, here.sealer)):
        if step == 2:
            break
    left = stale(here)
    in_the_middle = [here.owners.get(name).name for name in names]
    rest = sum(reseal(here.database, here.sealer))

    assert 0 < left == rest
    assert in_the_middle == names == [here.owners.get(name).name for name in names]
    assert stale(here) == 0


def test_what_is_written_meanwhile_is_kept(here: Registered) -> None:
    """A label that goes between the reading and the writing of a batch stays gone."""
    [asset] = here.add(1)
    here.sealer.rotate(b"2")
    [column] = [c for c in SEALED_COLUMNS if c.row is AssetRow]
    [read] = sealing._after(AssetRow, None)
    here.assets.withdraw([asset], NOW)

    done = sealing._reseal(read, column, here.sealer)

    assert done is False
    assert here.assets.get(asset).label == ""


def test_writers_at_work_lose_nothing(here: Registered, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scans move on, assets go, while everything is sealed again."""
    monkeypatch.setattr("rempart.store.sealing._BATCH", 20)
    assets = here.add(60)
    scan = here.findings.begin("pile", by=here.user.id, now=NOW, keep=MONTH).id
    gone = random.Random(3).sample(assets, 30)  # noqa: S311 - a seed
    here.sealer.rotate(b"2")

    def write() -> None:
        for number, asset in enumerate(gone):
            here.assets.withdraw([asset], NOW)
            tally = {"items": number + 1}
            here.findings.record(scan, findings=[], asides=[], place=(number,), tally=tally, now=NOW, keep=MONTH)
        here.database.close()

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        list(reseal(here.database, here.sealer))
    writer.join()
    list(reseal(here.database, here.sealer))

    resumed = here.findings.unfinished("pile")
    assert resumed is not None
    assert resumed.place == (29,)
    assert all(here.assets.get(asset).label == "" for asset in gone)
    assert stale(here) == 0

"""What a partner is given: what its owner allows and somebody vouches for; no owner, identifier, day or name in it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import workspaces
from feeds import code, read
from rempart.app.exchange import FeedImport, ImportWish, suspend
from rempart.app.exchange_out import Exported, ExportWish, export_codes, verify_file
from rempart.app.rights import accept_ground, contest_asset, dismiss_contest, grant_consent, revoke_consent, subject_of
from rempart.app.withdrawing import withdraw
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError, NotFoundError, OutputError
from rempart.keys import parse_public_key
from rempart.model import AssetId
from rempart.model.asset import ConsentScope, Sensitivity
from rempart.model.exchange import FeedEntry, FeedFormat, FeedState, Label, Taken, digest_of
from rempart.model.work import AccessPurpose
from required import ROOT, skip_or_fail
from seeds import FILE_NAME, NAME

Made = tuple[Settings, Workspace]
EXCHANGE = ConsentScope.EXCHANGE


def register(made: Made, count: int = 3, owner: str = "nadia", **how: object) -> list[AssetId]:
    """Register pictures of an owner who allows the exchange."""
    settings, workspace = made
    folder = workspace.folder.parent / owner
    # Scenes 21-23 and 41-42 have codes of quality 50 and more; others are kept back.
    paths = workspaces.pictures(folder, count, first=21 if owner == "nadia" else 41)
    assets = workspaces.register(settings, workspace, paths, owner=owner, **how)  # type: ignore[arg-type]
    grant_consent(workspace, subject_of(workspace, owner), EXCHANGE, "fr")
    return assets


def export(made: Made, partner: str = "Ada", feed_format: FeedFormat = FeedFormat.JSONL) -> Exported:
    """Export for a partner, who is added if it is new, to a file of its own."""
    _, workspace = made
    number = len(list(workspace.folder.parent.glob("out-*")))
    wish = ExportWish(partner=partner, is_new=workspace.partners.find(partner) is None, feed_format=feed_format)
    return export_codes(workspace, workspace.folder.parent / f"out-{number}", wish)


def entries_of(done: Exported, feed_format: FeedFormat = FeedFormat.JSONL) -> list[FeedEntry]:
    """Read a file as its partner would."""
    entries, faults = read(done.path.read_bytes(), feed_format)
    assert faults == []
    return entries


def codes_of(made: Made) -> dict[AssetId, bytes]:
    """Return each asset's code."""
    return {c.asset: c.bits for c in made[1].outgoing.codes()}


def test_only_what_is_allowed_leaves(made: Made) -> None:
    """By a consent of this scope; taken back, it is removed, by its digest."""
    _, workspace = made
    first, second, third = register(made)
    bits = codes_of(made)
    revoke_consent(workspace, subject_of(workspace, first), EXCHANGE)
    before = entries_of(export(made))

    revoke_consent(workspace, subject_of(workspace, second), EXCHANGE)
    after = entries_of(export(made))

    assert {e.bits for e in before} == {bits[second], bits[third]}
    assert {e.label for e in before} == {Label.SELF_DECLARED}
    assert [(e.bits, e.digest, e.label) for e in after if e.bits is None] == [
        (None, digest_of(bits[second]), Label.WITHDRAWN)
    ]


def test_the_label_is_what_somebody_vouches_for(made: Made) -> None:
    """Reviewed once another person accepted the ground; intimate and unaccepted stays here, and is counted."""
    _, workspace = made
    plain, accepted = register(made, 2)
    [sealed, vouched] = register(made, 2, "zoe", sensitivity=Sensitivity.INTIMATE)
    accept_ground(workspace, accepted, "Anne")
    accept_ground(workspace, vouched, "Anne")
    bits = codes_of(made)

    done = export(made)

    assert {e.bits: e.label for e in entries_of(done)} == {
        bits[plain]: Label.SELF_DECLARED,
        bits[accepted]: Label.REVIEWED,
        bits[vouched]: Label.REVIEWED,
    }
    assert (done.sealed, done.labels) == (1, {Label.SELF_DECLARED: 1, Label.REVIEWED: 2})
    assert bits[sealed].hex() not in done.path.read_text()


def test_a_withdrawal_is_told_to_whoever_had_it_and_to_nobody_else(made: Made) -> None:
    """Its code is gone everywhere; its digest removes it there, again and again."""
    _, workspace = made
    gone, kept = register(made, 2)
    bits = codes_of(made)
    export(made)
    withdraw(workspace, [gone])

    told, again, other = export(made), export(made), export(made, "Bo")

    for done in (told, again):
        assert {(e.digest, e.state) for e in entries_of(done)} == {
            (digest_of(bits[kept]), FeedState.ACTIVE),
            (digest_of(bits[gone]), FeedState.WITHDRAWN),
        }
        assert bits[gone].hex() not in done.path.read_text()
    assert {e.digest for e in entries_of(other)} == {digest_of(bits[kept])}


def test_a_contest_takes_it_back_and_its_dismissal_gives_it_again(made: Made) -> None:
    """An objection is not a withdrawal."""
    _, workspace = made
    [asset] = register(made, 1)
    export(made)
    contest_asset(workspace, asset)
    contested = entries_of(export(made))
    dismiss_contest(workspace, asset, "Anne")
    given = entries_of(export(made))

    assert [(e.bits, e.state) for e in contested] == [(None, FeedState.CONTESTED)]
    assert [e.state for e in given] == [FeedState.ACTIVE]


def test_what_never_left_is_not_told_to_be_removed(made: Made) -> None:
    """A removal would say that there was something."""
    _, workspace = made
    [asset] = register(made, 1)
    contest_asset(workspace, asset)

    assert entries_of(export(made)) == []


def test_a_suspended_code_leaves_no_more(made: Made) -> None:
    """An upheld contest undoes what we caused, wherever we sent it."""
    _, workspace = made
    register(made, 2)
    export(made)
    [first, _] = codes_of(made).values()
    suspend(workspace, first, "Anne")

    states = {e.digest: e.state for e in entries_of(export(made))}

    assert states[digest_of(first)] is FeedState.CONTESTED


def test_the_same_picture_twice_is_one_line(made: Made) -> None:
    """Of two owners: whoever vouches for one of them counts."""
    settings, workspace = made
    paths = workspaces.pictures(workspace.folder.parent / "both", 1)
    [first] = workspaces.register(settings, workspace, paths, owner="nadia")
    workspaces.register(settings, workspace, paths, owner="zoe")
    for owner in ("nadia", "zoe"):
        grant_consent(workspace, subject_of(workspace, owner), EXCHANGE, "fr")
    accept_ground(workspace, first, "Anne")

    assert [e.label for e in entries_of(export(made))] == [Label.REVIEWED]


def test_a_plain_picture_is_kept_back(made: Made) -> None:
    """Its code would match every other plain picture of the partner's."""
    settings, workspace = made
    path = workspace.folder.parent / "plain.png"
    from PIL import Image  # noqa: PLC0415 - this test's only

    Image.new("RGB", (160, 120), "white").save(path)
    workspaces.register(settings, workspace, [path])
    grant_consent(workspace, subject_of(workspace, "nadia"), EXCHANGE, "fr")

    done = export(made)

    assert (done.weak, entries_of(done)) == (1, [])


@pytest.mark.parametrize("feed_format", [FeedFormat.JSONL, FeedFormat.CSV, FeedFormat.TX])
def test_nothing_about_people_is_in_any_byte(made: Made, feed_format: FeedFormat) -> None:
    """Owner, contact, identifiers, file names, users and days are searched for in what was written."""
    settings, workspace = made
    path = workspace.folder.parent / FILE_NAME
    os.rename(workspaces.pictures(workspace.folder.parent / "shoot", 1)[0], path)
    [asset] = workspaces.register(settings, workspace, [path], owner=NAME)
    [other] = register(made, 1)
    grant_consent(workspace, subject_of(workspace, NAME), EXCHANGE, "fr")
    accept_ground(workspace, asset, "Anne-Planted")
    export(made, feed_format=feed_format)
    withdraw(workspace, [other])
    done = export(made, feed_format=feed_format)

    written = [done.path, *([done.signature] if done.signature else [])]
    content = b"".join(p.read_bytes() for p in written).decode().lower()
    known = [workspace.assets.get(asset), workspace.assets.get(other)]
    today = {f"{a.registered_at + dt.timedelta(hours=h):%Y-%m-%d}" for a in known for h in (-1, 1)}
    ids: list[str] = [a.id for a in known] + [a.owner for a in known] + [a.ground.id for a in known]
    ids += [workspace.id, workspace.me.id, workspace.partners.get("Ada").id]
    planted = [NAME, "quenouille", "segolene", FILE_NAME, "plage", "anne", "oscar", "nadia", "png", "jpg", *ids]
    planted += [i[4:] for i in ids] + [*today, *(day.replace("-", "") for day in today)]
    assert [p for p in planted if p.lower() in content] == []
    assert [n for n in range(1_000) if str(int(known[0].registered_at.timestamp()) + n - 500) in content] == []
    assert oct(done.path.stat().st_mode & 0o777) == "0o600"


def test_a_partner_that_uses_rempart_takes_it(made: Made, tmp_path: Path) -> None:
    """Label and removal arrive, signed, by the key that was told; a withdrawal there is for good."""
    _, workspace = made
    first, second = register(made, 2)
    accept_ground(workspace, first, "Anne")
    bits = codes_of(made)
    one = export(made)
    withdraw(workspace, [second])
    two = export(made)
    workspace.database.close()

    _, theirs = workspaces.make(tmp_path / "theirs")
    key = parse_public_key(one.public_key)
    taken = []
    for number, done in enumerate((one, two, two)):
        work = FeedImport(theirs, done.path, ImportWish(partner="us", is_new=number == 0, key=key))
        assert list(work.events()) == []
        taken.append(work.taken)
    with pytest.raises(IntegrityError, match="imported already"):
        list(FeedImport(theirs, one.path, ImportWish(partner="us")).events())
    found = list(theirs.imported.imported_bank())
    theirs.database.close()

    assert taken == [Taken(added=2), Taken(known=1, removed=1), Taken(known=2)]
    assert [(e.bits, e.label, e.may_act) for e in found] == [(bits[first], Label.REVIEWED, True)]


def test_a_file_is_verified_by_its_key_only(made: Made) -> None:
    """What was sent, and what was cut."""
    register(made, 2)
    for feed_format in (FeedFormat.JSONL, FeedFormat.CSV, FeedFormat.TX):
        done = export(made, feed_format=feed_format)
        key = parse_public_key(done.public_key)
        found = verify_file(done.path, key)

        assert (found.statement.recipient, found.statement.sequence) == ("Ada", done.sequence)
        assert (found.entries, found.fault_count) == (2, 0)
        with pytest.raises(IntegrityError):
            verify_file(done.path, bytes(32))
        done.path.write_bytes(done.path.read_bytes()[:-80])
        with pytest.raises(IntegrityError):
            verify_file(done.path, key)


def test_numbers_follow_for_each_partner(made: Made) -> None:
    """And each opening is traced, with its count."""
    _, workspace = made
    register(made, 2)

    assert [export(made).sequence, export(made).sequence, export(made, "Bo").sequence] == [1, 2, 1]
    traced = [a.count for a in workspace.journal.accesses() if a.purpose is AccessPurpose.EXPORT_CODES]
    assert traced == [2, 2, 2]


def test_what_was_given_is_never_written_over(made: Made) -> None:
    """Nor is anything else, and a partner must be known."""
    _, workspace = made
    taken = workspace.folder.parent / "taken"
    taken.write_text("mine")
    for wish in (ExportWish(partner="Ada", is_new=True), ExportWish(partner="Ada", feed_format=FeedFormat.CSV)):
        with pytest.raises(MisuseError, match="already"):
            export_codes(workspace, taken, wish)
    with pytest.raises(NotFoundError):
        export_codes(workspace, workspace.folder.parent / "new", ExportWish(partner="Ada"))
    with pytest.raises(OutputError):
        export_codes(workspace, workspace.folder / "no" / "folder", ExportWish(partner="Ada", is_new=True))

    assert taken.read_text() == "mine"


def tx(home: Path, *arguments: str) -> str:
    """Run python-threatexchange's own command, with a home of its own."""
    program = ROOT / ".venv-judges-exchange" / "bin" / "tx"
    if not program.exists():
        skip_or_fail("threatexchange", "scripts/judges has not installed it")
    done = subprocess.run(
        [program, *arguments], env={"HOME": str(home)}, capture_output=True, encoding="utf-8", check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("is_typed", [True, False])
def test_tx_reads_our_file_and_we_read_what_it_prints(tmp_path: Path, *, is_typed: bool) -> None:
    """Fetched, listed and matched by its own command: each code is an INVESTIGATION_SEED, never a POSITIVE."""
    made = workspaces.make(tmp_path / "workspace")
    register(made, 3)
    done = export(made, feed_format=FeedFormat.TX)
    bits = sorted(b.hex() for b in codes_of(made).values())
    made[1].database.close()
    path = done.path
    if not is_typed:
        path = tmp_path / "bare"
        path.write_text(done.path.read_text().replace("pdq ", ""))

    kind = [] if is_typed else ["--signal-type", "pdq"]
    tx(tmp_path, "config", "collab", "edit", "local_file", "--create", "Ours", "--filename", str(path), *kind)
    tx(tmp_path, "fetch", "--only-collab", "Ours")
    printed = tx(tmp_path, "dataset", "-c", "Ours", "-P", "--csv")
    (tmp_path / "query").write_text(bits[1])
    matched = tx(tmp_path, "match", "-S", "pdq", "-H", "photo", str(tmp_path / "query"))

    entries, faults = read(printed, FeedFormat.CSV)
    assert faults == []
    assert sorted(e.bits.hex() for e in entries if e.bits) == bits
    assert {e.label for e in entries} == {Label.SELF_DECLARED}
    assert "POSITIVE" not in printed
    assert "pdq" in matched
    assert "INVESTIGATION_SEED" in matched


def test_a_script_of_a_page_removes_by_digest(made: Made) -> None:
    """What the guide shows a partner without Rempart: SHA-256 of the code's bytes."""
    _, workspace = made
    [asset] = register(made, 1)
    bits = codes_of(made)[asset]
    export(made)
    withdraw(workspace, [asset])
    line = json.loads(export(made).path.read_text().splitlines()[1])
    script = "import hashlib, sys; print(hashlib.sha256(bytes.fromhex(sys.argv[1])).hexdigest())"

    done = subprocess.run([sys.executable, "-c", script, bits.hex()], capture_output=True, check=True, text=True)

    assert line["sha256"] == done.stdout.strip() == hashlib.sha256(bits).hexdigest()
    assert code(0) != bits

"""Files of partners: signed or not, newest or replayed; what they remove is gone, what is contested is not compared."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import workspaces
from feed_imports import KEY, Made, bank, signed, take
from feeds import code, jsonl, listed, removal, stopncii_page, stopncii_record
from rempart.app import exchange
from rempart.app.backup import backup
from rempart.app.checking import check, sweep
from rempart.app.exchange import FeedImport, ImportWish, suspend
from rempart.app.exchange_files import verify_held
from rempart.app.restore import restore
from rempart.app.rotation import rotate
from rempart.app.workspace import Workspace, open_workspace
from rempart.errors import IntegrityError, MisuseError, NotFoundError, UnavailableError
from rempart.keys import SigningKey
from rempart.model.exchange import FaultReason, FeedFormat, Label, Taken, digest_of
from rempart.model.work import EventKind, JobState
from rempart.register import sign_feed


def test_wrong_lines_are_told_and_nothing_else_is_lost(made: Made) -> None:
    """By number and reason; the counts say the rest."""
    _, workspace = made
    lines = jsonl(listed(code(0)), listed(code(1))).splitlines()
    lines[2:2] = ["{", json.dumps({"pdq": "f" * 64, "label": "reviewed"})]

    work = take(workspace, "\n".join(lines))

    assert [(f.line, f.reason) for f in work.left_out] == [  # type: ignore[attr-defined]
        (3, FaultReason.NOT_JSON),
        (4, FaultReason.NEAR_CONSTANT),
    ]
    assert (work.taken, work.faults, work.malformed) == (Taken(added=2), 2, 1)
    assert bank(workspace) == {code(0), code(1)}


def test_a_partner_must_be_known_or_said_to_be_new(made: Made) -> None:
    """A slip in its name would forget what it removed."""
    _, workspace = made
    take(workspace, jsonl())

    with pytest.raises(NotFoundError, match="'Adda'"):
        take(workspace, jsonl(), partner="Adda", is_new=False)
    with pytest.raises(MisuseError, match="already"):
        take(workspace, jsonl(), partner="ada", is_new=True)

    assert [p.name for p in workspace.partners.all()] == ["Ada"]


@pytest.mark.parametrize("what", ["missing", "folder", "pipe"])
def test_a_file_that_cannot_be_read(made: Made, what: str) -> None:
    """Says so, without waiting for a pipe's other end."""
    _, workspace = made
    path = workspace.folder.parent / "what"
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
        os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))

    with pytest.raises(MisuseError, match="cannot read"):
        list(FeedImport(workspace, path, ImportWish(partner="Ada", is_new=True)).events())

    assert workspace.partners.all() == []


def test_stopncii_withdrawals_are_for_good(made: Made) -> None:
    """An older page, kept and imported again, brings nothing back; every file is proved clean."""
    _, workspace = made
    older = json.dumps(stopncii_page(*(stopncii_record(code(n)) for n in range(4))))
    newer = json.dumps(
        stopncii_page(
            stopncii_record(code(0), "Withdrawn"), stopncii_record(code(1), "Deleted"), stopncii_record(code(0))
        )
    )
    take(workspace, older)

    assert take(workspace, newer).taken == Taken(removed=2, refused=1)
    assert take(workspace, older).taken == Taken(refused=2, known=2)

    assert bank(workspace) == {code(2), code(3)}
    assert {e.label for e in workspace.imported.imported_bank()} == {Label.SELF_DECLARED}
    assert workspace.jobs.counts() == {JobState.DONE: 1}


def test_a_removal_that_a_reader_holds_up_is_done_by_a_job(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is decided all the same, and said to be unfinished."""
    _, workspace = made
    take(workspace, jsonl(listed(code(0))))

    def busy(workspace: Workspace) -> str:
        message = f"another command reads {workspace.id}"
        raise UnavailableError(message)

    monkeypatch.setattr(exchange, "prove_erasure", busy)
    work = take(workspace, jsonl(removal(code(0))))

    assert "another command reads" in work.waits_for
    assert bank(workspace) == set()
    assert workspace.jobs.counts() == {JobState.QUEUED: 1}


def test_removed_stays_removed_after_a_rotation(made: Made) -> None:
    """The key that recognises it is wrapped anew; a sweep of what belongs to no asset leaves it alone."""
    _, workspace = made
    take(workspace, jsonl(listed(code(0)), listed(code(1)), listed(code(2))))
    take(workspace, jsonl(removal(code(0))))
    suspend(workspace, code(1), "Anne")
    rotate(workspace)
    sweep(workspace)

    assert take(workspace, jsonl(listed(code(0)), listed(code(1)))).taken == Taken(refused=1, known=1)
    assert bank(workspace) == {code(2)}
    assert list(check(workspace)) == []


def test_removed_stays_removed_after_a_restore(made: Made, tmp_path: Path) -> None:
    """From either database: partners, codes, marks and keys come back together."""
    _, workspace = made
    take(workspace, signed(jsonl(*(listed(code(n)) for n in range(3))), 1), key=KEY.public)
    take(workspace, signed(jsonl(removal(code(0))), 2))
    suspend(workspace, code(1), "Anne")
    [partner] = workspace.partners.all()
    sheet, public = workspace.keyring.new_recovery(partner.added_at), workspace.keyring.signing_key(workspace.id).public
    backup(workspace, tmp_path / "b.age")
    settings = workspaces.settings_for(tmp_path / "again" / "workspace")
    (tmp_path / "again").mkdir()
    restore(settings, tmp_path / "b.age", sheet)

    with open_workspace(settings) as again:
        found = take(again, signed(jsonl(*(listed(code(n)) for n in range(3))), 3)).taken

        assert found == Taken(refused=1, known=2)
        assert bank(again) == {code(2)}
        assert again.keyring.signing_key(again.id).public == public
        assert list(check(again)) == []


def test_a_signed_file_is_required_once_its_key_is_known(made: Made) -> None:
    """A cut one, an unsigned one and another's are refused, and nothing of them is taken."""
    _, workspace = made
    take(workspace, signed(jsonl(listed(code(0))), 1), key=KEY.public)
    content = jsonl(listed(code(1)))
    whole = signed(content, 2)

    for refused in (content, whole[:-1], whole[:-200], signed(content, 2, SigningKey(bytes([1]) * 32))):
        with pytest.raises(IntegrityError):
            take(workspace, refused)
    assert bank(workspace) == {code(0)}

    assert take(workspace, whole).sequence == 2
    assert bank(workspace) == {code(0), code(1)}


def test_an_older_signed_file_is_refused(made: Made) -> None:
    """It would undo what a newer one said: the replay of a label, or of a contest."""
    _, workspace = made
    first = signed(jsonl(listed(code(0))), 1)
    second = signed(jsonl(removal(code(0), "contested")), 2)
    take(workspace, first, key=KEY.public)
    take(workspace, second)

    with pytest.raises(IntegrityError, match="number 1, and number 2 was imported already"):
        take(workspace, first)

    assert take(workspace, second).taken == Taken(known=1)
    assert bank(workspace) == set()


def test_a_file_made_for_somebody_else_is_refused(made: Made) -> None:
    """The attack: another recipient's newest file, well signed, which says what was never said to us."""
    _, workspace = made
    first = take(workspace, signed(jsonl(listed(code(0))), 1), key=KEY.public)
    theirs = signed(jsonl(listed(code(1))), 7, recipient="them")

    for key in (None, KEY.public):
        with pytest.raises(IntegrityError, match="made for 'them'") as raised:
            take(workspace, theirs, key=key)
        assert raised.value.exit_code == 5

    again = take(workspace, signed(jsonl(listed(code(2))), 2))
    assert (first.recipient, again.recipient) == ("us", None)
    assert workspace.partners.get("Ada").received == 2
    assert bank(workspace) == {code(0), code(2)}


@pytest.mark.parametrize("feed_format", [None, FeedFormat.CSV])
def test_a_file_is_read_as_it_was_signed(made: Made, feed_format: FeedFormat | None) -> None:
    """What was signed as one format may mean another thing in another; nothing is pinned by it either."""
    _, workspace = made
    content = f"pdq {code(0).hex()}\n".encode()
    name = FeedFormat.TX if feed_format else FeedFormat.CSV
    beside = workspace.folder.parent / "feed.sig"
    beside.write_bytes(sign_feed(content, name, KEY, recipient="us", sequence=1))

    with pytest.raises(IntegrityError, match=f"signed as '{name}'"):
        take(workspace, content, key=KEY.public, feed_format=feed_format)

    assert workspace.partners.get("Ada").public_key is None
    beside.write_bytes(sign_feed(b"", FeedFormat.TX, KEY, recipient="us", sequence=1))
    assert take(workspace, b"", key=KEY.public).sequence == 1


def test_a_file_that_changes_once_it_is_verified(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attack: whoever can write to the file puts other codes in after the signature was checked."""
    _, workspace = made
    path = workspace.folder.parent / "feed"

    def swapped(*given: object) -> object:
        found = verify_held(*given)  # type: ignore[arg-type]  # passed on
        path.write_text(jsonl(listed(code(9))))
        return found

    monkeypatch.setattr(exchange, "verify_held", swapped)
    take(workspace, signed(jsonl(listed(code(0))), 1), key=KEY.public)

    assert path.read_text() == jsonl(listed(code(9)))
    assert bank(workspace) == {code(0)}


def test_another_key_is_another_count(made: Made) -> None:
    """A partner that began anew says so with its key, which a person gives."""
    _, workspace = made
    other = SigningKey(bytes([1]) * 32)
    take(workspace, signed(jsonl(listed(code(0))), 9), key=KEY.public)

    take(workspace, signed(jsonl(listed(code(1))), 1, other), key=other.public)

    assert workspace.partners.get("Ada").received == 1
    with pytest.raises(IntegrityError):
        take(workspace, signed(jsonl(), 10))


def test_a_signature_beside_counts(made: Made) -> None:
    """For formats that have no place for it."""
    _, workspace = made
    content = f"pdq {code(0).hex()}\n".encode()
    beside = workspace.folder.parent / "feed.sig"
    beside.write_bytes(sign_feed(content, FeedFormat.TX, KEY, recipient="us", sequence=4))

    assert take(workspace, content, key=KEY.public).sequence == 4
    with pytest.raises(IntegrityError):
        take(workspace, content + b"\n")


@pytest.mark.parametrize("form", ["identifier", "hexadecimal", "bytes"])
def test_a_suspended_code_is_not_compared(made: Made, form: str) -> None:
    """From the next query on, in another process too; whoever lists it later."""
    _, workspace = made
    take(workspace, jsonl(listed(code(0)), listed(code(1))))
    [name] = [e.id for e in workspace.imported.imported_bank() if e.bits == code(0)]
    forms: dict[str, str | bytes] = {"identifier": name, "hexadecimal": code(0).hex(), "bytes": code(0)}

    assert suspend(workspace, forms[form], "Anne")
    take(workspace, jsonl(listed(code(0))), partner="Bo", is_new=True)

    assert bank(workspace) == {code(1)}
    assert workspace.imported.still_listed([name]) == {}
    [event] = [e for e in workspace.journal.events() if e.kind is EventKind.CODE_SUSPENDED]
    assert event.actor == workspace.users.find("Anne").id  # type: ignore[union-attr]
    assert code(0).hex() not in str(event)


def changed(bits: bytes, count: int) -> bytes:
    """Change so many bits of a code, and keep as many ones."""
    number = int.from_bytes(bits)
    for wanted in ("1", "0"):
        places = [n for n in range(256) if f"{int.from_bytes(bits):0256b}"[255 - n] == wanted]
        for place in places[: count // 2 + (count % 2 if wanted == "1" else 0)]:
            number ^= 1 << place
    return number.to_bytes(32)


def test_a_copy_of_a_suspended_code_is_suspended_too(made: Made) -> None:
    """The attack: the same picture saved once more has another code, some bits away; on each side of the radius."""
    _, workspace = made
    near, far = changed(code(0), exchange.SUSPENDED_BITS), changed(code(0), exchange.SUSPENDED_BITS + 1)
    take(workspace, jsonl(listed(code(0)), listed(near), listed(far), listed(code(1))))

    assert suspend(workspace, code(0), "Anne") == 2
    assert bank(workspace) == {far, code(1)}
    take(workspace, jsonl(removal(near)))
    take(workspace, jsonl(listed(near)), partner="Bo", is_new=True)

    assert bank(workspace) == {far, code(1)}
    assert suspend(workspace, changed(code(1), 20), "Anne") == 1
    assert bank(workspace) == {far}


def test_what_cannot_be_suspended_is_said(made: Made) -> None:
    """No partner, no such identifier, no code."""
    _, workspace = made
    with pytest.raises(MisuseError, match="no partner"):
        suspend(workspace, code(0), "Anne")
    take(workspace, jsonl())

    with pytest.raises(NotFoundError):
        suspend(workspace, "imp_" + "0" * 32, "Anne")
    wrongs: tuple[str | bytes, ...] = ("", "x", "ab", code(0).hex()[:-1], bytes(31))
    for wrong in wrongs:
        with pytest.raises(MisuseError):
            suspend(workspace, wrong, "Anne")


def test_what_is_noted_are_counts(made: Made) -> None:
    """By whom, of which partner, how many: no code, no name."""
    _, workspace = made
    take(workspace, jsonl(listed(code(0))), by="Anne")

    events = [e for e in workspace.journal.events() if e.kind is EventKind.CODES_IMPORTED]

    assert [dict(e.detail) for e in events] == [{"added": 1, "removed": 0, "faults": 0}]
    assert {e.actor for e in events} == {workspace.users.find("Anne").id}  # type: ignore[union-attr]
    assert "Ada" not in str(events)
    assert digest_of(code(0)).hex() not in str(events)


def test_many_codes(tmp_path: Path) -> None:
    """In transactions of some hundreds, and twice the same."""
    _, workspace = workspaces.make(tmp_path / "workspace")
    content = "".join(f"{code(n).hex()}\n" for n in range(2_500))

    assert take(workspace, content).taken == Taken(added=2_500)
    assert take(workspace, content).taken == Taken(known=2_500)
    workspace.database.close()

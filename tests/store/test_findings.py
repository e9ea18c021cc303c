"""Scans that go on where they were cut: each step once, nothing of what was withdrawn, places sealed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from registered import MONTH, NOW, Registered
from rempart.errors import NotFoundError
from rempart.model.asset import AssetState, ConsentScope
from rempart.model.finding import Aside, Finding, ScanState
from rempart.model.fingerprint import SignalType
from rempart.model.ids import AssetId, ScanId
from rempart.model.match import Clue, ClueKind
from rempart.model.media import Orientation, Place
from rempart.store import Database
from rempart.store.models import MatchRow


@pytest.fixture
def here(database: Database) -> Registered:
    """Return repositories on a database with a user and an owner."""
    return Registered(database)


def begin(here: Registered, work: str = "pile --deep") -> ScanId:
    return here.findings.begin(work, by=here.user.id, now=NOW, keep=MONTH).id


def record(
    here: Registered,
    scan: ScanId,
    items: int,
    findings: Sequence[Finding] = (),
    asides: Sequence[Aside] = (),
    place: Place = (),
    state: ScanState = ScanState.RUNNING,
) -> list[Finding]:
    return here.findings.record(
        scan,
        findings=findings,
        asides=asides,
        place=place,
        tally={"items": items},
        now=NOW,
        keep=MONTH,
        state=state,
    )


def test_what_is_recorded_comes_back_in_order(here: Registered) -> None:
    """Findings and asides, as they were, names that are not UTF-8 too."""
    a, b = here.add(2)
    scan = begin(here)
    found = here.found(2, [a, b], "été/\udcff.jpg")
    first, second = sorted(found.matches, key=lambda m: m.asset)
    asides = [Aside(number=0, record='{"name": "x"}'), Aside(number=3, record="y")]

    record(here, scan, 4, [found], asides, (1, "x"))

    results = list(here.findings.results(scan))
    assert [r.number for r in results] == [0, 2, 3]
    assert results[0] == asides[0]
    assert results[1] == replace(found, matches=(first, second))


@pytest.mark.parametrize("kind", list(ClueKind))
def test_a_clue_of_every_kind_comes_back_whole(here: Registered, kind: ClueKind) -> None:
    """Points that agree, the texture explained, the inversion, the share shown and the transformation too."""
    [asset] = here.add(1)
    scan = begin(here)
    clue = Clue(
        kind=kind,
        signal_type=SignalType.SIFT,
        distance_bits=12,
        weight=0.94,
        orientation=Orientation.FLIPY,
        frame=2,
        is_inverted=True,
        count=87,
        of=300,
        explained=0.94,
    )
    plain = here.found(0, [asset])
    placed = replace(plain.matches[0], clues=(clue,), overlap=0.62, homography=(0.5, 0, 0.25, 0, 0.5, 0, 0, 0, 1.0))

    record(here, scan, 1, [replace(plain, matches=(placed,))])

    [stored] = here.findings.results(scan)
    assert stored == replace(plain, matches=(placed,))


def test_a_match_of_an_older_version_is_still_read(here: Registered) -> None:
    """Its clues have neither counts nor shares, and its row no placement."""
    [asset] = here.add(1)
    scan = begin(here)
    found = here.found(0, [asset])
    record(here, scan, 1, [found])
    old = {"kind": "whole_frame", "signal_type": "pdq", "distance_bits": 3, "weight": 0.9}
    old |= {"orientation": "original", "frame": 0}
    MatchRow.objects.update(clues=[old])

    [stored] = here.findings.results(scan)

    assert stored == found


@pytest.mark.parametrize("state", list(ScanState))
def test_a_step_that_is_asked_twice_is_written_once(here: Registered, state: ScanState) -> None:
    """Its answer was lost: the last step of a scan too."""
    [asset] = here.add(1)
    scan = begin(here)
    step = ([here.found(0, [asset])], [Aside(number=1, record="x")], (2,), state)

    assert record(here, scan, 2, *step) == record(here, scan, 2, *step) == step[0]

    assert len(list(here.findings.results(scan))) == 2
    assert here.findings.count_hits(asset) == 1


def test_an_older_step_does_not_take_a_scan_back(here: Registered) -> None:
    """Nor does one after its end."""
    scan = begin(here)
    record(here, scan, 10, place=(10,))
    record(here, scan, 5, place=(5,))
    resumed = here.findings.unfinished("pile --deep")
    record(here, scan, 12, place=(12,), state=ScanState.FINISHED)
    record(here, scan, 13, place=(13,))

    assert resumed is not None
    assert resumed.place == (10,)
    assert resumed.tally == {"items": 10}
    assert here.findings.unfinished("pile --deep") is None


def test_a_step_is_written_whole_or_not(here: Registered) -> None:
    """Its place too: a finding that cannot be written leaves the scan where it was."""
    [asset] = here.add(1)
    scan = begin(here)
    twice = here.found(0, [asset, asset])

    with pytest.raises(Exception, match=r"(?i)unique"):
        record(here, scan, 1, [twice], place=(1,))

    resumed = here.findings.unfinished("pile --deep")
    assert resumed is not None
    assert resumed.place == ()
    assert list(here.findings.results(scan)) == []


def test_what_was_withdrawn_or_no_longer_allowed_meanwhile_is_left_out(here: Registered) -> None:
    """The bank in memory still knew it. What is frozen is written: it seals what else the same picture is."""
    active, frozen, withdrawn = here.add(3)
    here.assets.set_state(frozen, AssetState.CONTESTED)
    here.assets.withdraw([withdrawn], NOW)
    scan = begin(here)
    other = here.add_owner("sonia")
    [refused] = here.add(1, other)
    findings = [here.found(0, [active, frozen, withdrawn]), here.found(1, [withdrawn]), here.found(2, [refused])]
    here.consents.revoke(ConsentScope.MATCH, owner=other.id, asset=None, by=here.user.id, now=NOW)

    kept = record(here, scan, 3, findings)

    assert [[m.asset for m in f.matches] for f in kept] == [[active, frozen]]
    [stored] = here.findings.results(scan)
    assert isinstance(stored, Finding)
    assert {m.asset for m in stored.matches} == {active, frozen}


def test_a_withdrawal_while_a_step_is_written(here: Registered, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for between the look at what is active and the writing: nothing of the withdrawn asset is left."""
    [asset] = here.add(1)
    scan = begin(here)
    write = here.findings._write_findings

    def withdraw() -> None:
        here.assets.withdraw([asset], NOW)
        here.database.close()

    other = threading.Thread(target=withdraw)

    def write_late(*arguments: object) -> None:
        other.start()
        other.join(timeout=0.5)  # it waits for this step, unless nothing keeps it from passing
        write(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(here.findings, "_write_findings", write_late)
    record(here, scan, 1, [here.found(0, [asset])])
    other.join()

    assert here.assets.count() == 0
    for table in ("match_found", "sighting"):
        assert here.database.execute(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - our own


def test_two_withdrawals_at_once_leave_no_sighting(here: Registered) -> None:
    """Of two assets seen in one place, each sees the other's match."""
    assets = here.add(60)
    scan = begin(here)
    pairs = list(zip(assets[::2], assets[1::2], strict=True))
    record(here, scan, 30, [here.found(number, pair) for number, pair in enumerate(pairs)])

    def withdraw(half: int) -> None:
        for pair in pairs:
            here.assets.withdraw([pair[half]], NOW)
        here.database.close()

    threads = [threading.Thread(target=withdraw, args=(half,)) for half in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert here.database.execute("SELECT count(*) FROM sighting") == [(0,)]


def test_results_across_pages(here: Registered, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each once, in order, whatever the pages hold."""
    monkeypatch.setattr("rempart.store.findings._PAGE", 7)
    [asset] = here.add(1)
    scan = begin(here)
    findings = [here.found(number, [asset], f"{number}.jpg") for number in range(0, 100, 3)]
    asides = [Aside(number=number, record=str(number)) for number in range(100) if number % 3 and number % 10]
    record(here, scan, 100, findings, asides)

    results = list(here.findings.results(scan))

    assert [r.number for r in results] == sorted([f.number for f in findings] + [a.number for a in asides])
    assert [r for r in results if isinstance(r, Finding)] == findings


def test_a_scan_goes_on_under_a_new_key(here: Registered) -> None:
    """It is found by its work; another work, or a finished one, is not."""
    scan = begin(here)
    record(here, scan, 3, place=(0, "album", 2))
    here.sealer.rotate(b"2")

    resumed = here.findings.unfinished("pile --deep")

    assert resumed is not None
    assert (resumed.id, resumed.place, resumed.tally) == (scan, (0, "album", 2), {"items": 3})
    assert here.findings.unfinished("another") is None


def test_a_scan_that_is_gone(here: Registered) -> None:
    """Its results were past their end, while it ran."""
    with pytest.raises(NotFoundError, match="there is no scan"):
        record(here, ScanId("scn_" + "0" * 32), 1)


def test_hits_are_the_latest(here: Registered) -> None:
    """And counted without opening any."""
    asset, other = here.add(2)
    scan = begin(here)
    record(here, scan, 3, [here.found(n, [asset], f"{n}.jpg") for n in range(3)])

    hits = here.findings.hits(asset, limit=2)

    assert len(hits) == 2
    assert {h.match.suspect for h in hits} <= {"0.jpg", "1.jpg", "2.jpg"}
    assert here.findings.count_hits(asset) == 3
    assert here.findings.count_hits(AssetId(other)) == 0


def test_many_findings_in_one_step(here: Registered) -> None:
    """More than a statement holds values."""
    assets = here.add(1_100)
    scan = begin(here)

    kept = record(here, scan, 1, [here.found(0, assets)])

    assert len(kept[0].matches) == 1_100
    assert len(here.assets.withdraw(assets, NOW)) == 1_100
    assert here.database.execute("SELECT count(*) FROM sighting") == [(0,)]

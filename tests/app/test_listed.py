"""Codes of partners in a scan: shown beside the matches, by no means as one, and no more once they are suspended."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

import workspaces
from feeds import code, jsonl, listed, removal, stopncii_page, stopncii_record
from rempart.app import workspace_scan
from rempart.app.exchange import FeedImport, ImportWish, suspend
from rempart.app.fingerprint import fingerprint
from rempart.app.intake import Skipped
from rempart.app.listed import CODES_MOST, Listed, PartnerBank, Said, is_listing
from rempart.app.scan import Tally
from rempart.app.skips import skipped_from_json
from rempart.app.workspace import Workspace
from rempart.app.workspace_scan import WorkspaceScan
from rempart.cli.listed_lines import listed_record
from rempart.cli.scan_lines import exit_code
from rempart.config import Settings
from rempart.detect import PDQ_VERSION, parse_record
from rempart.errors import DatabaseAwayError, IntegrityError, MisuseError
from rempart.model import Fingerprint, FingerprintedMedia, Match, SignalType
from rempart.model.asset import Sensitivity
from rempart.model.exchange import Label, Verdict
from rempart.model.ids import ImportedId

Made = tuple[Settings, Workspace]


def take(workspace: Workspace, content: str, partner: str = "Ada") -> None:
    """Import a file of a partner, who is added if she is new."""
    path = workspace.folder.parent / "feed"
    path.write_text(content)
    wish = ImportWish(partner=partner, is_new=workspace.partners.find(partner) is None)
    assert list(FeedImport(workspace, path, wish).events()) == []


def codes_of(settings: Settings, folder: Path) -> list[bytes]:
    """Return the whole-frame code of each picture of a folder, in order of name."""
    found = fingerprint([str(path) for path in sorted(folder.iterdir())], settings)
    return [media.fingerprints[0].bits for _, media in (one for one in found if not isinstance(one, Skipped))]


def scan(
    settings: Settings, workspace: Workspace, pile: Path, *, resume: bool = False
) -> tuple[list[Listed], list[Match], Tally]:
    """Run a scan; return what partners list, what matches, and the counts."""
    with WorkspaceScan(workspace, [pile], settings, resume=resume) as running:
        events = list(running.events())
        tally = running.summary()
    return [e for e in events if isinstance(e, Listed)], [e for e in events if isinstance(e, Match)], tally


@pytest.fixture
def pile(tmp_path: Path) -> Path:
    """Return a pile of three pictures."""
    return workspaces.pictures(tmp_path / "pile", 3)[0].parent


def test_a_self_declared_code_lists_a_suspect_and_nothing_follows(made: Made, pile: Path) -> None:
    """Without a picture of one's own: the scan is possible, the exit code is 0."""
    settings, workspace = made
    bits = codes_of(settings, pile)[1]
    take(workspace, json.dumps(stopncii_page(stopncii_record(bits))), "stopncii")

    [found], matches, tally = scan(settings, workspace, pile)

    assert (found.label, found.distance_bits) == (str(pile / "picture-002.png"), 0)
    assert (found.listed_as, found.partners, found.may_act) == (Label.SELF_DECLARED, ("stopncii",), False)
    assert found.opinions == (Said(partner="stopncii", source="", verdict=Verdict.UNDECIDED),)
    assert not found.is_inner
    assert matches == []
    assert (tally.imported, tally.listed, tally.listed_reviewed, tally.matched) == (1, 1, 0, 0)
    assert exit_code(tally) == 0


def test_a_reviewed_code_that_nobody_disputes_counts(made: Made, pile: Path) -> None:
    """One suspect, whatever the number of codes it is close to: the exit code is 1."""
    settings, workspace = made
    bits = codes_of(settings, pile)[0]
    near = bytes([bits[0] ^ 1]) + bits[1:]
    take(workspace, jsonl(listed(bits, "self_declared"), listed(near)))

    found, _, tally = scan(settings, workspace, pile)

    assert [(f.listed_as, f.distance_bits) for f in found] == [(Label.REVIEWED, 1), (Label.SELF_DECLARED, 0)]
    assert (tally.listed, tally.listed_reviewed, exit_code(tally)) == (1, 1, 1)


def test_opinions_that_conflict_are_side_by_side(made: Made, pile: Path) -> None:
    """Not averaged: each with who holds it; and nothing follows by itself."""
    settings, workspace = made
    bits = codes_of(settings, pile)[0]
    feedback = [{"source": "Forum", "feedbackValue": "NotBlocked"}]
    take(workspace, jsonl(listed(bits)), "Ada")
    take(workspace, json.dumps(stopncii_page(stopncii_record(bits, CSPFeedbacks=feedback))), "Bo")

    [found], _, tally = scan(settings, workspace, pile)

    assert found.is_conflicting
    assert {(o.partner, o.source, o.verdict) for o in found.opinions} == {
        ("Ada", "", Verdict.CONFIRMS),
        ("Bo", "", Verdict.UNDECIDED),
        ("Bo", "Forum", Verdict.DISPUTES),
    }
    assert (found.listed_as, set(found.partners)) == (Label.SELF_DECLARED, {"Ada", "Bo"})
    assert exit_code(tally) == 0


def test_a_reviewed_code_that_another_partner_contests_meanwhile_no_longer_counts(made: Made, pile: Path) -> None:
    """What it is worth is asked when it is shown, not when it was found."""
    settings, workspace = made
    bits = codes_of(settings, pile)[0]
    take(workspace, jsonl(listed(bits)), "Ada")
    take(workspace, jsonl(listed(bits)), "Bo")

    [found], _, tally = scan_and_then(
        settings, workspace, pile, lambda: take(workspace, jsonl(removal(bits, "contested")), "Bo")
    )

    assert (found.listed_as, found.is_conflicting, found.may_act) == (Label.CONTESTED, True, False)
    assert (tally.listed, exit_code(tally)) == (1, 0)


def scan_and_then(
    settings: Settings, workspace: Workspace, pile: Path, act: Callable[[], object]
) -> tuple[list[Listed], list[Match], Tally]:
    """Run a scan in which something happens between what is found and what is shown."""
    write = workspace.findings.record

    def write_then_act(*arguments: object, **named: object) -> object:
        kept = write(*arguments, **named)  # type: ignore[arg-type]  # handed on
        if named["asides"]:
            act()
        return kept

    with mock.patch.object(workspace.findings, "record", write_then_act):
        return scan(settings, workspace, pile)


def test_a_code_suspended_between_find_and_show_is_not_shown(made: Made, pile: Path) -> None:
    """One upheld contest: not shown, not counted, and not compared by the next scan."""
    settings, workspace = made
    first, second, _ = codes_of(settings, pile)
    take(workspace, jsonl(listed(first), listed(second)))

    found, _, tally = scan_and_then(settings, workspace, pile, lambda: suspend(workspace, first, "Anne"))
    again, _, later = scan(settings, workspace, pile)

    assert [Path(f.label).name for f in found + again] == ["picture-002.png"] * 2
    assert (tally.listed, tally.listed_reviewed) == (1, 1)
    assert (later.imported, later.listed) == (1, 1)


def test_what_its_partner_withdraws_is_not_listed(made: Made, pile: Path) -> None:
    """At the showing of what was found before, nor by the next scan, which has nothing to look for."""
    settings, workspace = made
    bits = codes_of(settings, pile)[0]
    page = json.dumps(stopncii_page(stopncii_record(bits, "Withdrawn")))
    take(workspace, json.dumps(stopncii_page(stopncii_record(bits))))

    found, _, tally = scan_and_then(settings, workspace, pile, lambda: take(workspace, page))

    assert (found, tally.listed) == ([], 0)
    with pytest.raises(MisuseError, match="nothing is looked for"):
        scan(settings, workspace, pile)


def test_showing_waits_for_a_database_that_is_away(made: Made, pile: Path) -> None:
    """Asked again, as everything that a scan asks while it goes on."""
    settings, workspace = made
    take(workspace, jsonl(listed(codes_of(settings, pile)[0])))
    ask, failures = workspace.imported.still_listed, iter([True])

    def away_once(codes: list[ImportedId]) -> object:
        if next(failures, False):
            raise DatabaseAwayError("away")  # noqa: EM101 - stands for a restart
        return ask(codes)

    with mock.patch.object(workspace.imported, "still_listed", away_once):
        found, _, _ = scan(settings, workspace, pile)

    assert len(found) == 1


def test_a_suspect_may_match_and_be_listed(made: Made, pile: Path, tmp_path: Path) -> None:
    """Both are shown, the match first; of a sealed match the listing alone, because nothing of it is ours to seal."""
    settings, workspace = made
    paths = sorted(pile.iterdir())
    workspaces.register(settings, workspace, paths[:1])
    workspaces.register(settings, workspace, paths[1:2], sensitivity=Sensitivity.INTIMATE)
    take(workspace, jsonl(*(listed(bits, "self_declared") for bits in codes_of(settings, pile)[:2])))
    shutil.copytree(pile, tmp_path / "copies")

    found, matches, tally = scan(settings, workspace, tmp_path / "copies")

    assert [Path(f.label).name for f in found] == ["picture-001.png", "picture-002.png"]
    assert [Path(m.suspect).name for m in matches] == ["picture-001.png"]
    assert (tally.matched, tally.sealed, tally.listed, exit_code(tally)) == (2, 1, 2, 1)


def cut_after(settings: Settings, workspace: Workspace, pile: Path, count: int) -> None:
    """Begin a scan, and cut the power after some suspects."""
    cut = WorkspaceScan(workspace, [pile], settings)
    judge, seen = cut._judge, list[object]()

    def judge_some(*arguments: object) -> None:
        if len(seen) == count:
            raise DatabaseAwayError("cut")  # noqa: EM101 - stands for a power cut
        seen.append(arguments)
        judge(*arguments)  # type: ignore[arg-type]  # handed on

    with mock.patch.object(workspace_scan, "_STEP_ITEMS", 1), cut, mock.patch.object(cut, "_judge", judge_some):
        events = cut.events()
        with pytest.raises(DatabaseAwayError):
            list(events)


def test_a_scan_that_goes_on_shows_again_what_is_listed(made: Made, pile: Path) -> None:
    """Each once, with the counts of a whole one."""
    settings, workspace = made
    first, _, third = codes_of(settings, pile)
    take(workspace, jsonl(listed(first), listed(third, "self_declared")))
    whole, _, counts = scan(settings, workspace, pile)

    cut_after(settings, workspace, pile, 2)
    with WorkspaceScan(workspace, [pile], settings, resume=True) as running:
        events = list(running.events())

    assert running.is_resumed
    assert events == whole
    assert running._answered < 3
    assert replace(running.summary(), seconds=0.0) == replace(counts, seconds=0.0)


@pytest.mark.parametrize("change", ["added", "suspended", "removed"])
def test_a_cut_scan_does_not_go_on_with_other_codes(made: Made, pile: Path, change: str) -> None:
    """They would be looked for in the rest of the pile only."""
    settings, workspace = made
    first, second, _ = codes_of(settings, pile)
    take(workspace, jsonl(listed(first), listed(code(0))))
    cut_after(settings, workspace, pile, 2)
    if change == "added":
        take(workspace, jsonl(listed(second)))
    elif change == "suspended":
        suspend(workspace, first, "Anne")
    else:
        take(workspace, jsonl(removal(first)))

    with WorkspaceScan(workspace, [pile], settings, resume=True) as running:
        found = [Path(e.label).name for e in running.events() if isinstance(e, Listed)]

    assert not running.is_resumed
    assert found == (["picture-001.png", "picture-002.png"] if change == "added" else [])


def test_no_code_and_no_name_is_kept_in_clear(made: Made, pile: Path) -> None:
    """What a scan writes names a code by its identifier; the code is on no line, whichever door prints it."""
    settings, workspace = made
    bits = codes_of(settings, pile)[0]
    take(workspace, jsonl(listed(bits)))
    written: list[str] = []
    write = workspace.findings.record

    def note(*arguments: object, **named: object) -> object:
        written.extend(aside.record for aside in named["asides"])  # type: ignore[attr-defined]  # asides
        return write(*arguments, **named)  # type: ignore[arg-type]  # handed on

    with mock.patch.object(workspace.findings, "record", note):
        [found], _, _ = scan(settings, workspace, pile)

    [record] = written
    assert json.loads(record).keys() == {"v", "listed", "codes"}
    assert not any(word in record for word in (bits.hex(), "Ada"))
    assert bits.hex() not in json.dumps(listed_record(found))


# What is compared, and how much of it is told.


def suspect(bits: bytes, quality: int = 90, *, inner: bytes = b"") -> FingerprintedMedia:
    """Return what the sandbox would tell of a picture, and of a rectangle inside it."""
    whole = Fingerprint(signal_type=SignalType.PDQ, version=PDQ_VERSION, bits=bits, quality=quality)
    media = parse_record({"sha256": "00" * 32, "format": "jpeg", "width": 80, "height": 60, "frames": 1, "codes": []})
    corners = ((0, 0), (9, 0), (9, 9), (0, 9))
    return replace(media, fingerprints=(whole, replace(whole, bits=inner, region=corners)) if inner else (whole,))


def flipped(bits: bytes, count: int) -> bytes:
    """Return a code that differs in so many bits."""
    return (int.from_bytes(bits) ^ ((1 << count) - 1)).to_bytes(32)


@pytest.fixture
def one(tmp_path: Path) -> Workspace:
    """Return a workspace on SQLite."""
    return workspaces.make(tmp_path / "workspace")[1]


def loaded(workspace: Workspace, *, quality_min: int = 50) -> PartnerBank:
    """Return its bank of codes of partners."""
    bank = PartnerBank(workspace, radius_bits=31, quality_min=quality_min)
    codes = list(bank.load())
    assert codes == sorted(codes)
    return bank


def told(bank: PartnerBank, media: FingerprintedMedia, label: str = "x.jpg") -> list[Listed]:
    """Compare a suspect and return what is shown of it."""
    record = bank.compare(label, media)
    return bank.told([record])[record] if record else []


@pytest.mark.parametrize("distance, count", [(0, 1), (31, 1), (32, 0)])
def test_the_radius_is_that_of_the_settings(one: Workspace, distance: int, count: int) -> None:
    """On each side of it."""
    take(one, jsonl(listed(code(0))))

    found = told(loaded(one), suspect(flipped(code(0), distance)))

    assert [f.distance_bits for f in found] == [distance] * count


@pytest.mark.parametrize("theirs, ours, count", [(50, 50, 1), (90, 49, 0), (60, 90, 0), (None, 90, 1)])
def test_codes_of_low_quality_are_not_compared(one: Workspace, theirs: int | None, ours: int, count: int) -> None:
    """Neither a suspect's nor a partner's, where it says so, below what the settings ask."""
    more: dict[str, object] = {} if theirs is None else {"quality": theirs}
    take(one, jsonl({**listed(code(0)), **more}))
    least = 70 if theirs == 60 else 50

    assert len(told(loaded(one, quality_min=least), suspect(code(0), ours))) == count


def test_a_rectangle_inside_a_suspect_is_said_to_be_one(one: Workspace) -> None:
    """A screenshot is close to a code by what it shows."""
    take(one, jsonl(listed(code(0))))

    [found] = told(loaded(one), suspect(code(1), inner=code(0)))

    assert found.is_inner


def test_a_partner_who_lists_many_codes_of_one_picture_hides_nobody(one: Workspace) -> None:
    """Of each partner the closest few are told, what is reviewed and undisputed first."""
    take(one, jsonl(*(listed(flipped(code(0), n), "self_declared") for n in range(20)), listed(flipped(code(0), 25))))
    take(one, jsonl(listed(flipped(code(0), 30), "self_declared")), "Bo")

    found = told(loaded(one), suspect(code(0)))

    hers = [f.distance_bits for f in found if f.partners == ("Ada",)]
    assert hers == [25, *range(CODES_MOST - 1)]
    assert [f.distance_bits for f in found if f.partners == ("Bo",)] == [30]


def test_nothing_is_asked_where_nothing_is_listed(one: Workspace) -> None:
    """A bank without codes makes no record, and no records make no query."""
    bank = loaded(one)

    assert bank.compare("x.jpg", suspect(code(0))) is None
    assert bank.told([]) == {}


def test_records_of_another_version_or_kind_are_refused(one: Workspace) -> None:
    """With a sentence: by this reader, and by the one of what was not compared."""
    newer = json.dumps({"v": 2, "listed": "x.jpg", "codes": []})

    assert is_listing(newer)
    with pytest.raises(IntegrityError, match="version 2"):
        loaded(one).told([newer])
    with pytest.raises(IntegrityError, match="kind"):
        skipped_from_json(newer)

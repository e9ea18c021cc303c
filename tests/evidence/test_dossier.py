"""Dossiers: whole packages or none, in order, and what is said of what happened has no names."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from packages import NOW, SECRET_FACTS, House, item_id
from rempart.errors import IntegrityError, MisuseError
from rempart.evidence.canonical import parse_canonical
from rempart.evidence.dossier import build_dossier, render_custody
from rempart.evidence.drafts import CustodyLine, DossierDraft
from rempart.evidence.sums import SUMS, parse_sums
from rempart.model.ids import EvidenceId

HOUSE = House()
LINE = CustodyLine(at=NOW, kind="opened", item=item_id(1), who="person 2", why="case_work")


@pytest.fixture
def draft(tmp_path: Path) -> DossierDraft:
    """Return a case of three items, the second erased; packages are in the test's folder."""
    return HOUSE.dossier_draft(tmp_path)


def test_it_holds_each_package_byte_for_byte(draft: DossierDraft, tmp_path: Path) -> None:
    """With its proofs; and of an erased one nothing but the tombstone."""
    folder = build_dossier(tmp_path, draft)

    for number in (1, 3):
        ours, theirs = tmp_path / item_id(number), folder / "items" / item_id(number)
        for path in (each for each in ours.rglob("*") if each.is_file()):
            assert (theirs / path.relative_to(ours)).read_bytes() == path.read_bytes()
    assert not (folder / "items" / item_id(2)).exists()
    assert (folder / "tombstones" / f"{item_id(2)}.json").read_bytes() == draft.items[1].tombstone


def test_sums_cover_the_proofs_of_its_packages(draft: DossierDraft, tmp_path: Path) -> None:
    """So that one that is taken away is missed."""
    folder = build_dossier(tmp_path, draft)
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}

    assert set(parse_sums((folder / SUMS).read_bytes())) == files - {SUMS}
    assert f"items/{item_id(1)}/proofs/01.tsr" in files


def test_the_list_of_items_is_in_order(draft: DossierDraft, tmp_path: Path) -> None:
    """Kept ones and erased ones."""
    folder = build_dossier(tmp_path, draft)
    manifest: Any = parse_canonical((folder / "manifest.json").read_bytes(), name="manifest.json")

    assert [(each["seq"], each["id"], each["state"]) for each in manifest["items"]] == [
        (1, item_id(1), "kept"),
        (2, item_id(2), "erased"),
        (3, item_id(3), "kept"),
    ]
    assert manifest["items_count"] == 3


def test_nothing_private_is_in_it(draft: DossierDraft, tmp_path: Path) -> None:
    """In no byte."""
    folder = build_dossier(tmp_path, draft)
    for path in (each for each in folder.rglob("*") if each.is_file()):
        assert not [each for each in SECRET_FACTS.values() if each.encode() in path.read_bytes()]


@pytest.mark.parametrize("file", ["sealed/001.bin.age", "README.txt", SUMS, "public/more.txt", "stray", "a/b"])
def test_a_package_that_was_changed_is_not_exported(draft: DossierDraft, tmp_path: Path, file: str) -> None:
    """One byte more, a file more; and nothing is left of the dossier."""
    path = tmp_path / item_id(3) / file
    path.parent.mkdir(exist_ok=True)
    path.write_bytes((path.read_bytes() if path.exists() else b"") + b"x")

    with pytest.raises(IntegrityError):
        build_dossier(tmp_path, draft)
    assert sorted(each.name for each in tmp_path.iterdir()) == [item_id(number) for number in (1, 2, 3)]


def test_a_link_in_a_package_is_not_followed(draft: DossierDraft, tmp_path: Path) -> None:
    """Not even one to a folder."""
    shutil.move(tmp_path / item_id(1) / "public", tmp_path / "elsewhere")
    (tmp_path / item_id(1) / "public").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IntegrityError):
        build_dossier(tmp_path, draft)


@pytest.mark.parametrize("proof", ["seal.p7s", "01.tsr", "log.tlog-proof"])
def test_a_package_that_is_not_complete_is_not_exported(draft: DossierDraft, tmp_path: Path, proof: str) -> None:
    """Its verifier would refuse it."""
    (tmp_path / item_id(1) / "proofs" / proof).unlink()
    with pytest.raises(MisuseError, match="not complete"):
        build_dossier(tmp_path, draft)


def test_a_list_of_no_case_is_refused(draft: DossierDraft, tmp_path: Path) -> None:
    """None, one twice, an erased one of which nothing is said, a wrong name."""
    first, erased, _ = draft.items
    silent = replace(erased, tombstone=b'{"item":"evd_other"}\n')
    for items in ((), (first, first), (first, silent), (replace(first, id=EvidenceId("../x")),)):
        with pytest.raises(MisuseError):
            build_dossier(tmp_path, replace(draft, items=items))
    with pytest.raises(MisuseError):
        build_dossier(tmp_path, replace(draft, id="../x"))


@pytest.mark.parametrize(
    "changed",
    [{"who": "Violette"}, {"why": "she asked"}, {"kind": "a\tb"}, {"item": "=1+1"}, {"who": "person 1\n"}],
)
def test_custody_has_no_words_that_somebody_wrote(changed: dict[str, Any]) -> None:
    """Names and formulas have no place."""
    with pytest.raises(MisuseError):
        render_custody([replace(LINE, **changed)])


def test_custody_is_told_in_universal_time() -> None:
    """To the second, in lines that sort."""
    at = dt.datetime(2026, 11, 22, 11, 0, 0, 5, tzinfo=dt.timezone(dt.timedelta(hours=1)))

    assert render_custody([replace(LINE, at=at, item="")]) == (
        b"at\tkind\titem\twho\twhy\n2026-11-22T10:00:00Z\topened\t\tperson 2\tcase_work\n"
    )

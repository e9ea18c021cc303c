"""A dossier: no package is missing, none is another one, and nobody is erased without a word."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from judged import (
    DOSSIER,
    HOUSE,
    OTHER,
    Spoil,
    flip,
    judged,
    kinds,
    proved_again,
    removed,
    said,
    written,
)
from packages import NOW, House, item_id
from rempart.evidence.dossier import build_dossier
from rempart.evidence.log_proof import parse_log_proof
from rempart.evidence.seal import sign_detached
from rempart.evidence.sums import SUMS
from rempart.evidence.verdicts import ProblemKind
from rempart.model.ids import CaseId


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two packages and their dossier."""
    folder = tmp_path_factory.mktemp("case")
    HOUSE.dossier(folder)
    return folder


@pytest.fixture
def dossier(made: Path, tmp_path: Path) -> Path:
    """Return a copy of a dossier, to be spoilt."""
    return Path(shutil.copytree(made / DOSSIER, tmp_path / "dossier"))


def _exchange(folder: Path) -> None:
    one, other = (folder / "items" / item_id(number) for number in (1, 3))
    one.rename(folder / "x")
    other.rename(one)
    (folder / "x").rename(other)


DOSSIERS: dict[str, tuple[Spoil, str]] = {
    "an item taken away": (lambda f: shutil.rmtree(f / "items" / item_id(3)), "is missing"),
    "a tombstone taken away": (removed(f"tombstones/{item_id(2)}.p7s"), "does not hold"),
    "a tombstone changed": (flip(f"tombstones/{item_id(2)}.json"), "does not hold"),
    "a tombstone more": (written(f"tombstones/{item_id(1)}.json"), "is said to be kept"),
    "a stranger's tombstone": (written(f"tombstones/{item_id(9)}.json"), "is not in the list of items"),
    "a stranger's item": (
        lambda f: shutil.copytree(f / "items" / item_id(1), f / "items" / item_id(9)),
        "not in the list",
    ),
    "an item under another's name": (_exchange, "calls itself"),
    "an erased item that is there": (
        lambda f: shutil.copytree(f / "items" / item_id(1), f / "items" / item_id(2)),
        "said to be erased",
    ),
    "custody with a name": (
        written("custody.tsv", b"at\tkind\titem\twho\twhy\nViolette\n"),
        "custody.tsv has another form",
    ),
}


@pytest.mark.parametrize("how", DOSSIERS)
def test_a_dossier_that_does_not_hold_together_is_told(dossier: Path, how: str) -> None:
    """Although it was sealed."""
    spoil, words = DOSSIERS[how]
    spoil(dossier)
    proved_again(dossier)

    verdict = judged(dossier)
    assert ProblemKind.DOSSIER in kinds(verdict)
    assert words in said(verdict)


@pytest.mark.parametrize("how", ["left out", "other order", "other case"])
def test_a_dossier_of_other_items_is_refused(tmp_path: Path, how: str) -> None:
    """Each package names the one before it, its place and its case."""
    draft = HOUSE.dossier_draft(tmp_path)
    first, second, third = draft.items
    changed = {
        "left out": replace(draft, items=(first, third)),
        "other order": replace(draft, items=(third, second, first)),
        "other case": replace(draft, case=CaseId("cas_" + "e" * 32)),
    }[how]
    folder = build_dossier(tmp_path, changed)
    HOUSE.prove(folder)

    words = {"left out": "another place", "other order": "another place", "other case": "is of another case"}[how]
    assert words in said(judged(folder))


def test_a_package_that_names_another_before_it_is_told(tmp_path: Path) -> None:
    """One was recorded and never shown."""
    draft = HOUSE.dossier_draft(tmp_path)
    (tmp_path / "again").mkdir()
    other = HOUSE.item(tmp_path / "again", 3, bytes([7]) * 32)
    item = replace(draft.items[2], folder=other, sums_sha256=hashlib.sha256((other / SUMS).read_bytes()).digest())
    folder = build_dossier(tmp_path, replace(draft, items=(*draft.items[:2], item)))
    HOUSE.prove(folder)

    assert "does not follow the package before it" in said(judged(folder))


def test_a_tombstone_by_somebody_else_is_none(tmp_path: Path) -> None:
    """Erasing is the association's word."""
    draft = HOUSE.dossier_draft(tmp_path)
    erased = replace(draft.items[1], tombstone_seal=sign_detached(draft.items[1].tombstone, OTHER.chain, at=NOW))
    folder = build_dossier(tmp_path, replace(draft, items=(draft.items[0], erased, draft.items[2])))
    HOUSE.prove(folder)

    assert "tombstone" in said(judged(folder))


def test_a_log_of_two_faces_is_told(tmp_path: Path) -> None:
    """The same key signed two roots at one size: two packages of one dossier show it."""
    house = House()
    draft = house.dossier_draft(tmp_path)
    folder = build_dossier(tmp_path, draft)
    size = parse_log_proof((draft.items[2].folder / "proofs/log.tlog-proof").read_bytes()).index + 1  # type: ignore[operator]  # it is there
    forked = House()
    for number in range(size - 6):
        forked._log(b"another entry %d" % number)
    house.nodes, house.frontier = forked.nodes, forked.frontier
    house.prove(folder)

    assert "was signed with two roots" in said(judged(folder))

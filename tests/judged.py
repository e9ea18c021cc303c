"""Verdicts on packages that were spoilt, and sealed again by somebody who can."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from packages import NOW, House
from rempart.evidence.canonical import render_canonical
from rempart.evidence.sums import SUMS, render_sums
from rempart.evidence.verdicts import ProblemKind, Verdict
from rempart.evidence.verifying import Anchors, verify

HOUSE = House()
OTHER = House(seed=2)
DOSSIER = f"dos_{'d' * 32}"


def judged(source: Path, anchors: Anchors | None = None, identity: str | None = None, at: dt.datetime = NOW) -> Verdict:
    """Verify, by default with the package's own keys."""
    return verify(source, anchors=anchors or Anchors(), identity=identity, at=at)


def kinds(verdict: Verdict) -> set[ProblemKind]:
    """Return what sorts of things are wrong."""
    return {problem.kind for problem in verdict.problems}


def said(verdict: Verdict) -> str:
    """Return all that is wrong, in words."""
    return "\n".join(problem.in_words() for problem in verdict.problems)


def summed_again(folder: Path) -> None:
    """Make the sums of what is there now."""
    covered = [p for p in folder.rglob("*") if p.is_file() and p.name != SUMS and p.parent != folder / "proofs"]
    covered += folder.glob("items/*/SHA256SUMS")
    digests = {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).digest() for p in covered}
    (folder / SUMS).write_bytes(render_sums(digests))


def proved_again(folder: Path, house: House = HOUSE) -> None:
    """Do what only the association can: seal what is there now, whatever it is."""
    summed_again(folder)
    shutil.rmtree(folder / "proofs")
    (folder / "proofs").mkdir()
    house.prove(folder)


def said_otherwise(folder: Path, **changes: object) -> None:
    """Change what the manifest says."""
    path = folder / "manifest.json"
    path.write_bytes(render_canonical(json.loads(path.read_bytes()) | changes))


Spoil = Callable[[Path], object]


def flip(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        raw = (folder / name).read_bytes()
        (folder / name).write_bytes(raw[:-2] + bytes([raw[-2] ^ 1]) + raw[-1:])

    return spoil


def written(name: str, content: bytes = b"x") -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    return spoil


def removed(name: str) -> Spoil:
    return lambda folder: (folder / name).unlink()

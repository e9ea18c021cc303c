"""Whoever steals a workspace without its keys redraws no more than one whole-frame code gives: the attack, in small.

benchmarks/inversion.py does the same with photographs; here the pictures are made in code.
"""

from __future__ import annotations

import base64
import contextlib
import json
import random
import sqlite3
import statistics
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inversion
from pictures import scene
from redraw import Stolen, correlation, redraw
from rempart.model.asset import AssetProtection
from thief import small_luma, steal

SIZE = (320, 240)


def picture(folder: Path, seed: int) -> Path:
    """Write a picture."""
    path = folder / f"{seed}.png"
    scene(seed, *SIZE).save(path)
    return path


def detailed_codes(path: Path) -> list[Stolen]:
    """Return the codes that ``detailed`` makes of a picture, the whole frame's first."""
    return inversion.codes_of(Image.open(path), inversion.layouts(*SIZE)["15, as ``detailed`` makes"])


def test_codes_of_parts_redraw_a_picture(tmp_path: Path) -> None:
    """The attack works: else that it fails on a workspace would mean nothing."""
    gains = []
    for seed in range(1, 7):
        path = picture(tmp_path, seed)
        codes, luma = detailed_codes(path), small_luma(Image.open(path))
        gains.append(correlation(redraw(codes), luma) - correlation(redraw(codes[:1]), luma))

    assert statistics.mean(gains) > 0.05


def test_noise_redraws_nothing(tmp_path: Path) -> None:
    """Random codes are random pictures."""
    shuffle = random.Random(1)  # noqa: S311 - a test's own seed
    codes = [Stolen(part=c.part, bits=shuffle.randbytes(32)) for c in detailed_codes(picture(tmp_path, 1))]

    assert abs(correlation(redraw(codes), small_luma(Image.open(tmp_path / "1.png")))) < 0.25


def test_a_robbed_workspace_gives_no_more_than_one_code(tmp_path: Path) -> None:
    """Under each protection, after a scan: the database, its logs, every index file, the sealed originals."""
    chosen = {kind: [picture(tmp_path, seed)] for seed, kind in enumerate(AssetProtection, 1)}

    loot, results = inversion.rob(chosen, tmp_path / "workspace")

    assert {r.protection for r in results} == set(AssetProtection)
    assert [r for r in results if r.is_exposed] == []
    assert [r.thief.codes_of_parts for r in results] == [0, 0, 0]
    assert all(r.thief.correlation == pytest.approx(r.one_code, abs=inversion.TOLERANCE) for r in results)
    attempts = {r.protection: r.thief.attempts for r in results}
    assert attempts[AssetProtection.DETAILED] > attempts[AssetProtection.HASH_ONLY]  # he did try the sealed codes
    assert {"rempart.db", "workspace.json"} <= set(loot.files)
    assert not [name for name in loot.files if name.startswith("keys")]


def _columns(codes: list[Stolen]) -> bytes:
    """Write codes as a fast index would: first words together, then second words."""
    return np.frombuffer(b"".join(c.bits for c in codes), np.uint64).reshape(-1, 4).T.tobytes()


PLANTED: dict[str, Callable[[list[Stolen]], bytes]] = {
    "raw": lambda codes: b"head" + b"|".join(c.bits for c in codes),
    "reversed": lambda codes: b"".join(c.bits[::-1] for c in codes),
    "columns": _columns,
    "hexadecimal": lambda codes: json.dumps([c.bits.hex() for c in codes]).encode(),
    "capitals": lambda codes: b"\n".join(c.bits.hex().upper().encode() for c in codes),
    "base 64": lambda codes: b"x:" + base64.b64encode(b"".join(c.bits for c in codes)),
    "base 64 for addresses": lambda codes: b",".join(base64.urlsafe_b64encode(c.bits) for c in codes),
}


@pytest.mark.parametrize("how", PLANTED)
def test_codes_of_parts_in_the_clear_are_found_whatever_their_spelling(tmp_path: Path, how: str) -> None:
    """In any file of the folder: an index that somebody adds later is looked through too."""
    path, folder = picture(tmp_path, 3), tmp_path / "workspace"
    folder.mkdir()
    (folder / "some.index").write_bytes(PLANTED[how](detailed_codes(path)))

    found = inversion.robbed(steal(folder), "ast_1", path, AssetProtection.HASH_ONLY)

    assert found.thief.codes_of_parts >= 14
    assert found.is_exposed


@pytest.mark.parametrize("flipped, is_exposed", [(0.0, True), (0.2, True), (0.5, False)])
def test_a_blob_in_an_asset_s_row_is_taken_for_its_codes(tmp_path: Path, flipped: float, is_exposed: bool) -> None:  # noqa: FBT001 - a table
    """Codes that were only disturbed still tell; what is sealed agrees in half of its bits, and does not."""
    path, folder = picture(tmp_path, 3), tmp_path / "workspace"
    folder.mkdir()
    codes, shuffle = detailed_codes(path), random.Random(2)  # noqa: S311 - as above
    blob = bytearray(b"".join(c.bits for c in codes[1:]))
    for bit in range(8 * len(blob)):
        blob[bit // 8] ^= (shuffle.random() < flipped) << bit % 8
    with contextlib.closing(sqlite3.connect(folder / "x.db")) as base:
        base.execute("CREATE TABLE t (asset TEXT, whole BLOB, parts BLOB)")
        base.execute("INSERT INTO t VALUES ('ast_1', ?, ?)", (codes[0].bits, bytes(blob)))
        base.commit()

    found = inversion.robbed(steal(folder), "ast_1", path, AssetProtection.DETAILED)

    assert found.thief.attempts == 2
    assert found.is_exposed is is_exposed


def test_a_small_picture_in_the_clear_is_found(tmp_path: Path) -> None:
    """A thumbnail, in the middle of another file."""
    path, folder = picture(tmp_path, 3), tmp_path / "workspace"
    folder.mkdir()
    Image.open(path).resize((48, 36)).save(tmp_path / "small.jpg")
    (folder / "cache").write_bytes(b"something" + (tmp_path / "small.jpg").read_bytes())

    assert inversion.robbed(steal(folder), "ast_1", path, AssetProtection.VAULT).is_exposed


def test_what_is_among_the_keys_or_is_noise_exposes_nothing(tmp_path: Path) -> None:
    """The thief has no keys, and random bytes hold no code."""
    path, folder = picture(tmp_path, 3), tmp_path / "workspace"
    (folder / "keys").mkdir(parents=True)
    (folder / "keys" / "k").write_bytes(PLANTED["raw"](detailed_codes(path)))
    (folder / "sealed").write_bytes(random.Random(1).randbytes(100_000))  # noqa: S311 - as above

    found = inversion.robbed(steal(folder), "ast_1", path, AssetProtection.DETAILED)

    assert found.thief.codes_of_parts == 0
    assert not found.is_exposed

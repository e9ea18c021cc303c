"""Manifests that were made to harm: each is a value with a reason, and no worker ends for it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

pytest.importorskip("c2pa")

from provenance.chains import chain, picture
from provenance.hostile import (
    box,
    compressed_bomb,
    described,
    looped,
    mutated,
    nested,
    signed_with,
    with_cbor,
    with_jumbf,
)
from provenance.reading_pool import read_all
from rempart.model import Unreadable, UnreadableReason
from rempart.model.provenance import ManifestReading, ManifestState
from rempart.provenance.record import BINDINGS_MOST, PROBLEMS_MOST, TEXT_MOST

#: Places in which ``looped`` can name the wrong manifest.
_PLACES = 13
_MUTATIONS = 200
_TEXT = "A" * 60_000
_BINDING = {"label": "c2pa.soft-binding", "data": {"alg": "x" * 5_000, "blocks": [{"scope": {}, "value": "y" * 5_000}]}}
_NESTED: dict[str, object] = {"t": "x"}
for _ in range(100):
    _NESTED = {"a": _NESTED}

BROKEN: dict[str, Callable[[], bytes]] = {
    "cut in its box": lambda: signed_with()[:4_000],
    "cut in a segment's head": lambda: with_jumbf(box(b"jumb", described(b"c2pa", b"c2pa")))[:30],
    "no box at all": lambda: with_jumbf(b"\xff" * 40),
    "a box larger than all": lambda: with_jumbf(b"\x7f\xff\xff\xffjumb" + bytes(100)),
    "an empty box": lambda: with_jumbf(box(b"jumb", b"")),
    "a box of 64 bits": lambda: with_jumbf(b"\0\0\0\1jumb" + b"\xff" * 8 + bytes(40)),
    "boxes 1,000 deep": lambda: nested(1_000),
    "boxes 20,000 deep": lambda: nested(20_000),
    "512 MiB in 405 bytes": compressed_bomb,
    "lists 60,000 deep": lambda: with_cbor(b"\x81" * 60_000),
    "maps 30,000 deep": lambda: with_cbor(b"\xa1\x01" * 30_000),
    "tags 60,000 deep": lambda: with_cbor(b"\xc1" * 60_000),
    "a list of 2^64 things": lambda: with_cbor(b"\x9b" + b"\xff" * 8),
    "a text of 2^40 bytes": lambda: with_cbor(b"\x7b\0\0\1" + bytes(5)),
} | {f"ingredients that loop, {which}": (lambda which=which: looped(which)) for which in range(_PLACES)}

LARGE: dict[str, Callable[[], bytes]] = {
    "a long text": lambda: signed_with([{"label": "org.example.text", "data": {"t": _TEXT}}]),
    "a deep one": lambda: signed_with([{"label": "org.example.deep", "data": _NESTED}]),
    "500 assertions": lambda: signed_with([{"label": "org.example.n", "data": {"t": str(n)}} for n in range(500)]),
    "40 long bindings": lambda: signed_with([_BINDING] * 40),
}


def test_what_is_broken_is_invalid_and_says_why() -> None:
    """None is believed; one worker reads them all."""
    files = {name: make() for name, make in BROKEN.items()}

    found = dict(zip(files, read_all(files.values(), chain().anchor_pem()), strict=True))

    crashed = {n: o for n, o in found.items() if isinstance(o, Unreadable) and o.reason is UnreadableReason.CRASHED}
    assert crashed == {}
    states = {name: one.state if isinstance(one, ManifestReading) else one.reason for name, one in found.items()}
    believed = {ManifestState.TRUSTED, ManifestState.VALID}
    assert {name: state for name, state in states.items() if state in believed} == {}
    assert all(one.problems for name, one in found.items() if isinstance(one, ManifestReading) and "deep" in name)


def test_what_is_large_is_read_within_bounds() -> None:
    """Somebody's own signature may hold anything: what comes out of the sandbox does not."""
    files = {name: make() for name, make in LARGE.items()}

    found = dict(zip(files, read_all(files.values(), chain().anchor_pem()), strict=True))

    for name, one in found.items():
        assert isinstance(one, ManifestReading), (name, one)
        assert one.state is ManifestState.TRUSTED, (name, one)
        assert len(one.bindings) <= BINDINGS_MOST
        assert len(one.problems) <= PROBLEMS_MOST
        assert all(len(text) <= TEXT_MOST for each in one.bindings for text in (each.algorithm, each.value))
    bound = found["40 long bindings"]
    assert isinstance(bound, ManifestReading)
    assert len(bound.bindings) == BINDINGS_MOST


@pytest.mark.slow
def test_no_mutation_ends_a_worker_or_forges_a_picture() -> None:
    """Two hundred changed files with an ingredient: each a value; trusted only if the picture is as it was signed."""
    signed = signed_with(ingredients=[signed_with()])
    own = picture()[20:]  # what follows the manifest, which comes after JPEG's first segment
    files = [mutated(signed, seed) for seed in range(_MUTATIONS)]
    began_s = time.monotonic()

    found = read_all(files, chain().anchor_pem())

    assert time.monotonic() - began_s < _MUTATIONS  # a second each, on a machine that does much else
    assert len(found) == _MUTATIONS
    assert [one for one in found if isinstance(one, Unreadable) and one.reason is UnreadableReason.CRASHED] == []
    believed = [
        data
        for data, one in zip(files, found, strict=True)
        if isinstance(one, ManifestReading) and one.state in {ManifestState.TRUSTED, ManifestState.VALID}
    ]
    assert all(data.endswith(own) for data in believed)
    invalid = [one for one in found if isinstance(one, ManifestReading) and one.state is ManifestState.INVALID]
    assert len(invalid) > _MUTATIONS / 2

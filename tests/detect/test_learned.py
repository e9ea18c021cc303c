"""The learned clue: what it is never used for first, then the pin, the records and the search."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from one_asset import asset
from rempart.detect import learned
from rempart.detect.descriptor import DESCRIPTOR_MAX, Descriptor
from rempart.detect.interface import LearnedMatcher
from rempart.errors import ConfigError, IntegrityError, RefusedError
from rempart.hazmat import PinnedFile
from rempart.model import AssetId, Clue, ClueKind, SignalType
from rempart.model.asset import Asset, AssetProtection, AssetState

SHA = "ab" * 32
MODEL = learned.LearnedModel(name="tiny-abababababab", file=PinnedFile(path=Path("/m/tiny.onnx"), sha256=SHA))


def descriptor(seed: int, size: int = 16, model: str = SHA) -> Descriptor:
    """Make a descriptor in a direction of its own."""
    values = np.random.default_rng(seed).standard_normal(size).astype(np.float32)
    return Descriptor(model=model, values=values / np.linalg.norm(values))


def an_asset(number: int = 1, protection: AssetProtection = AssetProtection.VAULT) -> Asset:
    """Make an asset."""
    return replace(asset(), id=AssetId(f"ast_{number:05d}"), protection=protection)


def bank(similarity_min: float = 0.5) -> learned.LearnedBank:
    """Make an empty bank."""
    return learned.LearnedBank(MODEL, similarity_min=similarity_min)


def test_nothing_of_hash_only_gets_in() -> None:
    """Such models can recognise faces: the bank takes the whole asset and refuses."""
    filled = bank()

    with pytest.raises(RefusedError, match="never used on it"):
        filled.add(an_asset(protection=AssetProtection.HASH_ONLY), descriptor(1))

    assert len(filled) == 0
    assert filled.search([descriptor(1)]) == []


def test_a_new_protection_is_refused_until_somebody_decides() -> None:
    """The list names what is allowed, not what is forbidden."""
    assert frozenset({AssetProtection.DETAILED, AssetProtection.VAULT}) == learned.DESCRIBED


def test_what_was_withdrawn_does_not_get_in() -> None:
    """Somebody took it back."""
    with pytest.raises(RefusedError, match="withdrawn"):
        bank().add(replace(an_asset(), state=AssetState.WITHDRAWN), descriptor(1))


def test_what_is_contested_is_compared() -> None:
    """Nothing of it is shown, and it seals what else the same picture is registered as: left out, it could not."""
    filled = bank()

    filled.add(replace(an_asset(), state=AssetState.CONTESTED), descriptor(1))

    assert len(filled.search([descriptor(1)])) == 1


def clue(kind: ClueKind) -> Clue:
    """Make a clue."""
    return Clue(kind=kind, signal_type=SignalType.PDQ, distance_bits=0, weight=1.0)


@pytest.mark.parametrize("others", [[], *([k] for k in ClueKind if k is not ClueKind.LEARNED)])
@pytest.mark.parametrize("count", [1, 3])
def test_a_learned_clue_never_makes_a_match_by_itself(others: list[ClueKind], count: int) -> None:
    """However many there are: another kind must agree."""
    clues = [clue(ClueKind.LEARNED)] * count + [clue(kind) for kind in others]

    assert learned.is_supported(clues) is bool(others)


def test_no_clue_is_no_match() -> None:
    """An empty list supports nothing."""
    assert learned.is_supported([]) is False


def test_nothing_set_is_no_model() -> None:
    """Absent by default."""
    assert learned.pinned_model(None, "") is None


@pytest.mark.parametrize("file, pin", [(Path("/m/x.onnx"), ""), (None, SHA)])
def test_a_file_without_a_pin_is_refused(file: Path | None, pin: str) -> None:
    """And a pin without a file."""
    with pytest.raises(ConfigError, match="together"):
        learned.pinned_model(file, pin)


def test_another_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One bit is enough."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    (tmp_path / "m.onnx").write_bytes(b"x")

    with pytest.raises(ConfigError, match="not the one that was pinned"):
        learned.pinned_model(tmp_path / "m.onnx", SHA)
    with pytest.raises(ConfigError, match="cannot be read"):
        learned.pinned_model(tmp_path / "absent.onnx", SHA)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The core install has no runtime."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(ConfigError) as caught:
        learned.pinned_model(Path("/m/x.onnx"), SHA)

    assert "scripts/setup learned" in caught.value.diagnostics()
    assert "rempart[learned]" in caught.value.diagnostics()


def test_results_name_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file's name and twelve digits; a name that is no text is made one."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: object())
    path = tmp_path / "ss\ncd.onnx"
    path.write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()

    found = learned.pinned_model(path, digest)

    assert found == learned.LearnedModel(name=f"ss?cd-{digest[:12]}", file=PinnedFile(path=path, sha256=digest))


def record(**changes: object) -> dict[str, object]:
    """Make a worker's record, and spoil it."""
    row = {"frame": 0, "mirrored": 0, "values": "AACAPw=="}
    return {"sha256": "00" * 32, "model": SHA, "frames": 1, "descriptors": [row], **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256": "x"},
        {"model": "cd" * 32},
        {"descriptors": []},
        {"descriptors": 3},
        {"descriptors": [3]},
        {"descriptors": [{"frame": 0, "mirrored": 0, "values": "AACAPw=="}] * 33},
        {"descriptors": [{"frame": -1, "mirrored": 0, "values": "AACAPw=="}]},
        {"descriptors": [{"frame": True, "mirrored": 0, "values": "AACAPw=="}]},
        {"descriptors": [{"frame": 0, "mirrored": 2, "values": "AACAPw=="}]},
        {"descriptors": [{"frame": 0, "mirrored": 0, "values": "A"}]},
        {"descriptors": [{"frame": 0, "mirrored": 0, "values": "AACAPwA="}]},
        {"descriptors": [{"frame": 0, "mirrored": 0, "values": ""}]},
        {"descriptors": [{"frame": 0, "mirrored": 0, "values": "AAAAAA=="}]},
        {"descriptors": [{"frame": 0, "mirrored": 0, "values": "AADAfw=="}]},
        {"descriptors": [{"frame": 0, "mirrored": 0, "values": "AAAA" * (DESCRIPTOR_MAX * 2)}]},
    ],
)
def test_a_record_that_lies_is_refused(changes: dict[str, object]) -> None:
    """A worker is not trusted: another model, another length, no numbers, too many."""
    with pytest.raises(ValueError, match=r"record|descriptor"):
        learned.parse(record(**changes), SHA)  # type: ignore[arg-type]  # that is the point


def test_a_record_is_read() -> None:
    """Nothing of it shows in a log."""
    media = learned.parse(record(), SHA)  # type: ignore[arg-type]  # made by hand

    assert media.descriptors[0].values.tolist() == [1.0]
    assert "values" not in repr(media)


@settings(deadline=None)
@given(st.integers(1, DESCRIPTOR_MAX), st.integers(0, 99))
def test_packing_is_undone_by_unpacking(size: int, seed: int) -> None:
    """Number by number."""
    made = descriptor(seed, size)

    read = Descriptor.unpacked(made.packed())

    assert read.model == made.model
    np.testing.assert_array_equal(read.values, made.values)


@settings(deadline=None)
@given(st.binary(max_size=80) | st.binary(max_size=80).map(lambda tail: b"RLD1" + tail))
def test_a_spoilt_descriptor_is_an_integrity_error(data: bytes) -> None:
    """Whatever was written over it; a random row has length 1 with no probability."""
    with pytest.raises(IntegrityError):
        Descriptor.unpacked(data)


def test_the_search_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against every product, over several blocks, with several descriptors of one asset."""
    monkeypatch.setattr(learned, "_BLOCK", 7)
    filled, rows = bank(-1.0), [descriptor(seed) for seed in range(40)]
    for number, row in enumerate(rows):
        filled.add(an_asset(number // 2), row)
    queries = [descriptor(100), replace(descriptor(101), frame=3, mirrored=True)]

    found = filled.search(queries, most=20)

    products = np.array([[float(r.values @ q.values) for q in queries] for r in rows]).reshape(20, 4)
    order = np.argsort(-products.max(axis=1))
    assert [c.asset for c in found] == [f"ast_{k:05d}" for k in order]
    np.testing.assert_allclose([c.cosine for c in found], products.max(axis=1)[order], atol=1e-6)
    assert [c.mirrored for c in found] == [bool(products[k].argmax() % 2) for k in order]
    assert {c.model for c in found} == {"tiny-abababababab"}


@pytest.mark.parametrize("cosine, count", [(0.6999, 0), (0.7001, 1)])
def test_the_threshold_has_two_sides(cosine: float, count: int) -> None:
    """A cosine below it is no candidate."""
    here, there = np.zeros(2, np.float32), np.array([cosine, np.sqrt(1 - cosine**2)], np.float32)
    here[0] = 1.0
    filled = bank(0.7)
    filled.add(an_asset(), Descriptor(model=SHA, values=here))

    assert len(filled.search([Descriptor(model=SHA, values=there)])) == count


def test_what_is_removed_is_overwritten() -> None:
    """Its place in memory too."""
    filled: LearnedMatcher = bank(0.9)
    for number in range(3):
        filled.add(an_asset(number), descriptor(number))

    assert filled.remove(AssetId("ast_00001"))

    assert not filled.remove(AssetId("ast_00001"))
    assert len(filled) == 2
    assert filled.search([descriptor(1)]) == []
    assert [c.asset for c in filled.search([descriptor(2)])] == ["ast_00002"]
    assert isinstance(filled, learned.LearnedBank)
    assert not (filled._rows @ descriptor(1).values > 0.9).any()


def test_descriptors_of_two_models_are_never_compared() -> None:
    """Nor two sizes."""
    filled = bank()
    filled.add(an_asset(), descriptor(1))

    with pytest.raises(ValueError, match="of the model"):
        filled.search([descriptor(1, model="cd" * 32)])
    with pytest.raises(ValueError, match="16 numbers, not 8"):
        filled.add(an_asset(2), descriptor(2, size=8))

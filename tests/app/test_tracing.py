"""Traces: what is withheld is not computed, a captured sandbox accuses nobody, what was found can be found again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from marked import in_vault, mark, paths, picture, told, write
from rempart.app import leaks, scoring, tracing
from rempart.app.tracing import Asked, Replayed, Traced, Withheld, replay, trace_leaks
from rempart.attribute import Codebook, LeakReading, conclude, reading_record
from rempart.attribute.reading_record import parse_reading, write_reading
from rempart.config import Settings
from rempart.errors import MisuseError
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.model import AssetId
from rempart.model.recipient import Recipient, SurfacedAt, TraceRecord, TraceVerdict
from rempart.model.work import AccessPurpose, EventKind
from workspaces import make


class Scene:
    """A workspace with a picture in its vault and a copy for each of three recipients."""

    def __init__(self, folder: Path) -> None:
        """Make it."""
        self.folder = folder
        self.settings: Settings
        self.settings, self.workspace = make(folder / "ws")
        self.original = write(folder / "a.png", picture())
        self.asset: AssetId = in_vault(self.settings, self.workspace, self.original)
        self.people: list[Recipient] = told(self.workspace, "Ada", "Bea", "Cleo")
        self.copies = paths(mark(self.settings, self.workspace, [self.asset], self.people, folder / "out"))

    def leak(self, number: int = 1) -> Path:
        """Crop, shrink and compress a copy, as whoever leaks it does."""
        with Image.open(self.copies[number]) as image:
            width, height = image.size
            part = image.crop((width // 12, height // 14, width, height)).resize((width * 3 // 4, height * 3 // 4))
            return write(self.folder / "leak.jpg", part, quality=60)

    def trace(self, *leaks: Path, **asked: object) -> Traced | Withheld:
        """Ask."""
        given = {"purpose": "find out", "surfaced_at": SurfacedAt.FORUM, **asked}
        return trace_leaks(self.workspace, Asked(leaks=leaks, **given), self.settings)  # type: ignore[arg-type]  # a test

    def found(self, *leaks: Path, **asked: object) -> TraceRecord:
        """Ask what is found."""
        traced = self.trace(*leaks, **asked)
        assert isinstance(traced, Traced)
        assert traced.record is not None
        return traced.record


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Return a scene that the tests of this file share: none changes what another looks at."""
    yield (made := Scene(tmp_path_factory.mktemp("scene")))
    made.workspace.database.close()


WITHHELD = [(where, False) for where in SurfacedAt if where.protects_sources] + [(SurfacedAt.FORUM, True)]


@pytest.mark.parametrize("where, is_protected", WITHHELD)
def test_what_may_be_a_sources_is_withheld(
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
    where: SurfacedAt,
    is_protected: bool,  # noqa: FBT001 - a parameter
) -> None:
    """Nothing is opened, registered or scored, and nothing kept but that it was withheld, and where it surfaced."""
    called: list[str] = []
    spied = {
        tracing: ("LeakReader", "check_roots", "vault_asset", "concluded", "looks_at"),
        leaks: ("CandidateSearch", "open_original", "make_reading_pool", "make_gate", "walk", "owner_secrets"),
        scoring: ("conclude", "Codebook"),
    }
    for module, names in spied.items():
        for name in names:
            monkeypatch.setattr(module, name, lambda *_, name=name, **__: called.append(name))
    before = scene.workspace.traces.all()

    found = scene.trace(
        scene.folder / "there is no such file.jpg",
        surfaced_at=where,
        is_protected_disclosure=is_protected,
        purpose="who told them",
        asset=scene.asset,
    )

    assert isinstance(found, Withheld)
    assert called == []
    assert scene.workspace.traces.all() == before
    last = scene.workspace.journal.events(scene.workspace.id)[-1]
    assert last.kind is EventKind.TRACE_WITHHELD
    assert last.detail == {"why": "protected_disclosure" if is_protected else where}


def test_the_copy_that_leaked_is_named(scene: Scene) -> None:
    """Cropped, shrunk and compressed; by what it resembles, with its bound; and what was found is kept."""
    found = scene.found(scene.leak(1))

    assert found.verdict is TraceVerdict.ACCUSED
    assert [each.recipient for each in found.accused] == [scene.people[1].id]
    assert 0 < found.accused[0].false_accusation_bound <= 1e-6
    assert (found.best.asset, found.tested_recipients, found.recipients) == (scene.asset, 3, 3)
    assert scene.workspace.traces.get(found.id) == found
    looked = [a.purpose for a in scene.workspace.journal.accesses(scene.asset)]
    assert AccessPurpose.TRACE_LEAK in looked


def test_a_trace_is_done_again(scene: Scene) -> None:
    """With as many codes as then, though recipients were added since; the same is found, and nothing is kept."""
    found = scene.found(leak := scene.leak(2))
    told(scene.workspace, "Dora")
    before = scene.workspace.traces.all()

    again = replay(scene.workspace, found.id, [leak], scene.settings)

    assert isinstance(again, Replayed)
    assert again.is_same
    assert again.now.record is not None
    assert again.now.record.tested_recipients == found.tested_recipients
    assert scene.workspace.traces.all() == before
    with pytest.raises(MisuseError, match="not the file of that trace"):
        replay(scene.workspace, found.id, [scene.original], scene.settings)


@pytest.mark.parametrize("asset", ["", "named"])
def test_an_unmarked_original_accuses_nobody(scene: Scene, asset: str) -> None:
    """Found by what it resembles, or named."""
    found = scene.found(scene.original, asset=scene.asset if asset else "")

    assert (found.verdict, found.accused) == (TraceVerdict.NOBODY, ())


@pytest.mark.parametrize("asset", ["", "named"])
def test_another_picture_accuses_nobody(scene: Scene, asset: str) -> None:
    """It resembles nothing, or is not what was named."""
    other = write(scene.folder / "other.png", picture(9))

    found = scene.found(other, asset=scene.asset if asset else "")

    assert found.verdict is TraceVerdict.NOT_REGISTERED
    assert found.accused == ()


def test_no_purpose_no_trace(scene: Scene) -> None:
    """A person says what it is for, in words."""
    with pytest.raises(MisuseError, match="purpose"):
        scene.trace(scene.original, purpose="  ")


def test_a_leak_that_cannot_be_read(scene: Scene) -> None:
    """Is told, and nothing is kept."""
    (damaged := scene.folder / "damaged.jpg").write_bytes(b"\xff\xd8\xff no picture")
    before = scene.workspace.traces.all()

    found = scene.trace(damaged)

    assert isinstance(found, Traced)
    assert found.record is None
    assert [skipped.label for skipped in found.skipped] == [str(damaged)]
    assert scene.workspace.traces.all() == before


def test_no_seed_goes_into_a_sandbox(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is packed for it holds the key of the mark, and neither the seed nor any code."""
    packed: list[bytes] = []
    real = reading_record.pack

    def spy(original: bytes, leak: bytes, asset_key: bytes, owner_key: bytes) -> bytes:
        packed.append(real(original, leak, asset_key, owner_key))
        return packed[-1]

    monkeypatch.setattr(reading_record, "pack", spy)
    scene.trace(scene.leak(1))

    secrets = scene.workspace.keyring.mark_secrets(scene.asset)
    codes = [Codebook(secrets.code_seed, 3).code(n) for n in range(3)]
    assert packed
    for data in packed:
        assert secrets.asset_key in data
        assert secrets.code_seed not in data
        assert not any(np.packbits(code > 0).tobytes()[:64] in data for code in codes)


def lies() -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """Yield symbols as a captured worker would make them up, without the seed."""
    rng = np.random.default_rng(5)
    yield np.ones(SYMBOLS)
    yield np.where(np.arange(SYMBOLS) % 2, 1.0, -1.0)
    yield np.eye(1, SYMBOLS, 7)[0]
    for number in range(40):
        book = Codebook(bytes([number]) * 32, 1)
        yield book.code(0).astype(np.float64)
        yield rng.standard_normal(SYMBOLS) ** 3
    yield np.full(SYMBOLS, 32_767.0)


def test_a_captured_sandbox_accuses_nobody() -> None:
    """Whatever symbols it makes up, through its record, no innocent copy is above the threshold; none scores high."""
    book, scores = Codebook(b"a seed that no sandbox ever sees.", 500), []
    for soft in lies():
        lie = LeakReading(soft=soft, expected=1e9, pilot=1e9, pilot_whole=1e9, quality=1.0, region=((0.0, 0.0),) * 4)
        reading = parse_reading(write_reading(lie))
        assert isinstance(reading, LeakReading)

        assert conclude([(reading, book)]).accused == ()
        scores.append(book.correlations(reading.soft) / np.linalg.norm(reading.soft))

    z = np.abs(np.concatenate(scores))
    for level in (2.5, 3.0, 3.5, 4.0):
        assert float((z > level).mean()) <= 2 * np.exp(-(level**2) / 2)


def test_pixels_of_a_leak_stay_out_of_what_is_kept(scene: Scene) -> None:
    """Neither its bytes nor its name."""
    found = scene.found(scene.leak(0))

    content = b"".join(p.read_bytes() for p in (scene.folder / "ws").glob("rempart.db*"))

    assert found.id.encode() in content
    assert b"leak.jpg" not in content
    assert found.best.sha256.encode() not in content
    assert b"find out" not in content


@pytest.mark.parametrize(
    "known", [{"surfaced_at": SurfacedAt.PRESS}, {"surfaced_at": SurfacedAt.COURT}, {"is_protected_disclosure": True}]
)
def test_what_is_known_by_now_withholds_a_replay(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, known: dict[str, object]
) -> None:
    """Nothing is read or scored, whatever was stated the first time."""
    record = scene.found(scene.leak())

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(tracing, "concluded", refuse)
    monkeypatch.setattr(tracing, "LeakReader", refuse)

    again = replay(scene.workspace, record.id, [scene.leak()], scene.settings, **known)  # type: ignore[arg-type]  # a test

    assert isinstance(again, Withheld)


def test_of_several_versions_of_a_picture_the_marked_one_is_meant(tmp_path: Path) -> None:
    """A thumbnail of it is registered as well, and fits a small leak better than the picture itself."""
    scene = Scene(tmp_path)
    with Image.open(scene.original) as image:
        small = write(tmp_path / "small.png", image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX))
    teaser = in_vault(scene.settings, scene.workspace, small)

    found = scene.found(scene.leak())

    assert (found.verdict, found.best.asset) == (TraceVerdict.ACCUSED, scene.asset)
    assert [each.recipient for each in found.accused] == [scene.people[1].id]
    assert found.best.asset != teaser

"""A user's model in the sandbox: what it must not do first, then that it works there, closed in."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PIL import Image

import onnx_models
from patterns import pattern
from rempart.detect import learned, learned_task
from rempart.detect.descriptor import DescribedMedia
from rempart.errors import MediaError, SandboxError
from rempart.hazmat import DecodeLimits, PinnedFile, Pool, PoolSettings, Protection, Task
from rempart.model import Cleared, MediaBytes, MediaItem, MinorGate, Unreadable, UnreadableReason
from required import skip_or_fail

try:
    import onnxruntime
except ImportError:  # the core install: every test of this file says so
    onnxruntime = None

OPTIONS = learned.task_options(mean="0.5 0.5 0.5", std="0.25 0.25 0.25", side_px=32, frames=2, mirrored=True)


@pytest.fixture(autouse=True)
def _runtime() -> None:
    if onnxruntime is None:
        skip_or_fail("onnxruntime", "the extra named learned is not installed")


def model_in(folder: Path, data: bytes) -> learned.LearnedModel:
    """Write a model and pin it."""
    path = folder / "tiny.onnx"
    path.write_bytes(data)
    found = learned.pinned_model(path, hashlib.sha256(data).hexdigest())
    assert found is not None
    return found


def picture(seed: int = 3, kind: str = "PNG") -> bytes:
    """Encode a picture."""
    buffer = io.BytesIO()
    Image.fromarray(pattern(seed, 90, 120)).save(buffer, kind)
    return buffer.getvalue()


def items(*data: bytes) -> list[Cleared[MediaItem]]:
    """Let some bytes through the gate."""
    gate = MinorGate()
    cleared = [gate.check(MediaBytes(data=one, label=f"{number}")) for number, one in enumerate(data)]
    return cast("list[Cleared[MediaItem]]", cleared)


def described(task: Task[DescribedMedia], cache: Path, *data: bytes) -> list[DescribedMedia | Unreadable]:
    """Run the task in a worker that is closed in."""
    with Pool(task=task, settings=PoolSettings(kernel_cache=cache)) as pool:
        return [outcome for _, outcome in pool.run(items(*data), OPTIONS)]


def test_a_model_that_was_exchanged_after_the_pin_is_not_parsed(tmp_path: Path, kernel_cache: Path) -> None:
    """The worker compares the very bytes that it parses: a file may change after the settings were checked."""
    model = model_in(tmp_path, onnx_models.pooling_model())
    model.file.path.write_bytes(onnx_models.pooling_model(seed=2))

    with pytest.raises(SandboxError, match=r"SHA-256 is [0-9a-f]{64}, not"):
        described(learned.learned_task(model), kernel_cache, picture())


@pytest.mark.parametrize(
    "data, words",
    [
        (b"\x08\x08 no model at all", "the model cannot be read"),
        (onnx_models.pooling_model()[:-900], "the model cannot be read"),
        (onnx_models.pooling_model(planes=1), r"the model (wants|cannot)"),
        (onnx_models.pooling_model(batch=7), "the model wants"),
        (onnx_models.pooling_model(4096), r"the model (wants|cannot)"),
        (onnx_models.identity_model(), "the model wants"),
    ],
    ids=["garbage", "cut", "grey", "batch", "huge", "no picture"],
)
def test_a_file_that_is_no_such_model_is_refused(tmp_path: Path, kernel_cache: Path, data: bytes, words: str) -> None:
    """Before an item is opened, in words, and inside the sandbox."""
    task = learned.learned_task(model_in(tmp_path, data))

    with pytest.raises(SandboxError, match=words):
        described(task, kernel_cache, picture())


def test_a_task_that_takes_no_file_is_given_none(tmp_path: Path, kernel_cache: Path) -> None:
    """A pin on the wrong task is a mistake that is told."""
    file = model_in(tmp_path, onnx_models.pooling_model()).file
    task = Task(name="rempart.detect.fingerprint_task:run", parse=lambda record: record, resource=file)

    with (
        Pool(task=task, settings=PoolSettings(kernel_cache=kernel_cache)) as pool,
        pytest.raises(SandboxError, match="takes no file"),
    ):
        list(pool.run(items(picture()), OPTIONS))


@pytest.mark.parametrize("there", [False, True])
def test_a_file_that_went_away_or_became_a_folder_is_told(tmp_path: Path, there: bool) -> None:  # noqa: FBT001 - two
    """Between the settings and the start of a worker."""
    file = PinnedFile(path=tmp_path / "gone", sha256="0" * 64)
    if there:
        file.path.mkdir()

    with (
        Pool(task=Task(name="x:y", parse=dict, resource=file), settings=PoolSettings()) as pool,
        pytest.raises(SandboxError, match=r"gone (cannot be opened|is not a file)"),
    ):
        list(pool.run(items(picture()), OPTIONS))


def test_a_model_describes_pictures_in_a_closed_in_worker(tmp_path: Path, kernel_cache: Path) -> None:
    """Every protection that this machine has holds, the model is parsed behind them, and the answer is ours."""
    data = onnx_models.pooling_model()
    model = model_in(tmp_path, data)

    with Pool(task=learned.learned_task(model), settings=PoolSettings(kernel_cache=kernel_cache)) as pool:
        outcomes = [outcome for _, outcome in pool.run(items(picture(), picture(kind="JPEG"), b"junk"), OPTIONS)]
        active = {state.protection for state in pool.protections() if state.active}

    learned_task.take(data)
    outside = learned.parse(learned_task.run(picture(), DecodeLimits(), OPTIONS), model.file.sha256)
    assert {Protection.SECCOMP, Protection.LANDLOCK, Protection.LIMITS} <= active
    assert isinstance(outcomes[0], DescribedMedia)
    assert [(d.frame, d.mirrored) for d in outcomes[0].descriptors] == [(0, False), (0, True)]
    for inside, ours in zip(outcomes[0].descriptors, outside.descriptors, strict=True):
        np.testing.assert_allclose(inside.values, ours.values, atol=1e-6)
    assert isinstance(outcomes[1], DescribedMedia)
    assert float(outcomes[1].descriptors[0].values @ outcomes[0].descriptors[0].values) > 0.98
    assert isinstance(outcomes[2], Unreadable)


def test_a_mirror_is_described_as_the_mirrored_picture(tmp_path: Path) -> None:
    """Its descriptor is the one of the picture turned round."""
    del tmp_path
    learned_task.take(data := onnx_models.pooling_model("side", batch="n"))
    pixels = np.asarray(Image.open(io.BytesIO(picture())))
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels[:, ::-1])).save(buffer, "PNG")
    digest = hashlib.sha256(data).hexdigest()

    here = learned.parse(learned_task.run(picture(), DecodeLimits(), OPTIONS), digest)
    mirrored = learned.parse(learned_task.run(buffer.getvalue(), DecodeLimits(), OPTIONS), digest)

    np.testing.assert_allclose(here.descriptors[1].values, mirrored.descriptors[0].values, atol=1e-5)


def test_a_descriptor_of_nothing_is_no_descriptor() -> None:
    """A model that answers zeros would be like everything."""
    learned_task.take(onnx_models.zero_model())

    with pytest.raises(MediaError) as caught:
        learned_task.run(picture(), DecodeLimits(), OPTIONS)

    assert caught.value.reason == UnreadableReason.DAMAGED


def test_a_model_that_never_ends_is_stopped(tmp_path: Path, kernel_cache: Path) -> None:
    """The processor time of an item holds for the model too."""
    task = learned.learned_task(model_in(tmp_path, onnx_models.looping_model()))
    limits = DecodeLimits(cpu_s=1, wall_s=20)

    with Pool(task=task, settings=PoolSettings(kernel_cache=kernel_cache, limits=limits)) as pool:
        [(_, outcome)] = pool.run(items(picture()), OPTIONS)

    assert isinstance(outcome, Unreadable)
    assert outcome.reason is UnreadableReason.TIME


def test_the_runtime_cannot_report_to_anyone() -> None:
    """The locked wheel holds no name resolution, where its next versions upload events unless they are told not to."""
    libraries = [p for p in (Path(onnxruntime.__file__).parent / "capi").iterdir() if ".so" in p.name]

    assert libraries
    assert not [p.name for p in libraries if b"getaddrinfo" in p.read_bytes()]


def test_a_runtime_that_reports_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may install a newer one by hand."""
    monkeypatch.setattr(onnxruntime, "__version__", "1.29.0")

    with pytest.raises(ImportError, match="reports over the network"):
        learned_task._runtime()


@pytest.mark.parametrize("height, width", [(9, 7), (32, 32), (90, 120), (1000, 333)])
def test_resizing_is_what_pillow_calls_bilinear(height: int, width: int) -> None:
    """Up and down, a flat picture stays flat; averaging blocks first moves a sample by little."""
    pixels = pattern(9, height, width)

    found = learned_task._resize(pixels, 16, 24)

    judge = np.asarray(Image.fromarray(pixels).resize((24, 16), Image.Resampling.BILINEAR), np.float32)
    assert float(np.abs(found - judge).mean()) < 2.0
    np.testing.assert_allclose(learned_task._resize(np.full_like(pixels, 77), 16, 24), 77.0, rtol=1e-5)

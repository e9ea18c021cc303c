"""What tests of index files begin with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from rempart.detect.index import BinaryIndex


@pytest.fixture
def codes() -> npt.NDArray[np.uint8]:
    return np.random.default_rng(8).integers(0, 256, (5000, 32), dtype=np.uint8)


@pytest.fixture
def saved(codes: npt.NDArray[np.uint8], tmp_path: Path) -> Path:
    """A file of 5,000 codes, whose ids begin at 10."""
    path = tmp_path / "whole-frames.index"
    BinaryIndex.from_bits(codes, np.arange(5000) + 10).save(path)
    return path

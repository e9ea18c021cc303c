"""What tests of index files share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import index_codes


@pytest.fixture
def codes() -> npt.NDArray[np.uint8]:
    """Return 5,000 codes."""
    return index_codes.some()


@pytest.fixture
def saved(codes: npt.NDArray[np.uint8], tmp_path: Path) -> Path:
    """Save an index of them, whose ids begin at 10."""
    path = tmp_path / "whole-frames.index"
    index_codes.index_of(codes).save(path)
    return path

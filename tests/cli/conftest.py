"""Two folders that every command test reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from leaks import encoded
from pictures import scene


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return one asset's folder, and a pile with a copy, a stranger, a cut file and a stopped name."""
    base = tmp_path_factory.mktemp("cli")
    shoot, pile = base / "shoot", base / "pile"
    shoot.mkdir()
    pile.mkdir()
    mine = scene(1, 480, 360)
    (shoot / "mine.jpg").write_bytes(encoded(mine, quality=92))
    (pile / "a-copy.jpg").write_bytes(encoded(mine, quality=40))
    (pile / "b-stranger.jpg").write_bytes(encoded(scene(2, 480, 360), quality=80))
    (pile / "c-cut.jpg").write_bytes(encoded(mine, quality=80)[:9000])
    (pile / "d-lycee.jpg").write_bytes(b"never opened")
    return shoot, pile

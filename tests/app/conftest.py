"""What tests of watches share: one registered workspace, copied for each of them, and sandboxes that stay."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


class KeptPool:
    """A pool of sandboxes that outlives those who think that they end it."""

    def __init__(self, pool: Any) -> None:
        """Keep a pool."""
        self._pool = pool

    def __getattr__(self, name: str) -> Any:
        """Do as the pool does."""
        return getattr(self._pool, name)

    def close(self) -> None:
        """Stay."""


@pytest.fixture(scope="session")
def leak_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a workspace that looks for one picture, once."""
    from watch_scenes import workspace_with_leak  # noqa: PLC0415 - heavy: numba, Django

    folder = tmp_path_factory.mktemp("leak")
    _, workspace = workspace_with_leak(folder)
    workspace.database.close()
    return folder / "ws"


@pytest.fixture(scope="session")
def kept_pools(leak_template: Path) -> Iterator[tuple[KeptPool, KeptPool]]:
    """Start the two sandboxes that every watch has, once."""
    from rempart.app.wiring import make_pool  # noqa: PLC0415 - as above
    from rempart.app.wiring_watch import make_parsing_pool  # noqa: PLC0415 - as above
    from workspaces import settings_for  # noqa: PLC0415 - as above

    settings = settings_for(leak_template)
    with make_parsing_pool(settings) as pages, make_pool(settings, workers=1) as pictures:
        yield KeptPool(pages), KeptPool(pictures)


@pytest.fixture
def scene(
    leak_template: Path,
    kept_pools: tuple[KeptPool, KeptPool],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Any]:
    """Return a workspace that looks for one picture, from which nobody has asked for anything yet."""
    from watch_scenes import Scene, without_pace  # noqa: PLC0415 - as above

    pages, pictures = kept_pools
    monkeypatch.setattr("rempart.app.watching.make_parsing_pool", lambda _: pages)
    monkeypatch.setattr("rempart.app.watch_media.make_pool", lambda *_, **__: pictures)
    without_pace(monkeypatch)
    shutil.copytree(leak_template, tmp_path / "ws")
    opened = Scene.open(tmp_path / "ws")
    yield opened
    opened.workspace.database.close()

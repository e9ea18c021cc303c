"""Workspaces for tests: made in a temporary folder, on either database, with people in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from pictures import scene
from rempart.app.registering import Registered, Registering, Wish
from rempart.app.rights import add_owner
from rempart.app.workspace import Workspace, make_workspace, open_workspace
from rempart.config import Settings, load_settings
from rempart.model import AssetId
from rempart.model.asset import AssetProtection, Depicts, GroundKind, Right, Sensitivity

HERS = Right(depicts=Depicts.SELF, ground=GroundKind.OWN_WORK, adults_when_taken=True)


def settings_for(folder: Path, **values: object) -> Settings:
    """Return settings of a workspace in a folder; ``detect__radius_bits=9`` sets others."""
    flags = {name.replace("__", "."): value for name, value in values.items()}
    given = {"workspace.folder": str(folder), "workspace.user": "oscar", "hazmat.workers": 1, "database.patience_s": 5}
    return load_settings(environment={}, flags={**given, **flags}).settings


def make(folder: Path, *, url: str = "", is_shared: bool = True) -> tuple[Settings, Workspace]:
    """Make and open a workspace."""
    settings = settings_for(folder)
    make_workspace(settings, database_url=url, is_shared=is_shared)
    return settings, open_workspace(settings)


def pictures(folder: Path, count: int, *, first: int = 1, side: int = 160) -> list[Path]:
    """Write some pictures, each unlike the others."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(first, first + count):
        path = folder / f"picture-{number:03d}.png"
        Image.fromarray(np.asarray(scene(number, side, side))).save(path)
        paths.append(path)
    return paths


def register(
    settings: Settings,
    workspace: Workspace,
    paths: Sequence[Path],
    *,
    owner: str = "nadia",
    right: Right = HERS,
    sensitivity: Sensitivity = Sensitivity.PREMIUM,
    protection: AssetProtection = AssetProtection.HASH_ONLY,
) -> list[AssetId]:
    """Register pictures of an owner, who is added if she is new; return the new assets."""
    if owner not in {o.name for o in workspace.owners.all()}:
        add_owner(workspace, owner, contact="", right=right, language="fr")
    wish = Wish(owner=workspace.owners.get(owner), right=Right(), sensitivity=sensitivity, protection=protection)
    with Registering(workspace, wish, paths, settings) as work:
        return [event.asset for event in work.events() if isinstance(event, Registered)]

"""A workspace with recipients and a marked picture, for tests: the picture is made in code."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from rempart.app.marking import CopyMade, Marking
from rempart.app.recipients import add_recipient
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.model import AssetId
from rempart.model.asset import AssetProtection
from rempart.model.recipient import NewRecipient, Recipient
from workspaces import register

TOLD = dt.date(2026, 1, 2)


def picture(seed: int = 1, width: int = 640, height: int = 448) -> Image.Image:
    """Draw something with texture everywhere, and points to register by."""
    rng = np.random.default_rng(seed)
    planes = [
        np.asarray(
            Image.fromarray(rng.integers(0, 255, (height // s, width // s, 3), dtype=np.uint8)).resize(
                (width, height), 3
            ),
            np.float32,
        )
        for s in (4, 16, 64)
    ]
    return Image.fromarray(np.clip(sum(planes) / 3.2 + 10, 0, 255).astype(np.uint8))


def write(path: Path, image: Image.Image, **options: object) -> Path:
    """Write a picture."""
    out = io.BytesIO()
    image.save(out, path.suffix[1:].upper().replace("JPG", "JPEG"), **options)
    path.write_bytes(out.getvalue())
    return path


def told(workspace: Workspace, *names: str) -> list[Recipient]:
    """Add recipients who were told."""
    return [add_recipient(workspace, NewRecipient(name=n, informed_on=TOLD, how="terms §4")) for n in names]


def in_vault(settings: Settings, workspace: Workspace, path: Path) -> AssetId:
    """Register a picture, with its original."""
    [asset] = register(settings, workspace, [path], protection=AssetProtection.VAULT)
    return asset


def mark(
    settings: Settings,
    workspace: Workspace,
    what: Sequence[str],
    recipients: Sequence[Recipient],
    out: Path,
    *,
    own: bool | None = None,
) -> list[object]:
    """Make copies, and return what became of each."""
    with Marking(workspace, what, recipients, out, settings, psnr_db=42.0, own=own) as work:
        return list(work.events())


def paths(events: Sequence[object]) -> list[Path]:
    """Return where the copies are that were made."""
    return [event.path for event in events if isinstance(event, CopyMade)]

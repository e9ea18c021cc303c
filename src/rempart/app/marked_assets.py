"""Which registered pictures and videos a command names: by their identifiers, or by files of the very same bytes."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rempart.app.registering import file_digest
from rempart.app.workspace import Workspace
from rempart.errors import MisuseError, NotFoundError
from rempart.model import AssetId, MediaFile, MediaKind
from rempart.model.asset import Asset, AssetProtection, AssetState
from rempart.model.ids import IdKind, is_id

_VAULT = "Withdraw it and add it again with --vault: without its original a leak cannot be compared with it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A registered picture, or a video, of which copies are wanted."""

    asset: AssetId
    """Which."""
    label: str
    """How it is shown."""
    name: str
    """What its copies are called."""
    names: tuple[str, ...]
    """What the gate judges."""
    kind: MediaKind
    """Picture or video."""
    given: Path | None
    """The file that was named, which is the original byte for byte; None if the asset was named."""


def pictures_of(workspace: Workspace, what: Sequence[str]) -> list[Picture]:
    """Return the pictures that are named, each once.

    Raises:
        NotFoundError: one is not registered.
        MisuseError: one is not in the vault, contested, or two would be called the same.
    """
    found: dict[AssetId, Picture] = {}
    for each in what:
        picture = _picture(workspace, each)
        found.setdefault(picture.asset, picture)
    names: dict[str, str] = {}
    for picture in found.values():
        other = names.setdefault(picture.name.casefold(), picture.label)
        if other != picture.label:
            message = f"copies of {other!r} and {picture.label!r} would have the same name"
            raise MisuseError(message, advice="Mark them in two commands, into two folders.")
    return list(found.values())


def vault_asset(workspace: Workspace, name: str) -> Asset:
    """Return an asset whose original is kept, and that nobody contests.

    Raises:
        NotFoundError: there is none.
        MisuseError: it is not in the vault, or contested.
    """
    asset = workspace.assets.get(name)
    if asset.state is not AssetState.ACTIVE:
        message = f"{asset.id} is {asset.state}: nothing is done with it"
        raise MisuseError(message, advice="Look at it with: rempart asset show")
    if asset.protection is not AssetProtection.VAULT:
        message = f"{asset.id} is kept as {asset.protection}: no original is in the vault"
        raise MisuseError(message, advice=_VAULT)
    return asset


def _picture(workspace: Workspace, each: str) -> Picture:
    if is_id(each, IdKind.ASSET):
        asset = vault_asset(workspace, each)
        label = asset.label or asset.id
        name = _name(label, asset.id)
        return Picture(asset=asset.id, label=label, name=name, names=(label,), kind=asset.kind, given=None)
    path = Path(each)
    item = MediaFile.named(path)
    digest = file_digest(item)
    if digest is None:
        message = f"{each!r} cannot be read"
        raise MisuseError(message, advice="Name a file that is registered, or an asset's identifier.")
    known = workspace.assets.of_bytes(digest)
    if not known:
        message = f"{each!r} is not registered"
        raise NotFoundError(message, advice="Register it first: rempart asset add --vault")
    if len(known) > 1:
        message = f"{each!r} is registered by several owners: {', '.join(known)}"
        raise MisuseError(message, advice="Name the asset by its identifier.")
    asset = vault_asset(workspace, known[0])
    name, names = _name(each, asset.id), item.names_to_check()
    return Picture(asset=asset.id, label=each, name=name, names=names, kind=asset.kind, given=path)


def _name(label: str, asset: AssetId) -> str:
    """Return a file name that is only that: one part, printable, not hidden."""
    kept = "".join(
        c if unicodedata.category(c)[0] != "C" and c not in '\\/:*?"<>|' else "_" for c in os.path.basename(label)
    )
    return kept.lstrip(".").strip()[:150] or asset

"""A learned clue, for those who bring a model: which pinned file it is, what it says of a picture, and the search.

Absent unless the settings name a file and its SHA-256. Copy detectors can recognise faces (DESIGN §2, line 3), hence:
``hash_only`` assets have no way into :class:`LearnedBank`; what it finds is a candidate, named after the model, that
makes no match unless another clue agrees (:func:`is_supported`); a descriptor redraws much of a picture, so it is
clear media: kept in memory, or sealed under its asset's own key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.detect.descriptor import DescribedMedia, Descriptor, values_of
from rempart.detect.interface import LearnedCandidate
from rempart.detect.learned_task import FRAMES_MAX, TASK_NAME
from rempart.errors import ConfigError, RefusedError
from rempart.hazmat import Json, Options, PinnedFile, Task
from rempart.model import AssetId, Clue, ClueKind
from rempart.model.asset import Asset, AssetProtection, AssetState

#: Which assets may be described: a protection that is added later is not among them until somebody decides.
DESCRIBED: Final = frozenset({AssetProtection.DETAILED, AssetProtection.VAULT})

_SHA256_HEX: Final = 64
_NAME_DIGITS: Final = 12
#: Descriptors compared at once: with 2,048 numbers each, 32 MiB.
_BLOCK: Final = 4_096

F32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedModel:
    """A model file of the user's, known by its bytes."""

    name: str
    """What results call it: the file's name without its ending, and the first digits of its SHA-256."""
    file: PinnedFile
    """Where it is, and what its bytes must be."""


def pinned_model(model_file: Path | None, model_sha256: str) -> LearnedModel | None:
    """Return the model that the settings name, after reading it once; None if they name none.

    Args:
        model_file: ``learned.model_file``.
        model_sha256: ``learned.model_sha256``, 64 hexadecimal digits, empty if it is not set.

    Raises:
        ConfigError: one is set without the other, the file is another one or cannot be read, or the extra is missing.
    """
    if model_file is None and not model_sha256:
        return None
    if model_file is None or not model_sha256:
        message = "learned.model_file and learned.model_sha256 are set together, or not at all"
        raise ConfigError(
            message, advice="Take the digest from whoever published the model, and compare: sha256sum FILE"
        )
    if importlib.util.find_spec("onnxruntime") is None:
        message = "learned.model_file is set, and what runs such a model is not installed"
        raise ConfigError(message, advice="Install it: scripts/setup learned (the extra rempart[learned])")
    try:
        with model_file.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        message = f"the model {model_file} cannot be read: {error.strerror}"
        raise ConfigError(message, advice="Check learned.model_file.") from error
    if found != model_sha256:
        message = f"the model {model_file} is not the one that was pinned: its SHA-256 is {found}, not {model_sha256}"
        raise ConfigError(message, advice="Do not use it before you know why. The pin is learned.model_sha256.")
    stem = "".join(c if c.isprintable() else "?" for c in model_file.stem)
    name = f"{stem}-{found[:_NAME_DIGITS]}"
    return LearnedModel(name=name, file=PinnedFile(path=model_file, sha256=found))


def learned_task(model: LearnedModel) -> Task[DescribedMedia]:
    """Return the sandboxed task that describes pictures with a model; what it answers is of that model or refused."""
    return Task(name=TASK_NAME, parse=lambda record: parse(record, model.file.sha256), resource=model.file)


def task_options(*, mean: str, std: str, side_px: int, frames: int = 1, mirrored: bool = False) -> Options:
    """Return the options of :func:`learned_task`: an asset needs one frame, a suspect several and the mirror."""
    return {"mean": mean, "std": std, "side_px": side_px, "frames": frames, "mirrored": int(mirrored)}


def parse(record: Mapping[str, Json], model_sha256: str) -> DescribedMedia:
    """Check every field of a worker's record.

    Raises:
        ValueError: a field is missing, of another type or out of range, or of another model.
    """
    sha256, rows = str(record.get("sha256")), record.get("descriptors")
    if len(sha256) != _SHA256_HEX or not all(c in "0123456789abcdef" for c in sha256):
        message = "a record's sha256 has 64 hexadecimal digits"
        raise ValueError(message)
    if record.get("model") != model_sha256:
        message = "a record is of the model that was asked for"
        raise ValueError(message)
    if not isinstance(rows, list) or not 1 <= len(rows) <= 2 * FRAMES_MAX:
        message = f"a record has 1 to {2 * FRAMES_MAX} descriptors"
        raise ValueError(message)
    return DescribedMedia(sha256=sha256, descriptors=tuple(_parse_row(row, model_sha256) for row in rows))


def _parse_row(row: Json, model_sha256: str) -> Descriptor:
    """Read one descriptor of a record."""
    if not isinstance(row, dict):
        message = "a descriptor is an object"
        raise ValueError(message)  # noqa: TRY004 - one kind of failure: the record is wrong
    frame, mirrored, text = row.get("frame"), row.get("mirrored"), row.get("values")
    if not isinstance(frame, int) or isinstance(frame, bool) or frame < 0 or mirrored not in (0, 1):
        message = "a descriptor names its frame, from 0, and its mirror, 0 or 1"
        raise ValueError(message)
    try:
        data = base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        message = "a descriptor's values are in base 64"
        raise ValueError(message) from error
    return Descriptor(model=model_sha256, values=values_of(data), frame=frame, mirrored=bool(mirrored))


class LearnedBank:
    """Descriptors of ``detailed`` and ``vault`` assets, in memory, searched exactly; a ``LearnedMatcher``."""

    def __init__(self, model: LearnedModel, *, similarity_min: float) -> None:
        """Make an empty bank.

        Args:
            model: Whose descriptors it holds.
            similarity_min: Cosines from this one on are candidates.
        """
        self._model = model
        self._similarity_min = similarity_min
        self._assets: list[AssetId] = []
        self._rows: F32 = np.empty((0, 0), np.float32)

    def __len__(self) -> int:
        """Return how many descriptors are known."""
        return len(self._assets)

    @property
    def similarity_min(self) -> float:
        """Return the cosine from which on an asset is a candidate."""
        return self._similarity_min

    def add(self, asset: Asset, descriptor: Descriptor) -> None:
        """Learn an asset.

        It takes the whole asset, so that nobody can state a protection that it does not have.

        Raises:
            RefusedError: nothing but a fingerprint is kept of this asset, or it was withdrawn.
            ValueError: the descriptor is of another model or of another size.
        """
        if asset.protection not in DESCRIBED:
            message = f"{asset.id} is {asset.protection}: a model that can recognise faces is never used on it"
            raise RefusedError(message)
        # A contested one is compared, and nothing of it is shown or opened: whoever asks must know of it to seal twins.
        if asset.state is AssetState.WITHDRAWN:
            message = f"{asset.id} is {asset.state}: it is not compared"
            raise RefusedError(message)
        self._check(descriptor)
        count = len(self._assets)
        if count == self._rows.shape[0]:
            grown = np.zeros((max(64, 2 * count), descriptor.values.size), np.float32)
            grown[:count] = self._rows[:count] if count else 0.0
            self._rows = grown
        self._rows[count] = descriptor.values
        self._assets.append(asset.id)

    def remove(self, asset: AssetId) -> bool:
        """Forget an asset and overwrite its descriptors; False if it was not known."""
        found = [row for row, known in enumerate(self._assets) if known == asset]
        for row in reversed(found):
            last = len(self._assets) - 1
            self._rows[row] = self._rows[last]
            self._rows[last] = 0.0
            self._assets[row] = self._assets[last]
            self._assets.pop()
        return bool(found)

    def search(self, descriptors: Sequence[Descriptor], *, most: int = 10) -> list[LearnedCandidate]:
        """Return the assets closest to any frame of a suspect, the closest first.

        Args:
            descriptors: Of one suspect.
            most: How many assets at most.

        Raises:
            ValueError: a descriptor is of another model or of another size.
        """
        for descriptor in descriptors:
            self._check(descriptor)
        if not descriptors or not self._assets:
            return []
        queries = np.stack([d.values for d in descriptors], axis=1)
        best: dict[AssetId, tuple[float, int]] = {}
        for start in range(0, len(self._assets), _BLOCK):
            cosines = self._rows[start : min(start + _BLOCK, len(self._assets))] @ queries
            closest = cosines.argmax(axis=1)
            found = cosines[np.arange(closest.size), closest]
            for row in np.flatnonzero(found >= self._similarity_min).tolist():
                asset, entry = self._assets[start + row], (float(found[row]), int(closest[row]))
                best[asset] = max(best.get(asset, entry), entry)
        ranked = sorted(best.items(), key=lambda pair: (-pair[1][0], pair[0]))[:most]
        return [self._candidate(asset, cosine, descriptors[query]) for asset, (cosine, query) in ranked]

    def _candidate(self, asset: AssetId, cosine: float, seen: Descriptor) -> LearnedCandidate:
        return LearnedCandidate(
            asset=asset,
            cosine=min(1.0, max(-1.0, cosine)),
            model=self._model.name,
            frame=seen.frame,
            mirrored=seen.mirrored,
        )

    def _check(self, descriptor: Descriptor) -> None:
        """Refuse what cannot be compared."""
        if descriptor.model != self._model.file.sha256:
            message = f"a descriptor is of the model {descriptor.model[:_NAME_DIGITS]}, not of {self._model.name}"
            raise ValueError(message)
        if self._rows.size and descriptor.values.size != self._rows.shape[1]:
            message = (
                f"a descriptor of {self._model.name} has {self._rows.shape[1]} numbers, not {descriptor.values.size}"
            )
            raise ValueError(message)


def is_supported(clues: Iterable[Clue]) -> bool:
    """Tell whether some clues may make a match: a learned one never does by itself, however sure its model is."""
    return any(clue.kind is not ClueKind.LEARNED for clue in clues)

"""What a workspace looks for, loaded once, and comparing one suspect with all of it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rempart import clock
from rempart.app.detailed import with_places
from rempart.app.learning import LearnedClues, model_of
from rempart.app.listed import PartnerBank
from rempart.app.looking import KeptAtHand, Looking
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.detect import TILE_VERSION, Comparison, Ensemble, suspect_options
from rempart.errors import MisuseError
from rempart.hazmat import Options
from rempart.model import FingerprintedMedia, MediaItem, MinorGate

logger = logging.getLogger(__name__)


class WorkspaceBank:
    """Everything that suspects are compared with in a workspace: assets, a model's clues, what partners list."""

    def __init__(self, workspace: Workspace, settings: Settings, gate: MinorGate) -> None:
        """Prepare; nothing is loaded yet.

        Raises:
            ConfigError: the settings or the machine do not allow it, or the model is not the one that was pinned.
        """
        detect, model = settings.detect, model_of(settings)
        self._workspace = workspace
        self._settings = settings
        self._ensemble = Ensemble(radius_bits=detect.radius_bits, quality_min=detect.quality_min)
        self._at_hand = KeptAtHand(workspace)
        self.listings = PartnerBank(workspace, radius_bits=detect.radius_bits, quality_min=detect.quality_min)
        """Codes of partners."""
        self.learned = LearnedClues(model, gate, settings, workspace) if model else None
        """What a model of the user's adds; None without one."""
        self.looking = Looking(self._ensemble, gate, settings, self._at_hand, self.learned)
        """Compares, and looks again at what needs it."""
        self.assets = 0
        """How many are looked for."""
        self.digest = ""
        """Of what is looked for: the same until something is registered, withdrawn or imported."""

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End its sandboxes."""
        self.close()

    def close(self) -> None:
        """End its sandboxes."""
        self.looking.close()

    def load(self) -> None:
        """Load what is looked for.

        Raises:
            MisuseError: nothing is.
        """
        known, started_s = hashlib.sha256(), clock.monotonic_s()
        for entry in with_places(self._workspace.bank.bank(), self._workspace.keyring):
            self._ensemble.add(entry.asset, entry)
            for places in entry.places:
                if places.version == TILE_VERSION:
                    self._at_hand.add(entry.asset, places)
            if self.learned is not None:
                self.learned.add(entry)
            self.assets += 1
            known.update(entry.asset.encode("ascii"))
        for code in self.listings.load():
            known.update(code.encode("ascii"))
        if self.learned is not None:
            self.learned.finish()
        self.digest = known.hexdigest()
        if not len(self._ensemble) and not len(self.listings):
            message = "nothing is looked for in this workspace"
            advice = "Register pictures: rempart asset add. Without that: rempart scan PILE --assets FOLDER"
            raise MisuseError(message, advice=advice)
        logger.debug("%d assets loaded in %.3f s", self.assets, clock.monotonic_s() - started_s)

    @property
    def options(self) -> Options:
        """Return what is computed of each suspect, once it is loaded."""
        return suspect_options(self._ensemble, frames=self._settings.detect.suspect_frames)

    def compare(self, item: MediaItem, media: FingerprintedMedia, content: Callable[[], bytes | None]) -> Comparison:
        """Say which assets a suspect shows; as :meth:`Looking.compare`."""
        return self.looking.compare(item, media, content)

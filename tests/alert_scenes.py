"""A workspace with registered pictures and sightings of them, whose alerts leave by doors on loopback.

The sightings are planted with an address, a title, a name and an excerpt that no byte that leaves may hold.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
from dataclasses import replace
from pathlib import Path
from typing import Final

from rempart.app.alerts import raise_alert
from rempart.app.rights import add_owner
from rempart.app.workspace import Workspace, make_workspace, open_workspace
from rempart.model.alert import Alert
from rempart.model.asset import Asset, AssetProtection, AssetState, Depicts, Registration, Sensitivity
from rempart.model.fingerprint import Fingerprint, SignalType
from rempart.model.ids import AssetId, IdKind, SightingId, SuspectId, new_id
from rempart.model.match import Clue, ClueKind, Match
from rempart.model.media import MediaKind
from rempart.model.sighting import NewSighting
from rempart.model.source import Article14, NewSource, Place, SourceKind
from workspaces import HERS, settings_for

NOW: Final = dt.datetime(2026, 11, 22, 6, tzinfo=dt.UTC)
#: What is known of what was seen: none of it leaves.
PLANTED: Final = ("forum.planted.example", "photo-secrete-41.jpg", "Zoé Planchard", "calendrier dérobé", "sgt_", "ast_")


class AlertScene:
    """A workspace of one owner."""

    def __init__(self, folder: Path, *, url: str = "", **settings: object) -> None:
        """Make it.

        Args:
            folder: Where.
            url: Its database, if not a file.
            settings: Of the doors, as ``alerts__mail_to="desk@example.org"``.
        """
        self.settings = settings_for(folder, **settings)
        make_workspace(self.settings, database_url=url)
        self.workspace: Workspace = open_workspace(self.settings)
        me, far = self.workspace.me.id, NOW + dt.timedelta(days=90)
        place = Place(kind=SourceKind.PAGE, text=f"https://{PLANTED[0]}/")
        self.source = self.workspace.sources.add(
            NewSource(
                place=place,
                every=dt.timedelta(hours=6),
                depth=1,
                authorised_by=me,
                why=PLANTED[3],
                until=far,
                article14=Article14.PUBLIC_NOTICE,
            ),
            NOW,
        )
        self._random = random.Random(8)  # noqa: S311 - bits of a test, with a seed
        self._numbers = itertools.count()

    def asset(
        self, *, sensitivity: Sensitivity = Sensitivity.PREMIUM, depicts: Depicts | None = Depicts.SELF
    ) -> AssetId:
        """Register a picture, of an owner whose pictures all show the same."""
        name, right = f"{PLANTED[2]} {depicts}", replace(HERS, depicts=depicts)
        if name not in {owner.name for owner in self.workspace.owners.all()}:
            add_owner(self.workspace, name, contact="", right=right, language="fr")
        owner = self.workspace.owners.get(name)
        asset = Asset(
            id=AssetId(new_id(IdKind.ASSET)),
            owner=owner.id,
            kind=MediaKind.IMAGE,
            state=AssetState.ACTIVE,
            sensitivity=sensitivity,
            protection=AssetProtection.HASH_ONLY,
            ground=owner.ground,
            ground_accepted_by=None,
            registered_by=self.workspace.me.id,
            registered_at=NOW,
            label=PLANTED[1],
        )
        code = Fingerprint(signal_type=SignalType.PDQ, version="1", bits=self._random.randbytes(32), quality=90)
        [added] = self.workspace.assets.add(
            [Registration(asset=asset, digest=self._random.randbytes(32), fingerprints=(code,))]
        )
        return added

    def match(self, asset: AssetId, url: str) -> Match:
        """Say that what is at an address resembles a picture."""
        clue = Clue(kind=ClueKind.WHOLE_FRAME, signal_type=SignalType.PDQ, distance_bits=3, weight=0.9)
        return Match(
            asset=asset,
            suspect=SuspectId(url),
            clues=(clue,),
            score=0.9,
            false_match_bound=None,
            region=None,
            width=100,
            height=80,
        )

    def see(
        self, *assets: AssetId, url: str = "", now: dt.datetime = NOW, ends_at: dt.datetime | None = None
    ) -> Alert | None:
        """Write a sighting of some pictures and raise its alert, in one transaction."""
        url = url or f"https://{PLANTED[0]}/{next(self._numbers)}/{PLANTED[1]}"
        matches = [self.match(asset, url) for asset in assets]
        with self.workspace.database.transaction():
            sighting = self._record(url, matches, now)
            if sighting is None:
                return None
            return raise_alert(self.workspace, self.settings, sighting, matches, now, ends_at=ends_at)

    def _record(self, url: str, matches: list[Match], now: dt.datetime) -> SightingId | None:
        new = NewSighting(
            source=self.source.id,
            media_url=url,
            page_url=f"https://{PLANTED[0]}/page",
            matches=tuple(matches),
            media_type="image/jpeg",
        )
        recorded = self.workspace.sightings.record(new, now)
        return recorded[0] if recorded else None

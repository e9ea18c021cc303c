"""Sources as people ask for them, for tests: a whole wish, some of it changed, and the judge that nothing overrides."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from rempart import clock
from rempart.app.cases import open_case
from rempart.app.evidence_desk import EvidenceDesk
from rempart.app.rights import add_owner, grant_consent, subject_of
from rempart.app.sources import SourceWish, add_source
from rempart.app.stopping import Stop
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.model.asset import ConsentScope, GroundKind
from rempart.model.evidence import Case
from rempart.model.ids import OwnerId
from rempart.model.source import Source
from workspaces import HERS

DAY = dt.timedelta(days=1)
FORUM = "https://forum.example/forums/demandes.42/"


def wish(text: str = FORUM, **values: Any) -> SourceWish:
    """Return a whole wish, some of it changed."""
    given: dict[str, Any] = {
        "base": Path("/"),
        "authorised_by": "oscar",
        "why": "leaks of registered\n pictures are asked for here",
        "until": clock.utc_now() + 20 * DAY,
    }
    return SourceWish(text=text, **{**given, **values})


def added(made: tuple[Settings, Workspace], text: str = FORUM, **values: Any) -> Source:
    """Add a source; whoever works answers for it."""
    settings, workspace = made
    _ = workspace.me
    return add_source(workspace, Stop.of(workspace, settings), wish(text, **values))


def consenting(workspace: Workspace, name: str = "Zelda Quux") -> OwnerId:
    """Add an owner who allows that she is watched for."""
    owner = add_owner(workspace, name, contact="", right=HERS, language="fr")
    grant_consent(workspace, subject_of(workspace, owner.id), ConsentScope.WATCH, "fr")
    return owner.id


def opened_case(made: tuple[Settings, Workspace], name: str = "Zelda Quux") -> Case:
    """Add an owner and open a case for her; she was not asked whether she may be watched for."""
    settings, workspace = made
    if name not in {owner.name for owner in workspace.owners.all()}:
        add_owner(workspace, name, contact="", right=HERS, language="fr")
    desk = EvidenceDesk(workspace, settings)
    return open_case(desk, name, ground=GroundKind.MANDATE, note="signed on 2026-03-01", text_read="fr")

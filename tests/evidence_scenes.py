"""A workspace with a case that may hold evidence, and somebody beside the workspace who can open it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from rempart import clock
from rempart.app.cases import open_case
from rempart.app.evidence_adding import file_item, record, require_permission
from rempart.app.evidence_desk import EvidenceDesk
from rempart.app.evidence_proving import finish
from rempart.app.evidence_recipients import add_evidence_recipient
from rempart.app.rights import add_owner
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.keys import new_identity, recipient_of
from rempart.model.asset import GroundKind, UserRole
from rempart.model.evidence import Case, EvidenceItem, EvidenceKind, RecipientPurpose
from workspaces import HERS, make

CONTENT = b"From: somebody@example.org\r\n\r\nplanted sentence\r\n" * 40


@dataclass
class Now:
    """A clock that a test sets."""

    at: dt.datetime

    def __call__(self) -> dt.datetime:
        """Return what it shows."""
        return self.at


@dataclass
class Scene:
    """What a test of evidence begins with."""

    settings: Settings
    workspace: Workspace
    desk: EvidenceDesk
    case: Case
    lawyer: str
    """Her secret key."""
    now: Now
    folder: Path

    def file(self, name: str = "message.eml", content: bytes = CONTENT) -> Path:
        """Write a file to be added."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def recorded(self, name: str = "message.eml", content: bytes = CONTENT) -> EvidenceItem:
        """Record a file, and do no more."""
        permission = require_permission(self.desk, self.case.id, kind=EvidenceKind.FILE, tie="report")
        with file_item(self.desk, self.file(name, content)) as new:
            return record(self.desk, permission, new)

    def added(self, name: str = "message.eml", content: bytes = CONTENT) -> EvidenceItem:
        """Record a file and prove it."""
        item = self.recorded(name, content)
        return finish(self.desk, self.case.id).require(item.id)


def scene(folder: Path, made: tuple[Settings, Workspace] | None = None) -> Scene:
    """Make all of it; Oscar works, Anne works there too, the owner is Nadia."""
    settings, workspace = made or make(folder / "ws")
    now = Now(clock.utc_now().replace(microsecond=0))
    add_owner(workspace, "Nadia Planted", contact="", right=HERS, language="fr")
    workspace.add_user("Anne", UserRole.REVIEWER)
    desk = EvidenceDesk(workspace, settings, now=now)
    case = open_case(desk, "Nadia Planted", ground=GroundKind.MANDATE, note="signed on paper", text_read="fr")
    lawyer = new_identity()
    add_evidence_recipient(desk, "counsel", recipient_of(lawyer), purpose=RecipientPurpose.LAWYER, is_safe=False)
    return Scene(settings, workspace, desk, case, lawyer, now, folder)

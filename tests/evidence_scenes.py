"""A workspace with a case that may hold evidence, and somebody beside the workspace who can open it."""

from __future__ import annotations

import datetime as dt
import secrets
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from rempart import clock
from rempart.app.cases import open_case
from rempart.app.evidence_adding import file_item, record, require_permission
from rempart.app.evidence_desk import EvidenceDesk
from rempart.app.evidence_proving import finish
from rempart.app.evidence_recipients import add_evidence_recipient
from rempart.app.evidence_stamping import Stamping
from rempart.app.rights import add_owner
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.evidence.local_authority import LOCAL, LocalAuthority
from rempart.keys import new_identity, recipient_of
from rempart.model.asset import GroundKind, UserRole
from rempart.model.evidence import Case, EvidenceItem, EvidenceKind, RecipientPurpose
from rempart.model.timestamp import (
    Imprint,
    NotTimestamped,
    NotTimestampedReason,
    Timestamp,
    TimestampAuthority,
    TimestampOutcome,
)
from rempart.provenance import make_chain
from workspaces import HERS, make, settings_for

CONTENT = b"From: somebody@example.org\r\n\r\nplanted sentence\r\n" * 40


@dataclass
class Now:
    """A clock that a test sets."""

    at: dt.datetime

    def __call__(self) -> dt.datetime:
        """Return what it shows."""
        return self.at


class Authority:
    """An authority in this process with certificates of its own, which fails as it is told."""

    def __init__(self, seed: int, now: Now) -> None:
        """Make its certificates."""
        made = now() - dt.timedelta(days=3)
        self.chain = make_chain(bytes([seed]) * 32, organisation=f"Authority {seed}", made_at=made, profile=LOCAL)
        self.now = now
        self.fails: Callable[[Imprint], TimestampOutcome] | None = None
        self.asked = 0

    def stamped(self, imprint: Imprint, *, at: dt.datetime | None = None) -> Timestamp:
        """Return a time-stamp."""
        at = at or self.now()
        reply = LocalAuthority(self.chain).stamp(imprint, at=at, nonce=7, serial=secrets.randbits(60))
        return Timestamp(
            imprint=imprint,
            raw_reply=reply,
            token_der=b"",
            request_der=b"",
            gen_time=at,
            accuracy=None,
            serial=1,
            policy="1.2.3",
            tsa_name="",
            nonce=7,
            url="",
            at=at,
        )

    def root_pem(self) -> bytes:
        """Return what an administrator puts into the roots' file."""
        return self.chain.root.public_bytes(Encoding.PEM)


@dataclass
class Authorities:
    """Answers as the network would, by address."""

    by_url: dict[str, Authority]

    def request(self, imprint: Imprint, authority: TimestampAuthority) -> TimestampOutcome:
        """Ask one."""
        one = self.by_url[authority.url]
        one.asked += 1
        return one.fails(imprint) if one.fails else one.stamped(imprint)


def away(imprint: Imprint) -> TimestampOutcome:
    """Fail as an authority that cannot be reached."""
    del imprint
    return NotTimestamped(reason=NotTimestampedReason.NOT_FETCHED, detail="", url="", at=clock.utc_now())


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


def with_authorities(found: Scene, count: int = 2, **values: object) -> list[Authority]:
    """Let real authorities, each of its own house, stamp for a scene from now on."""
    authorities = [Authority(number, found.now) for number in range(1, count + 1)]
    roots = found.folder / "roots.pem"
    roots.write_bytes(b"".join(each.root_pem() for each in authorities))
    urls = [f"http://tsa{number}.example/" for number in range(1, count + 1)]
    found.settings = settings_for(
        found.workspace.folder, timestamps__authorities=urls, timestamps__roots_file=str(roots), **values
    )
    stamping = Stamping(found.workspace, found.settings, asks=Authorities(dict(zip(urls, authorities, strict=True))))
    found.desk = EvidenceDesk(found.workspace, found.settings, now=found.now, stamping=stamping)
    return authorities


def verified_by_bash(folder: Path) -> str:
    """Return what a package's own verifier says, as a stranger runs it.

    Raises:
        CalledProcessError: it does not hold.
    """
    command = ["/bin/bash", "verify.sh"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, encoding="utf-8").stdout

"""What every act on evidence needs: the workspace and its log, who asks, who agrees, and the note of what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rempart import clock
from rempart.app.evidence_certificates import seal_chain
from rempart.app.evidence_stamping import Stamping
from rempart.app.gating import HAND_OFF
from rempart.app.stopping import gate_of
from rempart.app.transparency_log import TransparencyLog
from rempart.app.witness_routes import witness_routes
from rempart.app.workspace import Workspace, checked_name
from rempart.config import Settings
from rempart.errors import MisuseError, RefusedError
from rempart.evidence.drafts import Trust
from rempart.model import Stopped
from rempart.model.evidence import Case, CustodyEvent, CustodyKind, EvidenceItem, EvidenceRecipient
from rempart.model.gate import MinorGate
from rempart.model.ids import CaseId, UserId
from rempart.model.names import skeleton

#: Letters of a reason, a note, an addressee.
TEXT_MOST = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Names and addresses for the gate to judge, before anything that they name is opened."""

    names: tuple[str, ...]
    """As given."""

    def names_to_check(self) -> tuple[str, ...]:
        """Return what the gate judges."""
        return self.names


class EvidenceDesk:
    """Where a person works on evidence; a command or a job has one."""

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        *,
        now: Callable[[], dt.datetime] = clock.utc_now,
        stamping: Stamping | None = None,
    ) -> None:
        """Prepare to work.

        Raises:
            ConfigError: the settings of the time-stamps or of the gate cannot be used.
        """
        self.workspace = workspace
        self.settings = settings
        self.instant = now
        self.log = TransparencyLog(workspace, settings)
        self.stamping = stamping or Stamping(workspace, settings)
        self.gate: MinorGate = gate_of(workspace, settings)

    @property
    def organisation(self) -> str:
        """Return who records, as packages say."""
        return self.settings.evidence.organisation or "(not named)"

    def note(
        self,
        kind: CustodyKind,
        about: Case | EvidenceItem,
        *,
        by: UserId | None = None,
        second: UserId | None = None,
        why: str = "",
        to: str = "",
    ) -> int:
        """Add to the custody what was done; return its number in the case."""
        item = about if isinstance(about, EvidenceItem) else None
        case = about.case if isinstance(about, EvidenceItem) else about.id
        event = CustodyEvent(
            at=self.instant(),
            kind=kind,
            case=case,
            item=item.id if item else None,
            by=by or self.workspace.me.id,
            second=second,
            why=why,
            to=to,
        )
        return self.workspace.custody.note(event)

    def role(self, case: CaseId, user: UserId) -> str:
        """Return what a person is called in public: a number of hers in this case."""
        people = self.workspace.custody.people(case)
        return f"person {people.get(user, len(people) + 1)}"

    def require_second(self, name: str, what: str) -> UserId:
        """Return the second person, who works here and is somebody else.

        Raises:
            RefusedError: nobody is named, she does not work here, or it is the same person.
        """
        advice = "Name somebody else who works here: --second NAME. See who does: rempart user list"
        if not name.strip():
            message = f"{what} takes a second person"
            raise RefusedError(message, advice=advice)
        users = self.workspace.users
        second = users.find(checked_name(name))
        if second is None:
            message = f"{what} takes a second person who works here"
            raise RefusedError(message, advice=advice)
        if second.id == self.workspace.me.id or skeleton(second.name) == skeleton(self.workspace.me.name):
            message = f"{what} takes a second person, not the same one twice"
            raise RefusedError(message, advice=advice)
        return second.id

    def refuse_stopped(self, names: Iterable[str]) -> None:
        """Make sure that nothing in some names or addresses may concern a minor.

        Raises:
            RefusedError: something does; nothing was opened.
        """
        verdict = self.gate.check(Named(names=tuple(name for name in names if name)))
        if isinstance(verdict, Stopped):
            raise RefusedError(verdict.in_words(), advice=HAND_OFF)

    def trust(self, now: dt.datetime) -> Trust:
        """Return whose keys what is made now is verified with."""
        return Trust(
            ca_pem=seal_chain(self.workspace, self.settings.evidence.organisation, now).anchor_pem(),
            tsa_pems=self.stamping.roots_pem(now),
            log_vkey=self.log.signer(now).vkey,
            witness_vkeys=tuple(route.key.vkey for route in witness_routes(self.settings)),
        )

    def recipients(self, case: CaseId, own: EvidenceRecipient) -> tuple[EvidenceRecipient, ...]:
        """Return to whom something of a case is sealed: the association's own key of the item, then the others.

        Raises:
            MisuseError: there is nobody else.
        """
        others = self.workspace.evidence_keys.recipients(case)
        if not others:
            message = "evidence is sealed to two recipients at least, and the workspace's own key is one"
            advice = "Add another, who keeps her own key: rempart evidence recipient add NAME age1… --purpose lawyer"
            raise MisuseError(message, advice=advice)
        return (own, *others)


def checked_text(text: str, what: str) -> str:
    """Return a reason, a note or an addressee without the spaces around it.

    Raises:
        MisuseError: it is empty, too long, or cannot be shown.
    """
    text = text.strip()
    if not text or len(text) > TEXT_MOST or not text.isprintable():
        message = f"{what} is empty, has more than {TEXT_MOST} letters, or signs that cannot be shown"
        raise MisuseError(message, advice="Write it on one line, in a few words.")
    return text

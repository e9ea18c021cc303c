"""A case and its items in a database, for tests of the repositories."""

from __future__ import annotations

from dataclasses import dataclass, field

from fakes import FakeItemSealer
from registered import NOW, Registered
from rempart.model.asset import GroundKind
from rempart.model.evidence import Case, CaseState, CustodyEvent, CustodyKind, EvidenceItem, EvidenceKind, Tie
from rempart.model.ids import CaseId, EvidenceId, UserId
from rempart.store import CaseRepository, CustodyRepository, Database, EvidenceRepository, NewEvidence


@dataclass
class KeptCases:
    """Repositories of one database, with a case in it."""

    database: Database
    sealer: FakeItemSealer = field(default_factory=FakeItemSealer)

    def __post_init__(self) -> None:
        """Add a user, an owner and a case."""
        self.here = Registered(self.database)
        self.cases = CaseRepository(self.database, self.sealer)
        self.evidence = EvidenceRepository(self.database, self.sealer)
        self.custody = CustodyRepository(self.database, self.sealer)
        self.case = self.add_case(1)

    def add_case(self, number: int) -> Case:
        """Add a case."""
        case = Case(
            id=CaseId(f"cas_{number:032x}"),
            owner=self.here.owner.id,
            ground=GroundKind.MANDATE,
            ground_note="mandate-planted",
            state=CaseState.OPEN,
            shows_addresses=False,
            opened_by=self.here.user.id,
            opened_at=NOW,
            closed_at=None,
        )
        self.cases.add(case, bytes([number]) * 32)
        return case

    def add_item(self, number: int, case: Case | None = None) -> EvidenceItem:
        """Record an item."""
        new = NewEvidence(
            id=EvidenceId(f"evd_{number:032x}"),
            case=(case or self.case).id,
            kind=EvidenceKind.FILE,
            tie=Tie.REPORT,
            tied_to="",
            label="label-planted",
            draft=b"draft-planted",
            identity=b"identity-planted",
        )
        return self.evidence.add(new, by=self.here.user.id, now=NOW)

    def event(
        self, kind: CustodyKind, item: EvidenceItem | None = None, *, second: UserId | None = None, why: str = ""
    ) -> CustodyEvent:
        """Make something that happened."""
        return CustodyEvent(
            at=NOW,
            kind=kind,
            case=self.case.id,
            item=item.id if item else None,
            by=self.here.user.id,
            second=second,
            why=why,
            to="to-planted" if why else "",
        )

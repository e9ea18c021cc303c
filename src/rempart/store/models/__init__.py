"""The tables, as Django sees them; repositories turn their rows into values of ``rempart.model``."""

from rempart.store.models.copies import CopyRow, DecoyRow, RecipientRow, TracedLeakRow, TraceRow
from rempart.store.models.evidence import (
    CaseRow,
    CustodyRow,
    ErasureRow,
    EvidenceCertificatesRow,
    EvidenceRecipientRow,
    EvidenceRow,
    HandOffRow,
    HoldRow,
)
from rempart.store.models.exchange import ImportedRow, ListingRow, PartnerRow, RemovedRow, SentRow, SuspendedRow
from rempart.store.models.findings import MatchRow, ScanRow, ScanSkipRow, SightingRow
from rempart.store.models.hosts import AuthorisationRow, HostRow, RobotsRow
from rempart.store.models.log import (
    AheadRow,
    CheckpointRow,
    CosignatureRow,
    LeafRow,
    LogEntryRow,
    LogNameRow,
    NodeRow,
)
from rempart.store.models.people import ConsentRow, GroundRow, OwnerRow, User, WorkspaceRow
from rempart.store.models.provenance import CertificatesRow, ManifestRow
from rempart.store.models.registered import AssetRow, DetailedRow, FingerprintRow
from rempart.store.models.seen import (
    AlertDoorRow,
    AlertRow,
    ExcerptRow,
    FrozenRow,
    LocatorRow,
    ReferralRow,
    SearchHitRow,
)
from rempart.store.models.watched import FrontierRow, PlanRow, SourceRow, ThreadRow
from rempart.store.models.work import AccessRow, EventRow, JobRow

__all__ = [
    "AccessRow",
    "AheadRow",
    "AlertDoorRow",
    "AlertRow",
    "AssetRow",
    "AuthorisationRow",
    "CaseRow",
    "CertificatesRow",
    "CheckpointRow",
    "ConsentRow",
    "CopyRow",
    "CosignatureRow",
    "CustodyRow",
    "DecoyRow",
    "DetailedRow",
    "ErasureRow",
    "EventRow",
    "EvidenceCertificatesRow",
    "EvidenceRecipientRow",
    "EvidenceRow",
    "ExcerptRow",
    "FingerprintRow",
    "FrontierRow",
    "FrozenRow",
    "GroundRow",
    "HandOffRow",
    "HoldRow",
    "HostRow",
    "ImportedRow",
    "JobRow",
    "LeafRow",
    "ListingRow",
    "LocatorRow",
    "LogEntryRow",
    "LogNameRow",
    "ManifestRow",
    "MatchRow",
    "NodeRow",
    "OwnerRow",
    "PartnerRow",
    "PlanRow",
    "RecipientRow",
    "ReferralRow",
    "RemovedRow",
    "RobotsRow",
    "ScanRow",
    "ScanSkipRow",
    "SearchHitRow",
    "SentRow",
    "SightingRow",
    "SourceRow",
    "SuspendedRow",
    "ThreadRow",
    "TraceRow",
    "TracedLeakRow",
    "User",
    "WorkspaceRow",
]

"""Django models and repositories: the only room that speaks SQL, to SQLite or PostgreSQL alike.

Repositories take and give values of ``rempart.model``; what names a person or a place is sealed before it is written::

    database = Database(DatabaseLocation.parse("workspace/rempart.db"))
    upgrade(database)
    owners = OwnerRepository(database, keyring)

Importing this package configures Django for this process, and connects to nothing.
"""

from rempart.store.setup import set_up

set_up()

from rempart.store.alerts import AlertRepository  # noqa: E402 - as above
from rempart.store.assets import AssetRepository  # noqa: E402 - models need a configured Django
from rempart.store.authorisations import AuthorisationRepository  # noqa: E402 - as above
from rempart.store.cases import CaseRepository  # noqa: E402 - as above
from rempart.store.consents import ConsentRepository  # noqa: E402 - as above
from rempart.store.custody import CustodyRepository  # noqa: E402 - as above
from rempart.store.database import Database  # noqa: E402 - as above
from rempart.store.decoys import DecoyRepository  # noqa: E402 - as above
from rempart.store.erasure import erase_traces, wait_for_writers  # noqa: E402 - as above
from rempart.store.evidence import EvidenceRepository, NewEvidence  # noqa: E402 - as above
from rempart.store.evidence_keys import EvidenceKeyRepository  # noqa: E402 - as above
from rempart.store.exchange_counts import ImportedCounts, imported_counts, partner_counts  # noqa: E402 - as above
from rempart.store.findings import FindingRepository  # noqa: E402 - as above
from rempart.store.fingerprints import FingerprintRepository  # noqa: E402 - as above
from rempart.store.frontier import FrontierRepository  # noqa: E402 - as above
from rempart.store.hosts import HostRepository  # noqa: E402 - as above
from rempart.store.imported import ImportedRepository  # noqa: E402 - as above
from rempart.store.interface import FieldSealer, ItemSealer  # noqa: E402 - as above
from rempart.store.jobs import JobRepository  # noqa: E402 - as above
from rempart.store.journal import Journal  # noqa: E402 - as above
from rempart.store.location import DatabaseLocation  # noqa: E402 - as above
from rempart.store.log import LogRepository  # noqa: E402 - as above
from rempart.store.manifests import ManifestRepository  # noqa: E402 - as above
from rempart.store.outgoing import AssetCode, OutgoingRepository  # noqa: E402 - as above
from rempart.store.partners import PartnerRepository  # noqa: E402 - as above
from rempart.store.people import OwnerRepository, UserRepository, WorkspaceRepository  # noqa: E402 - as above
from rempart.store.plans import PlanRepository  # noqa: E402 - as above
from rempart.store.recipients import RecipientRepository  # noqa: E402 - as above
from rempart.store.referrals import ReferralRepository  # noqa: E402 - as above
from rempart.store.retention import RetentionRepository  # noqa: E402 - as above
from rempart.store.schema import faults, require_current, upgrade  # noqa: E402 - as above
from rempart.store.sealing import reseal, sealed_faults, sealed_values  # noqa: E402 - as above
from rempart.store.sightings import SightingRepository  # noqa: E402 - as above
from rempart.store.snapshot import read_snapshot, write_snapshot  # noqa: E402 - as above
from rempart.store.sources import SourceRepository  # noqa: E402 - as above
from rempart.store.threads import ThreadRepository  # noqa: E402 - as above
from rempart.store.traces import TraceRepository  # noqa: E402 - as above

__all__ = [
    "AlertRepository",
    "AssetCode",
    "AssetRepository",
    "AuthorisationRepository",
    "CaseRepository",
    "ConsentRepository",
    "CustodyRepository",
    "Database",
    "DatabaseLocation",
    "DecoyRepository",
    "EvidenceKeyRepository",
    "EvidenceRepository",
    "FieldSealer",
    "FindingRepository",
    "FingerprintRepository",
    "FrontierRepository",
    "HostRepository",
    "ImportedCounts",
    "ImportedRepository",
    "ItemSealer",
    "JobRepository",
    "Journal",
    "LogRepository",
    "ManifestRepository",
    "NewEvidence",
    "OutgoingRepository",
    "OwnerRepository",
    "PartnerRepository",
    "PlanRepository",
    "RecipientRepository",
    "ReferralRepository",
    "RetentionRepository",
    "SightingRepository",
    "SourceRepository",
    "ThreadRepository",
    "TraceRepository",
    "UserRepository",
    "WorkspaceRepository",
    "erase_traces",
    "faults",
    "imported_counts",
    "partner_counts",
    "read_snapshot",
    "require_current",
    "reseal",
    "sealed_faults",
    "sealed_values",
    "upgrade",
    "wait_for_writers",
    "write_snapshot",
]

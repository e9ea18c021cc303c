"""To whom evidence is encrypted, and the certificates that seal it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from rempart.errors import MisuseError
from rempart.model.evidence import EvidenceRecipient, RecipientPurpose
from rempart.model.ids import CaseId, IdKind, UserId, new_id
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import EvidenceCertificatesRow, EvidenceRecipientRow, WorkspaceRow
from rempart.store.sealing import seal_text, unseal_text


class EvidenceKeyRepository:
    """The public keys of one workspace's evidence."""

    def __init__(self, database: Database, sealer: FieldSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def add_recipient(self, new: EvidenceRecipient, *, by: UserId, now: dt.datetime) -> None:
        """Write that what is sealed from now on is encrypted to somebody as well.

        Raises:
            MisuseError: there is one of this name, or with this key, who would be in the same packages.
        """
        made = new_id(IdKind.EVIDENCE_RECIPIENT)
        with self._database.transaction():
            list(WorkspaceRow.objects.select_for_update().values_list("pk"))
            for known in self.recipients():
                is_same_place = None in {known.case, new.case} or known.case == new.case
                if is_same_place and (
                    known.label.casefold() == new.label.casefold() or known.age_recipient == new.age_recipient
                ):
                    message = "there is a recipient of evidence of this name, or with this key, already"
                    raise MisuseError(message, advice="List them with: rempart evidence recipient list")
            EvidenceRecipientRow.objects.create(
                id=made,
                label_sealed=seal_text(self._sealer, new.label, EvidenceRecipientRow, "label_sealed", made),
                label_index=self._sealer.index(new.label),
                age_recipient=new.age_recipient,
                purpose=new.purpose,
                case_id=new.case,
                added_by_id=by,
                added_at=now,
            )

    def recipients(self, case: CaseId | None = None) -> list[EvidenceRecipient]:
        """Return everybody, or those of one case and of all cases; the first that was added first."""
        rows = EvidenceRecipientRow.objects.order_by("added_at", "id")
        with self._database.reading():
            found = [self._recipient(row) for row in rows]
        return [each for each in found if case is None or each.case in {None, case}]

    def certificates(self, kind: str) -> list[tuple[int, str]]:
        """Return every certificate chain of a kind (PEM) with its generation, the latest first."""
        with self._database.reading():
            rows = EvidenceCertificatesRow.objects.filter(kind=kind).order_by("-generation", "-made_at", "-id")
            return list(rows.values_list("generation", "pem"))

    def add_certificates(
        self, kind: str, make: Callable[[int, str], tuple[int, str] | None], now: dt.datetime
    ) -> tuple[int, str]:
        """Return the chain in use; make one first if ``make`` says so, and nobody else does at the same time.

        Args:
            kind: What they are for.
            make: Takes the latest generation and chain, 0 and empty if there is none; returns new ones, or None if
                those serve on.
            now: When.
        """
        with self._database.transaction():
            list(WorkspaceRow.objects.select_for_update().values_list("pk"))
            latest = next(iter(self.certificates(kind)), (0, ""))
            made = make(*latest)
            if made is not None:
                EvidenceCertificatesRow.objects.create(
                    id=new_id(IdKind.EVIDENCE_CERTIFICATES), kind=kind, generation=made[0], pem=made[1], made_at=now
                )
        return latest if made is None else made

    def _recipient(self, row: EvidenceRecipientRow) -> EvidenceRecipient:
        return EvidenceRecipient(
            label=unseal_text(self._sealer, row.label_sealed, EvidenceRecipientRow, "label_sealed", row.id),
            age_recipient=row.age_recipient,
            purpose=RecipientPurpose(row.purpose),
            case=CaseId(row.case_id) if row.case_id else None,
        )

"""Packages and dossiers for tests: real ones, sealed, stamped by a local authority, in a log; keys are no secret."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.evidence.building import add_proof, build_item
from rempart.evidence.canonical import render_canonical
from rempart.evidence.checkpoints import checkpoint_text, sign_checkpoint
from rempart.evidence.cosigning import Cosigner
from rempart.evidence.dossier import build_dossier
from rempart.evidence.drafts import Content, CustodyLine, DossierDraft, DossierItem, Draft, Trust
from rempart.evidence.leaves import commitment, leaf_data
from rempart.evidence.local_authority import LOCAL, LocalAuthority
from rempart.evidence.log_proof import LogProof, render_log_proof
from rempart.evidence.merkle import Frontier, MemoryNodes, inclusion_proof, leaf_hash, root_hash
from rempart.evidence.notes import NoteSigner
from rempart.evidence.renewing import render_renewal
from rempart.evidence.seal import SEALING, sign_detached
from rempart.evidence.sums import SUMS
from rempart.keys.age import new_identity, recipient_of
from rempart.model.evidence import EvidenceKind, EvidenceRecipient, RecipientPurpose
from rempart.model.ids import CaseId, EvidenceId
from rempart.model.log import Checkpoint
from rempart.model.timestamp import Imprint, ImprintAlgorithm
from rempart.provenance import SigningChain, make_chain

#: openssl looks at the clock, and so do the certificates here.
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
CASE = CaseId("cas_" + "c" * 32)
SALT = bytes(range(32))
SECRET_FACTS = {
    "operator": "Violette Planchon",
    "url": "https://forum.example/thread/4711?member=violette",
    "machine": "planchon-thinkpad",
    "network": "203.0.113.77",
}
CONTENT = b"From: somebody@example.org\r\n\r\nplanted sentence\r\n" * 40


def item_id(number: int) -> EvidenceId:
    """Return an identifier."""
    return EvidenceId(f"evd_{number:032x}")


@dataclass
class House:
    """An association with its keys: makes packages as the product does."""

    at: dt.datetime = NOW
    """When it does what follows."""
    seed: int = 1
    """Another number is another association."""
    identities: tuple[str, str] = field(default_factory=lambda: (new_identity(), new_identity()))
    """Of the association and of a lawyer: secret keys of age."""

    def __post_init__(self) -> None:
        """Make certificates and a log."""
        made = self.at - dt.timedelta(days=3)
        self.chain = self.certificates(made)
        self.stamping = make_chain(bytes([self.seed]) * 32, organisation="Refuge", made_at=made, profile=LOCAL)
        self.signer = NoteSigner("refuge.example/log", Ed25519PrivateKey.from_private_bytes(bytes([self.seed]) * 32))
        self.witness = Cosigner("sister.example/witness", Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32))
        self.nodes, self.frontier = MemoryNodes(), Frontier.empty()
        for number in range(5):  # what others recorded before
            self._log(leaf_data(commitment(SALT, bytes([number]))))

    def certificates(self, made: dt.datetime) -> SigningChain:
        """Return those that seal."""
        return make_chain(bytes([self.seed]) * 32, organisation="Refuge", made_at=made, profile=SEALING)

    def trust(self) -> Trust:
        """Return whose keys its packages are verified with."""
        return Trust(
            ca_pem=self.chain.anchor_pem(),
            tsa_pems=(self.stamping.anchor_pem(),),
            log_vkey=self.signer.vkey,
            witness_vkeys=(self.witness.key.vkey,),
        )

    def recipients(self) -> tuple[EvidenceRecipient, ...]:
        """Return who can open its packages."""
        labels = (("association", RecipientPurpose.ASSOCIATION), ("lawyer", RecipientPurpose.LAWYER))
        return tuple(
            EvidenceRecipient(label=label, age_recipient=recipient_of(identity), purpose=purpose)
            for (label, purpose), identity in zip(labels, self.identities, strict=True)
        )

    def draft(self, number: int = 1, prev: bytes = b"", content: bytes = CONTENT) -> Draft:
        """Return an item with two contents and four private facts."""
        contents = (
            Content(name="message à Élodie.eml", media_type="message/rfc822", reader=io.BytesIO(content)),
            Content(name="violette.png", media_type="image/png", reader=io.BytesIO(b"\x89PNG" + bytes(70_000))),
        )
        return Draft(
            id=item_id(number),
            kind=EvidenceKind.FILE,
            case=CASE,
            case_ref_salt=SALT,
            seq=number,
            prev=prev,
            recorded_at=self.at,
            organisation="Refuge « l'Été »",
            role="person 1",
            recipients=self.recipients(),
            contents=contents,
            facts=SECRET_FACTS,
            public={"note.txt": b"A message export.\n"},
            procedure=("A file that a person gave.",),
            authorities=1,
            trust=self.trust(),
        )

    def prove(self, folder: Path) -> None:
        """Seal a package, have it stamped, log it."""
        sums = (folder / SUMS).read_bytes()
        add_proof(folder, "seal.p7s", sign_detached(sums, self.chain, at=self.at))
        add_proof(folder, "01.tsr", self.stamp(sums))
        salt = hashlib.sha256(sums + b"salt").digest()
        leaf = leaf_data(commitment(salt, sums))
        add_proof(folder, "log-salt.hex", f"{salt.hex()}\n".encode())
        add_proof(folder, "log-leaf.txt", leaf)
        add_proof(folder, "log.tlog-proof", self._log(leaf))

    def stamp(self, content: bytes, at: dt.datetime | None = None, stamping: SigningChain | None = None) -> bytes:
        """Return a reply of the local authority."""
        imprint = Imprint(algorithm=ImprintAlgorithm.SHA256, digest=hashlib.sha256(content).digest())
        return LocalAuthority(stamping or self.stamping).stamp(
            imprint, at=at or self.at, nonce=7, serial=secrets.randbits(63)
        )

    def _log(self, leaf: bytes) -> bytes:
        """Append a leaf, and return its proof under a checkpoint that a witness saw."""
        index = self.frontier.size
        self.frontier, made = self.frontier.grown(leaf_hash(leaf))
        self.nodes.add(made)
        size = self.frontier.size
        checkpoint = Checkpoint(origin=self.signer.key.name, size=size, root=root_hash(self.nodes, size))
        note = sign_checkpoint(checkpoint, self.signer)
        note += self.witness.cosign(checkpoint_text(checkpoint), self.at).line.encode()
        return render_log_proof(LogProof(index=index, hashes=inclusion_proof(self.nodes, index, size), checkpoint=note))

    def item(self, into: Path, number: int = 1, prev: bytes = b"", content: bytes = CONTENT) -> Path:
        """Make a package with all its proofs."""
        folder = build_item(into, self.draft(number, prev, content))
        self.prove(folder)
        return folder

    def renew(self, folder: Path, at: dt.datetime, stamping: SigningChain) -> None:
        """Renew a package's proofs, by an authority that it does not know."""
        number, listed = render_renewal(folder)
        add_proof(folder, f"renewal-{number:02d}.txt", listed)
        add_proof(folder, f"renewal-{number:02d}.tsr", self.stamp(listed, at, stamping))
        add_proof(folder, f"renewal-{number:02d}-tsa.pem", stamping.anchor_pem().encode())

    def dossier_draft(self, into: Path) -> DossierDraft:
        """Return a case of three items, of which the second was erased; their packages are made in a folder."""
        items, prev = [], b""
        for number in (1, 2, 3):
            folder = self.item(into, number, prev)
            prev = hashlib.sha256((folder / SUMS).read_bytes()).digest()
            items.append(DossierItem(id=item_id(number), sums_sha256=prev, folder=folder))
        tombstone = render_canonical({"format": "rempart-tombstone/1", "item": item_id(2), "why": "asked"})
        seal = sign_detached(tombstone, self.chain, at=self.at)
        items[1] = DossierItem(
            id=item_id(2), sums_sha256=items[1].sums_sha256, folder=None, tombstone=tombstone, tombstone_seal=seal
        )
        line = CustodyLine(at=self.at, kind="recorded", item=item_id(1), who="person 1", why="case_work")
        return DossierDraft(
            id="dos_" + "d" * 32,
            case=CASE,
            case_ref_salt=SALT,
            recorded_at=self.at,
            organisation="Refuge",
            role="person 1",
            items=tuple(items),
            custody=(line,),
            trust=self.trust(),
        )

    def dossier(self, into: Path) -> Path:
        """Make a dossier with all its proofs: ``into/dos_ddd…``."""
        folder = build_dossier(into, self.dossier_draft(into))
        self.prove(folder)
        return folder

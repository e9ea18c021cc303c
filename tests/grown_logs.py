"""Logs for tests: signed with keys that are no secret."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.evidence.checkpoints import sign_checkpoint
from rempart.evidence.cosigning import Cosigner
from rempart.evidence.leaves import commitment, leaf_data
from rempart.evidence.log_proof import LogProof, render_log_proof
from rempart.evidence.merkle import Frontier, MemoryNodes, inclusion_proof, leaf_hash, root_hash
from rempart.evidence.notes import NoteSignature, NoteSigner
from rempart.model.log import Checkpoint

ORIGIN = "association.example/log"


def private(seed: int) -> Ed25519PrivateKey:
    """Return a key that everybody can make."""
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def cosigner(name: str = "sister.example/witness", seed: int = 7) -> Cosigner:
    """Return a witness's key."""
    return Cosigner(name, private(seed))


class GrownLog:
    """A log in memory."""

    def __init__(self, size: int, *, seed: int = 1, origin: str = ORIGIN, salt: int = 0) -> None:
        """Fill it with leaves."""
        self.signer = NoteSigner(origin, private(seed))
        self.nodes = MemoryNodes()
        self.leaves = [leaf_data(commitment(bytes([salt]) * 32, str(n).encode())) for n in range(size)]
        frontier = Frontier.empty()
        for leaf in self.leaves:
            frontier, made = frontier.grown(leaf_hash(leaf))
            self.nodes.add(made)

    def checkpoint(self, size: int) -> Checkpoint:
        """Return its state at a size."""
        return Checkpoint(origin=self.signer.key.name, size=size, root=root_hash(self.nodes, size))

    def signed(self, size: int) -> bytes:
        """Return its signed state at a size."""
        return sign_checkpoint(self.checkpoint(size), self.signer)

    def proof(self, index: int, size: int, *lines: NoteSignature) -> bytes:
        """Return the proof of an entry, with cosignatures."""
        note = self.signed(size) + "".join(one.line for one in lines).encode()
        return render_log_proof(LogProof(index=index, hashes=inclusion_proof(self.nodes, index, size), checkpoint=note))

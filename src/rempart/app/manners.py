"""Join what makes fetches polite: the hosts that a workspace remembers, and for which addresses somebody answers."""

from __future__ import annotations

from rempart.app.authorising import WorkspacePermissions
from rempart.app.workspace import Workspace
from rempart.model.gate import MinorGate
from rempart.net import HostLedger, Manners, MemoryBook


def make_manners(gate: MinorGate, workspace: Workspace | None = None) -> Manners:
    """Make the manners of one job.

    Args:
        gate: Judges every address.
        workspace: Whose hosts and authorisations count, with all its other processes; without one, this process has a
            pace of its own, and nobody answers for anything.
    """
    if workspace is None:
        return Manners(gate=gate, ledger=HostLedger(MemoryBook()))
    return Manners(gate=gate, ledger=HostLedger(workspace.hosts), permissions=WorkspacePermissions(workspace))

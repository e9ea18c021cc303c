"""What was stopped is known again after a rotation of the workspace's keys, by every process."""

from __future__ import annotations

from rempart.app.rotation import rotate
from rempart.app.workspace import Workspace, open_workspace
from rempart.config import Settings
from watched import NOW


def test_a_rotation_lets_nothing_through(made: tuple[Settings, Workspace]) -> None:
    """Nobody has to seal it again: the address is gone, its digest stays."""
    settings, workspace = made
    digest = workspace.referrals.digest("https://stopped.example/")
    workspace.referrals.freeze([("url", digest)], NOW)

    assert rotate(workspace).destroyed
    workspace.database.close()

    with open_workspace(settings) as again:
        assert again.referrals.digest("https://stopped.example/") == digest
        assert again.referrals.is_frozen([digest])

"""Evidence in a backup: packages, and what is not a package yet, come back and open; what lies open is not in it."""

from __future__ import annotations

import io
from pathlib import Path

import workspaces
from evidence_scenes import CONTENT, scene, verified_by_bash
from rempart.app.backup import backup
from rempart.app.evidence_desk import EvidenceDesk
from rempart.app.evidence_opening import open_evidence
from rempart.app.evidence_places import package_folder
from rempart.app.evidence_proving import finish
from rempart.app.restore import restore
from rempart.app.workspace import open_workspace
from rempart.model.evidence import EvidenceState


def test_evidence_comes_back(tmp_path: Path) -> None:
    """Proved items are proved; what was only recorded goes on until the log is asked about."""
    found = scene(tmp_path)
    item = found.added()
    waiting = found.recorded("b.txt", b"other")
    open_evidence(found.desk, item.id, reason="x", second="anne", to=tmp_path / "ws" / "evidence" / "open")
    sheet = found.workspace.keyring.new_recovery(found.now.at)

    backup(found.workspace, tmp_path / "b.age")
    found.workspace.database.close()
    settings = workspaces.settings_for(tmp_path / "again")
    restore(settings, tmp_path / "b.age", sheet)

    with open_workspace(settings) as again:
        desk, stream = EvidenceDesk(again, settings, now=found.now), io.BytesIO()
        assert "VERIFIED" in verified_by_bash(package_folder(again, item.case, item.id))
        open_evidence(desk, item.id, reason="x", second="anne", to=None, stream=stream)
        assert stream.getvalue() == CONTENT
        assert not (again.folder / "evidence" / "open").exists()
        finish(desk, item.case)
        # Another machine does not know what was signed: a person says what became of it (rempart log begin).
        assert again.evidence.get(waiting.id).state is EvidenceState.TIMESTAMPED

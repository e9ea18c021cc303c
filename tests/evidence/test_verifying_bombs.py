"""A large package of somebody else's costs no memory that grows with it."""

from __future__ import annotations

from pathlib import Path

from packages import NOW, House
from rempart.evidence.package_reading import FolderFiles
from rempart.evidence.trusted_keys import Anchors
from rempart.evidence.verifying import Verifying


def test_texts_of_a_package_are_not_kept_while_the_next_is_verified(tmp_path: Path) -> None:
    """A thousand packages may be in a dossier, each with a hundred proofs."""
    dossier = House().dossier(tmp_path)
    verifying = Verifying.of(FolderFiles(dossier), anchors=Anchors(), identity=None, at=NOW)

    assert verifying.verdict().holds

    walk = verifying._walk
    assert walk is not None
    assert [each.texts for each in walk.packages] == [{}, {}]

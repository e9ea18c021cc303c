"""A large package of somebody else's costs no memory that grows with it; and both verifiers know today's date."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

from packages import NOW, House
from rempart.evidence.package_reading import FolderFiles
from rempart.evidence.trusted_keys import Anchors
from rempart.evidence.verifying import Verifying
from required import skip_or_fail


def test_texts_of_a_package_are_not_kept_while_the_next_is_verified(tmp_path: Path) -> None:
    """A thousand packages may be in a dossier, each with a hundred proofs."""
    dossier = House().dossier(tmp_path)
    verifying = Verifying.of(FolderFiles(dossier), anchors=Anchors(), identity=None, at=NOW)

    assert verifying.verdict().holds

    walk = verifying._walk
    assert walk is not None
    assert [each.texts for each in walk.packages] == [{}, {}]


def test_verify_sh_refuses_a_time_stamp_of_the_future(tmp_path: Path) -> None:
    """As the other verifier does: an authority whose clock is wrong proves nothing."""
    if not shutil.which("openssl"):
        skip_or_fail("openssl", "it is not installed")
    package = House(at=NOW + dt.timedelta(days=2)).item(tmp_path)

    command = ["bash", str(package / "verify.sh"), str(package)]  # a judge: found where the system has it
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)

    assert done.returncode == 1
    assert b"later than today" in done.stderr

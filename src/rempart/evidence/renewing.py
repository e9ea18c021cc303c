"""Renew the proofs of a package before the certificates end that they rest on: a list of what there is, to be stamped.

Whoever verifies later believes the newest renewal by today's certificates, and what it lists by those of its time.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from rempart.errors import MisuseError
from rempart.evidence.sums import SUMS, render_sums

_RENEWALS_MOST: Final = 99
_LISTED: Final = re.compile(r"seal\.p7s|[0-9]{2}\.tsr|renewal-[0-9]{2}(?:\.txt|\.tsr|-tsa\.pem)")
_RENEWAL: Final = re.compile(r"renewal-([0-9]{2})\.tsr")


def render_renewal(folder: Path) -> tuple[int, bytes]:
    """Return the number of a package's next renewal, and the list that is to be stamped.

    The list goes to ``renewal-NN.txt``, a reply over it to ``renewal-NN.tsr``, and the root of its authority, if the
    package has it not, to ``renewal-NN-tsa.pem``. No time-stamp of the sums themselves is added afterwards.

    Raises:
        MisuseError: there is no seal and no time-stamp to renew, or there were too many renewals.
        OSError: the package cannot be read.
    """
    proofs = {path.name: path for path in (folder / "proofs").iterdir()}
    done = [int(found[1]) for name in proofs if (found := _RENEWAL.fullmatch(name))]
    number = max(done, default=0) + 1
    # A list without its time-stamp was begun and left: it is made again.
    own = f"renewal-{number:02d}"
    listed = {f"proofs/{name}": path for name, path in proofs.items() if _LISTED.fullmatch(name) and own not in name}
    if not {"proofs/seal.p7s", "proofs/01.tsr"} <= set(listed) or number > _RENEWALS_MOST:
        message = "the package has no seal and time-stamp to renew, or was renewed too often"
        raise MisuseError(message)
    listed[SUMS] = folder / SUMS
    return number, render_sums({name: hashlib.sha256(path.read_bytes()).digest() for name, path in listed.items()})

"""Proof: a message is recorded in a case, sealed, and checked by a stranger who has bash, coreutils and openssl."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from rempart.keys import new_identity, recipient_of

#: Runs a command: its lines, or None if it did not end as expected.
Run = Callable[..., "list[str] | None"]

_MESSAGE = "From: an unknown sender\nDate: 2 November\n\nPay, or everybody sees the pictures.\n"


def seal_and_verify(run: Run, rempart: list[str], folder: Path) -> bool:
    """Record a message, hand it over, and let a stranger check it; False if a promise was not kept."""
    print("\nNadia was threatened. The message is sealed to her association and its lawyer.", flush=True)
    lawyer = new_identity()  # the lawyer keeps it; the association knows only its public half
    message = folder / "message.txt"
    message.write_text(_MESSAGE, encoding="utf-8")
    dossier = folder / "dossier.zip"
    told = run(
        [*rempart, "evidence", "recipient", "add", "lawyer", recipient_of(lawyer), "--purpose", "lawyer"], expected=0
    )
    right = ["--ground", "own-work", "--note", "complaint of 3 November"]
    opened = run([*rempart, "case", "open", "--owner", "nadia", *right, "--text-read"], expected=0)
    if told is None or opened is None:
        return False
    case = opened[0]
    added = run([*rempart, "evidence", "add", str(message), "--case", case, "--tie", "report"], expected=0)
    made = run([*rempart, "evidence", "export", case, "--to", str(dossier), "--to-whom", "lawyer"], expected=0)
    if added is None or made is None:
        return False
    print("\n".join([*added, *made]))
    message.unlink()
    with zipfile.ZipFile(dossier) as archive:
        archive.extractall(folder / "dossier")
    return _stranger(folder / "dossier", changed=False) and _stranger(folder / "dossier", changed=True)


def _stranger(dossier: Path, *, changed: bool) -> bool:
    """Check a dossier in an empty environment, as it is or with one byte changed; False if that is answered wrongly."""
    if not shutil.which("openssl") or not shutil.which("bash"):
        print("openssl or bash is missing here: the stranger's check is left out", file=sys.stderr)
        return True
    if changed:
        sealed = next(dossier.glob("items/*/sealed/001.bin.age"))
        content = bytearray(sealed.read_bytes())
        content[-1] ^= 1
        sealed.write_bytes(content)
        print("\nOne bit of what is sealed is changed:", flush=True)
    words = ["env", "-i", "PATH=/usr/bin:/bin", "bash", str(dossier / "verify.sh")]
    print(f"\n$ {' '.join(words)}", flush=True)
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False, timeout=120)
    print(done.stdout + done.stderr, end="")
    return (done.returncode == 0) is not changed and ("\nVERIFIED\n" in done.stdout) is not changed

"""The stranger's check of a log's proof: bash, coreutils and openssl alone agree with ours, attacks first."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from grown_logs import GrownLog, cosigner
from rempart.errors import IntegrityError
from rempart.evidence.checkpoints import checkpoint_text
from rempart.evidence.log_proof import read_log_proof
from rempart.evidence.notes import VerifierKey
from required import skip_or_fail

AT = dt.datetime(2026, 11, 22, 9, 0, 0, tzinfo=dt.UTC)
LOG = GrownLog(12)
WITNESS = cosigner()
COSIGNED = WITNESS.cosign(checkpoint_text(LOG.checkpoint(11)), AT)
RAW = LOG.proof(5, 11, COSIGNED)


def check(folder: Path, raw: bytes, leaf: bytes, *witnesses: VerifierKey, key: str = "") -> tuple[int, str]:
    """Run the shell's check as a stranger would; return its status and what it printed."""
    if not shutil.which("openssl") or not shutil.which("basenc"):
        skip_or_fail("openssl", "it, or coreutils' basenc, is not installed")
    script = resources.files("rempart.evidence") / "texts" / "check_log.sh"
    (folder / "leaf").write_bytes(leaf)
    (folder / "proof").write_bytes(raw)
    (folder / "log.vkey").write_text((key or LOG.signer.vkey) + "\n", encoding="utf-8")
    (folder / "witnesses").write_text("".join(f"# a sister\n{w.vkey}\n" for w in witnesses), encoding="utf-8")
    command = f'set -u; . "{script}"; check_log leaf proof log.vkey' + (" witnesses" if witnesses else "")
    # No python, no xxd: nothing but what a fresh Debian has.
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    done = subprocess.run(["/bin/bash", "-c", command], cwd=folder, env=environment, capture_output=True, check=False)
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize("size", [1, 2, 7, 8, 11])
def test_every_entry_of_a_log_is_found(tmp_path: Path, size: int) -> None:
    """In trees of every shape."""
    for index in {0, size // 2, size - 1}:
        status, printed = check(tmp_path, LOG.proof(index, size), LOG.leaves[index])

        root = LOG.checkpoint(size).root.hex()
        assert (status, printed) == (0, f"log {LOG.signer.key.name}: entry {index} of {size}, root {root}\n")


def test_who_saw_it_is_printed(tmp_path: Path) -> None:
    """With the instant of her own clock."""
    status, printed = check(tmp_path, RAW, LOG.leaves[5], WITNESS.key)

    assert status == 0
    assert printed.endswith(f"seen by {WITNESS.key.name} at 2026-11-22T09:00:00Z\n")


def _tampered() -> list[bytes]:
    """Return proofs of which one byte, or one line, is not as it was."""
    random = np.random.default_rng(7)
    lines = RAW.split(b"\n")
    found = [b"\n".join(lines[:n] + lines[n + 1 :]) for n in range(len(lines) - 1)]
    found += [b"\n".join([*lines[:n], lines[n], *lines[n:]]) for n in range(len(lines) - 1)]
    for _ in range(25):
        changed = bytearray(RAW)
        changed[int(random.integers(len(RAW)))] ^= 1 << int(random.integers(8))
        found.append(bytes(changed))
    found += [RAW + b"x", RAW[:-1], RAW + b"\n", RAW.replace(b"index 5", b"index 05"), RAW.replace(b"\n", b"\r\n")]
    found += [RAW.replace(b"index", b"ind\0ex"), RAW.replace(b"index 5", b"extra AAAA\nindex 5"), b""]
    # One key twice; the log's line gone, with the witness's left.
    return [raw for raw in {*found, LOG.proof(5, 11, COSIGNED, COSIGNED)} if raw != RAW]


def test_nothing_that_was_changed_passes(tmp_path: Path) -> None:
    """Whatever passes here would pass ours, and ours refuses each, unless a whole cosignature went: that is told."""
    for raw in sorted(_tampered()):
        status, printed = check(tmp_path, raw, LOG.leaves[5], WITNESS.key)
        if status == 0:
            assert "seen by" not in printed
            assert raw == LOG.proof(5, 11)
            continue
        if raw != LOG.proof(5, 11):
            with pytest.raises(IntegrityError):
                read_log_proof(raw, LOG.leaves[5], log_key=LOG.signer.key, witnesses=[WITNESS.key])


@pytest.mark.parametrize(
    "raw, leaf, key",
    [
        (RAW, LOG.leaves[4], ""),
        (RAW, LOG.leaves[5] + b"\n", ""),
        (RAW, LOG.leaves[5], GrownLog(1, seed=2).signer.vkey),
        (RAW, LOG.leaves[5], WITNESS.key.vkey),
        (RAW, LOG.leaves[5], LOG.signer.vkey.replace("+", "+0", 1)),
        (RAW, LOG.leaves[5], LOG.signer.vkey[:-2] + "A="),
        (RAW, LOG.leaves[5], f"{LOG.signer.vkey}\n{LOG.signer.vkey}"),
        (GrownLog(12, seed=2).proof(5, 11), LOG.leaves[5], ""),
        (GrownLog(12, origin="other.example").proof(5, 11), LOG.leaves[5], ""),
    ],
)
def test_another_leaf_log_or_key_does_not_pass(tmp_path: Path, raw: bytes, leaf: bytes, key: str) -> None:
    """Neither proofs replayed from another log, nor keys that are not whole."""
    assert check(tmp_path, raw, leaf, WITNESS.key, key=key)[0] == 1


def test_a_signature_by_a_key_that_was_not_given_does_not_pass(tmp_path: Path) -> None:
    """It would be bytes that nothing covers."""
    assert check(tmp_path, RAW, LOG.leaves[5])[0] == 1
    assert check(tmp_path, RAW, LOG.leaves[5], cosigner("other.example", 9).key)[0] == 1


def test_it_uses_nothing_but_what_it_says() -> None:
    """No python, perl, awk, sed, grep or xxd."""
    text = (resources.files("rempart.evidence") / "texts" / "check_log.sh").read_text(encoding="utf-8")

    assert not {"python", "perl", "awk", "sed", "grep", "xxd", "jq"} & set(text.replace("(", " ").split())

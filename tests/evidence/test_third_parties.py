"""Tools that are not ours agree: openssl, sha256sum and age, on a package that they verify step by step."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from authorities import StampingAuthority
from packages import CONTENT, House
from rempart.evidence.building import add_proof
from rempart.evidence.package_texts import texts
from rempart.evidence.sums import SUMS
from rempart.evidence.verdicts import PackageFacts
from rempart.evidence.verifying import Anchors, verify
from required import skip_or_fail
from spoilt import query_for

HOUSE = House()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a package with a second time-stamp, by an authority that openssl runs, and the means to verify it."""
    if not shutil.which("openssl"):
        skip_or_fail("openssl", "it is not installed")
    folder = tmp_path_factory.mktemp("judged")
    authority = StampingAuthority(folder, is_rsa=True)
    made = HOUSE.item(folder)
    add_proof(made, "02.tsr", authority.answer(query_for((made / SUMS).read_bytes())))
    (folder / "key").write_text(HOUSE.identities[1])
    return made


def judge(package: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a package, as a stranger types it."""
    script = ["bash", "-c", command]  # a judge: found where the system has it
    return subprocess.run(script, cwd=package, capture_output=True, text=True, check=False, timeout=60)


def facts_of(package: Path) -> PackageFacts:
    """Return what ours reads out."""
    root = (package.parent / "ca.pem").read_text()
    anchors = Anchors(ca_pems=(HOUSE.chain.anchor_pem(),), tsa_pems=(root,), log_vkeys=(HOUSE.signer.vkey,))
    verdict = verify(package, anchors=anchors, identity=HOUSE.identities[0], at=dt.datetime.now(dt.UTC))
    assert verdict.problems == ()
    return verdict.packages[0]


SEAL = (
    "openssl cms -verify -binary -cades -inform DER -content SHA256SUMS -in proofs/seal.p7s -CAfile trust/ca.pem "
    "-no-CApath -no-CAstore -purpose any -out /dev/null"
)
COMMANDS = {
    "sums": "sha256sum --strict -c SHA256SUMS",
    "seal": SEAL,
    "local time-stamp": "openssl ts -verify -data SHA256SUMS -in proofs/01.tsr -CAfile trust/tsa.pem",
    "RSA time-stamp": "openssl ts -verify -data SHA256SUMS -in proofs/02.tsr -CAfile ../ca.pem",
    "log": ". ../check_log.sh; check_log proofs/log-leaf.txt proofs/log.tlog-proof trust/log.vkey trust/witnesses.vkey",
}


@pytest.mark.parametrize("what", COMMANDS)
def test_a_judge_accepts_it_and_refuses_one_bit(package: Path, tmp_path: Path, what: str) -> None:
    """The sums, the seal, each time-stamp, the inclusion proof; of other sums none of them holds."""
    folder = Path(shutil.copytree(package.parent, tmp_path / "copy")) / package.name
    (folder.parent / "check_log.sh").write_bytes(_check_log())

    assert judge(folder, COMMANDS[what]).returncode == 0
    for name in (SUMS, "proofs/log-leaf.txt"):
        raw = (folder / name).read_bytes()
        (folder / name).write_bytes(bytes([raw[0] ^ 1]) + raw[1:])
    assert judge(folder, COMMANDS[what]).returncode != 0


def _check_log() -> bytes:
    """Return the part of verify.sh that checks a log with openssl alone."""
    script = texts()["verify.sh"]
    return script[script.index(b"check_log() {") : script.index(b"# ---- which files may be there")]


def test_openssl_reads_the_same_times_and_signers(package: Path) -> None:
    """Of both time-stamps, the second by RSA with certificates that are not sorted."""
    facts = facts_of(package)

    assert [time.is_local for time in facts.times] == [True, False]
    for time in facts.times:
        said = judge(package, f"openssl ts -reply -in {time.name} -text").stdout
        found = re.search(r"^Time stamp: (.*) GMT$", said, re.MULTILINE)
        assert found is not None
        seen = dt.datetime.strptime(re.sub(r"\.\d+", "", found[1]), "%b %d %H:%M:%S %Y").replace(tzinfo=dt.UTC)
        assert seen == time.at.replace(microsecond=0)
        serial = re.search(r"^Serial number: (0x[0-9A-F]+)$", said, re.MULTILINE)  # whole bytes, or a bare 0x07
        assert serial is not None
        assert int(serial[1], 16) == time.serial


def test_the_certificates_of_an_authority_are_not_sorted(package: Path) -> None:
    """Else the test above would not show that this is taken."""
    reply = (package / "proofs/02.tsr").read_bytes()
    command = "openssl x509 -in ../{}.pem -outform DER | basenc --base16 -w0"
    authority = [judge(package, command.format(name)).stdout for name in ("tsa", "ca")]
    leaf, root = (reply.index(bytes.fromhex(each)) for each in authority)

    assert leaf < root
    assert bytes.fromhex(authority[0]) > bytes.fromhex(authority[1])


def test_openssl_reads_the_same_signer_of_the_seal(package: Path) -> None:
    """By its certificate's fingerprint."""
    show = "openssl x509 -in ../signer -noout -fingerprint -sha256"
    shown = judge(package, f"{SEAL} -signer ../signer && {show}").stdout
    seal = facts_of(package).seal

    assert seal is not None
    assert shown.strip().partition("=")[2].replace(":", "").lower() == seal.signer_sha256.hex()


def test_age_opens_what_is_sealed(package: Path) -> None:
    """To the digest that ours found, and the content that was put in."""
    if not shutil.which("age"):
        skip_or_fail("age", "it is not installed")
    [first, _] = facts_of(package).opened

    shown = judge(package, f"age -d -i ../key {first.sealed} | sha256sum").stdout
    assert shown[:64] == first.sha256.hex() == hashlib.sha256(CONTENT).hexdigest()
    openings = judge(package, "age -d -i ../key sealed/openings.tsv.age").stdout
    assert first.sha256.hex() in openings

"""Anybody can add a renewal by an authority of her own, dated back: it may not make an ended certificate good again."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pytest

from packages import NOW, House
from rempart.evidence.local_authority import LOCAL
from rempart.evidence.trusted_keys import Anchors
from rempart.evidence.verdicts import ProblemKind
from rempart.evidence.verifying import verify
from rempart.provenance import SigningChain, make_chain
from required import skip_or_fail
from spoilt import LONG_AGO


def stranger(years: int, seed: int = 66) -> SigningChain:
    """Return an authority that anybody could have made today, and dated back."""
    made = NOW - dt.timedelta(days=365 * years)
    return make_chain(bytes([seed]) * 32, organisation="Mallory", made_at=made, profile=LOCAL)


def ended(folder: Path) -> tuple[House, Path]:
    """Return a package of long ago that nobody renewed: whoever has the authority's old key can make one today."""
    house = House(at=LONG_AGO)
    package = house.item(folder, content=b"A message.\n")
    for years, seed in ((5, 66), (1, 67)):
        house.renew(package, NOW - dt.timedelta(days=365 * years), stranger(years, seed))
    return house, package


def anchors(house: House, *roots: str) -> Anchors:
    """Return what whoever verifies has."""
    return Anchors(
        ca_pems=(house.chain.anchor_pem(),),
        tsa_pems=(house.stamping.anchor_pem(), *roots),
        log_vkeys=(house.signer.vkey,),
    )


@pytest.mark.parametrize("is_named", [False, True])
def test_it_extends_nothing_unless_the_verifier_names_it(tmp_path: Path, *, is_named: bool) -> None:
    """Whoever verifies says whose word counts."""
    house, package = ended(tmp_path)
    roots = [stranger(years, seed).anchor_pem() for years, seed in ((5, 66), (1, 67))] if is_named else []

    verdict = verify(package, anchors=anchors(house, *roots), identity=None, at=NOW)

    assert verdict.holds == is_named, verdict.problems
    assert {each.kind for each in verdict.problems} <= {ProblemKind.TIME}


@pytest.mark.parametrize("is_named", [False, True])
def test_verify_sh_says_the_same(tmp_path: Path, *, is_named: bool) -> None:
    """As the package has it, and as the stranger runs it."""
    if not shutil.which("openssl"):
        skip_or_fail("openssl", "it is not installed")
    house, package = ended(tmp_path)
    roots = [stranger(years, seed).anchor_pem() for years, seed in ((5, 66), (1, 67))] if is_named else []
    (tmp_path / "roots").write_text("".join(anchors(house, *roots).tsa_pems))

    command = ["bash", package / "verify.sh", "--tsa-root", tmp_path / "roots", package]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)

    assert done.returncode == (0 if is_named else 1), done.stderr
    assert is_named or b"nobody that you named" in done.stderr


def test_beside_one_that_still_holds_it_is_only_remarked(tmp_path: Path) -> None:
    """A renewal by an authority of today, half a year before it is needed, takes nothing away."""
    house = House()
    package = house.item(tmp_path, content=b"A message.\n")
    house.renew(package, NOW, stranger(1))

    verdict = verify(package, anchors=anchors(house), identity=None, at=NOW)

    assert verdict.holds, verdict.problems
    assert any("nothing sealed names" in each for each in verdict.remarks)

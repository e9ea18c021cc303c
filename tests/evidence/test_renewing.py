"""Renewed in time, a package of long ago still holds; and what was taken out of the chain of renewals is missed."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest

from packages import NOW, House
from rempart.errors import MisuseError
from rempart.evidence.local_authority import LOCAL
from rempart.evidence.renewing import render_renewal
from rempart.evidence.sums import SUMS, parse_sums
from rempart.provenance import make_chain
from strangers import stranger_tools, verify

HOUSE = House()
LONG_AGO = NOW - dt.timedelta(days=8 * 365)


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the programs that README.txt names, and no other."""
    return stranger_tools(tmp_path_factory.mktemp("bin"))


def old_package(folder: Path) -> Path:
    """Return a package of eight years ago: its certificates ended three years ago."""
    return House(at=LONG_AGO).item(folder)


def test_what_was_not_renewed_in_time_proves_less(tools: Path, tmp_path: Path) -> None:
    """And that is told."""
    assert "has ended, and the time-stamp was not renewed" in verify(tools, old_package(tmp_path))[2]


def test_what_was_renewed_in_time_holds(tools: Path, tmp_path: Path) -> None:
    """Twice, by authorities that nobody knew at first; each link is checked at the time of the next."""
    folder = old_package(tmp_path)
    house = House(at=LONG_AGO)
    for years, seed in ((4, 5), (1, 6)):
        at = NOW - dt.timedelta(days=years * 365)
        house.renew(folder, at, make_chain(bytes([seed]) * 32, organisation="", made_at=at, profile=LOCAL))

    status, said, complained = verify(tools, folder)
    assert (status, complained) == (0, "")
    assert (
        said.index("renewal-02.tsr: existed at") < said.index("renewal-01.tsr:") < said.index("01.tsr: existed at 20")
    )
    assert "nothing sealed names it" in said


@pytest.mark.parametrize("how", ["rm proofs/renewal-01.*", "echo >>proofs/renewal-01.txt", "rm proofs/renewal-02.tsr"])
def test_a_renewal_that_was_changed_is_none(tools: Path, tmp_path: Path, how: str) -> None:
    """Taken away in the middle, changed, or by half."""
    folder = old_package(tmp_path)
    for years, seed in ((4, 5), (1, 6)):
        at = NOW - dt.timedelta(days=years * 365)
        stamping = make_chain(bytes([seed]) * 32, organisation="", made_at=at, profile=LOCAL)
        House(at=LONG_AGO).renew(folder, at, stamping)
    subprocess.run(["bash", "-c", how], cwd=folder, check=True)  # noqa: S607 - as above

    assert verify(tools, folder)[0] == 1


def test_a_renewal_that_came_too_late_is_none(tools: Path, tmp_path: Path) -> None:
    """After the end of what it renews."""
    folder = old_package(tmp_path)
    at = NOW - dt.timedelta(days=365)
    House(at=LONG_AGO).renew(folder, at, make_chain(bytes([5]) * 32, organisation="", made_at=at, profile=LOCAL))

    assert verify(tools, folder)[0] == 1


def test_a_renewal_lists_all_that_it_renews(tmp_path: Path) -> None:
    """The seal, time-stamps, renewals before it with their roots; one that was begun is made again."""
    folder = HOUSE.item(tmp_path)
    HOUSE.renew(folder, NOW, HOUSE.stamping)
    (folder / "proofs" / "renewal-02.txt").write_bytes(b"begun")

    number, listed = render_renewal(folder)
    proofs = ("01.tsr", "renewal-01-tsa.pem", "renewal-01.tsr", "renewal-01.txt", "seal.p7s")
    assert number == 2
    assert list(parse_sums(listed)) == [SUMS, *(f"proofs/{name}" for name in proofs)]


def test_there_is_something_to_renew(tmp_path: Path) -> None:
    """A seal and a time-stamp."""
    folder = HOUSE.item(tmp_path)
    (folder / "proofs" / "seal.p7s").unlink()
    with pytest.raises(MisuseError):
        render_renewal(folder)

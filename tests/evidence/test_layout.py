"""The table of files: what belongs, what does not, and that the shell has the same one."""

from __future__ import annotations

import re

import pytest

from rempart.evidence.layout import PackageKind, folders_of, missing_places, place_of
from rempart.evidence.package_texts import texts

ITEM = f"items/evd_{'0' * 32}"
INSIDE = [
    *("README.txt", "LISEZMOI.txt", "verify.sh", "manifest.json", "COMMITMENTS", "SHA256SUMS", "public/a.txt"),
    *("sealed/001.bin.age", "sealed/openings.tsv.age", "trust/ca.pem", "trust/tsa.pem", "trust/log.vkey"),
    *("trust/witnesses.vkey", "trust/FINGERPRINTS.txt", "proofs/seal.p7s", "proofs/01.tsr", "proofs/99.tsr"),
    *("proofs/log-leaf.txt", "proofs/log-salt.hex", "proofs/log.tlog-proof", "proofs/renewal-01.txt"),
    *("proofs/renewal-12.tsr", "proofs/renewal-12-tsa.pem"),
]
OUTSIDE = [
    *("readme.txt", "README.txt ", "README.txt\n", "./README.txt", "/README.txt", "../README.txt", "public/../x", ""),
    *("public/A.txt", "public/.a", "public/a/b", "public/", "public/é.txt", f"public/{'a' * 81}", "public\\a"),
    *("sealed/001.bin", "sealed/1.bin.age", "sealed/0001.bin.age", "sealed/x.age", "proofs/00.tsr", "proofs/1.tsr"),
    *("proofs/renewal-00.tsr", "proofs/01-tsa.pem", "proofs/seal.p7s.bak", "trust/key.pem", "extra", "sealed"),
    *("proofs/seal.p7s/", "PROOFS/seal.p7s", "items/README.txt", "tombstones/x.json"),
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_does_not_belong(name: str) -> None:
    """Other letters, other folders, ways out; neither in a package nor in one of a dossier's."""
    assert place_of(name, PackageKind.ITEM) is None
    assert place_of(f"{ITEM}/{name}", PackageKind.DOSSIER) is None


@pytest.mark.parametrize("name", INSIDE)
def test_what_belongs(name: str) -> None:
    """In a package, and in the one that a dossier holds, whose sums cover all of it."""
    place = place_of(name, PackageKind.ITEM)
    within = place_of(f"{ITEM}/{name}", PackageKind.DOSSIER)

    assert place is not None
    assert place.is_covered == (not name.startswith("proofs/") and name != "SHA256SUMS")
    assert within is not None
    assert within.is_covered


@pytest.mark.parametrize("name", ["COMMITMENTS", "sealed/001.bin.age", "public/a.txt"])
def test_a_dossier_seals_nothing_itself(name: str) -> None:
    """Its packages do."""
    assert place_of(name, PackageKind.DOSSIER) is None


def test_no_two_names_differ_by_case_alone() -> None:
    """On a disk that does not tell them apart, one would hide the other."""
    for name in INSIDE:
        for other in {name.lower(), name.upper(), name.capitalize()} - {name}:
            assert place_of(other, PackageKind.ITEM) is None


def test_what_is_missing_is_told() -> None:
    """Each file that a complete package has."""
    assert missing_places(INSIDE, PackageKind.ITEM) == ()
    for name in ("SHA256SUMS", "proofs/01.tsr", "sealed/001.bin.age", "proofs/log.tlog-proof"):
        [missing] = missing_places(set(INSIDE) - {name}, PackageKind.ITEM)
        assert re.fullmatch(missing, name)


def test_folders() -> None:
    """One deep, but for a dossier's packages."""
    assert folders_of(PackageKind.ITEM) == {"public", "sealed", "trust", "proofs"}
    assert folders_of(PackageKind.DOSSIER) == {"trust", "proofs", "tombstones", "items"}


def shell_pattern(name: str) -> str:
    """Return a pattern of verify.sh, with the patterns that it is made of."""
    script = texts()["verify.sh"].decode()
    raw = re.search(rf"^{name}=['\"](.*)['\"]$", script, re.MULTILINE)
    assert raw
    return re.sub(r"\$([a-z_]+)", lambda found: shell_pattern(found[1]), raw[1])


def test_the_shell_has_the_same_table() -> None:
    """Name by name."""
    item = re.compile(f"(SHA256SUMS|{shell_pattern('proofs')}|{shell_pattern('covered_item')})")
    dossier = re.compile(f"(SHA256SUMS|{shell_pattern('proofs')}|{shell_pattern('covered_dossier')})")

    for name in (*INSIDE, *OUTSIDE):
        if "\n" in name:
            continue
        within = f"{ITEM}/{name}"
        tombstone = f"tombstones/evd_{'0' * 32}.json"
        assert bool(item.fullmatch(name)) == (place_of(name, PackageKind.ITEM) is not None), name
        for each in (name, within, tombstone):
            assert bool(dossier.fullmatch(each)) == (place_of(each, PackageKind.DOSSIER) is not None), each

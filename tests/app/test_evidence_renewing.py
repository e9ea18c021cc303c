"""Renewals: before certificates end, by authorities of that day, added and never changed; each package for itself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509

import rempart.app.evidence_renewing as renewing
from evidence_scenes import Scene, away, scene, verified_by_bash, with_authorities
from rempart.app.evidence_certificates import local_time_chain, seal_chain
from rempart.app.evidence_jobs import add_renewal
from rempart.app.evidence_places import package_folder
from rempart.app.evidence_renewing import RENEWED_BEFORE, begin_seal_generation, renew, renew_all
from rempart.app.handlers import make_worker
from rempart.errors import IntegrityError, UnavailableError
from rempart.model.evidence import CustodyKind, EvidenceItem
from rempart.model.log import LogEntryKind

DAY = dt.timedelta(days=1)


@pytest.fixture
def made_scene(tmp_path: Path) -> Scene:
    """Return a workspace with a case."""
    return scene(tmp_path)


def proofs(found: Scene, item: EvidenceItem) -> Path:
    return package_folder(found.workspace, item.case, item.id) / "proofs"


def bash(found: Scene, item: EvidenceItem) -> str:
    return verified_by_bash(proofs(found, item).parent)


def test_it_is_renewed_when_its_certificate_is_about_to_end(made_scene: Scene) -> None:
    """Not before; once; and again when the newer one ends."""
    item = made_scene.added()
    before = {path.name: path.read_bytes() for path in proofs(made_scene, item).iterdir()}
    end = renewing.valid_until(
        made_scene.desk, proofs(made_scene, item).parent, (proofs(made_scene, item).parent / "SHA256SUMS").read_bytes()
    )

    made_scene.now.at = end - RENEWED_BEFORE - DAY
    assert renew(made_scene.desk, item, is_due_only=True) is None
    made_scene.now.at = end - RENEWED_BEFORE + DAY
    first = renew(made_scene.desk, item, is_due_only=True)
    assert first is not None
    assert (first.number, first.valid_until > end) == (1, True)
    assert renew(made_scene.desk, item, is_due_only=True) is None

    after = {path.name: path.read_bytes() for path in proofs(made_scene, item).iterdir()}
    assert {name: after[name] for name in before} == before
    assert sorted(set(after) - set(before)) == ["renewal-01.tsr", "renewal-01.txt"]
    entries = made_scene.desk.log.entries_of(item.id)
    assert [entry.kind for entry in entries] == [LogEntryKind.ADDITION, LogEntryKind.RENEWAL]
    assert made_scene.workspace.custody.of_case(item.case)[-1].kind is CustodyKind.RENEWED


def test_a_new_authority_renews_what_another_stamped(made_scene: Scene) -> None:
    """With its root beside it; the package's own verifier agrees."""
    item = made_scene.added()
    with_authorities(made_scene, 1)

    [found] = list(renew_all(made_scene.desk, item.id))

    assert found.renewed is not None
    root = (proofs(made_scene, item) / "renewal-01-tsa.pem").read_bytes()
    assert "Authority 1" in x509.load_pem_x509_certificate(root).subject.rfc4514_string()
    assert "VERIFIED" in bash(made_scene, item)


def test_nobody_stamps_it(made_scene: Scene) -> None:
    """It is as it was; the others of the workspace are tried all the same."""
    [one] = with_authorities(made_scene, 1)
    item, broken = made_scene.added(), made_scene.added("b.txt")
    one.fails = away

    with pytest.raises(UnavailableError, match="nobody stamped the renewal"):
        renew(made_scene.desk, item, is_due_only=False)
    assert not list(proofs(made_scene, item).glob("renewal*"))
    (proofs(made_scene, broken).parent / "SHA256SUMS").write_bytes(b"")
    one.fails = None
    found = {each.item: each for each in renew_all(made_scene.desk, None)}

    assert found[item.id].error is None
    assert isinstance(found[broken.id].error, IntegrityError)


def test_what_is_not_proved_yet_is_finished_first(made_scene: Scene) -> None:
    """The same command goes on with it."""
    item = made_scene.recorded()

    [found] = list(renew_all(made_scene.desk, None))

    assert (found.item, found.error) == (item.id, None)
    assert "VERIFIED" in bash(made_scene, item)


def test_a_worker_renews_and_comes_back_the_next_day(made_scene: Scene) -> None:
    """One that is not due is left; a workspace without evidence has no such job."""
    add_renewal(made_scene.workspace, made_scene.now.at)
    assert [job for job in made_scene.workspace.jobs.all() if job.kind == "renew_evidence"] == []
    item = made_scene.added()
    add_renewal(made_scene.workspace, made_scene.now.at)

    tally = make_worker(made_scene.workspace, made_scene.settings).run(until_idle=True)

    assert tally.failed == 0
    assert not list(proofs(made_scene, item).glob("renewal*"))
    days = {f"{job.due_at:%Y-%m-%d}" for job in made_scene.workspace.jobs.all() if job.kind == "renew_evidence"}
    assert len(days) == 2


def test_certificates_are_renewed_under_their_authority(made_scene: Scene) -> None:
    """What strangers trust stays; a new generation is another authority, and its making is logged."""
    workspace, now = made_scene.workspace, made_scene.now.at
    first, local = seal_chain(workspace, "", now), local_time_chain(workspace, "", now)

    later = seal_chain(workspace, "", now + 500 * DAY)
    assert (later.root, later.leaf == first.leaf) == (first.root, False)
    assert local_time_chain(workspace, "", now + 500 * DAY).root == local.root
    fingerprint = begin_seal_generation(made_scene.desk)

    assert seal_chain(workspace, "", now).root != first.root
    assert fingerprint.count(":") == 31
    entries = made_scene.desk.log.entries_of(workspace.id)
    assert fingerprint.encode() in (entries[-1].content or b"")

"""What everybody reads of a page's package: nothing of the page, its address, its cookies, or who asked."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from net.polite_site import Site
from net.servers import page, redirect
from packages import House
from recorded import COOKIE, HOST, loopback, recorder
from rempart.app.evidence_pages import PAGE_LIMITS, PAGE_PROCEDURE, PageEvidence
from rempart.evidence.building import build_item
from rempart.evidence.drafts import Content

TOKEN = "5f7e1bc2"  # noqa: S105 - the secret that must not be found


@pytest.fixture(scope="module")
def house() -> House:
    """Make whose packages they are."""
    return House()


def package_of(house: House, folder: Path, shown: frozenset[str]) -> tuple[Path, PageEvidence]:
    """Record a page that sets a cookie, behind a redirect with a token; make its package."""
    answers = {"a": redirect(f"/b?token={TOKEN}"), f"b?token={TOKEN}": page(b"<title>Fil</title>", set_cookie=COOKIE)}
    with Site(HOST, **answers) as site:
        found = recorder(site).record(site.url("/a"))
    assert isinstance(found, PageEvidence)
    draft = dataclasses.replace(
        house.draft(),
        kind=found.kind,
        contents=(Content(name=found.name, media_type=found.media_type, reader=found.reader),),
        facts=found.facts,
        shown=shown,
        public={},
        procedure=PAGE_PROCEDURE,
        limits=PAGE_LIMITS,
    )
    return build_item(folder, draft), found


@loopback
def test_nothing_of_a_page_is_public(house: House, tmp_path: Path) -> None:
    """Neither in clear, nor in hexadecimal; what is sealed is no zip."""
    folder, found = package_of(house, tmp_path, frozenset())

    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    secrets = [COOKIE, TOKEN, HOST, "127.0.0.1", "Fil<", *(v for v in found.facts.values() if len(v) > 7)]
    hidden = [form for secret in secrets for form in (secret.encode(), secret.encode().hex().encode())]
    assert [(path.name, form) for path, content in files.items() for form in hidden if form in content] == []
    assert not any(b"PK\x03\x04" in content for content in files.values())


@loopback
def test_an_address_is_shown_where_the_owner_chose_so(house: House, tmp_path: Path) -> None:
    """The one that was asked for; neither where it led, nor anything else."""
    folder, found = package_of(house, tmp_path, frozenset({"url"}))

    manifest = json.loads((folder / "manifest.json").read_bytes())

    assert manifest["shown"] == [{"fact": "url", "value": found.facts["url"]}]
    assert [a["media_type"] for a in manifest["artifacts"]] == ["application/wacz"]
    assert TOKEN not in json.dumps(manifest)

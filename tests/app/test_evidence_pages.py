"""A page as evidence, over loopback: what is asked for, what is kept, and what is not."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from net.polite_site import Site, text
from net.servers import Authority, RawServer, page, redirect, reply
from recorded import COOKIE, HOST, MEDIA_PAGE, PNG, NoFacts, files_of, loopback, recorder, records_of
from rempart.app.authorising import Statement, authorise
from rempart.app.evidence_pages import (
    PAGE_LIMITS,
    PAGE_PROCEDURE,
    PageEvidence,
)
from rempart.app.workspace import Workspace
from rempart.clock import utc_now
from rempart.model.evidence import EvidenceKind
from rempart.model.gate import MinorGate
from rempart.net import AddressPolicy
from rempart.settings import NetSettings, Settings


@loopback
def test_a_page_full_of_media_is_asked_for_once() -> None:
    """Its robots.txt, then the page: nothing that it embeds, nor where it leads by itself."""
    with Site(HOST, thread=page(MEDIA_PAGE)) as site:
        outcome = recorder(site).record(site.url("/thread"))

        assert site.asked == ["/robots.txt", "/thread"]
    assert isinstance(outcome, PageEvidence)
    assert outcome.kind is EvidenceKind.PAGE
    assert outcome.label == "Fil 12"
    blocks = {kind: block for kind, url, block in records_of(outcome) if url == site.url("/thread")}
    assert blocks["response"].endswith(MEDIA_PAGE)
    assert blocks["request"] == site.heads[-1] + b"\r\n\r\n"


@loopback
@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "403 Forbidden", "451 Unavailable For Legal Reasons"])
def test_a_page_that_says_that_it_is_gone_is_evidence(status: str) -> None:
    """Its status and its text are recorded; 451 too, which may be what was to be achieved."""
    with Site(HOST, a=page(b"<p>removed</p>", status)) as site:
        outcome = recorder(site).record(site.url("/a"))

    assert isinstance(outcome, PageEvidence)
    assert (outcome.status, outcome.facts["status"]) == (int(status[:3]), status[:3])
    [block] = [block for kind, _, block in records_of(outcome) if kind == "response"]
    assert block.startswith(f"HTTP/1.1 {status}\r\n".encode())
    assert block.endswith(b"<p>removed</p>")


@loopback
def test_a_tombstone_that_is_a_picture_is_evidence_without_it() -> None:
    """The head of the answer is kept, and said to be all."""
    with Site(HOST, a=page(PNG, "410 Gone", content_type="image/png")) as site:
        outcome = recorder(site).record(site.url("/a"))

    assert isinstance(outcome, PageEvidence)
    assert outcome.status == 410
    assert "only the head" in outcome.facts["page_type"]
    assert not any(b"pixels" in content for content in (*files_of(outcome).values(), outcome.content))
    assert not any(b"pixels" in block for _, _, block in records_of(outcome))


@loopback
def test_cookies_and_tokens_are_in_the_sealed_file_only() -> None:
    """A session's secrets are in no fact but the address, and in no text that everybody reads."""
    answers = {"a": redirect("/b?token=5f7e1b"), "b?token=5f7e1b": page(b"<p>hello</p>", set_cookie=COOKIE)}
    with Site(HOST, **answers) as site:
        outcome = recorder(site).record(site.url("/a"))

    assert isinstance(outcome, PageEvidence)
    blocks = b"".join(block for _, _, block in records_of(outcome))
    assert COOKIE.encode() in blocks
    private = (COOKIE, "5f7e1b", HOST, "127.0.0.1", outcome.facts["user_agent"])
    public = [*PAGE_PROCEDURE, *PAGE_LIMITS, outcome.name, outcome.media_type, outcome.kind, repr(outcome)]
    assert [text for text in public for secret in private if secret in text] == []
    assert [key for key, value in outcome.facts.items() if COOKIE in value] == []
    assert [key for key, value in outcome.facts.items() if "5f7e1b" in value] == ["final_url"]


@loopback
def test_no_fact_is_in_what_everybody_reads() -> None:
    """Else no package could be made: texts in clear that hold a fact are refused."""
    answer = page(b"<title>text</title>", content_type="text/html; charset=text")
    with Site(HOST, a=answer) as site:
        outcome = recorder(site).record(site.url("/a"))

    assert isinstance(outcome, PageEvidence)
    assert "robots" not in outcome.facts
    assert "text" not in outcome.facts.values()
    public = " ".join([*PAGE_PROCEDURE, *PAGE_LIMITS]).casefold()
    named = {**outcome.facts, "name": outcome.name}
    assert [key for key, value in named.items() if len(value) >= 4 and value.casefold() in public] == []


@loopback
def test_facts_say_when_and_from_where() -> None:
    """In order, and with the hops in the file."""
    with Site(HOST, a=redirect("/b")) as site:
        outcome = recorder(site).record(site.url("/a#part"))

    assert isinstance(outcome, PageEvidence)
    facts: Mapping[str, str] = outcome.facts
    assert (facts["url"], facts["final_url"]) == (site.url("/a#part"), site.url("/b"))
    assert facts["asked_at"] < facts["last_asked_at"]
    assert (facts["redirects"], facts["answered_by"], facts["status"]) == ("1", "127.0.0.1", "200")
    answers = [(url, block[:12]) for kind, url, block in records_of(outcome) if kind == "response"]
    assert answers == [(site.url("/a"), b"HTTP/1.1 302"), (site.url("/b"), b"HTTP/1.1 200")]
    assert all(key.replace("_", "").isalpha() and key.islower() for key in facts)
    assert all("\n" not in value and "\t" not in value for value in facts.values())


@loopback
def test_what_is_public_about_the_host_is_kept_beside() -> None:
    """A JSON line for each fact, as ``net facts`` prints them."""
    facts = NoFacts()
    with Site(HOST) as site:
        outcome = recorder(site, host_facts=facts).record(site.url("/a"))

    assert facts.asked == [site.url("/a")]
    [block] = [block for kind, _, block in records_of(outcome) if kind == "resource"]
    assert {json.loads(line)["fact"] for line in block.decode().splitlines()} == {"missing"}


@loopback
def test_the_certificate_of_the_very_connection_is_kept(tmp_path: Path) -> None:
    """In DER, under its digest."""
    authority = Authority()
    authority.ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    settings = Settings(net=NetSettings(authorities_file=tmp_path / "ca.pem"))
    with RawServer(reply(page()), tls=authority.server(HOST)) as server:
        server.name = HOST  # type: ignore[attr-defined]  # as a Site has it
        outcome = recorder(server, settings=settings).record(f"https://{HOST}:{server.port}/a")

    assert isinstance(outcome, PageEvidence)
    [(_, uri, der)] = [record for record in records_of(outcome) if record[0] == "resource"]
    assert uri == outcome.facts["certificate"]
    assert der.startswith(b"\x30\x82")
    assert HOST.encode() in der


@loopback
def test_no_cookie_goes_from_one_page_to_the_next() -> None:
    """Each begins a session of its own."""
    with Site(HOST, a=page(set_cookie=COOKIE)) as site:
        for path in ("/a", "/b"):
            recorder(site).record(site.url(path))

        assert not any(COOKIE.encode() in head for head in site.heads)


@loopback
def test_a_person_who_answers_for_an_address_is_told_of(made: tuple[Settings, Workspace]) -> None:
    """Its robots.txt did not allow it: neither the facts nor the file say that it did."""
    settings, workspace = made
    with Site(HOST, robots=text("User-agent: *\nDisallow: /")) as site:
        policy = AddressPolicy(allowed=frozenset({("127.0.0.1", site.port)}))
        until = utc_now() + dt.timedelta(days=1)
        statement = Statement(url=site.url("/a"), by="nadia", reason="r", legal_basis="b", until=until)
        authorise(workspace, MinorGate(), statement, policy=policy)
        outcome = recorder(site, settings=settings, workspace=workspace).record(site.url("/a"))

    assert isinstance(outcome, PageEvidence)
    assert outcome.facts["robots"].startswith("not allowed")
    [info] = [block for kind, _, block in records_of(outcome) if kind == "warcinfo"]
    assert b"robots: not allowed" in info

"""A fetch is a sequence of steps without input or output: here it is driven by hand."""

from __future__ import annotations

import httpx2
import pytest

from net.doors import SMALL, US, cleared
from rempart.errors import FetchError
from rempart.model.gate import MinorGate
from rempart.model.outcome import Stopped
from rempart.model.web import FetchMode, NotFetched, NotFetchedReason, Page, Probed, Validators
from rempart.net import FetchOutcome, Wanted
from rempart.net.cookies import JobCookies
from rempart.net.flow import Asker, Close, FetchFlow, ReadMore, Send, Step
from rempart.net.meter import Meter

R = NotFetchedReason
URL = "https://forum.example.org/a"
HTML = {"content-type": "text/html; charset=utf-8", "etag": '"1"'}


def drive(
    answers: list[httpx2.Response | FetchError], pieces: list[bytes], wanted: Wanted | None = None, url: str = URL
) -> tuple[FetchOutcome, list[Step]]:
    """Answer each step of a fetch; return what came of it, and the steps."""
    asker = Asker(gate=MinorGate(), identity=US, cookies=JobCookies())
    flow = FetchFlow(asker, wanted or Wanted(limits=SMALL), Meter(SMALL)).run(cleared(url))
    left, body, steps = iter(answers), iter(pieces), []
    try:
        step = next(flow)
        while True:
            steps.append(step)
            if isinstance(step, Send):
                answer = next(left)
                step = flow.throw(answer) if isinstance(answer, FetchError) else flow.send(answer)
            else:
                step = flow.send(next(body, None) if isinstance(step, ReadMore) else None)
    except StopIteration as end:
        return end.value, steps


def kinds(steps: list[Step]) -> list[type]:
    """Return what each step was."""
    return [type(step) for step in steps]


def test_a_page_is_asked_for_and_read_to_its_end() -> None:
    """Its head, its pieces, its end."""
    outcome, steps = drive([httpx2.Response(200, headers=HTML)], [b"<p>", b"hello"])

    assert isinstance(outcome, Page)
    assert (outcome.body, outcome.charset, outcome.validators.etag) == (b"<p>hello", "utf-8", '"1"')
    assert kinds(steps) == [Send, ReadMore, ReadMore, ReadMore]


def test_a_type_that_was_not_asked_for_is_closed_unread() -> None:
    """No step reads."""
    outcome, steps = drive([httpx2.Response(200, headers={"content-type": "image/png"})], [b"never read"])

    assert isinstance(outcome, NotFetched)
    assert outcome.reason is R.WRONG_TYPE
    assert kinds(steps) == [Send, Close]


def test_a_lie_is_closed_after_its_first_bytes() -> None:
    """One piece was enough."""
    outcome, steps = drive([httpx2.Response(200, headers=HTML)], [b"\x89PNG\r\n\x1a\n" + bytes(4_096), b"never read"])

    assert isinstance(outcome, NotFetched)
    assert outcome.reason is R.NOT_WHAT_IT_SAYS
    assert kinds(steps) == [Send, ReadMore, Close]


def test_a_date_is_not_said_where_a_redirect_leads() -> None:
    """What it leads to may be another thing by now, and an older one: only a tag tells them apart."""
    wanted = Wanted(limits=SMALL, validators=Validators(etag='"1"', last_modified="Sun, 22 Nov 2026 06:00:00 GMT"))
    moved = httpx2.Response(302, headers={"location": "/b"})

    _, steps = drive([moved, httpx2.Response(200, headers=HTML)], [b"<p>"], wanted)

    first, second = (step.request.headers for step in steps if isinstance(step, Send))
    assert (first["if-none-match"], second["if-none-match"]) == ('"1"', '"1"')
    assert "if-modified-since" in first
    assert "if-modified-since" not in second


def test_a_redirect_is_closed_and_judged_before_it_is_asked() -> None:
    """The gate stops it: there is no second request."""
    outcome, steps = drive([httpx2.Response(302, headers={"location": "/teen"})], [])

    assert isinstance(outcome, Stopped)
    assert kinds(steps) == [Send, Close]


def test_an_address_that_cannot_be_read_is_never_asked() -> None:
    """No step at all."""
    outcome, steps = drive([], [], url="ftp://forum.example.org/")

    assert isinstance(outcome, NotFetched)
    assert (outcome.reason, outcome.hops, steps) == (R.SCHEME, (), [])


def test_the_letters_of_an_encoded_host_are_judged() -> None:
    """Its caller may have shown the gate its ``xn--`` name only."""
    outcome, steps = drive([], [], url="https://xn--lyce-dpa.example.org/")

    assert isinstance(outcome, Stopped)
    assert steps == []


def test_what_failed_is_told_with_how_far_it_went() -> None:
    """Each hop, the last one without an answer."""
    first = httpx2.Response(301, headers={"location": "https://other.example.org/"})
    outcome, _ = drive([first, FetchError(R.CONNECT, "1.1.1.1 port 443")], [])

    assert isinstance(outcome, NotFetched)
    assert outcome.in_words() == "the host refused the connection: 1.1.1.1 port 443"
    assert [(hop.url, hop.status) for hop in outcome.hops] == [(URL, 301), ("https://other.example.org/", 0)]


@pytest.mark.parametrize("status", [403, 404, 410, 451, 500, 503])
def test_the_page_of_an_error_is_read(status: int) -> None:
    """Its words matter: removed, forbidden, login required."""
    outcome, _ = drive([httpx2.Response(status, headers=HTML)], [b"<p>gone"])

    assert isinstance(outcome, Page)
    assert outcome.status == status


def test_a_probe_stops_after_the_first_bytes() -> None:
    """And closes."""
    wanted = Wanted(limits=SMALL, head_only=True)
    outcome, steps = drive([httpx2.Response(200, headers=HTML)], [b"<p>" + b"a" * 5_000, b"never read"], wanted)

    assert isinstance(outcome, Probed)
    assert outcome.media_type == "text/html"
    assert kinds(steps) == [Send, ReadMore, Close]


def test_media_that_turn_out_to_be_none_hold_no_memory() -> None:
    """They are refused before memory is made."""
    outcome, _ = drive(
        [httpx2.Response(200, headers={"content-type": "image/png"})], [b""], Wanted(mode=FetchMode.MEDIA, limits=SMALL)
    )

    assert isinstance(outcome, NotFetched)
    assert outcome.reason is R.NOT_WHAT_IT_SAYS


def test_heads_are_kept_as_they_were() -> None:
    """What was sent, and what came, in its own spelling, letters beyond ASCII as bytes."""
    answer = httpx2.Response(
        404,
        headers=[(b"Content-Type", b"text/html"), (b"X-NAME", b"Ren\xe9e")],
        extensions={"http_version": b"HTTP/1.0", "reason_phrase": b"Not there"},
    )

    outcome, steps = drive([answer], [b"<p>"])

    assert isinstance(outcome, Page)
    [hop] = outcome.hops
    assert hop.received == b"HTTP/1.0 404 Not there\r\nContent-Type: text/html\r\nX-NAME: Ren\xe9e\r\n\r\n"
    [request] = [step.request for step in steps if isinstance(step, Send)]
    assert hop.sent.startswith(b"GET /a HTTP/1.1\r\nHost: forum.example.org\r\nUser-Agent: Rempart/1")
    assert hop.sent.count(b"\r\n") == len(request.headers.raw) + 2
    assert not hop.certificate
    assert "secret" not in repr(hop)

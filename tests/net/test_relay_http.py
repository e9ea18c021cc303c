"""Plain http through the relay: written anew, so that relay and host read the same; nothing of the child is told."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from net.relay_rig import QUICK, SITE, Rig
from net.servers import Visitor, head, once, page, redirect, reply, then_silence
from rempart.model.egress import EgressEnd, EgressVerdict
from rempart.net.relay_rules import RelayLimits

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.usefixtures("nothing_left_open")]


def get(rig: Rig, *headers: str, path: str = "/", method: str = "GET", rest: bytes = b"") -> bytes:
    """Ask for a path of the site."""
    line = f"{method} http://{rig.site_address}{path} HTTP/1.1"
    return rig.ask(line, f"Host: {rig.site_address}", *headers, rest=rest)


def status(answer: bytes) -> int:
    """Return the status of an answer."""
    return int(answer.split(b" ", 2)[1])


def test_a_request_is_passed_on_as_its_host_reads_it() -> None:
    """By its path, with the headers that are for the host; those for the relay stay here, and none is added."""
    with Rig(reply(page(b"hello"))) as rig:
        named = [
            "Proxy-Connection: keep-alive",
            "Connection: X-Hop, keep-alive, Host, Cookie",
            "X-Hop: 1",
            "Cookie: a=b",
        ]
        answer = get(rig, *named, "Keep-Alive: 5", "TE: trailers", "Upgrade: h2c", "Accept: */*", path="/a/../b?c#")

        [sent] = rig.site.heads
        lines = sent.decode().split("\r\n")
        assert lines[0] == "GET /b?c HTTP/1.1"
        assert sorted(lines[1:]) == sorted(
            [f"Host: {rig.site_address}", "Cookie: a=b", "Accept: */*", "Connection: close"]
        )
        assert answer.endswith(b"\r\n\r\nhello")
        decision = rig.only
        assert (decision.method, decision.host, decision.verdict) == ("GET", SITE, EgressVerdict.ALLOWED)
        assert decision.bytes_up == len(sent) + 4


@pytest.mark.parametrize(
    "headers, rest",
    [
        (("Content-Length: 5",), b"hello"),
        (("Transfer-Encoding: chunked",), b"2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n"),
    ],
    ids=["of a length", "in chunks"],
)
def test_a_body_is_passed_on(headers: tuple[str, ...], rest: bytes) -> None:
    """Whole, in one framing."""

    def read_body(visitor: Visitor) -> None:
        visitor.read_head()
        got = visitor._left
        while b"llo" not in got or (b"chunked" in visitor._server.heads[0] and b"0\r\n\r\n" not in got):
            got += visitor._socket.recv(100)
        visitor.send(page(got))

    with Rig(read_body) as rig:
        body = get(rig, *headers, method="POST", rest=rest).partition(b"\r\n\r\n")[2]

        assert body in {b"hello", b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"}


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -1",),
        ("Content-Length: +5",),
        ("Transfer-Encoding: chunked, chunked",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding : chunked",),
        ("Transfer-Encoding:\x0bchunked",),
        ("Host: other.example.org",),
        ("X: a\rb",),
        ("X: a\0b",),
    ],
)
def test_a_request_that_can_be_read_in_two_ways_is_refused(headers: tuple[str, ...]) -> None:
    """Two lengths, two hosts: how a second request is smuggled past a checker."""
    with Rig(reply(page())) as rig:
        answer = get(rig, *headers, method="POST", rest=b"0\r\n\r\nGET http://10.0.0.1/ HTTP/1.1\r\n\r\n")

        assert status(answer) in {400, 501}
        assert rig.only.verdict is EgressVerdict.BAD_REQUEST
        assert rig.site.connections == 0


@pytest.mark.parametrize("host", ["other.example.org", "site.example.org:443", "", "a b", "site.example.org/x"])
def test_a_host_header_that_differs_is_refused(host: str) -> None:
    """The address and the header must mean the same."""
    with Rig(reply(page())) as rig:
        answer = rig.ask(f"GET http://{rig.site_address}/ HTTP/1.1", f"Host: {host}")

        assert status(answer) == 400
        assert rig.site.connections == 0


def test_a_second_request_on_the_connection_is_not_read() -> None:
    """It was never judged: one request a connection."""
    second = b"GET http://10.0.0.1/latest HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n"
    with Rig(reply(page(b"one"))) as rig:
        answer = get(rig, rest=second)

        assert answer.count(b"HTTP/1.1") == 1
        assert rig.site.requests == 1
        assert b"connection: close" in answer.lower()
        assert rig.only.verdict is EgressVerdict.ALLOWED


@pytest.mark.parametrize(
    "answer, expected",
    [
        (head("200 OK", connection="close") + b"until the end", b"until the end"),
        (head("200 OK", transfer_encoding="chunked") + b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (page(b"", status="204 No Content", content_length="0"), b""),
        (redirect("http://10.0.0.1/"), b"http://10.0.0.1/"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + page(b"after"), b"after"),
        (head("200 OK", proxy_authenticate="Basic", content_length="2") + b"ok", b"ok"),
    ],
    ids=["until the end", "in chunks", "nothing", "a redirect", "hints first", "asks for a secret"],
)
def test_an_answer_is_passed_on(answer: bytes, expected: bytes) -> None:
    """Written anew; a redirect is the child's to follow, through here again."""
    with Rig(once(answer)) as rig:
        got = get(rig)

        assert expected in got
        assert b"proxy-authenticate" not in got.lower()
        assert rig.only.verdict is EgressVerdict.ALLOWED


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/0.9 nothing\r\n\r\n",
        b"\x16\x03\x01",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
        head("200 OK", content_length="x"),
        head("200 OK", a="b" * 40000),
    ],
    ids=["nothing", "not HTTP", "TLS", "a switch", "a wrong length", "a large head"],
)
def test_an_answer_that_is_none_is_a_bad_gateway(answer: bytes) -> None:
    """Nothing of it reaches the child."""
    with Rig(once(answer)) as rig:
        got = get(rig)

        assert status(got) == 502
        assert rig.only.verdict is EgressVerdict.UNREACHABLE


def test_an_answer_that_breaks_off_is_not_made_whole() -> None:
    """The child sees that bytes are missing."""
    with Rig(once(head("200 OK", content_length="100") + b"some")) as rig:
        got = get(rig)

        assert b"some" in got
        assert rig.only.end is EgressEnd.RESET


def test_an_answer_that_never_comes_is_late() -> None:
    """Silence is measured from the last byte."""
    with Rig(then_silence()) as rig:
        got = get(rig)

        assert status(got) == 504
        decision = rig.only
        assert decision.verdict is EgressVerdict.TOO_LATE
        assert decision.seconds < QUICK.idle_s + 2


def test_the_bytes_of_a_job_count_here_too() -> None:
    """What is more is not passed on."""
    with Rig(once(page(b"x" * 200_000)), limits=RelayLimits(job_bytes=50_000)) as rig:
        got = get(rig)

        assert len(got) < 60_000
        assert rig.only.end is EgressEnd.JOB_BYTES


def test_a_child_process_needs_its_environment_only() -> None:
    """``HTTP_PROXY``, as curl, pip and Python read it: the site answers, another host does not."""
    code = (
        "import sys, urllib.request, urllib.error\n"
        "print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())\n"
        "try: urllib.request.urlopen('http://other.example.net/', timeout=5)\n"
        "except urllib.error.HTTPError as error: print(error.code)\n"
    )
    with Rig(reply(page(b"hello"))) as rig:
        environment = {"http_proxy": rig.proxy.url, "PATH": os.environ["PATH"]}
        command = [sys.executable, "-I", "-c", code, f"http://{rig.site_address}/"]
        done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=20, check=False)

        assert done.stdout.split() == ["hello", "403"], done.stderr
        assert rig.verdicts == [EgressVerdict.ALLOWED, EgressVerdict.NOT_NAMED]

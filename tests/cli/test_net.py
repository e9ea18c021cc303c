"""``rempart net check``, unmodified, on an Internet of its own: each step is said, and nothing beyond it is asked."""

from __future__ import annotations

from typing import Any

import pytest

from commands import rempart
from net.namespaces import run_isolated

_CHECKS = {
    "page": ["https://forum.example.org/threads/1"],
    "private": ["https://forum.example.org/private/2"],
    "picture as a page": ["http://93.184.215.14/picture.png"],
    "picture as media": ["--media", "http://93.184.215.14/picture.png"],
    "mixed": ["http://mixed.example.org/"],
    "metadata": ["http://turned.example.org/"],
    "redirect": ["http://forum.example.org/moved"],
    "minor": ["https://forum.example.org/teens/"],
    "nobody": ["https://nobody.example.org/"],
    "certificate": ["https://93.184.216.34/"],
}


@pytest.fixture(scope="module")
def checks() -> dict[str, Any]:
    """Run every check in one namespace."""
    found = run_isolated("net.check_scene", {"checks": list(_CHECKS.values())}, timeout_s=120)
    return dict(zip(_CHECKS, found, strict=True))


def steps(check: dict[str, Any], name: str) -> list[str]:
    """Return what the steps of a name said, verdict first."""
    return [f"{step['verdict']} {step['detail']}" for step in check["steps"] if step["step"] == name]


def test_a_page_is_told_step_by_step(checks: dict[str, Any]) -> None:
    """Its addresses, what may be connected to, robots.txt, what it is; 0 is the exit code."""
    check = checks["page"]

    assert check["code"] == 0
    assert steps(check, "names") == ["ok asked for A and AAAA: 93.184.216.34"]
    assert steps(check, "policy") == ["ok 93.184.216.34 port 443 may be connected to"]
    assert steps(check, "type")[0].startswith("ok text/html")
    assert sorted(check["questions"]) == [["forum.example.org", "A"], ["forum.example.org", "AAAA"]]
    assert [step["step"] for step in check["steps"]] == [
        "identity",
        "address",
        "gate",
        "names",
        "policy",
        "robots",
        "asked",
        "type",
    ]


def test_it_asks_for_robots_and_the_page_and_says_who_it_is(checks: dict[str, Any]) -> None:
    """Two requests, without a referrer, a language or a cookie."""
    check = checks["page"]

    assert check["requests"] == ["GET /robots.txt HTTP/1.1", "GET /threads/1 HTTP/1.1"]
    names = {line.partition(":")[0].lower() for line in check["heads"][1].splitlines()[1:]}
    assert names == {"host", "user-agent", "accept", "accept-encoding"}
    assert "User-Agent: Rempart/" in check["heads"][1]


def test_what_robots_refuses_is_not_asked_for(checks: dict[str, Any]) -> None:
    """The check ends with robots.txt, and says what a person can do."""
    check = checks["private"]

    assert check["code"] == 4
    assert check["requests"] == ["GET /robots.txt HTTP/1.1"]
    assert steps(check, "blocked")[0].startswith("failed forum.example.org: its robots.txt does not allow it")
    assert "rempart net authorise" in steps(check, "blocked")[0]
    assert not steps(check, "type")


def test_a_picture_is_not_read_as_a_page(checks: dict[str, Any]) -> None:
    """By its head alone; as media it is sniffed, and no more."""
    assert checks["picture as a page"]["code"] == 4
    assert "image/png" in steps(checks["picture as a page"], "answer")[0]
    assert checks["picture as media"]["code"] == 0
    assert steps(checks["picture as media"], "type")[0].startswith("ok image/png, by its head and its first 4096 bytes")


@pytest.mark.parametrize("name", ["mixed", "metadata"])
def test_a_host_with_one_denied_address_is_never_connected_to(checks: dict[str, Any], name: str) -> None:
    """Whatever its other addresses are."""
    check = checks[name]

    assert check["code"] == 6
    assert check["requests"] == []
    assert any(step.startswith("refused") for step in steps(check, "policy"))


def test_a_redirect_is_checked_as_the_first_address(checks: dict[str, Any]) -> None:
    """It leads to where a cloud keeps its secrets."""
    check = checks["redirect"]

    assert check["code"] == 6
    assert "169.254.169.254" in steps(check, "answer")[0]


def test_a_stopped_address_is_not_even_looked_up(checks: dict[str, Any]) -> None:
    """No question to the name server; where to turn is said."""
    check = checks["minor"]

    assert check["code"] == 6
    assert check["questions"] == []
    assert check["requests"] == []
    assert "PHAROS" in check["said"]


def test_what_cannot_be_had_is_said(checks: dict[str, Any]) -> None:
    """No such host, and a certificate of another name."""
    assert checks["nobody"]["code"] == 4
    assert steps(checks["nobody"], "names") == ["failed there is no such host: nobody.example.org"]
    assert checks["certificate"]["code"] == 4
    assert "certificate" in " ".join(steps(checks["certificate"], "robots") + steps(checks["certificate"], "answer"))


def test_nothing_of_all_this_reached_a_forbidden_address(checks: dict[str, Any]) -> None:
    """Servers listened there."""
    assert {check["forbidden"] for check in checks.values()} == {0}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://0x7f.1/", "http://user@example.org/", "ftp://example.org/", "http://[::1]/"]
)
def test_what_is_never_asked_ends_with_6(url: str) -> None:
    """In the words of a person, without a question to anybody."""
    done = rempart("net", "check", url)

    assert done.returncode == 6
    assert "refused" in done.stdout

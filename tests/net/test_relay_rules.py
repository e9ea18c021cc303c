"""What a job may reach: hosts by name, exact or below one, and never by accident."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import EgressError, FetchError
from rempart.model.egress import EgressVerdict
from rempart.model.gate import MinorGate
from rempart.net.relay_rules import HostRule, RelayJob, judge, parse_authority
from rempart.net.urls import parse_url


@pytest.mark.parametrize(
    "text", ["", "*", "*.", "*.org", "*.93.184.216.34", "*.[::1]", "localhost", "a b.org", "*.*.example.org", "a/b.org"]
)
def test_what_names_too_much_or_nothing_is_no_rule(text: str) -> None:
    """Everything, everything that ends in one word, a name of this machine."""
    with pytest.raises(FetchError):
        HostRule.parse(text)


@pytest.mark.parametrize(
    "rule, host, is_named",
    [
        ("example.org", "example.org", True),
        ("EXAMPLE.org", "example.org", True),
        ("example.org", "www.example.org", False),
        ("example.org", "badexample.org", False),
        ("example.org", "example.org.evil.net", False),
        ("*.example.org", "www.example.org", True),
        ("*.example.org", "a.b.example.org", True),
        ("*.example.org", "example.org", False),
        ("*.example.org", "badexample.org", False),
        ("bücher.example", "xn--bcher-kva.example", True),
        ("93.184.216.34", "93.184.216.34", True),
        ("[2606:2800:220:1::1]", "2606:2800:220:1::1", True),
        ("[2606:2800:0220:1:0::1]", "2606:2800:220:1::1", True),
    ],
)
def test_a_rule_names_a_host_or_what_is_below_it(rule: str, host: str, is_named: bool) -> None:  # noqa: FBT001
    """In its one form, whatever it was written like."""
    assert HostRule.parse(rule).matches(host) is is_named


@given(st.text(max_size=80))
def test_a_rule_is_read_or_refused(text: str) -> None:
    """Nothing else comes of it; what is read is written as it is read again."""
    try:
        rule = HostRule.parse(text)
    except FetchError:
        return

    bare = str(rule) if ":" not in rule.host else f"[{rule}]"
    assert HostRule.parse(bare) == rule


def test_the_closest_rule_is_the_one_that_is_written() -> None:
    """An exact one before one of several names."""
    rules = map(HostRule.parse, ("*.example.org", "*.b.example.org", "a.b.example.org"))
    job = RelayJob(hosts=frozenset(rules))

    assert str(job.rule_for("a.b.example.org")) == "a.b.example.org"
    assert str(job.rule_for("c.b.example.org")) == "*.b.example.org"
    assert str(job.rule_for("c.example.org")) == "*.example.org"
    assert job.rule_for("example.org") is None


def test_a_job_without_rules_reaches_nothing() -> None:
    """Empty means nobody."""
    with pytest.raises(EgressError) as caught:
        judge(RelayJob(hosts=frozenset()), MinorGate(), parse_url("https://example.org/"))

    assert caught.value.verdict == EgressVerdict.NOT_NAMED


def test_the_gate_stops_what_a_rule_names() -> None:
    """There is no override."""
    job = RelayJob(hosts=frozenset({HostRule.parse("*.example.org")}))

    with pytest.raises(EgressError) as caught:
        judge(job, MinorGate(), parse_url("https://lycee.example.org/"))

    assert caught.value.verdict == EgressVerdict.STOPPED


@pytest.mark.parametrize(
    "target",
    [
        "",
        ":",
        "a.org",
        "a.org:",
        ":443",
        "a.org:0",
        "a.org:00443",
        "a.org:65536",
        "a.org:443/",
        "a.org:443?x",
        "u@a.org:443",
        "a.org:443#x",
        "http://a.org:443",
        "::1:443",
        "[::1:443",
        "a.org:٤٤٣",
        "a.org:+443",
        "a.org: 443",
        "a\\b.org:443",
    ],
)
def test_a_tunnel_is_asked_for_by_a_host_and_a_port(target: str) -> None:
    """RFC 9110 §9.3.6: nothing less, nothing more."""
    with pytest.raises(FetchError):
        parse_authority(target)


@pytest.mark.parametrize(
    "target, host, port",
    [("A.org:443", "a.org", 443), ("[2606::1]:80", "2606::1", 80), ("93.184.216.34:65535", "93.184.216.34", 65535)],
)
def test_a_host_and_a_port_are_read(target: str, host: str, port: int) -> None:
    """In their one form."""
    url = parse_authority(target)

    assert (url.host, url.port) == (host, port)

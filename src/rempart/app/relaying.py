"""Run a program whose only proxy is an egress relay: it reaches the hosts that are named, and every attempt is written.

A program that uses the proxy that it is given reaches nothing else. One that opens connections by itself is not held
back by this: what must be held is run in a network namespace, or as a user whom the firewall stops.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rempart.app.gating import make_gate
from rempart.app.outside import make_resolver
from rempart.config import Settings
from rempart.errors import FetchError, MisuseError
from rempart.model.egress import EgressDecision, EgressVerdict
from rempart.model.web import NotFetchedReason
from rempart.net import Guard, Resolver
from rempart.net.relay import EgressRelay, ProxyAddress
from rempart.net.relay_log import DecisionFile, DecisionSink
from rempart.net.relay_rules import HostRule, RelayJob

#: What programs read to find a proxy, and what would lead them around it.
_PROXY_VARIABLES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
#: For a program to end by itself, once it is told to.
_GRACE_S: Final = 5.0
_AROUND: Final = ("NO_PROXY", "no_proxy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """How a program ended, and what it asked."""

    code: int
    """Its exit code; 128 and the signal's number where one ended it, as shells say it."""
    allowed: int
    """Attempts that were allowed."""
    refused: int
    """Attempts that were not."""


class _Counted:
    """Counts decisions on their way to where they are kept: a job may ask for millions."""

    def __init__(self, inner: DecisionSink) -> None:
        self._inner = inner
        self.allowed = 0
        self.refused = 0

    def note(self, decision: EgressDecision) -> None:
        is_allowed = decision.verdict is EgressVerdict.ALLOWED
        self.allowed += is_allowed
        self.refused += not is_allowed
        self._inner.note(decision)


def parse_hosts(texts: Sequence[str]) -> frozenset[HostRule]:
    """Read the hosts of a job.

    Raises:
        MisuseError: one of them is no host, or none is named.
    """
    rules = set()
    for text in texts:
        try:
            rules.add(HostRule.parse(text))
        except FetchError as error:
            message = f"{text!r} is no host that can be named: {NotFetchedReason(error.reason).in_words()}"
            raise MisuseError(message, advice="Write example.org, or *.example.org for the names below it.") from error
    return frozenset(rules)


def run_relayed(
    settings: Settings,
    command: Sequence[str],
    hosts: Sequence[str],
    log: Path,
    *,
    resolver: Resolver | None = None,
) -> Relayed:
    """Run a program to its end with a relay of its own.

    Raises:
        MisuseError: a host cannot be named, or there is no such program.
        OutputError: a decision could not be written; nothing was passed on after that.
        UnavailableError: no port is left on loopback.
    """
    job = RelayJob(hosts=parse_hosts(hosts))
    if shutil.which(command[0]) is None:  # before the file of decisions is made: the next try could not make it
        message = f"{command[0]!r} cannot be run: there is no such program"
        raise MisuseError(message, advice="Give its name, or its whole path.")
    guard = Guard(resolver or make_resolver(settings))
    with DecisionFile(log) as file:
        counted = _Counted(file)
        with EgressRelay(job, make_gate(settings), guard, counted).running() as proxy:
            code = _run(command, _environment(os.environ, proxy))
    return Relayed(code=code, allowed=counted.allowed, refused=counted.refused)


def _environment(variables: Mapping[str, str], proxy: ProxyAddress) -> dict[str, str]:
    """Return what a program gets: our proxy under every name, and none of our settings."""
    kept = {name: value for name, value in variables.items() if name not in _AROUND and not name.startswith("REMPART_")}
    names = [*_PROXY_VARIABLES, *(name.lower() for name in _PROXY_VARIABLES)]
    return kept | dict.fromkeys(names, proxy.url)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    try:
        process = subprocess.Popen(list(command), env=dict(environment))  # noqa: S603 - the user's own program
    except OSError as error:
        message = f"{command[0]!r} cannot be run: {error.strerror}"
        raise MisuseError(message) from error
    with process, _ended(process):
        code = process.wait()
    return code if code >= 0 else 128 - code


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the program with us, whatever ends us."""
    try:
        yield
    except BaseException:
        process.terminate()
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
        raise

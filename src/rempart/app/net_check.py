"""Say, step by step, whether an address may be asked for, without asking for more than each step says.

1. The address in its one form.
2. The gate, with what a watch of this workspace froze: an address that it stops ends here; no name server is asked.
3. The host's addresses, from the name servers, asked once.
4. The policy, on each of them: one that is denied ends here; nothing is connected to.
5. robots.txt, which is fetched.
6. The head of the answer and its first 4 kB, which say what it is; nothing more of it is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from rempart.app.outside import make_client, make_identity, make_limits, make_resolver
from rempart.app.stopping import gate_of
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import FetchError
from rempart.model.courtesy import Blocked, Later, RobotsCopy, RobotsVerdict
from rempart.model.gate import Cleared
from rempart.model.outcome import Stopped
from rempart.model.web import Address, FetchMode, Hop, NotFetched, NotFetchedReason, Probed
from rempart.net import AddressPolicy, FetchLimits, OnceResolver, Resolver, Wanted
from rempart.net.addresses import IPAddress
from rempart.net.hosts import HostLedger, MemoryBook
from rempart.net.politeness import Manners, PoliteClient, PoliteOutcome
from rempart.net.urls import WebUrl, parse_url


class Verdict(StrEnum):
    """What a step found."""

    OK = "ok"
    """Go on."""
    NOTE = "note"
    """Go on; a person should know this."""
    REFUSED = "refused"
    """Never asked: a line that is not crossed."""
    FAILED = "failed"
    """It cannot be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStep:
    """One step of the check."""

    name: str
    """``identity`` ``address`` ``gate`` ``names`` ``policy`` ``robots`` ``asked``, then ``type``, or how it ended:
    ``answer`` (it cannot be had) or ``blocked`` (a person may have to act)."""
    verdict: Verdict
    """What it found."""
    detail: str
    """In words; what was asked of the outside, and how many bytes came."""


#: What is refused by us, whatever the outside says; everything else cannot be had.
REFUSALS: Final = frozenset(
    {
        NotFetchedReason.BAD_ADDRESS,
        NotFetchedReason.SCHEME,
        NotFetchedReason.PORT,
        NotFetchedReason.CREDENTIALS,
        NotFetchedReason.BAD_HOST,
        NotFetchedReason.DENIED_ADDRESS,
        NotFetchedReason.PEER_CHANGED,
        NotFetchedReason.DOWNGRADE,
    }
)


_FIRST_ERROR: Final = 400
#: Seconds for which the check waits for a host that asks for patience; then it says when to come back.
_WAIT_MOST_S: Final = 10.0
_ROBOTS_WORDS: Final = {
    RobotsVerdict.RULES: "read",
    RobotsVerdict.ALLOW_ALL: "there is none, which allows everything",
    RobotsVerdict.DENY_ALL: "cannot be had, which allows nothing",
    RobotsVerdict.WAIT: "asked for too often",
}


class NetCheck:
    """The check of one address."""

    def __init__(
        self,
        settings: Settings,
        mode: FetchMode,
        workspace: Workspace | None = None,
        *,
        resolver: Resolver | None = None,
        policy: AddressPolicy | None = None,
    ) -> None:
        """Prepare it.

        Args:
            settings: As every fetch of this workspace has them.
            mode: What would be read.
            workspace: What was frozen there is stopped here as well; without one, nothing was.
            resolver: Instead of the settings' name servers.
            policy: Instead of the one that every fetch has.

        Raises:
            ConfigError: a list of the gate cannot be read: nothing is asked for.
        """
        self._settings = settings
        self._mode = mode
        self._gate = gate_of(workspace, settings)
        self._resolver = OnceResolver(resolver or make_resolver(settings))
        self._policy = policy or AddressPolicy()
        self._limits: FetchLimits = make_limits(settings, mode)

    def steps(self, text: str) -> Iterator[CheckStep]:
        """Yield the steps, as they are done; the last one that is refused or failed ends them."""
        if not self._settings.net.contact:
            yield CheckStep(name="identity", verdict=Verdict.NOTE, detail=f"{self._agent()}: net.contact names nobody")
        else:
            yield CheckStep(name="identity", verdict=Verdict.OK, detail=self._agent())
        try:
            url = parse_url(text)
        except FetchError as error:
            yield _failed("address", error)
            return
        yield CheckStep(name="address", verdict=Verdict.OK, detail=str(url))
        yield from (CheckStep(name="address", verdict=Verdict.NOTE, detail=remark) for remark in url.remarks)
        cleared = self._gate.check(Address(url=text, context=(str(url), url.shown_host)))
        if isinstance(cleared, Stopped):
            yield CheckStep(name="gate", verdict=Verdict.REFUSED, detail=cleared.in_words())
            return
        yield CheckStep(name="gate", verdict=Verdict.OK, detail="nothing in it speaks of a minor")
        yield from self._look_up(url, cleared)

    def _look_up(self, url: WebUrl, cleared: Cleared[Address]) -> Iterator[CheckStep]:
        """Do what needs the name servers."""
        try:
            self._policy.check_port(url.port)
            found = (url.ip,) if url.ip else self._resolver.resolve(url.host, self._limits.resolve_s)
        except FetchError as error:
            yield _failed("names", error)
            return
        asked = "not asked: it is an address" if url.ip else "asked for A and AAAA"
        yield CheckStep(name="names", verdict=Verdict.OK, detail=f"{asked}: {', '.join(map(str, found))}")
        judged = [self._judge(address, url.port) for address in found]
        yield from judged
        # One address that is denied is enough: the client refuses the host as well.
        if all(step.verdict is Verdict.OK for step in judged):
            yield from self._ask(url, cleared)

    def _judge(self, address: IPAddress, port: int) -> CheckStep:
        """Say what the policy thinks of one address."""
        why = self._policy.why_denied(address, port)
        if why is None:
            return CheckStep(name="policy", verdict=Verdict.OK, detail=f"{address} port {port} may be connected to")
        return CheckStep(
            name="policy",
            verdict=Verdict.REFUSED,
            detail=f"{address} is never connected to: {why.words} ({why.network})",
        )

    def _ask(self, url: WebUrl, cleared: Cleared[Address]) -> Iterator[CheckStep]:
        """Do what needs a connection: the book of hosts is this check's own, and is forgotten with it."""
        wanted = Wanted(mode=self._mode, limits=self._limits, head_only=True)
        book = MemoryBook()
        with make_client(self._settings, self._gate, resolver=self._resolver, policy=self._policy) as client:
            polite = PoliteClient(client, Manners(gate=self._gate, ledger=HostLedger(book)))
            outcome = polite.fetch(cleared, wanted, wait_at_most_s=_WAIT_MOST_S)
        origins = {url.origin: None} | {parse_url(hop.url).origin: None for hop in _hops(outcome)}
        copies = [copy for origin in origins if (copy := book.robots(origin))]
        yield from (_robots(copy) for copy in copies)
        yield from (_hop(hop) for hop in _hops(outcome))
        yield _conclude(outcome)

    def _agent(self) -> str:
        return make_identity(self._settings).user_agent


def _hops(outcome: PoliteOutcome) -> tuple[Hop, ...]:
    """Return the requests that were made for the address itself."""
    match outcome:
        case Blocked(answer=answer):
            return answer.hops if answer else ()
        case Stopped() | Later():
            return ()
        case _:
            return outcome.hops


def _robots(copy: RobotsCopy) -> CheckStep:
    """Say what a robots.txt is; whether it allows the address is said at the end."""
    words = _ROBOTS_WORDS[copy.verdict]
    remarks = "".join(f"; {remark}" for remark in copy.remarks)
    is_read = copy.verdict in {RobotsVerdict.RULES, RobotsVerdict.ALLOW_ALL}
    verdict = Verdict.OK if is_read else Verdict.NOTE
    return CheckStep(name="robots", verdict=verdict, detail=f"{copy.origin}/robots.txt: {words}{remarks}")


def _hop(hop: Hop) -> CheckStep:
    peer = f" from {hop.peer}" if hop.peer else ""
    secure = f" over {hop.tls}" if hop.tls else ""
    answer = f"answered {hop.status}" if hop.status else "no answer"
    return CheckStep(
        name="asked", verdict=Verdict.OK if hop.status else Verdict.NOTE, detail=f"{hop.url}: {answer}{peer}{secure}"
    )


def _conclude(outcome: PoliteOutcome) -> CheckStep:
    """Say how it ended."""
    match outcome:
        case Stopped():
            detail = f"where it leads: {outcome.in_words()}"
            return CheckStep(name="gate", verdict=Verdict.REFUSED, detail=detail)
        case Blocked():
            detail = f"{outcome.in_words()}. {outcome.what_a_person_can_do}"
            return CheckStep(name="blocked", verdict=Verdict.FAILED, detail=detail)
        case Later():
            return CheckStep(name="blocked", verdict=Verdict.FAILED, detail=outcome.in_words())
        case NotFetched():
            return _not_fetched(outcome)
        case Probed(status=status) if status < _FIRST_ERROR:
            detail = f"{outcome.media_type}, by its head and its first {outcome.sniffed_bytes} bytes"
            detail = f"{detail}; {outcome.wire_bytes} bytes came in all"
            return CheckStep(name="type", verdict=Verdict.OK, detail=detail)
        case _:
            detail = f"the host answered with {outcome.hops[-1].status}"
            return CheckStep(name="answer", verdict=Verdict.FAILED, detail=detail)


def _not_fetched(outcome: NotFetched) -> CheckStep:
    verdict = Verdict.REFUSED if outcome.reason in REFUSALS else Verdict.FAILED
    return CheckStep(name="answer", verdict=verdict, detail=outcome.in_words())


def _failed(name: str, error: FetchError) -> CheckStep:
    step = _not_fetched(NotFetched(reason=NotFetchedReason(error.reason), detail=error.detail))
    return replace(step, name=name)

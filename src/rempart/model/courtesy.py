"""How hosts are asked politely: what their robots.txt says, when they may be asked next, and why one is not asked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from rempart.model.ids import AuthorisationId, UserId
from rempart.model.web import NotFetched, Page, Probed


class BlockKind(StrEnum):
    """Why a host does not let us have something."""

    ROBOTS = "robots"
    """Its robots.txt does not allow it."""
    ROBOTS_AWAY = "robots_away"
    """Its robots.txt cannot be had, so that everything counts as not allowed."""
    LOGIN_WALL = "login_wall"
    """It asks for an account."""
    CHALLENGE = "challenge"
    """It asks for a proof that a person is there."""
    RATE_LIMITED = "rate_limited"
    """It says that it is asked too often."""
    OVERLOADED = "overloaded"
    """It says that it can serve nobody just now."""
    LEGAL = "legal"
    """It says that a law or a court forbids it."""
    BUDGET = "budget"
    """What this installation asks of it in a day is spent."""
    PAUSED = "paused"
    """It refused several times in a row, and is left in peace."""

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return _WORDS[self][0]

    @property
    def what_a_person_can_do(self) -> str:
        """Say what helps, in English: never a way around."""
        return _WORDS[self][1]


_WORDS: Final = {
    BlockKind.ROBOTS: (
        "its robots.txt does not allow it",
        "Ask the site's operator, or look at the page yourself; for one reported address that a person answers for: "
        "rempart net authorise.",
    ),
    BlockKind.ROBOTS_AWAY: (
        "its robots.txt cannot be read, so nothing of it is asked (RFC 9309 §2.3.1.4)",
        "Wait: it is tried again by itself. If the site stays away for days, note it as gone.",
    ),
    BlockKind.LOGIN_WALL: (
        "it asks for an account",
        "Rempart never logs in, and makes no account. Ask a partner or an authority that may see it, or rely on "
        "those who report from inside.",
    ),
    BlockKind.CHALLENGE: (
        "it asks for a proof that a person is there",
        "Rempart solves none. Look at the page yourself in a browser, or ask the site's operator to let the "
        "association's address in.",
    ),
    BlockKind.RATE_LIMITED: (
        "it says that it is asked too often",
        "Wait: it is asked again later, and more slowly. If it lasts, ask its operator what is acceptable.",
    ),
    BlockKind.OVERLOADED: (
        "it cannot answer just now",
        "Wait: it is asked again later, and more slowly.",
    ),
    BlockKind.LEGAL: (
        "it says that a law or a court forbids showing it (HTTP status 451)",
        "Read its answer, which may say who asked for it; it may be what was to be achieved. Ask a lawyer before "
        "anything else.",
    ),
    BlockKind.BUDGET: (
        "what may be asked of it in a day is spent",
        "It goes on tomorrow (UTC). If that is too little, watch fewer pages of it.",
    ),
    BlockKind.PAUSED: (
        "it refused several times in a row, and is left in peace",
        "Wait until the pause is over, or ask its operator what is acceptable.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A host that does not let us have something: a person may have to act, the work goes on."""

    kind: BlockKind
    """Why."""
    host: str
    """Which one, in ASCII."""
    until: dt.datetime | None = None
    """When it is worth asking again; None if nothing says so."""
    sign: str = ""
    """By what it was recognised, in words of ours; empty where the kind says it."""
    answer: Page | Probed | NotFetched | None = field(default=None, repr=False)
    """What the host answered all the same: a sign may mislead, and then nothing is lost."""

    @property
    def what_a_person_can_do(self) -> str:
        """Say what helps, in English."""
        return self.kind.what_a_person_can_do

    def in_words(self) -> str:
        """Say it to a person, in English."""
        words = f"{self.host}: {self.kind.in_words()}"
        return f"{words} ({self.sign})" if self.sign else words


class LaterReason(StrEnum):
    """Why something is not asked for yet."""

    PACE = "pace"
    """The host was asked a moment ago."""
    BUSY = "busy"
    """Another fetch of this installation has the host."""
    BACK_OFF = "back_off"
    """The host said that it is asked too often, or could not answer."""
    PAUSED = "paused"
    """It did so several times in a row."""
    ROBOTS = "robots"
    """It said so when its robots.txt was asked for."""

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return _LATER_WORDS[self]


_LATER_WORDS: Final = {
    LaterReason.PACE: "it was asked a moment ago",
    LaterReason.BUSY: "another fetch of this installation has it",
    LaterReason.BACK_OFF: "it was asked too often, or could not answer",
    LaterReason.PAUSED: "it refused several times in a row",
    LaterReason.ROBOTS: "it was asked too often for its robots.txt",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Nothing was asked: it is worth trying again at an instant."""

    until: dt.datetime
    """Not before."""
    why: LaterReason
    """Why."""
    host: str
    """Who must be waited for, in ASCII."""

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return f"{self.host} is asked later ({self.until:%Y-%m-%d %H:%M:%S} UTC): {self.why.in_words()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetSpent:
    """Nothing was asked: the day's requests or bytes of a host are spent."""

    until: dt.datetime
    """When the next day begins (UTC)."""
    what: str
    """``requests`` or ``bytes``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """A host that this fetch has for itself, until it settles or the lease ends."""

    host: str
    """Which one."""
    not_before: dt.datetime
    """When it may be asked."""
    until: dt.datetime
    """When the lease ends by itself: a process that was killed keeps nobody waiting longer."""
    token: str
    """New each time: a lease that was lost settles nothing of its successor's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """What is remembered of a host between two requests, whoever makes them."""

    next_at: dt.datetime | None = None
    """When it may be asked next; None if at once."""
    crawl_delay_s: float = 0.0
    """Seconds between two requests, as its robots.txt asks for them; 0 if it does not."""
    penalty_s: float = 0.0
    """Seconds added because it refused; they grow twofold, and shrink by half with each answer."""
    strikes: int = 0
    """Refusals in a row."""
    paused_until: dt.datetime | None = None
    """It is left in peace until then."""
    lease_token: str = ""
    """Of the fetch that has it; empty if none."""
    lease_until: dt.datetime | None = None
    """When that lease ends by itself."""
    lease_bytes: int = 0
    """What that fetch may cost at most: counted in full if it never settles."""
    day: dt.date | None = None
    """Of the two counts (UTC)."""
    requests: int = 0
    """Made that day."""
    wire_bytes: int = 0
    """Taken that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostNote:
    """A host that was asked lately, for a person."""

    host: str
    """Its name, or its address."""
    state: HostState
    """What is remembered of it."""


class RobotsVerdict(StrEnum):
    """What came of asking for a robots.txt (RFC 9309 §2.3.1)."""

    RULES = "rules"
    """It was read; no rule for us allows everything."""
    ALLOW_ALL = "allow_all"
    """There is none (§2.3.1.3)."""
    DENY_ALL = "deny_all"
    """It cannot be had (§2.3.1.4)."""
    WAIT = "wait"
    """It was asked for too often: neither allowed nor refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsCopy:
    """What is kept of a robots.txt."""

    origin: str
    """Whose: scheme, host and port, as ``https://forum.example.org``."""
    verdict: RobotsVerdict
    """What came of asking."""
    rules: str = ""
    """The lines that concern us, in one form; empty without rules."""
    read_at: dt.datetime
    """When the rules were read."""
    until: dt.datetime
    """When it must be asked for again."""
    remarks: tuple[str, ...] = ()
    """What a person should know of it, in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """A named person answers for asking for one reported address in spite of a robots.txt, for a while."""

    id: AuthorisationId
    """Random."""
    url: str
    """The address, in its one form: no other one, not even where it redirects to."""
    by: UserId
    """Who answers for it."""
    reason: str
    """Why, in the person's words."""
    legal_basis: str
    """By what right, in the person's words."""
    given_at: dt.datetime
    """Since when."""
    until: dt.datetime
    """Until when."""
    withdrawn_at: dt.datetime | None = None
    """When it was taken back; None if it was not."""
    uses: int = 0
    """How often it was used."""

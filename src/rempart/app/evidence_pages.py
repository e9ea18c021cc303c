"""A page as evidence: its text, fetched once, politely, and never what it embeds; kept as a WACZ that is then sealed.

1. The gate judges the address: one that it stops ends here; no name server is asked.
2. The polite client asks for it as text: robots.txt, pace, budgets and authorisations as for every fetch; a body of
   another type is not read, and nothing of it is kept.
3. The gate judges what the page calls itself: one that it stops is dropped from memory, and was on no disk.
4. If wanted, what is public about its host is looked up: names, registrations, certificates.
5. All of it becomes one file.

Nothing is written here. What is private (the address, when, from where) is in ``facts`` and in the file, both of which
are sealed; ``PAGE_PROCEDURE`` and ``PAGE_LIMITS`` are for everybody to read, and the same for every page.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final, Protocol

from rempart import __version__
from rempart.app.evidence_adding import NewContent, NewItem
from rempart.app.fact_records import fact_records
from rempart.app.facts import FactFinder
from rempart.app.gating import HAND_OFF
from rempart.app.manners import make_manners
from rempart.app.net_check import REFUSALS
from rempart.app.outside import make_client, make_identity, make_limits, make_resolver
from rempart.app.page_titles import find_titles
from rempart.app.stopping import gate_of
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import RefusedError, UnavailableError
from rempart.evidence.wacz import MEDIA_TYPE, write_wacz
from rempart.evidence.warc import Capture, Resource, certificate_uri, warc_date
from rempart.model.courtesy import Blocked, BlockKind, Later
from rempart.model.evidence import EvidenceKind
from rempart.model.facts import HostFacts
from rempart.model.gate import MinorGate
from rempart.model.ids import AuthorisationId
from rempart.model.outcome import Stopped
from rempart.model.web import Address, FetchMode, Hop, NotFetched, NotFetchedReason, Page
from rempart.net import AddressPolicy, OnceResolver, PoliteClient, Resolver, Wanted
from rempart.net.politeness import PoliteOutcome
from rempart.net.request import NO_VALIDATORS
from rempart.net.visits import Permissions

#: What the package says in clear of how a page was recorded.
PAGE_PROCEDURE: Final = (
    "The address was judged before anything was asked; then it was asked for, with one request for each address of its "
    "chain of redirects, in a session that began without a cookie, without a proxy and without a cache.",
    "Only text was accepted; no picture, script, style or frame of the page was asked for, and no browser was used.",
    "The answer's head and its body, decompressed, were kept as they came, with the certificate that the connection "
    "presented, as WARC records in a WACZ file, which was sealed before it was written.",
)
#: And of what it does not prove, beyond what README.txt says.
PAGE_LIMITS: Final = (
    "It shows what a machine was answered, not who runs that machine: a secure connection proves nothing to those who "
    "were not part of it.",
    "It has the text that the server sent to a program: what scripts add in a browser, and what is shown to people who "
    "are logged in, or elsewhere, may differ.",
    "It has no picture, so that it does not show what a picture on the page was.",
)
#: Seconds for which a page waits for the turn of its host.
WAIT_MOST_S: Final = 10.0
#: An answer without a page that says something all the same: it is not there, or not there any more.
_GONE: Final = frozenset({404, 410})
#: The host answered with something else than text.
_NOT_TEXT: Final = frozenset({NotFetchedReason.NO_TYPE, NotFetchedReason.WRONG_TYPE, NotFetchedReason.NOT_WHAT_IT_SAYS})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEvidence:
    """A page that was fetched, for whoever makes an item of it."""

    content: bytes = field(repr=False)
    """The WACZ: to be sealed, never written in clear."""
    facts: Mapping[str, str] = field(repr=False)
    """What only those read who open it."""
    label: str = field(repr=False)
    """What the item can be called in lists, for those who may see it: the page's title, or its address."""
    status: int
    """What the host answered: 404 or 410 is evidence too."""
    name: str = "page.wacz"
    """What it is called."""
    media_type: str = MEDIA_TYPE
    """What it is."""
    kind: EvidenceKind = EvidenceKind.PAGE
    """What the item is."""

    @property
    def reader(self) -> BinaryIO:
        """Return its bytes, from the beginning."""
        return io.BytesIO(self.content)


PageOutcome = PageEvidence | Stopped | Blocked | Later | NotFetched


class HostFactSource(Protocol):
    """Whoever knows what is public about a host (:class:`rempart.app.facts.FactFinder`)."""

    def find(self, text: str) -> HostFacts | Stopped:
        """Return it."""


class _NotedUse:
    """Permissions that remember whether one was used: evidence says on which terms it was had."""

    def __init__(self, inner: Permissions) -> None:
        self._inner = inner
        self.is_used = False

    def find(self, url: str, now: dt.datetime) -> AuthorisationId | None:
        return self._inner.find(url, now)

    def use(self, authorisation: AuthorisationId, now: dt.datetime) -> bool:
        is_used = self._inner.use(authorisation, now)
        self.is_used |= is_used
        return is_used


class PageRecorder:
    """Records pages, each with a client of its own: no cookie goes from one to the next."""

    def __init__(
        self,
        settings: Settings,
        workspace: Workspace | None,
        *,
        host_facts: HostFactSource | None = None,
        resolver: Resolver | None = None,
        policy: AddressPolicy | None = None,
    ) -> None:
        """Prepare it.

        Args:
            settings: Name servers, trust, identity, limits, gate.
            workspace: Whose hosts and authorisations count; without one, nobody answers for anything.
            host_facts: Who is asked about the host of each page; none is nobody.
            resolver: Instead of the settings' name servers.
            policy: Instead of the one that every fetch has.
        """
        self._settings = settings
        self._gate: MinorGate = gate_of(workspace, settings)
        self._manners = make_manners(self._gate, workspace)
        self._host_facts = host_facts
        self._resolver = resolver
        self._policy = policy

    def record(self, text: str, *, context: tuple[str, ...] = (), wait_at_most_s: float = WAIT_MOST_S) -> PageOutcome:
        """Record a page; whatever the outside does is a value.

        Args:
            text: Its address, as a person gave it.
            context: What led to it and must be judged with it: what a report says of it.
            wait_at_most_s: Seconds for which it waits for the turn of its host.

        Raises:
            ConfigError: the certificates that the settings name cannot be read.
            UnavailableError: the book of hosts cannot be had; nothing is asked without it.
        """
        cleared = self._gate.check(Address(url=text, context=context))  # (1)
        if isinstance(cleared, Stopped):
            return cleared
        wanted = Wanted(mode=FetchMode.TEXT, limits=make_limits(self._settings, FetchMode.TEXT))
        resolver = OnceResolver(self._resolver or make_resolver(self._settings))
        with make_client(self._settings, self._gate, resolver=resolver, policy=self._policy) as client:
            noted = _NotedUse(self._manners.permissions)
            polite = PoliteClient(client, replace(self._manners, permissions=noted))
            outcome = polite.fetch(cleared, wanted, wait_at_most_s=wait_at_most_s)  # (2)
        answer = _answer(outcome)
        if not isinstance(answer, Page):
            return answer
        titles = find_titles(answer.body)
        judged = self._gate.check(Address(url=answer.url, context=titles))  # (3)
        if isinstance(judged, Stopped):
            return judged
        found = self._host_facts.find(answer.url) if self._host_facts else None  # (4)
        if isinstance(found, Stopped):
            return found
        return self._evidence(text, answer, found, title=next(iter(titles), ""), obeys_robots=not noted.is_used)

    def _evidence(
        self, text: str, page: Page, found: HostFacts | None, *, title: str, obeys_robots: bool
    ) -> PageEvidence:
        """Make one file of what came (5)."""
        user_agent = make_identity(self._settings).user_agent
        capture = Capture(
            hops=page.hops,
            body=page.body if page.media_type else None,
            media_type=page.media_type,
            title=title,
            obeys_robots=obeys_robots,
            resources=(_host_resource(found),) if found else (),
            software=f"Rempart/{__version__}",
            user_agent=user_agent,
        )
        facts = {
            "url": text,
            **_facts(page),
            "robots": "" if obeys_robots else "not allowed; a named person answered for this one address",
            "user_agent": user_agent,
            "name_servers": " ".join(self._settings.net.nameservers) or "those of the machine",
        }
        facts = {key: value for key, value in facts.items() if value}
        return PageEvidence(content=write_wacz(capture), facts=facts, label=title or page.url, status=page.status)


def require_page(outcome: PageOutcome) -> PageEvidence:
    """Return a page that was recorded.

    Raises:
        RefusedError: it may concern a minor, it leads where nothing is ever asked, or it is not text.
        UnavailableError: it cannot be had, or not now.
    """
    match outcome:
        case PageEvidence():
            return outcome
        case Stopped():
            message = f"the page is not recorded: {outcome.in_words()}"
            raise RefusedError(message, advice=HAND_OFF)
        case Blocked():
            raise UnavailableError(outcome.in_words(), advice=outcome.what_a_person_can_do)
        case Later():
            raise UnavailableError(outcome.in_words(), advice="Ask again then; nothing was recorded.")
        case NotFetched(reason=reason) if reason in _NOT_TEXT:
            advice = (
                "Only text is recorded. Nothing of the answer was kept; give the address of the page that shows it."
            )
            raise RefusedError(outcome.in_words(), advice=advice)
        case NotFetched(reason=reason) if reason in REFUSALS:
            raise RefusedError(outcome.in_words(), advice="Nothing was recorded.")
        case _:
            raise UnavailableError(outcome.in_words(), advice="Nothing was recorded.")


def page_item(settings: Settings, workspace: Workspace, url: str) -> NewItem:
    """Ask for one page as text, and return what is to be recorded of it.

    Raises:
        RefusedError: it may concern a minor, it leads where nothing is ever asked, or it is not text.
        UnavailableError: it cannot be had, or not now.
    """
    page = require_page(PageRecorder(settings, workspace, host_facts=FactFinder(settings)).record(url))
    content = NewContent(name=page.name, media_type=page.media_type, reader=page.reader)
    return NewItem(
        kind=page.kind,
        label=page.label,
        contents=[content],
        facts=page.facts,
        procedure=PAGE_PROCEDURE,
        limits=PAGE_LIMITS,
    )


def _answer(outcome: PoliteOutcome) -> Page | Stopped | Blocked | Later | NotFetched:
    """Return the page of an outcome, also one that says that there is none; else why there is nothing."""
    match outcome:
        case Page() | Stopped() | Later():
            return outcome
        case Blocked(kind=BlockKind.LEGAL, answer=Page() as page):
            # Status 451 may be what was to be achieved: it is worth keeping.
            return page
        case Blocked():
            return outcome
        case NotFetched(reason=NotFetchedReason.STATUS, status=status, hops=hops) if status in _GONE:
            return _without_body(hops, outcome.wire_bytes)
        case NotFetched():
            return outcome
        case _:  # a fetch of text ends in nothing else
            return NotFetched(reason=NotFetchedReason.WRONG_TYPE, hops=outcome.hops)


def _without_body(hops: tuple[Hop, ...], wire_bytes: int) -> Page:
    """Return an answer whose body is not text, and was not read: its status is what counts."""
    return Page(
        url=hops[-1].url,
        status=hops[-1].status,
        media_type="",
        charset="",
        body=b"",
        hops=hops,
        validators=NO_VALIDATORS,
        wire_bytes=wire_bytes,
    )


def _facts(page: Page) -> dict[str, str]:
    """Say what only those read who open it.

    NOTE: no word of the page's own choosing is here, as its title or its charset: a package is refused whose public
    texts hold a private fact, and a page that calls itself "text" could not be recorded.
    """
    last = page.hops[-1]
    return {
        "final_url": page.url,
        "asked_at": warc_date(page.hops[0].at),
        "last_asked_at": warc_date(last.at),
        "redirects": str(len(page.hops) - 1),
        "status": str(page.status),
        "page_type": page.media_type or "not text: only the head of the answer was read",
        "answered_by": last.peer,
        "host_addresses": " ".join(last.addresses),
        "tls": last.tls,
        "certificate": certificate_uri(last.certificate) if last.certificate else "",
    }


def _host_resource(found: HostFacts) -> Resource:
    """Return what is public about a host, a JSON line for each fact, as ``rempart net facts --json`` prints it."""
    lines = "".join(f"{json.dumps(record)}\n" for record in fact_records(found))
    return Resource(
        uri=f"urn:x-rempart:facts:{found.host}", at=found.at, media_type="application/jsonl", content=lines.encode()
    )

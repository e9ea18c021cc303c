"""Ask witnesses to cosign the log: what each answers is a value, unless it saw another story than ours.

A witness that saw more of the log than is here, or another root, is the proof that a backup was restored or that
somebody rewrote it: that is kept, and nothing more is signed under this name.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Final

from rempart.app.gating import make_gate
from rempart.app.log_memory import recall, remember_signed
from rempart.app.outside import make_client, make_limits, make_resolver
from rempart.app.transparency_log import SignedState, TransparencyLog
from rempart.app.witness_routes import WitnessRoute
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import FetchError, IntegrityError
from rempart.evidence.merkle import consistency_proof
from rempart.evidence.witnessing import (
    ANSWER_BYTES_MAX,
    AddCheckpoint,
    AnswerStatus,
    parse_conflict,
    read_cosignatures,
    render_add_checkpoint,
)
from rempart.model import Stopped
from rempart.model.log import SavedCosignature
from rempart.model.web import Address, FetchMode, NotFetched, Page
from rempart.net import FetchLimits, Resolver
from rempart.net.request import Body, Wanted
from rempart.net.vouching import vouched_policy

logger = logging.getLogger(__name__)

_REQUEST_TYPE: Final = "text/plain; charset=utf-8"
#: A witness tells where it is once; a second time it changed meanwhile, a third time it plays.
_TRIES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """A witness cosigned."""

    witness: str
    """Its name."""
    size: int
    """The state that it cosigned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCosigned:
    """A witness did not cosign."""

    witness: str
    """Its name."""
    why: str
    """In words."""


class WitnessClient:
    """Asks witnesses, through the guarded client; the administrator vouches for the addresses that she named."""

    def __init__(self, workspace: Workspace, settings: Settings, *, resolver: Resolver | None = None) -> None:
        """Prepare to ask."""
        self._workspace = workspace
        self._settings = settings
        self._log = TransparencyLog(workspace, settings)
        self._resolver = resolver or make_resolver(settings)
        self._gate = make_gate(settings)

    def ask(self, route: WitnessRoute, now: dt.datetime) -> Cosigned | NotCosigned:
        """Ask one witness to cosign the log as it is.

        Where this machine does not remember what it signed, it asks for what the database says was signed, and signs
        nothing new: a witness that saw no more is then the proof that nothing was lost.

        Raises:
            IntegrityError: the witness saw another log under this name, or more of it.
        """
        is_forgotten = recall(self._workspace.folder) is None
        state = (self._log.last(now) if is_forgotten else None) or self._log.checkpoint(now)
        try:
            answer = self._exchange(route, state, now)
        except FetchError as error:
            return NotCosigned(witness=route.key.name, why=str(error))
        if isinstance(answer, Cosigned) and is_forgotten:
            remember_signed(self._workspace.folder, state.checkpoint)
        logger.info("witness: %s", "cosigned" if isinstance(answer, Cosigned) else "not cosigned")
        return answer

    def _exchange(self, route: WitnessRoute, state: SignedState, now: dt.datetime) -> Cosigned | NotCosigned:
        """Ask, from the size that the witness is known to have, then from the one that it names.

        Raises:
            FetchError: it cannot be reached.
            IntegrityError: it saw another story.
        """
        name, checkpoint = route.key.name, state.checkpoint
        old = self._workspace.log.last_cosigned(checkpoint.origin, name)
        for _ in range(_TRIES):
            hashes = consistency_proof(self._log.nodes, old, checkpoint.size)
            asked = AddCheckpoint(old_size=old, hashes=hashes, checkpoint=state.raw)
            page = self._post(f"{route.url}/add-checkpoint", render_add_checkpoint(asked))
            if not isinstance(page, Page):
                return NotCosigned(witness=name, why=page.in_words() if isinstance(page, NotFetched) else str(page))
            if page.status == AnswerStatus.OK:
                return self._keep(route, state, page.body, now)
            if page.status == AnswerStatus.UNPROCESSABLE:
                raise self._another_story(checkpoint.origin, name, old, now)
            if page.status != AnswerStatus.CONFLICT:
                return NotCosigned(witness=name, why=f"it answered {page.status}")
            try:
                seen = parse_conflict(page.body)
            except IntegrityError as error:
                return NotCosigned(witness=name, why=str(error))
            if seen > checkpoint.size or seen == old:
                raise self._another_story(checkpoint.origin, name, seen, now)
            old = seen
        return NotCosigned(witness=name, why=f"it named another size {_TRIES} times")

    def _keep(self, route: WitnessRoute, state: SignedState, body: bytes, now: dt.datetime) -> Cosigned | NotCosigned:
        """Keep what it signed, once it is verified."""
        checkpoint = state.checkpoint
        try:
            [line, *_] = read_cosignatures(body, checkpoint, [route.key])
        except IntegrityError as error:
            return NotCosigned(witness=route.key.name, why=str(error))
        saved = SavedCosignature(witness=route.key.name, vkey=route.key.vkey, line=line.line)
        self._workspace.log.add_cosignature(checkpoint.origin, checkpoint.size, saved, now)
        return Cosigned(witness=route.key.name, size=checkpoint.size)

    def _another_story(self, origin: str, witness: str, size: int, now: dt.datetime) -> IntegrityError:
        self._workspace.log.add_ahead(origin, witness, size, now)
        message = (
            f"{witness} saw another log of {size} entries under the name {origin}: nothing more is signed under it"
        )
        advice = (
            "Was a backup restored? Restore a later one, or sign under a new name: rempart log begin NAME. If the "
            "witness is wrong, take it out of transparency.witnesses."
        )
        return IntegrityError(message, advice=advice)

    def _post(self, url: str, body: bytes) -> Page | NotFetched | Stopped:
        """Send a request to an address that somebody vouches for.

        Raises:
            FetchError: it leads nowhere, or where nothing is ever asked.
        """
        cleared = self._gate.check(Address(url=url))
        if isinstance(cleared, Stopped):
            return cleared
        net = make_limits(self._settings, FetchMode.TEXT)
        policy = vouched_policy(url, self._resolver, net.resolve_s)
        limits = FetchLimits(
            wire_bytes=ANSWER_BYTES_MAX + net.header_bytes,
            decoded_bytes=ANSWER_BYTES_MAX,
            resolve_s=net.resolve_s,
            connect_s=net.connect_s,
            idle_s=net.idle_s,
            total_s=min(net.total_s, 30.0),
            redirects=0,
        )
        wanted = Wanted(body=Body(content=body, media_type=_REQUEST_TYPE), limits=limits, accept="text/plain, text/*")
        with make_client(self._settings, self._gate, resolver=self._resolver, policy=policy) as client:
            found = client.fetch(cleared, wanted)
        if isinstance(found, Page | NotFetched | Stopped):
            return found
        message = f"a fetch of a text gave a {type(found).__name__}"
        raise TypeError(message)

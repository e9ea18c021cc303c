"""What goes to the sandbox and what is set aside: the gate judges every name before anything is opened."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rempart.app.archives import Found, PassedOver
from rempart.app.pile import Unentered
from rempart.model import Cleared, MediaItem, MinorGate, Place, Stopped, Unreadable


class Role(StrEnum):
    """Which side of the comparison an item is on."""

    ASSET = "asset"
    SUSPECT = "suspect"


class Plain(StrEnum):
    """Why an item that was read cannot be compared."""

    TOO_PLAIN = "too_plain"

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return "without enough detail to compare; only identical bytes would match"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An item that was not compared, and why: nothing is dropped in silence."""

    label: str
    """Its path, as it is shown."""
    role: Role
    """Asset or suspect."""
    outcome: Unreadable | Stopped | Plain
    """Why."""

    def outcome_word(self) -> str:
        """Return the class of outcome: unreadable, stopped or too plain."""
        match self.outcome:
            case Unreadable():
                return "unreadable"
            case Stopped():
                return "stopped"
            case Plain():
                return "too plain"


#: What may be set aside of archives before somebody takes it.
_ASIDE_MAX: Final = 1_000


class Intake:
    """Lets items through to the sandbox, and keeps aside those that do not go there until somebody asks."""

    def __init__(self, gate: MinorGate) -> None:
        """Start with nothing aside."""
        self.not_pictures = 0
        """How many records of web archives were passed over, of what was told by :meth:`set_aside`."""
        self.reached: Place = ()
        """Where the last portion ended, if much was set aside there."""
        self._gate = gate
        self._passed = 0
        self._aside: deque[tuple[int, Skipped | PassedOver]] = deque()

    def cleared(self, found: Iterable[MediaItem | Unentered], role: Role) -> Iterator[Cleared[MediaItem]]:
        """Yield what the gate lets pass; what it stops, and what could not be entered, is set aside."""
        for one in found:
            verdict = one.outcome if isinstance(one, Unentered) else self._gate.check(one)
            if isinstance(verdict, Cleared):
                yield verdict
            else:
                self._put_aside(Skipped(label=one.label, role=role, outcome=verdict))

    def portions(self, found: Iterator[Found], role: Role) -> Iterator[Iterator[Cleared[MediaItem]]]:
        """Yield what came out of archives; what could not be read of them is set aside, what is no picture counted.

        A portion ends where much was set aside: an archive may hold a million things that are no pictures. Take the
        next one once the first was read to its end, and what was set aside taken.
        """
        is_more = True

        def portion() -> Iterator[Cleared[MediaItem]]:
            nonlocal is_more
            for one in found:
                match one:
                    case Cleared():
                        self._passed += 1
                        yield one
                    case Unentered():
                        self._put_aside(Skipped(label=one.label, role=role, outcome=one.outcome))
                        if len(self._aside) >= _ASIDE_MAX:
                            self.reached = one.place
                            return
                    case PassedOver():
                        self._put_aside(one)
            is_more = False

        while is_more:
            yield portion()

    def set_aside(self, answered: int | None = None) -> Iterator[Skipped]:
        """Yield, once, what was set aside so far.

        Args:
            answered: Tell only what stood before this many of the items that :meth:`portions` let pass: the intake runs
                ahead of the sandbox, and what is told must not be ahead of what is answered.
        """
        while self._aside and (answered is None or self._aside[0][0] < answered):
            _, one = self._aside.popleft()
            if isinstance(one, Skipped):
                yield one
            else:
                self.not_pictures += one.count

    def _put_aside(self, one: Skipped | PassedOver) -> None:
        """Note something with how many items stood before it; counts that follow each other become one."""
        if self._aside and isinstance(one, PassedOver):
            before, last = self._aside[-1]
            if before == self._passed and isinstance(last, PassedOver):
                self._aside[-1] = (before, PassedOver(count=last.count + one.count))
                return
        self._aside.append((self._passed, one))

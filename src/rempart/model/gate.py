"""The gate that every media item passes before a byte of it is read, and the proof that it passed.

``hazmat`` and ``net`` accept a :class:`Cleared` value only, and only :meth:`MinorGate.check` makes one: forgetting the
gate is a type error. The rules are recall-first: a wrong stop costs a person one renamed file, a missed one opens what
must never be opened. There is no override.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Generic, NoReturn, Protocol, TypeVar, final

from rempart.model.gate_rules import RULES, GateRule, readings, vocabulary_rule
from rempart.model.outcome import Stopped, StopReason


class Checkable(Protocol):
    """Anything that has names or addresses to judge."""

    def names_to_check(self) -> tuple[str, ...]:
        """Return each name or address, as given."""


ItemT = TypeVar("ItemT", bound=Checkable)
ItemT_co = TypeVar("ItemT_co", bound=Checkable, covariant=True)
ReadT = TypeVar("ReadT", bound=Checkable)


class _Seal:
    """Held by this file only: without it no Cleared value can be made."""


_SEAL: Final = _Seal()


@final
@dataclass(frozen=True, slots=True, init=False)
class Cleared(Generic[ItemT_co]):
    """An item that the gate let pass. Cannot be made elsewhere, made of another one, or pickled."""

    item: ItemT_co
    """What was judged."""

    def __init__(self, item: ItemT_co, seal: _Seal) -> None:
        """Refuse any maker but the gate; ``dataclasses.replace`` has no seal to give."""
        if seal is not _SEAL:
            message = "only MinorGate.check makes a Cleared value"
            raise TypeError(message)
        object.__setattr__(self, "item", item)

    def with_content(self, item: ReadT) -> Cleared[ReadT]:
        """Carry the proof over to what was read since: an archive's member, judged before a byte of it was.

        Raises:
            TypeError: its names are not those that were judged.
        """
        if item.names_to_check() != self.item.names_to_check():
            message = "only an item of the very names that were judged is cleared with them"
            raise TypeError(message)
        return Cleared(item, _SEAL)

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: the proof holds in the process that made the check."""
        message = "a Cleared value cannot be pickled"
        raise TypeError(message)


#: Enough for the folders and archives around one item.
_NAMES_REMEMBERED: Final = 256


@final
class MinorGate:
    """Stop every item whose name or address may concern a minor."""

    def __init__(self, vocabulary: Iterable[str] = (), known: Callable[[str], str] | None = None) -> None:
        """Compile the rules of :mod:`rempart.model.gate_rules`, and the words of a hotline if it lent some.

        Args:
            vocabulary: Lines of the file that a hotline gives at deployment: one term a line, ``#`` for comments.
                The terms are never shown: a stop names the number of the line.
            known: Returns which line of a hotline's list of addresses a name is on; empty if on none.
        """
        extra = tuple(
            vocabulary_rule(number, line.strip())
            for number, line in enumerate(vocabulary, start=1)
            if line.strip() and not line.lstrip().startswith("#")
        )
        self._rules: tuple[GateRule, ...] = RULES + extra
        self._known = known
        # The names of folders and archives come with each thing that is in them: they are judged once.
        self._rule_that_stops = functools.lru_cache(maxsize=_NAMES_REMEMBERED)(self._find_rule)

    def check(self, item: ItemT) -> Cleared[ItemT] | Stopped:
        """Judge the names of an item before anything of it is opened.

        Returns:
            The proof that it may be opened, or why it must not be.
        """
        for name in item.names_to_check():
            rule = self._rule_that_stops(name)
            if rule:
                return Stopped(reason=rule.reason, rule=rule.name)
            if self._known and (line := self._known(name)):
                return Stopped(reason=StopReason.KNOWN_ADDRESS, rule=line)
        return Cleared(item, _SEAL)

    def _find_rule(self, name: str) -> GateRule | None:
        """Return the first rule that a reading of a name meets."""
        for reading in readings(name):
            for rule in self._rules:
                if rule.pattern.search(reading):
                    return rule
        return None

"""One walk over a part of a page: its text, what it refers to, and nothing of what it quotes.

Nothing is removed from the tree while it is read: a node that is freed while something still points at it is how
bindings to native parsers crash. The walk goes by its own count of depth, never by recursion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from rempart.collect.addresses import Addresses
from rempart.collect.budget import Budget
from rempart.collect.limits import DEPTH_MOST, NODES_MOST, POST_TEXT_MOST
from rempart.collect.references import References
from rempart.collect.referring import refer
from rempart.model.collected import LeftOut, MediaReference

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

#: Elements that begin a line: words on both sides of them are not one word.
_LINES: Final = frozenset(
    "address article aside blockquote br caption center dd details div dl dt fieldset figcaption figure footer form h1 "
    "h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table td th tr ul".split()
)
#: Elements whose attributes say nothing that is read.
_PLAIN: Final = frozenset("b br em i li ol p s small strong sub sup tbody td th tr u ul".split())
#: Elements whose content is no text of the page.
_SILENT: Final = frozenset("script style template noscript head title textarea select svg math object button".split())


class Step(Enum):
    """What a walk does with an element."""

    USUAL = auto()
    """Reads what it refers to, and goes on inside."""
    INSIDE = auto()
    """Goes on inside: what the element refers to is dealt with."""
    OVER = auto()
    """Passes over it and what is in it, as over a quote."""


#: Is given an element's tag, its attributes and the references so far, to which it may add; says how to go on.
Handler = Callable[[str, dict[str, str | None], References], Step]


@dataclass(frozen=True, slots=True)
class Content:
    """What one walk found."""

    text: str
    """Clean, without quotes."""
    media: tuple[MediaReference, ...]
    """What is referred to, in the page's order."""


class Walker:
    """Walks over parts of one page, within what may be read of it."""

    def __init__(self, addresses: Addresses, budget: Budget) -> None:
        """Read addresses with the page's own."""
        self.addresses = addresses
        self.budget = budget
        self._nodes = NODES_MOST

    def references(self) -> References:
        """Return room for references."""
        return References(self.addresses, self.budget)

    def read(
        self, *parts: LexborNode | None, handler: Handler | None = None, into: References | None = None
    ) -> Content:
        """Walk over parts of a page, each once; None stands for one that the page does not have.

        Args:
            parts: Of the page.
            handler: What an engine knows of its own elements.
            into: Where references go; None makes room of its own.
        """
        references = self.references() if into is None else into
        text = self.budget.text(
            "\n".join([self._walk(part, handler, references) for part in parts if part is not None])
        )
        references.add_text(text)
        return Content(text, references.all())

    def _walk(self, node: LexborNode, handler: Handler | None, references: References) -> str:
        """Visit every node of a part in its order, and return the text of those that are not passed over."""
        parts: list[str] = []
        depth = 0
        room = 2 * POST_TEXT_MOST
        current: LexborNode | None = node
        while current is not None and self._nodes:
            self._nodes -= 1
            tag = current.tag or ""
            inside: LexborNode | None = None
            if tag == "-text":
                text = current.text_content or ""
                room -= len(text)
                if room > 0:
                    parts.append(text.replace("\n", " "))
            elif tag not in _SILENT and tag[:1] != "-":
                if tag in _LINES:
                    parts.append("\n")
                if tag in _PLAIN or self._visit(current, tag, handler, references):
                    inside = current.first_child
            if inside is not None and depth < DEPTH_MOST:
                current, depth = inside, depth + 1
            else:
                if inside is not None or room <= 0:
                    self.budget.leave_out(LeftOut.TEXT)
                current, depth = _following(current, depth, parts)
        if not self._nodes:
            self.budget.leave_out(LeftOut.REST)
        return "".join(parts)

    @staticmethod
    def _visit(node: LexborNode, tag: str, handler: Handler | None, references: References) -> bool:
        """Add what an element refers to; False if what is in it is passed over."""
        attributes = node.attributes
        step = Step.USUAL if handler is None else handler(tag, attributes, references)
        if step is Step.USUAL and attributes:
            refer(tag, attributes, references)
        return step is not Step.OVER


def _following(node: LexborNode, depth: int, parts: list[str]) -> tuple[LexborNode | None, int]:
    """Return the next node after one and what is in it, and how deep it is; None at the end."""
    current: LexborNode | None = node
    while depth and current is not None:
        following = current.next
        if following is not None:
            return following, depth
        current, depth = current.parent, depth - 1
        if current is not None and current.tag in _LINES:
            parts.append("\n")
    return None, 0

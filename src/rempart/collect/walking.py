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
from rempart.collect.referring import REFERRING, refer
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
#: Elements whose content is no text of a post, and is read by people all the same.
_BESIDE: Final = frozenset("noscript textarea select svg math object button".split())
#: Attributes that people read, or have read to them.
_SAID: Final = ("alt", "title", "aria-label")
#: Elements whose content is no text of the page, and what is no element.
_SILENT: Final = frozenset(
    "script style template noscript head title textarea select svg math object button "
    "-comment -doctype -document".split()
)


class Step(Enum):
    """What a walk does with an element."""

    USUAL = auto()
    """Reads what it refers to, and goes on inside."""
    INSIDE = auto()
    """Goes on inside: what the element refers to is dealt with."""
    OVER = auto()
    """Passes over it and what is in it, as over a quote: the gate is told its words."""
    UNHEARD = auto()
    """Passes over it and its words: who wrote there, when, how many liked it."""


#: Looked up once: finding a member of an enumeration takes 0.15 µs in Python 3.11, and a page asks thousands of times.
USUAL: Final = Step.USUAL
INSIDE: Final = Step.INSIDE
OVER: Final = Step.OVER
UNHEARD: Final = Step.UNHEARD
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

    def _walk(self, node: LexborNode, handler: Handler | None, references: References) -> str:  # noqa: C901 - one walk, without a call for each node
        """Visit every node of a part in its order, and return the text of those that are not passed over."""
        parts: list[str] = []
        open_elements: list[tuple[LexborNode | None, bool]] = []  # what follows each, and whether it ends a line
        room, nodes = 2 * POST_TEXT_MOST, self._nodes
        current: LexborNode | None = node
        while current is not None and nodes:
            nodes -= 1
            tag = current.tag or ""
            following = current.next if open_elements else None
            inside: LexborNode | None = None
            if tag == "-text":
                text = current.text_content or ""
                room -= len(text)
                if room > 0:
                    parts.append(text.replace("\n", " "))
                else:
                    self.budget.aside(text)
            elif tag not in _SILENT:
                if tag in _LINES:
                    parts.append("\n")
                if tag in _PLAIN or self._visit(current, tag, handler, references):
                    inside = current.first_child
            elif tag in _BESIDE:
                self.budget.aside(text_of_node(current))
            if inside is not None and len(open_elements) < DEPTH_MOST:
                open_elements.append((following, tag in _LINES))
                current = inside
                continue
            if inside is not None:
                self.budget.aside(text_of_node(current))
            if inside is not None or room <= 0:
                self.budget.leave_out(LeftOut.TEXT)
            current = _after(open_elements, parts) if following is None else following
        self._nodes = nodes
        if not nodes:
            self.budget.leave_out(LeftOut.REST)
            self.budget.leave_out(LeftOut.WORDS)
        return "".join(parts)

    def _visit(self, node: LexborNode, tag: str, handler: Handler | None, references: References) -> bool:
        """Add what an element refers to; False if what is in it is passed over, which the gate is told all the same."""
        attributes = node.attributes
        for name in _SAID:
            if said := attributes.get(name):
                self.budget.aside(said)
        step = USUAL if handler is None else handler(tag, attributes, references)
        if step is USUAL and (tag in REFERRING or "onclick" in attributes):
            refer(tag, attributes, references)
        if step is OVER:
            self.budget.aside(text_of_node(node))
        return step is USUAL or step is INSIDE


def _after(open_elements: list[tuple[LexborNode | None, bool]], parts: list[str]) -> LexborNode | None:
    """Leave the elements that end here, and return what follows them; None at the end."""
    while open_elements:
        following, ends_line = open_elements.pop()
        if ends_line:
            parts.append("\n")
        if following is not None:
            return following
    return None


def text_of_node(node: LexborNode) -> str:
    """Return the words of an element as the gate judges them: elements may end a word, or stand in the middle of it."""
    joined = node.text()
    return joined if node.first_child is None else f"{joined}\n{node.text(separator=' ')}"

"""A page of HTML as the native parser reads it, and what its head says to programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from rempart.collect.addresses import Addresses
from rempart.collect.budget import Budget, clean_title
from rempart.collect.limits import OPEN_MOST, TAGS_MOST
from rempart.collect.nesting import is_deeper
from rempart.collect.walking import Walker, text_of_node
from rempart.errors import MediaError
from rempart.model import UnreadableReason

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

#: LexborDocumentOptions.WO_EVENTS: the tree as it was written, without what a <select> would copy into itself.
_AS_WRITTEN: Final = 1
_HEAD_ELEMENTS_MOST: Final = 2_000
#: Of ``<meta>``: what a page says of itself in words.
_SAID: Final = ("og:title", "twitter:title", "description", "og:description", "twitter:description", "og:image:alt")


@dataclass(slots=True)
class Head:
    """What a page says of itself to programs."""

    title: str = ""
    """Not cleaned."""
    canonical: str = ""
    """As written."""
    base: str = ""
    """What its addresses are relative to, as written."""
    next: str = ""
    """The next page, as written."""
    properties: dict[str, str] = field(default_factory=dict)
    """Of ``<meta>``, by ``property`` or ``name`` in small letters; the first of each."""
    resources: list[str] = field(default_factory=list)
    """Style sheets and scripts, as written: engines are known by theirs."""

    @classmethod
    def of(cls, tree: LexborHTMLParser) -> Head:
        """Read the head of a page."""
        head = cls()
        child = tree.head.first_child if tree.head is not None else None
        for _ in range(_HEAD_ELEMENTS_MOST):
            if child is None:
                break
            head._read(child)
            child = child.next
        return head

    def _read(self, node: LexborNode) -> None:
        tag = node.tag
        if tag == "title":
            self.title = self.title or node.text()
        elif tag in {"meta", "link", "base", "script"}:
            attributes = node.attributes
            if tag == "meta":
                name = (attributes.get("property") or attributes.get("name") or "").lower()
                self.properties.setdefault(name, attributes.get("content") or "")
            elif tag == "base":
                self.base = self.base or attributes.get("href") or ""
            elif tag == "script":
                self.resources.append(attributes.get("src") or "")
            else:
                self._read_link(attributes)

    def _read_link(self, attributes: dict[str, str | None]) -> None:
        words = (attributes.get("rel") or "").lower().split()
        href = attributes.get("href") or ""
        if "canonical" in words:
            self.canonical = self.canonical or href
        elif "next" in words:
            self.next = self.next or href
        elif "stylesheet" in words:
            self.resources.append(href)


class Document:
    """One page of HTML."""

    def __init__(self, markup: bytes | str, *, url: str, status: int = 200) -> None:
        """Parse a page.

        Args:
            markup: Bytes, whose letters are those that its first kilobyte says, or UTF-8; or a text.
            url: Where it was found.
            status: What the host answered.

        Raises:
            MediaError: it has too many elements.
        """
        self.tree = parse_markup(markup)
        self.status = status
        self.head = Head.of(self.tree)
        self.html = _attributes(self.tree.css_first("html"))
        self.body = _attributes(self.tree.body)
        self.addresses = Addresses(url, self.head.base)
        self.budget = Budget()
        self.walker = Walker(self.addresses, self.budget)
        named = self.addresses.absolute(self.head.canonical)
        #: The page's canonical address: its own word for it if that is of the same origin, or where it was.
        self.url = named if named and self.addresses.is_here(named) else self.addresses.page

    @property
    def title(self) -> str:
        """Return the page's title as it tells it to programs."""
        return clean_title(self.head.properties.get("og:title") or self.head.title)

    def tell_head(self) -> None:
        """Give the gate the titles and descriptions that the page tells to programs, whichever of them is shown."""
        for words in (self.head.title, *(self.head.properties.get(name, "") for name in _SAID)):
            self.budget.aside(words)

    def tell(self, *selectors: str) -> None:
        """Give the gate the words of every element of some selectors: sections, labels, what stands around posts."""
        for node in self.tree.css(", ".join(selectors)):
            self.budget.aside(text_of_node(node))

    def first(self, *selectors: str) -> LexborNode | None:
        """Return the first element of the first selector that has one."""
        for selector in selectors:
            if (node := self.tree.css_first(selector)) is not None:
                return node
        return None

    def words(self, *selectors: str) -> str:
        """Return the text of that element, as a title; empty if there is none."""
        return words_of(self.first(*selectors))

    def href(self, selector: str) -> str:
        """Return where the first element of a selector leads; empty if nowhere."""
        return self.target(self.tree.css_first(selector))

    def target(self, node: LexborNode | None) -> str:
        """Return where a link leads; empty if nowhere, or there is none."""
        return self.addresses.absolute(node.attributes.get("href")) if node is not None else ""


def parse_markup(markup: bytes | str) -> LexborHTMLParser:
    """Parse a page.

    Raises:
        MediaError: it has too many elements, or they stand too deep in each other.
    """
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - a native parser: in a worker only

    tags = markup.count(b"<") if isinstance(markup, bytes) else markup.count("<")
    if tags > TAGS_MOST:
        raise MediaError(UnreadableReason.BOMB, f"{tags} tags > {TAGS_MOST}")
    if tags > OPEN_MOST and is_deeper(markup, OPEN_MOST):  # most pages have fewer tags, and cost nothing here
        raise MediaError(UnreadableReason.BOMB, f"> {OPEN_MOST} elements in each other")
    return LexborHTMLParser(markup, options=_AS_WRITTEN, encoding=isinstance(markup, bytes))


def found_in(parts: list[LexborNode], selector: str) -> list[LexborNode]:
    """Return the elements of a selector in parts of a page, each once, in the page's order.

    To search the few parts where something can stand is faster than to ask every link of a page what it is in.

    Args:
        parts: In the page's order; one may be in another.
        selector: From a part on: ``.pagination .next a``.
    """
    return list(dict.fromkeys(node for part in parts for node in part.css(selector)))


def words_of(node: LexborNode | None) -> str:
    """Return the text of an element, as a title; empty if there is none."""
    return clean_title(node.text(separator=" ")) if node is not None else ""


def _attributes(node: LexborNode | None) -> dict[str, str | None]:
    return node.attributes if node is not None else {}

"""What the room does fast, done plainly: by the words of its description. The fast way must give the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from rempart.collect.document import Document, words_of
from rempart.collect.limits import DEPTH_MOST, NODES_MOST, POST_TEXT_MOST
from rempart.collect.referring import refer
from rempart.collect.walking import Step, Walker, text_of_node
from rempart.model.collected import Engine, LeftOut

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from rempart.collect.addresses import Addresses
    from rempart.collect.budget import Budget
    from rempart.collect.references import References
    from rempart.collect.walking import Handler

_LINES: Final = frozenset(
    "address article aside blockquote br caption center dd details div dl dt fieldset figcaption figure footer form h1 "
    "h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table td th tr ul".split()
)
_PLAIN: Final = frozenset("b br em i li ol p s small strong sub sup tbody td th tr u ul".split())
_SILENT: Final = frozenset("script style template noscript head title textarea select svg math object button".split())
_BESIDE: Final = frozenset("noscript textarea select svg math object button".split())
_UNWANTED: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_LEADS_AWAY: Final = re.compile(
    r"/(?:goto/link-confirmation|link-confirmation|redirect(?:or|ion)?|redir|out|outgoing|external|exit|leave|away|"
    r"go|goto|url|link|links|click|safe-?link|proxy\.php|l)(?:\.php|\.html)?/?$",
    re.IGNORECASE,
)


class PlainWalker(Walker):
    """Walks over a tree step by step, upwards by asking each element what it is in."""

    def __init__(self, addresses: Addresses, budget: Budget) -> None:
        """Start with the same room."""
        super().__init__(addresses, budget)
        self.nodes = NODES_MOST

    def _walk(self, node: LexborNode, handler: Handler | None, references: References) -> str:  # noqa: C901, PLR0912 - as plainly as it is described
        parts: list[str] = []
        depth, room = 0, 2 * POST_TEXT_MOST
        current: LexborNode | None = node
        while current is not None and self.nodes:
            self.nodes -= 1
            tag = current.tag or ""
            inside: LexborNode | None = None
            if tag == "-text":
                text = current.text_content or ""
                room -= len(text)
                if room > 0:
                    parts.append(text.replace("\n", " "))
                else:
                    self.budget.aside(text)
            elif tag not in _SILENT and tag[:1] != "-":
                if tag in _LINES:
                    parts.append("\n")
                if tag in _PLAIN or self._visit(current, tag, handler, references):
                    inside = current.first_child
            elif tag in _BESIDE:
                self.budget.aside(text_of_node(current))
            if inside is not None and depth < DEPTH_MOST:
                current, depth = inside, depth + 1
            else:
                if inside is not None:
                    self.budget.aside(text_of_node(current))
                if inside is not None or room <= 0:
                    self.budget.leave_out(LeftOut.TEXT)
                current, depth = self._following(current, depth, parts)
        if not self.nodes:
            self.budget.leave_out(LeftOut.REST)
            self.budget.leave_out(LeftOut.WORDS)
        return "".join(parts)

    def _visit(self, node: LexborNode, tag: str, handler: Handler | None, references: References) -> bool:
        attributes = node.attributes
        for name in ("alt", "title", "aria-label"):
            self.budget.aside(attributes.get(name) or "")
        step = Step.USUAL if handler is None else handler(tag, attributes, references)
        if step is Step.USUAL and attributes:
            refer(tag, attributes, references)
        if step is Step.OVER:
            self.budget.aside(text_of_node(node))
        return step in {Step.USUAL, Step.INSIDE}

    @staticmethod
    def _following(node: LexborNode, depth: int, parts: list[str]) -> tuple[LexborNode | None, int]:
        current: LexborNode | None = node
        while depth and current is not None:
            following = current.next
            if following is not None:
                return following, depth
            current, depth = current.parent, depth - 1
            if current is not None and current.tag in _LINES:
                parts.append("\n")
        return None, 0


def plain_text(text: str) -> str:
    """Return a text with single blanks and line ends, and nothing that shows other than it is."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join([_UNWANTED.sub("", line) for line in lines if line]).strip()


def plainly_leads_away(path: str) -> bool:
    """Tell a path whose business it is to lead away."""
    return _LEADS_AWAY.search(f"/{path}") is not None


def plainly_paged(page: Document, engine: Engine) -> tuple[str, str]:
    """Return the next and the last page that a thread of phpBB or XenForo links to: the whole page is searched."""
    if engine is Engine.XENFORO:
        links = page.tree.css(".pageNav-main .pageNav-page a")
        last = page.addresses.absolute(links[-1].attributes.get("href")) if len(links) > 1 else ""
        return page.href("a.pageNav-jump--next"), last
    following = page.href(".pagination .next a, .pagination a[rel=next]")
    numbered: dict[int, LexborNode] = {}
    for node in page.tree.css(".pagination li a[href]:not(.dropdown-trigger)"):
        if (words := words_of(node)).isdecimal():
            numbered.setdefault(int(words[:9]), node)
    if not numbered or not following:
        return following, ""
    return following, page.addresses.absolute(numbered[max(numbered)].attributes.get("href"))


def plainly_joined(base: str, href: str) -> str:
    """Resolve an address."""
    return urljoin(base, href)

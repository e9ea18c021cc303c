"""What may be kept of a post inside a case: its words without whoever they name, and not many of them.

Masked are remembered names however they are spelled, words that may be names, handles, phones, mail addresses, links,
numbers (bank accounts, social security), dates and street addresses. It prefers to mask too much. What it cannot know:
a rare name in small letters that nobody told it. So an excerpt is sealed with its case's key all the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from rempart.privacy.excerpt_words import (
    ENGLISH_STREETS,
    FIGURES,
    MONTHS,
    ORDINARY,
    PLATFORMS,
    STREETS,
    TITLES,
)
from rempart.privacy.given_names import GIVEN_NAMES
from rempart.privacy.remembered import Remembered

#: Characters of an excerpt: enough to see what is asked or offered.
EXCERPT_MOST: Final = 280
#: Characters of a post that are read for it: what is masked is shorter than what it stands for.
_READ_MOST: Final = 4_000

_DOT: Final = r"(?:\s*\.\s*|\s*[(\[{]\s*(?:dot|point)\s*[)\]}]\s*|\s+(?:dot|point)\s+)"
_AT: Final = r"(?:\s*@\s*|\s*[(\[{]\s*(?:at|arobase|arobas|chez)\s*[)\]}]\s*|\s+(?:at|arobase|arobas)\s+)"
_LABEL: Final = r"[\w%+-]{1,64}+"
_ENDINGS: Final = (
    "com|org|net|fr|be|ch|de|uk|eu|info|xyz|ru|su|tv|io|me|gg|to|cc|co|nz|li|ly|site|online|onion|app|link|club|sx|la|"
    "ws|is|im|st|ai|us|ca|es|it|pl|live|cam|sex|porn|xxx|party|fans|pm|sh|so|vip|top|icu|pw|tk"
)
_RULES: Final = (
    ("link", r"(?:h[tx]{2}ps?|ftp|magnet|tg|ipfs)\s*:\s*\S+"),
    ("e-mail", rf"(?<!\S){_LABEL}(?:\.{_LABEL})*{_AT}{_LABEL}(?:{_DOT}{_LABEL}){{1,4}}"),
    ("handle", r"[@＠]\s?[\w.-]{2,}"),
    ("link", rf"(?<![\w.])(?:{_LABEL}{_DOT}){{1,6}}(?:{_ENDINGS})(?![\w-])\S*"),
    ("number", r"(?<![\w])[A-Z]{2}\d{2}(?:[ .-]?[A-Z0-9]{2,4}){3,9}(?!\w)"),
    (
        "date",
        rf"(?<!\w)\d{{1,2}}(?:er|st|nd|rd|th)?[\s./-]+(?:of\s+)?(?:{MONTHS})\.?(?:[\s,./-]+(?:19|20)?\d{{2}})?(?!\w)",
    ),
    ("date", rf"(?<!\w)(?:{MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:\s*,?\s*(?:19|20)\d{{2}})?(?!\w)"),
    (
        "date",
        r"(?<!\d)(?:\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?(?:19|20)?\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})(?!\d)",
    ),
    (
        "date",
        r"(?<!\w)(?:n[ée]e?s?|born|birth|naissance|dob|ddn)(?:\s+(?:en|le|in|on|date))?\s*:?\s*(?:19|20)?\d{2}(?!\d)",
    ),
    (
        "address",
        rf"(?:\d{{1,5}}\s?(?:bis|ter|quater|[a-d])?\s*,?\s*)?(?<!\w)(?:{STREETS})\s+(?:(?:de|du|des|la|le|les|l|d|saint|sainte)"
        rf"[\s'’-]+){{0,3}}[\w'’-]+(?:[\s-]+[A-ZÀ-Þ][\w'’-]+){{0,3}}",
    ),
    ("address", rf"(?<!\w)\d{{1,5}}[a-d]?\s+(?:[\w'’-]+\s+){{1,3}}(?:{ENGLISH_STREETS})(?!\w)"),
    ("number", r"(?<![\w])[+(]?\d(?:[\s./()\-–_]{0,3}[\doO]){4,}"),
    ("number", rf"(?<!\w)(?:(?:{FIGURES})[\s,-]+){{4,}}(?:{FIGURES})(?!\w)"),
)
_PATTERNS: Final = tuple((kind, re.compile(rule, re.IGNORECASE)) for kind, rule in _RULES)
_AFTER_TITLE: Final = re.compile(
    rf"(?<!\w)(?:{TITLES})(?!\w)\s*(?:est|is)?\s*[:=]?\s*(?P<name>[\w.'’_-]+(?:\s+[A-ZÀ-Þ][\w.'’-]*)*)", re.IGNORECASE
)
_AFTER_PLATFORM: Final = re.compile(
    rf"(?<!\w)(?:{PLATFORMS})(?!\w)\s*(?:(?:est|is|c'est|c’est|perso|à|a|in|at|chez)\s+)?[:=]?\s*(?P<name>[\w.'’_-]+)",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"\[[a-z-]+\]|[^\W_]+(?:[.'’_-]+[^\W_]+)*_*")
_MASKS: Final = re.compile(r"(\[[a-z-]+\])(?:[\s,'’.-]*\1)+")
_BLANKS: Final = re.compile(r"\s+")
_NAME: Final = "[name]"


def redact_excerpt(text: str, known: Iterable[str] = ()) -> str:
    """Return the beginning of a text without whoever it names: at most 280 characters.

    1. Invisible letters and look-alike forms are made plain.
    2. Names that are known are masked, however they are spelled.
    3. What has a form is masked: links, mail addresses, numbers, dates, addresses.
    4. Words that may be names or handles are masked.
    5. What is left is cut between words.

    Args:
        text: A post, without what it quotes.
        known: Names that must not be shown: of the owner, of recipients.
    """
    plain = _plain(text)  # (1)
    remembered = Remembered()
    for name in known:
        for part in (name, *(word for word in name.split() if len(word) > 2)):  # noqa: PLR2004 - not "de", not "J."
            remembered.add(part)
    for start, end in reversed(remembered.spans(plain)):  # (2)
        plain = f"{plain[:start]} {_NAME} {plain[end:]}"
    for kind, pattern in _PATTERNS:  # (3)
        plain = pattern.sub(f" [{kind}] ", plain)
    plain = _without_names(plain)  # (4)
    plain = _MASKS.sub(r"\1", _BLANKS.sub(" ", plain)).strip()
    return _cut(plain)  # (5)


def _plain(text: str) -> str:
    """Return the part of a text that is read, whole words of it, in plain forms and without brackets of ours."""
    composed = unicodedata.normalize("NFKC", text[: 2 * _READ_MOST])
    letters = "".join(
        c for c in composed if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    plain = _BLANKS.sub(" ", letters.translate({ord("["): "(", ord("]"): ")"})).strip()
    if len(plain) <= _READ_MOST and len(text) <= 2 * _READ_MOST:
        return plain
    return plain[:_READ_MOST].rpartition(" ")[0]


def _without_names(plain: str) -> str:
    for pattern in (_AFTER_TITLE, _AFTER_PLATFORM):
        plain = pattern.sub(_masked_name, plain)
    masked: list[str] = []
    at, follows_name = 0, False
    for found in _TOKEN.finditer(plain):
        word = found[0]
        is_mask = word.startswith("[")
        hides = not is_mask and (_may_name(word) or (follows_name and _is_plain_word(word)))
        masked += (plain[at : found.start()], _NAME if hides else word)
        follows_name = word == _NAME or _folded(word) in GIVEN_NAMES
        at = found.end()
    return "".join((*masked, plain[at:]))


def _masked_name(found: re.Match[str]) -> str:
    """Mask what follows a title or a platform, unless it is an ordinary word that goes on the sentence."""
    name = found["name"]
    if name.lower() in ORDINARY:
        return found[0]
    return f"{found[0][: found.start('name') - found.start()]}{_NAME}{found[0][found.end('name') - found.start() :]}"


def _may_name(word: str) -> bool:
    """Tell a word that may be a name or a handle."""
    lowered = word.lower()
    parts = re.split(r"[.'’_-]+", lowered)
    if all(part in ORDINARY for part in parts if part):
        return False
    if _folded(word) in GIVEN_NAMES or any(_folded(part) in GIVEN_NAMES for part in parts):
        return True
    has_letter, has_digit = any(c.isalpha() for c in word), any(c.isdigit() for c in word)
    if not word.isascii() and any(c.isalpha() and not unicodedata.name(c, "").startswith("LATIN") for c in word):
        return True  # of another alphabet, where capitals do not tell
    if "_" in word or "." in word or (has_letter and has_digit):
        return True
    return any(part[:1].isupper() and part.lower() not in ORDINARY for part in re.split(r"[.'’_-]+", word))


def _is_plain_word(word: str) -> bool:
    """Tell a word after a first name that may be its second."""
    return word.lower() not in ORDINARY and not word.isdigit()


def _folded(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))


def _cut(plain: str) -> str:
    """Cut between words, never in a mask."""
    if len(plain) <= EXCERPT_MOST:
        return plain
    head = plain[: EXCERPT_MOST - 1]
    return f"{head.rpartition(' ')[0] if ' ' in head else ''}…"

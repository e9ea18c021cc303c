"""The gate's first rules, in French and English: words, ages and birth years in names and addresses.

Plain words of school, age and law only; the coded words that hotlines know are loaded from their file at deployment
and never committed. Each rule has a name, so that a stop can be explained. Names are read in several ways first
(:func:`readings`), because a name that hides a word is the one that matters.

A rule matches whole words. Not covered on purpose, because ordinary file names are full of them: ``college``
without its accent (a university in English), and a letter with an age (``f16``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from rempart.model.outcome import StopReason

#: Longer names are judged on this many characters at each end: Linux allows 4,096 bytes of path, the web more.
_NAME_LIMIT: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRule:
    """One reason to stop."""

    name: str
    """Shown when it stops an item: language, then what it looks for."""
    reason: StopReason
    """Its class."""
    pattern: re.Pattern[str]
    """Searched in every reading of a name."""


_ENGLISH_WORDS: Final = (
    "minors? child children childhood kids? kiddies? teens? teenagers? teenage teeny "
    "tweens? toddlers? infants? bab(?:y|ies) juveniles? adolescents? adolescence "
    "kindergartens? kindergartners? school_?(?:girls?|boys?|kids?) pre_?teens? under_?aged? "
    "(?:under|below)_?(?:18|eighteen) (?:middle|high|elementary|primary|junior_?high|secondary)_?school(?:er|ers)? "
    "(?:little|young)_?(?:girls?|boys?)"
).split()

_FRENCH_WORDS: Final = (
    "mineure?s? enfants? enfance gamine?s? gosses? ados? adolescente?s? preadolescente?s? "
    "collegien(?:ne)?s? lyceen(?:ne)?s? lycees? ecoliers? ecolieres? fillettes? garconnets? bebes? nourrissons? "
    "(?:ecole_?)?maternelles? ecole_?primaire petites?_?filles? petits?_?garcons? pre_?ados? "
    "pas_majeure?s? non_majeure?s? (?:moins_?de|sous)_?(?:18|dix_?huit) en_[3-6]_?(?:e|eme|ieme)"
).split()

#: Judged before accents are removed: without its accent this word is an English university.
_FRENCH_ACCENTED: Final = ("collège", "collèges")

_FRENCH_AGES: Final = (
    "un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix_sept"
)
_ENGLISH_AGES: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
)
_AGE: Final = r"(?:0?[1-9]|1[0-7])"

# A digit string that goes on (2015, 115) is not an age; a space stands for every separator (see readings).
_FRENCH_AGE: Final = (
    rf"\b(?:{_AGE}|{_FRENCH_AGES})_?ans?\b"
    rf"|\b(?:agee?s?_de|agees?)_(?:{_AGE}|{_FRENCH_AGES})\b"
    rf"|\b(?:filles?|garcons?|gars)_de_(?:{_AGE}|{_FRENCH_AGES})\b"
)
_ENGLISH_AGE: Final = (
    rf"\b(?:{_AGE}|{_ENGLISH_AGES})_?(?:yo|y_?o|yrs?|years?|(?:yr|year)s?_?olds?)\b"
    # The word first: looking back at every letter of a text takes longer than everything else.
    rf"|\b(?=age)(?<!\bice_)(?<!\bstone_)(?<!\bbronze_)(?<!\bnew_)aged?_(?:{_AGE}|{_ENGLISH_AGES})\b"
)
_BIRTH_YEAR: Final = r"\b(?:born|n[ée]e|né|ne_(?:en|le)|date_de_naissance|naissance|birth)(?:_\w+){0,3}_20[0-9]{2}\b"
#: Classes of children of 6 to 11; not after a figure (``10 cm 2``, a group of a UUID).
_FRENCH_CLASS: Final = r"(?<![0-9]_)\b(?:cm|ce)_?[12]\b(?!_[0-9])"


def _spaced(pattern: str) -> str:
    """Let ``_`` in a rule stand for the single space that readings put between words."""
    return pattern.replace("_?", " ?").replace("_", " ")


def _rule(name: str, reason: StopReason, pattern: str) -> GateRule:
    return GateRule(name=name, reason=reason, pattern=re.compile(_spaced(pattern)))


def _words(words: tuple[str, ...] | list[str]) -> str:
    return rf"\b(?:{'|'.join(words)})\b"


RULES: Final = (
    _rule("en-word", StopReason.MINOR_WORD, _words(_ENGLISH_WORDS)),
    _rule("fr-word", StopReason.MINOR_WORD, _words(_FRENCH_WORDS)),
    _rule("fr-class", StopReason.MINOR_WORD, _FRENCH_CLASS),
    _rule("fr-college", StopReason.MINOR_WORD, _words(_FRENCH_ACCENTED)),
    _rule("fr-age", StopReason.MINOR_AGE, _FRENCH_AGE),
    _rule("en-age", StopReason.MINOR_AGE, _ENGLISH_AGE),
    _rule("birth-year", StopReason.BIRTH_YEAR, _BIRTH_YEAR),
)


def vocabulary_rule(number: int, term: str) -> GateRule:
    """Make a rule of one line of a hotline's file: the term as whole words, read as names are."""
    forms = {re.escape(form) for form in readings(term)}
    return GateRule(
        name=f"hotline-vocabulary line {number}",
        reason=StopReason.HOTLINE_VOCABULARY,
        pattern=re.compile(rf"(?<!\w)(?:{'|'.join(sorted(forms))})(?!\w)"),
    )


# Letters of other scripts, and figures and signs, that are drawn like a Latin letter (the common ones of Unicode's
# confusables.txt): enough for a name written to be read by a person.
LOOKALIKES: Final = str.maketrans(
    {
        **dict(zip("аеорсухікмнтвѕјԁӏ", "aeopcyxikmhtbsjdl", strict=True)),
        **dict(zip("αεοικντυρ", "aeoikvtup", strict=True)),
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ß": "ss",
        "œ": "oe",
        "æ": "ae",
    }
)
_LEET: Final[dict[int, str]] = {ord(a): b for a, b in zip("013457@$!|", "oieastasii", strict=True)}

_INVISIBLE: Final = frozenset({"Cf", "Cc", "Cs", "Mn"})
_BLANKS: Final = re.compile(r"\s")
_WORD: Final = re.compile(r"[^\W_]+")
_CASE: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
#: What ``_LEET`` reads as letters is among these: a text without any has nothing to read so.
_FIGURES: Final = re.compile(r"[0-9@$!|]")
_FIGURED_WORD: Final = re.compile(r"[\w@$!|]+")
_TRIPLED: Final = re.compile(r"([^\W\d_])\1{2,}")
_LONE_LETTERS: Final = re.compile(r"\b(\w) (?=\w\b)")
_FIGURE_EDGE: Final = re.compile(r"(?<=[0-9])(?=[^\W\d_])|(?<=[^\W\d_])(?=[0-9])")
#: ``img2photo15ans`` has four edges. Of 16 random hexadecimal digits 98 % have more.
_EDGES_OF_PEOPLE: Final = 4


def readings(name: str) -> Iterator[str]:
    """Yield the ways in which a person could read a name: lower-case words, one space between them.

    1. Percent-encoding undone (whatever its depth), compatibility forms and look-alike letters replaced by plain
       ones, invisible characters removed, ``camelCase`` split, runs of three or more letters shortened to two.
    2. As 1, accents kept (an accent can change a word).
    3. As 1, figures read as letters (``t33n``), 1 as i or as l.
    4. As 1, single letters joined (``t e e n``).
    5. As 1, capitals inside a word not taken for a new one (``TeEn``).

    Bytes that are not UTF-8 are read as the old code pages of Windows, of DOS and of the Macintosh too.
    """
    text = name if len(name) <= 2 * _NAME_LIMIT else f"{name[:_NAME_LIMIT]} {name[-_NAME_LIMIT:]}"
    for _ in range(len(text)):
        if text == (undone := unquote(text, errors="surrogateescape")):
            break
        text = undone
    seen: dict[str, None] = {}
    for decoded in _decoded(text):
        seen |= dict.fromkeys(_readings_of(decoded))
    yield from seen


def _decoded(text: str) -> Iterator[str]:
    """Yield the text, and what its bytes mean in the code pages in which old names were written."""
    yield text
    if not text.isascii() and any(unicodedata.category(c) == "Cs" for c in set(text)):
        raw = text.encode("utf-8", "surrogateescape" if _is_escaped(text) else "replace")
        for page in ("cp1252", "cp850", "mac_roman"):
            yield raw.decode(page, "replace")


def _is_escaped(text: str) -> bool:
    """Tell whether every surrogate stands for a byte, as the file system's names and ``unquote`` make them."""
    return all("\udc80" <= c <= "\udcff" for c in text if unicodedata.category(c) == "Cs")


def _readings_of(text: str) -> Iterator[str]:
    if not (text.isascii() and text.isprintable()):  # nothing of this is in plain addresses, which come by millions
        text = unicodedata.normalize("NFKC", text)
        if (lines := _BLANKS.sub(" ", text)) != text:  # the end of a line is one of a word, or hides in the middle
            yield from _readings_of_letters(_visible(lines))
        text = _visible(text)
    yield from _readings_of_letters(text)


def _visible(text: str) -> str:
    """Return a text without the characters that nobody sees."""
    return _without(text, {c for c in set(text) if unicodedata.category(c) in _INVISIBLE})


def _without(text: str, unwanted: set[str]) -> str:
    return text.translate(dict.fromkeys(map(ord, unwanted))) if unwanted else text


def _readings_of_letters(text: str) -> Iterator[str]:
    split = _split_case(text)
    accented, plain = _plain(split)
    words = _as_words(plain)
    yield words
    if accented != plain:
        yield _as_words(accented)
    if _FIGURES.search(plain) or "_" in plain:  # else the two are what was said already
        yield _as_words(_read_figures(plain, _LEET))
        yield _as_words(_read_figures(plain, _LEET | {ord("1"): "l"}))
    yield _LONE_LETTERS.sub(r"\1", words)
    if split != text:
        yield _as_words(_plain(text)[1])


def _plain(text: str) -> tuple[str, str]:
    """Return the text in small letters of this alphabet, with its accents and without them."""
    accented = text.casefold().translate(LOOKALIKES)
    if any(3 * c in accented for c in set(accented)):
        accented = _TRIPLED.sub(r"\1\1", accented)
    if accented.isascii():
        return accented, accented
    apart = unicodedata.normalize("NFD", accented)
    return accented, _without(apart, {c for c in set(apart) if unicodedata.combining(c)})


def _split_case(text: str) -> str:
    """Put a space between a small letter and a capital, except in names that a machine drew."""
    if not _CASE.search(text):
        return text
    return _WORD.sub(lambda m: m.group() if _is_drawn(m.group()) else _CASE.sub(" ", m.group()), text)


def _as_words(text: str) -> str:
    """Put one space between words, and between a word and a number (``15ans``), except in names that a machine drew."""
    found: list[str] = _WORD.findall(text)
    if _FIGURES.search(text):
        found = [word if word.isalpha() or _is_drawn(word) else _FIGURE_EDGE.sub(" ", word) for word in found]
    return " ".join(found)


def _is_drawn(word: str) -> bool:
    """Tell a digest or a random identifier: it goes from letters to figures and back more often than people do."""
    return len(_FIGURE_EDGE.findall(word)) > _EDGES_OF_PEOPLE


def _read_figures(text: str, letters: dict[int, str]) -> str:
    """Read figures and signs as letters in words that become letters only, with or without a number at their end.

    A random name is left as it is: of its figures, some never stand for a letter.
    """

    def as_letters(found: re.Match[str]) -> str:
        word = found.group()
        if word.isalpha() or not any(c.isalpha() for c in word):
            return word
        candidates = (word.translate(letters), word.rstrip("0123456789").translate(letters))
        return next((c for c in candidates if c.isalpha()), word)

    return _FIGURED_WORD.sub(as_letters, text.replace("_", " "))

"""The page shows no media, cannot be made to act by a name, exists in two languages, and is written whole or not."""

from __future__ import annotations

import dataclasses
import html.parser
import os
import re
import string
from pathlib import Path
from typing import Any

import pytest

from rempart.app.intake import Plain, Role, Skipped
from rempart.app.report import ReportWriter, ShownPath, clue_in_words, match_in_words, outline, shown
from rempart.app.report_texts import TEXTS, Texts
from rempart.app.scan import Tally
from rempart.config import ReportSettings
from rempart.errors import OutputError
from rempart.model import (
    AssetId,
    Clue,
    ClueKind,
    Match,
    Orientation,
    SignalType,
    Stopped,
    StopReason,
    SuspectId,
    Unreadable,
    UnreadableReason,
)

HOSTILE = "<img src=x onerror=alert(1)>\"'&\x1b[2J\u202e\udcff{{7*7}}.jpg"


def match(suspect: str = "pile/copy.jpg", orientation: Orientation = Orientation.ORIGINAL) -> Match:
    """Make a match."""
    clue = Clue(
        kind=ClueKind.WHOLE_FRAME,
        signal_type=SignalType.PDQ,
        distance_bits=6,
        weight=0.95,
        orientation=orientation,
        frame=2,
    )
    return Match(
        asset=AssetId("shoot/mine.jpg"),
        suspect=SuspectId(suspect),
        clues=(clue,),
        score=0.95,
        false_match_bound=None,
        region=((0, 0), (800, 0), (800, 600), (0, 600)),
        width=800,
        height=600,
    )


def events(name: str = "pile/x.jpg") -> list[Match | Skipped]:
    """Make one event of each kind."""
    return [
        match(name),
        Skipped(label=name, role=Role.SUSPECT, outcome=Unreadable(reason=UnreadableReason.TIME, detail="> 30 s")),
        Skipped(label=name, role=Role.ASSET, outcome=Stopped(reason=StopReason.MINOR_AGE, rule="fr-age")),
        Skipped(label=name, role=Role.SUSPECT, outcome=Plain.TOO_PLAIN),
    ]


def page(tmp_path: Path, language: str = "fr", name: str = "pile/x.jpg", *, interrupted: bool = False) -> str:
    """Render a page with one event of each kind."""
    writer = ReportWriter(tmp_path / "r.html", ReportSettings(language=language))  # type: ignore[arg-type]  # two words
    for event in events(name):
        writer.add(event)
    return writer.render(Tally(interrupted=interrupted))


class Reader(html.parser.HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def read(text: str) -> Reader:
    """Parse a page."""
    reader = Reader()
    reader.feed(text)
    return reader


@pytest.mark.parametrize("language, title", [("fr", "À voir d\u2019abord"), ("en", "To look at first")])
def test_decoys_stand_first_with_their_channel(tmp_path: Path, language: str, title: str) -> None:
    """Whatever number of other matches came before; a channel cannot act; without a decoy nothing is said of them."""
    settings = ReportSettings(language=language, max_rows=2)  # type: ignore[arg-type]  # two words
    writer = ReportWriter(tmp_path / "r.html", settings)
    for number in range(4):
        writer.add(match(f"pile/{number}.jpg"))

    before = read(writer.render(Tally())).text
    writer.add(match("pile/decoy.jpg"), f"partner X {HOSTILE}")
    reader = read(writer.render(Tally()))

    assert title not in before
    assert title in reader.text
    assert reader.text.index("decoy.jpg") < reader.text.index("0.jpg")
    assert reader.text.count("partner X") == 2
    assert "img" not in reader.tags


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_holds_no_media_and_loads_nothing(tmp_path: Path, language: str) -> None:
    """No picture, script, frame, link or address to load from; a policy that forbids them."""
    reader = read(page(tmp_path, language))

    assert not {"img", "image", "script", "iframe", "object", "video", "link", "a", "use"} & set(reader.tags)
    assert not [v for k, v in reader.attributes if k in {"src", "href", "style"} or k.startswith("on")]
    assert any("default-src 'none'" in (v or "") for _, v in reader.attributes)
    assert "url(" not in page(tmp_path, language)


def test_the_policy_allows_the_style_it_carries(tmp_path: Path) -> None:
    """The digest in the policy is that of the style sheet."""
    import base64  # noqa: PLC0415 - used here only
    import hashlib  # noqa: PLC0415

    text = page(tmp_path)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)

    assert style
    assert base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode() in text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_hostile_name_is_only_text(tmp_path: Path, language: str) -> None:
    """Markup, templates, control and bidirectional characters of a name are shown, not obeyed."""
    text = page(tmp_path, language, HOSTILE)
    reader = read(text)

    assert "img" not in reader.tags
    assert reader.text.count("{{7*7}}") == 4
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.encode("utf-8")
    assert r"\x1b[2J\u202e\udcff" in reader.text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_outcome_is_there_in_words(tmp_path: Path, language: str) -> None:
    """Score, clue, turn, reasons, and where to turn for what was stopped."""
    words = TEXTS[language]
    text = read(page(tmp_path, language)).text

    assert words.number(0.95, 2) in text
    assert words.whole_frame.format(bits=6) in text
    assert words.frame.format(number=3) in text
    assert words.unreadable[UnreadableReason.TIME] in text
    assert words.stop_reasons[StopReason.MINOR_AGE] in text
    assert "PHAROS" in text
    assert words.plain_why in text


def test_the_language_is_declared(tmp_path: Path) -> None:
    """For screen readers."""
    assert '<html lang="fr">' in page(tmp_path, "fr")
    assert '<html lang="en">' in page(tmp_path, "en")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_can_be_read_aloud(tmp_path: Path, language: str) -> None:
    """Headings in order, tables with headers and scopes, drawings with titles."""
    reader = read(page(tmp_path, language))

    assert reader.tags.count("h1") == 1
    assert reader.tags.count("svg") == reader.tags.count("title") - 1 == 1
    assert reader.tags.count("th") == sum(k == "scope" for k, _ in reader.attributes)
    assert ("role", "img") in reader.attributes


def test_both_languages_fill_every_table_and_the_same_places() -> None:
    """No sentence is missing in one of them, and each takes the same values."""
    for field in dataclasses.fields(Texts):
        french, english = (getattr(TEXTS[language], field.name) for language in ("fr", "en"))
        if isinstance(french, str):
            assert french, field.name
            places = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (french, english)]
            assert places[0] == places[1], field.name
        elif isinstance(french, tuple):
            assert len(french) == len(english), field.name
        else:
            assert set(french) == set(english), field.name
    assert set(TEXTS["fr"].unreadable) == set(UnreadableReason)
    assert set(TEXTS["fr"].stop_reasons) == set(StopReason)
    assert set(TEXTS["fr"].orientations) == set(Orientation)


def test_an_interrupted_scan_says_so(tmp_path: Path) -> None:
    """A partial result must not pass for a whole one."""
    assert TEXTS["fr"].interrupted in page(tmp_path, "fr", interrupted=True)
    assert TEXTS["fr"].interrupted not in page(tmp_path, "fr")


def test_rows_are_limited_and_the_rest_is_counted(tmp_path: Path) -> None:
    """A million matches do not make a page that nobody can open."""
    writer = ReportWriter(tmp_path / "r.html", ReportSettings(language="en", max_rows=3))
    for k in range(10):
        writer.add(match(f"pile/{k}.jpg"))

    text = read(writer.render(Tally())).text

    assert "2.jpg" in text
    assert "3.jpg" not in text
    assert "7 more lines" in text


def test_the_file_is_private_and_replaced_whole(tmp_path: Path) -> None:
    """Mode 0600; an older report stays until the new one is complete."""
    path = tmp_path / "r.html"
    path.write_text("old", encoding="utf-8")

    ReportWriter(path, ReportSettings()).write(Tally())

    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["r.html"]


def test_a_full_disk_leaves_the_old_report_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the file and says what to do."""
    path = tmp_path / "r.html"
    path.write_text("old", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OutputError, match="No space left"):
        ReportWriter(path, ReportSettings()).write(Tally())
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["r.html"]


def found(kind: ClueKind, **more: Any) -> Clue:
    """Make a clue as the closer look writes it."""
    return Clue(kind=kind, signal_type=SignalType.SIFT, distance_bits=12, weight=0.9, **more)


@pytest.mark.parametrize(
    "clue, french, english",
    [
        (
            found(ClueKind.LOCAL_FEATURES, count=87, of=300, explained=0.94),
            "87 points sur 300 concordent, 94 % de la texture expliquée",
            "87 of 300 points agree, 94 % of the texture explained",
        ),
        (
            found(ClueKind.LOCAL_FEATURES, explained=0.9, orientation=Orientation.FLIPY, is_inverted=True),
            "les pixels concordent, 90 % de la texture expliquée, en miroir, gauche et droite échangées, "
            "couleurs inversées",
            "the pixels agree, 90 % of the texture explained, mirrored left to right, colours inverted",
        ),
        (
            found(ClueKind.INNER_FRAME),
            "trouvée dans une image plus grande, écart de 12 sur 256 bits",
            "found inside a larger picture, difference of 12 in 256 bits",
        ),
        (
            found(ClueKind.PART, count=8, of=9),
            "8 parties sur 9 concordent, écart de 12 sur 256 bits",
            "8 of 9 parts agree, difference of 12 in 256 bits",
        ),
        (
            found(ClueKind.PART),
            "partie de l’image, écart de 12 sur 256 bits",  # noqa: RUF001 - French writes its apostrophes curved
            "part of the picture, difference of 12 in 256 bits",
        ),
        (
            found(ClueKind.SAME_THING, count=14, of=40, explained=0.2),
            "la même chose dans une autre image, 14 points sur 40 concordent, 20 % de la texture expliquée",
            "the same thing in another picture, 14 of 40 points agree, 20 % of the texture explained",
        ),
        (
            found(ClueKind.LEARNED, model="tiny-0a1b2c3d4e5f"),
            "rapprochées à 90 % par le modèle que vous avez fourni, tiny-0a1b2c3d4e5f",
            "found alike, 90 %, by the model that you provided, tiny-0a1b2c3d4e5f",
        ),
    ],
    ids=lambda value: str(value.kind) if isinstance(value, Clue) else "",
)
def test_every_kind_of_clue_has_its_words(clue: Clue, french: str, english: str) -> None:
    """What was measured, then what was done to the copy."""
    assert clue_in_words(clue, TEXTS["fr"]) == french
    assert clue_in_words(clue, TEXTS["en"]) == english


@pytest.mark.parametrize("overlap, is_said", [(0.62, True), (0.949, True), (0.95, False), (1.0, False), (None, False)])
def test_a_crop_is_said_once_for_the_match(overlap: float | None, *, is_said: bool) -> None:
    """Not where a turn by some degrees cut the corners, nor where nothing tells."""
    words = match_in_words(dataclasses.replace(match(), overlap=overlap), TEXTS["en"])

    assert any("a crop" in one for one in words) is is_said
    assert len(words) == 1 + is_said


def test_outlines_keep_their_proportions() -> None:
    """The longer side is the drawing's, the corners stay in their order."""
    drawn = outline(((400, 0), (0, 0), (0, 800), (400, 800)), 400, 800)

    assert (drawn.width, drawn.height) == (60.0, 120.0)
    assert drawn.points == "60.0,0.0 0.0,0.0 0.0,120.0 60.0,120.0"
    assert drawn.top == (60.0, 0.0, 0.0, 0.0)


def test_paths_are_cut_after_their_folder() -> None:
    """The last part stands out; names of the text mode stay whole."""
    assert ShownPath.of("a/b/c.jpg") == ShownPath(folder="a/b/", file="c.jpg")
    assert ShownPath.of("c.jpg") == ShownPath(folder="", file="c.jpg")
    assert shown("é 写真.jpg") == "é 写真.jpg"

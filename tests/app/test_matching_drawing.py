"""The drawing shows outlines and words: no media, no script, nothing to load; it can be read aloud and in grey."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from explained import different, explanation
from rempart.app.matching import Explanation
from rempart.app.matching_drawing import DRAWING_MARK, render_drawing, write_drawing
from rempart.app.matching_texts import MATCHING_TEXTS
from rempart.app.outputs import check_outputs
from rempart.detect.reasons import Answer
from rempart.errors import MisuseError, OutputError

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert(1)</script>\"'&{{7*7}}\x1b[2J\u202e\udcff.jpg"
BEYOND = ((10**9, 0), (-(10**9), 0), (-(10**9), 800), (10**9, 800))


def drawn(found: Explanation, language: str = "en") -> ET.Element:
    return ET.fromstring(render_drawing(found, language, radius_bits=31))  # noqa: S314 - our own drawing


def fills(found: Explanation) -> list[str | None]:
    cells = drawn(found).findall(f"{SVG}g")[0]
    return [cell.get("fill") for cell in cells]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", ["x.jpg", HOSTILE])
def test_it_holds_no_media_and_loads_nothing(language: str, name: str) -> None:
    """Whatever a name says."""
    root = drawn(explanation(name), language)

    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    values = [value for element in root.iter() for value in element.attrib.values()]
    names = [key for element in root.iter() for key in element.attrib]
    assert tags <= set("svg title desc defs pattern rect path circle clipPath text g polygon line".split())
    assert not [key for key in names if "href" in key or key.startswith("on") or key == "style"]
    assert all(value.startswith("url(#") for value in values if "url(" in value)


def test_a_hostile_name_is_only_text() -> None:
    """Markup, templates, control and bidirectional characters are shown, not obeyed."""
    text = render_drawing(explanation(HOSTILE), "en", radius_bits=31)

    assert "<script" not in text
    assert "{{7*7}}" in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert text.encode("utf-8")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_can_be_read_aloud(language: str) -> None:
    """A title, and every sentence in the description."""
    root = drawn(explanation(), language)

    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language
    assert title is not None
    assert title.text == MATCHING_TEXTS[language].title
    assert description is not None
    assert "62 %" in (description.text or "")
    assert "detect.radius_bits" in (description.text or "")


def test_cells_are_told_apart_without_colours() -> None:
    """Solid, hatched, crossed, dotted, empty; on each side of both thresholds."""
    assert fills(explanation()) == [
        "#ffffff",
        "url(#differs)",
        "url(#differs)",
        "url(#unsure)",
        "url(#unsure)",
        "#0072b2",
        "#0072b2",
        "url(#plain)",
    ]


def test_only_rectangles_inside_the_suspect_are_drawn() -> None:
    """Turns of the whole of it would hide them."""
    group = drawn(explanation()).findall(f"{SVG}g")[1]

    dotted = [p for p in group.findall(f"{SVG}polygon") if p.get("stroke-dasharray") == "1.5 4"]
    assert len(dotted) == 1


def test_what_is_no_match_has_only_a_dashed_outline() -> None:
    """It must not look like one."""
    same, other = (render_drawing(found, "en", radius_bits=31) for found in (explanation(), different()))

    assert same.count("fill-opacity") == 1
    assert MATCHING_TEXTS["en"].suspect_drawing in same
    assert "fill-opacity" not in other
    assert MATCHING_TEXTS["en"].suspect_drawing not in other
    assert MATCHING_TEXTS["en"].tried in " ".join(other.split("<text")) or "best placement tried" in other


@pytest.mark.parametrize(
    "pose", [np.full((3, 3), np.inf), np.diag([1.0, 1.0, -1.0]), np.zeros((3, 3)), np.eye(3) * 1e-300]
)
def test_a_placement_that_is_nowhere_is_not_drawn(pose: np.ndarray) -> None:
    """A worker that was taken over may say so."""
    found = different()
    assert found.looked is not None

    text = render_drawing(replace(found, looked=replace(found.looked, pose=pose)), "en", radius_bits=31)

    assert not re.search(r"\b(nan|inf)\b", text)


def test_an_outline_far_beyond_the_suspect_stays_in_its_panel() -> None:
    """The suspect's frame is still seen."""
    found = explanation()
    assert found.match is not None

    root = drawn(replace(found, match=replace(found.match, region=BEYOND)))

    frame = root.findall(f"{SVG}g")[1].find(f"{SVG}rect")
    assert frame is not None
    assert float(frame.get("width", "0")) > 50


def test_without_a_comparison_there_are_no_cells() -> None:
    """The outline of the asset is empty then."""
    assert fills(replace(explanation(), looked=None, match=None, answer=Answer.TOO_PLAIN)) == []


def test_the_file_is_private_and_recognised_later(tmp_path: Path) -> None:
    """An earlier drawing may be replaced, a file of somebody's may not."""
    path, other = tmp_path / "m.svg", tmp_path / "art.svg"
    other.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>", encoding="utf-8")

    write_drawing(path, explanation(HOSTILE), "fr", radius_bits=31)

    assert path.stat().st_mode & 0o777 == 0o600
    check_outputs([(path, DRAWING_MARK)], [])
    with pytest.raises(MisuseError, match="is not an earlier one"):
        check_outputs([(other, DRAWING_MARK)], [])


def test_a_full_disk_leaves_the_old_drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole or not at all."""
    path = tmp_path / "m.svg"
    path.write_text("old", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OutputError, match="No space left"):
        write_drawing(path, explanation(), "en", radius_bits=31)
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["m.svg"]

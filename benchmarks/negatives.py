"""Pairs that look alike and are not the same picture: a matcher that answers "match" to one of them is wrong.

``families()`` names each kind; a kind is a function from a seed to two pictures. The pictures inside come from code, or
from a source that is given (photographs of ``scenes.py``). Both pictures of a pair are scaled and compressed as found
files are. ``RELATED`` names the kinds whose two pictures do share one whole picture as a part: there a clue that says
so is right, and "same picture" is still wrong. Two photographs of one statue or person are not made here: the list of
scenes has some monuments twice.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "demo"))

import negative_templates as templates
import negative_views as views
from leak_drawing import recompress, scale
from pictures import scene

Family = Callable[[int], views.Pair]
Maker = Callable[[views.Source, random.Random], views.Pair]

_MAKERS: Final[dict[str, Maker]] = {
    "seconds_apart": views.seconds_apart,
    "coaster": views.coaster,
    "poster": views.poster,
    "emblem_in_scene": views.emblem_on_things,
    "globe_other_side": views.globe,
    "two_halves": views.halves,
    "same_stickers": views.same_stickers,
    "collages_sharing_one": views.collages_sharing_one,
    "invoice": templates.invoice,
    "certificate": templates.certificate,
    "quote_card": templates.quote_card,
    "text_pages": templates.text_pages,
    "spreadsheets": templates.spreadsheets,
    "meme_layout": templates.memes,
    "lower_third": templates.lower_third,
    "tiled_watermark": templates.tiled_watermark,
    "corner_watermark": templates.corner_watermark,
    "phone_screens": templates.phone_screens,
    "chats": templates.chats,
    "web_pages": templates.web_pages,
    "desktops": templates.desktops,
    "players": templates.players,
    "picture_frames": templates.picture_frames,
    "near_logos": templates.near_logos,
    "flat": templates.flats,
    "gradients": templates.gradients,
    "brick_walls": templates.brick_walls,
}

RELATED: Final = frozenset({"poster", "collages_sharing_one"})
"""Kinds whose pictures share one whole picture as a part."""


def made(number: int) -> Image.Image:
    """Return a picture made in code, another for each number."""
    return scene(number, 800, 600)


def _found(picture: Image.Image, rng: random.Random) -> Image.Image:
    smaller = scale(picture.convert("RGB"), rng.uniform(0.7, 1.0))
    return recompress(smaller, quality=rng.randint(70, 90))


def families(source: views.Source = made) -> dict[str, Family]:
    """Return every kind of hard negative.

    Args:
        source: ``number -> RGB picture``; any whole number may be asked for, and neighbours must be different scenes.

    Returns:
        Name -> function from a seed to two RGB pictures; one seed gives one pair.
    """

    def family(name: str, maker: Maker) -> Family:
        def pair(seed: int) -> views.Pair:
            rng = random.Random(f"{name}/{seed}")
            one, other = maker(source, rng)
            return _found(one, rng), _found(other, rng)

        return pair

    return {name: family(name, maker) for name, maker in _MAKERS.items()}

"""Who leaked it: three partners get a copy of one picture each, one copy surfaces as a screenshot, and is named."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image

from leaks import encoded, resized, screenshot

#: Runs a command: its lines, or None if it did not end as expected.
Run = Callable[..., "list[str] | None"]

PARTNERS: Final = ("Studio Azur", "Magazine Brise", "Agence Cime")
LEAKER: Final = PARTNERS[1]
_PICTURE: Final = "nadia-05.jpg"


def name_the_copy(run: Run, rempart: list[str], folder: Path) -> bool:
    """Mark a picture for each partner, leak one copy, and trace it; False if another copy is named, or none."""
    print("\nThree partners get a copy of one picture each. One copy comes back as a screenshot.", flush=True)
    told = ["--informed-on", "2026-11-02", "--how", "contract, clause 4"]
    for partner in PARTNERS:
        if run([*rempart, "recipient", "add", partner, *told], expected=0) is None:
            return False
    copies = folder / "copies"
    made = run(
        [*rempart, "mark", str(folder / "shoot" / _PICTURE), "--to", "all", "--out", str(copies), "--json"], expected=0
    )
    if made is None:
        return False
    of_leaker = run([*rempart, "recipient", "list"], expected=0, quiet=True)
    place = next((line.split()[0] for line in of_leaker or () if LEAKER in line), "")
    leak = folder / "leak.jpg"
    leak.write_bytes(leaked((copies / place / _PICTURE).read_bytes()))
    return _traced(run, rempart, leak, expected=1) == LEAKER and _nobody(run, rempart, folder)


def leaked(copy: bytes) -> bytes:
    """Shrink a copy, show it on a telephone, capture the screen, and compress the capture strongly."""
    with Image.open(io.BytesIO(copy)) as picture:
        return encoded(screenshot(resized(picture.convert("RGB"), 0.6)), quality=50)


def _traced(run: Run, rempart: list[str], leak: Path, *, expected: int) -> str | None:
    """Trace a file and print what is answered: the partner that is named, "" for none, None for a failure."""
    lines = run([*rempart, "trace", str(leak), "--purpose", "demonstration", "--surfaced", "forum"], expected=expected)
    if lines is None:
        return None
    print("\n".join(lines))
    return next((partner for partner in PARTNERS if any(partner in line for line in lines)), "")


def _nobody(run: Run, rempart: list[str], folder: Path) -> bool:
    """Trace the original, of which no marked copy was made: nobody may be named."""
    return _traced(run, rempart, folder / "shoot" / _PICTURE, expected=0) == ""

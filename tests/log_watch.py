"""Watch what the whole suite logs: every process writes through the filter, and no seed may be in any line.

Each process of pytest (one per worker of xdist) has a folder of its own; the commands that it runs log there too.
"""

from __future__ import annotations

import functools
import html
import json
import logging
import shutil
import tempfile
import unicodedata
from pathlib import Path
from urllib.parse import unquote_plus

import seeds
from rempart.privacy import set_up_logging
from rempart.privacy.logs import PrivateLogHandler


@functools.cache
def folder() -> Path:
    """Return where this process and its commands log."""
    return Path(tempfile.mkdtemp(prefix="rempart-logs-"))


def commands_log() -> Path:
    """Return where the commands of this process log."""
    return folder() / "commands.log"


def begin() -> None:
    """Log everything of this process, as noisily as it can."""
    set_up_logging(folder() / "pytest.log", "debug")


def environment() -> dict[str, str]:
    """Return the variables with which a command logs everything."""
    return {"REMPART_LOG_FILE": str(commands_log()), "REMPART_LOG_LEVEL": "debug"}


def end() -> list[str]:
    """Return the lines in which a seed was found, and remove the logs if there are none."""
    root = logging.getLogger()
    for handler in [h for h in root.handlers if isinstance(h, PrivateLogHandler) and h.path.parent == folder()]:
        root.removeHandler(handler)
        handler.close()
    found = leaks(folder())
    if not found:
        shutil.rmtree(folder(), ignore_errors=True)
    return found


def leaks(below: Path) -> list[str]:
    """Return every line below a folder that holds a seed, or that is no JSON object."""
    found = []
    for path in sorted(below.rglob("*.log*")):
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{path.name}: {line}" for line in text.splitlines() if not is_clean(line)]
    return found


def is_clean(line: str) -> bool:
    """Tell whether a line is a JSON object without any seed, however it is spelled."""
    try:
        spoken = json.loads(line)
    except ValueError:
        return False
    if not isinstance(spoken, dict):
        return False
    told = f"{line} {' '.join(map(str, spoken.values()))}" if "\\" in line else line  # without escapes it says the same
    forms = {told, unquote_plus(told), html.unescape(told)}
    return not any(seed in form for form in map(plain, forms) for seed in seeds.NEVER_LOGGED)


def plain(text: str) -> str:
    """Return a text without case and accents."""
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def line_count() -> int:
    """Return how many lines this process and its commands logged until now."""
    return sum(path.read_bytes().count(b"\n") for path in folder().rglob("*.log"))

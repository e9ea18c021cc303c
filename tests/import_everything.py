"""A process that imports what is locked and all of Rempart, and starts what has a process or an engine of its own.

``python import_everything.py LOCK...`` prints each name that it imported. What is not installed is left out.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import pkgutil
import re
import sys
from pathlib import Path

import rempart
from rempart.detect import fingerprint_task, learned_task, verify_task


def locked(locks: list[str]) -> set[str]:
    """Return the names of what some locks hold, in their one form (PEP 503)."""
    text = "".join(Path(lock).read_text(encoding="utf-8") for lock in locks)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def modules(names: set[str]) -> list[str]:
    """Return what can be imported of some distributions, as far as they are installed."""
    installed = importlib.metadata.packages_distributions()
    return sorted(top for top, of in installed.items() if names & {re.sub(r"[-_.]+", "-", n).lower() for n in of})


def ours() -> list[str]:
    """Return every module of Rempart that is no program."""
    found = pkgutil.walk_packages(rempart.__path__, "rempart.")
    return [m.name for m in found if not m.name.endswith("__main__") and ".migrations" not in m.name]


def main() -> None:
    """Import it all."""
    for name in [*modules(locked(sys.argv[1:])), *ours()]:
        importlib.import_module(name)
        sys.stdout.write(f"{name}\n")
    fingerprint_task.warm()
    verify_task.warm()
    sys.stdout.write("decoders\n")
    if importlib.util.find_spec("onnxruntime"):
        learned_task.warm()
        sys.stdout.write("a model\n")
    if importlib.util.find_spec("playwright"):
        _start_the_driver()
        sys.stdout.write("a driver\n")


def _start_the_driver() -> None:
    """Start the process that drives browsers, and no browser."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - if it is installed

    with sync_playwright() as driver:
        sys.stdout.write(f"{driver.chromium.name}\n")


if __name__ == "__main__":
    main()

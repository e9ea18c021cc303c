"""Every kernel is warmed: a worker that is closed in can compile none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rempart.detect import warming

EVERY_KERNEL = """
import importlib, pkgutil, rempart.detect, rempart.kernels
from rempart.detect import warming
from rempart.kernels import compile as kernel_cache
modules = [
    importlib.import_module(f"{package.__name__}.{module.name}")
    for package in (rempart.kernels, rempart.detect)
    for module in pkgutil.iter_modules(package.__path__)
]
warming.warm_all()
warming.warm_marks()
def count():
    return sum(len(d.signatures) for d in kernel_cache._DISPATCHERS)
for module in modules:
    before = count()
    # The learned task needs a model.
    if hasattr(module, "warm") and module.__name__.rpartition(".")[2] != "learned_task":
        module.warm()
    if count() > before:
        print(module.__name__)
"""


def test_no_kernel_is_forgotten() -> None:
    """Once all is warm, no file's own warm-up, and no task's, finds anything left to compile."""
    done = subprocess.run([sys.executable, "-c", EVERY_KERNEL], capture_output=True, encoding="utf-8", check=True)

    assert done.stdout.strip() == ""


def test_a_folder_is_warm_once_its_stamp_is_there(tmp_path: Path) -> None:
    """A stamp of other sources, or of another compiler, is another name."""
    (tmp_path / "warm-of-last-year").touch()
    assert not warming.is_warm(tmp_path)

    (tmp_path / warming.stamp_name()).touch()

    assert warming.is_warm(tmp_path)


def test_what_is_warm_is_not_warmed_again(tmp_path: Path) -> None:
    """The stamp is not written twice."""
    stamp = tmp_path / warming.stamp_name()
    stamp.touch(mode=0o400)
    before = stamp.stat().st_mtime_ns

    warming.make_warm(tmp_path)

    assert stamp.stat().st_mtime_ns == before

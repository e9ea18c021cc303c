"""Compiled kernels are kept in a folder that only their user can write, and a sandboxed worker never writes it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rempart.kernels import compile as kernel_cache

_SCRIPT = """
import sys
from pathlib import Path
from rempart.kernels import compile as kernel_cache
folder = kernel_cache.use_cache_folder(Path(sys.argv[1]), read_only=sys.argv[2] == "read-only")
from rempart.kernels import luma
luma.warm()
print(folder, kernel_cache.compiled_here())
"""


def use(folder: Path, mode: str) -> str:
    """Load the small kernels in a process of its own, and return the folder it used and how many it compiled."""
    command = [sys.executable, "-c", _SCRIPT, str(folder), mode]
    return subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout.strip()


def listing(folder: Path) -> list[tuple[str, int]]:
    """Return every file below a folder with the time of its last change."""
    return sorted((str(p), p.stat().st_mtime_ns) for p in folder.rglob("*"))


def test_the_second_process_loads_what_the_first_compiled(tmp_path: Path) -> None:
    """A warm cache leaves nothing to compile."""
    folder = tmp_path / "cache"

    first, second = use(folder, "write"), use(folder, "write")

    assert first == f"{folder} 2"
    assert second == f"{folder} 0"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_reader_never_writes_the_cache(tmp_path: Path) -> None:
    """With an empty cache a reader compiles for itself and leaves no file; with a full one it changes none."""
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)

    assert use(folder, "read-only") == f"{folder} 2"
    assert listing(folder) == []

    use(folder, "write")
    before = listing(folder)
    assert before
    assert use(folder, "read-only") == f"{folder} 0"
    assert listing(folder) == before


@pytest.mark.parametrize("mode", ["write", "read-only"])
def test_a_folder_that_others_can_write_is_not_used(tmp_path: Path, mode: str) -> None:
    """The cache is made of pickles: whoever can write it can run code as us."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o777)

    assert use(folder, mode) == "None 2"
    assert listing(folder) == []


def test_a_link_to_a_private_folder_is_not_used(tmp_path: Path) -> None:
    """A link can be exchanged by whoever owns its folder."""
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert use(tmp_path / "link", "write") == "None 2"


def test_without_a_writable_home_a_temporary_folder_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels are compiled once for the life of the process, in a private folder."""
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    folder = kernel_cache.find_cache_folder()

    assert folder is not None
    assert folder.name.startswith("rempart-kernels-")
    assert kernel_cache.is_private(folder)


def test_another_user_s_folder_is_not_private(tmp_path: Path) -> None:
    """Ownership counts, not only permissions."""
    if os.geteuid() == 0:
        os.chown(tmp_path, 65534, 65534)
        assert not kernel_cache.is_private(tmp_path)
    else:
        assert not kernel_cache.is_private(Path("/usr"))

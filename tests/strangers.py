"""A stranger: a shell with the programs that README.txt names and no other, least of all Python."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from required import skip_or_fail

TOOLS = "bash sha256sum basenc od tr tail cut wc cat date dirname mktemp rm find openssl".split()


def stranger_tools(folder: Path) -> Path:
    """Fill a folder with those programs, and age where it is there; skip where one is missing."""
    for tool in TOOLS:
        found = shutil.which(tool)
        if not found:
            skip_or_fail("openssl", f"{tool} is not installed")
        else:
            (folder / tool).symlink_to(found)
    if age := shutil.which("age"):
        (folder / "age").symlink_to(age)
    return folder


def verify(tools: Path, folder: Path, *arguments: object, **environment: str) -> tuple[int, str, str]:
    """Run the package's own verify.sh as a stranger; return its status, what it says, and what it complains of."""
    command = [str(each) for each in (tools / "bash", folder / "verify.sh", *arguments)]
    done = subprocess.run(
        command, cwd=tools, env={"PATH": str(tools), **environment}, capture_output=True, check=False, timeout=60
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def key_file(folder: Path, identity: str) -> Path:
    """Write a key as ``age-keygen`` does; skip where age is missing."""
    if not shutil.which("age"):
        skip_or_fail("age", "it is not installed")
    path = folder / "key.txt"
    path.write_text(f"# a key\n{identity}\n", encoding="utf-8")
    return path

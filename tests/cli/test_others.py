"""``rempart fingerprint``, ``config``, ``doctor``, ``--version``: words and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from commands import rempart
from rempart import __version__
from rempart.cli.commands import COMMANDS
from rempart.hazmat import Protection


def test_fingerprint_prints_json_lines(folders: tuple[Path, Path]) -> None:
    """Path, digest, kind, size, and each code with its version; what cannot be read is told; exit 2."""
    _, pile = folders

    done = rempart("fingerprint", pile / "a-copy.jpg", pile / "c-cut.jpg", "--json")

    [record] = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [record[k] for k in ("path", "kind", "width", "height")] == [str(pile / "a-copy.jpg"), "image", 480, 360]
    assert len(record["sha256"]) == 64
    [one] = record["fingerprints"]
    assert list(one) == ["signal_type", "version", "bits", "quality", "region"]
    assert (one["signal_type"], one["version"], len(one["bits"])) == ("pdq", "pdq/1", 64)
    assert "c-cut.jpg: cut short" in done.stderr


def test_fingerprint_reads_standard_input(folders: tuple[Path, Path]) -> None:
    """``-`` never touches the disk, and gives the code of the file."""
    data = (folders[1] / "a-copy.jpg").read_bytes()

    from_pipe = json.loads(rempart("fingerprint", "-", "--json", data=data).stdout)
    from_file = json.loads(rempart("fingerprint", folders[1] / "a-copy.jpg", "--json").stdout)

    assert from_pipe | {"path": ""} == from_file | {"path": ""}


def test_fingerprint_stops_names_too(folders: tuple[Path, Path]) -> None:
    """Exit 6, and where to turn."""
    done = rempart("fingerprint", folders[1] / "d-lycee.jpg")

    assert done.returncode == 6
    assert "PHAROS" in done.stderr
    assert done.stdout == ""


def test_config_show_tells_each_origin(tmp_path: Path) -> None:
    """Later layers win, and the line says which one did."""
    (tmp_path / "c.toml").write_text("[hazmat]\nworkers = 3\nmax_frames = 7\n", encoding="utf-8")

    done = rempart("--config", tmp_path / "c.toml", "config", "show", "--origin", env={"REMPART_HAZMAT_WORKERS": "5"})

    assert done.returncode == 0
    assert "hazmat.workers = 5  # REMPART_HAZMAT_WORKERS" in done.stdout
    assert f"hazmat.max_frames = 7  # {tmp_path / 'c.toml'}" in done.stdout
    assert "detect.radius_bits = 31  # default" in done.stdout


def test_an_unknown_setting_is_an_error_in_every_command(tmp_path: Path) -> None:
    """A typing error must not silently leave a default."""
    (tmp_path / "c.toml").write_text("[hazmat]\nworker = 3\n", encoding="utf-8")

    in_file = rempart("--config", tmp_path / "c.toml", "scan", ".", "-a", ".")
    in_variable = rempart("config", "show", env={"REMPART_HAZMAT_WORKER": "1"})

    assert (in_file.returncode, in_variable.returncode) == (3, 3)
    assert "unknown setting 'hazmat.worker'" in in_file.stderr
    assert "Did you mean hazmat.workers?" in in_file.stderr
    assert "Did you mean REMPART_HAZMAT_WORKERS?" in in_variable.stderr


def test_doctor_says_what_a_watch_would_lack() -> None:
    """Who is asked queries, and who is told: neither is needed, and each is missed too late."""
    bare = rempart("doctor", "--json")
    opened = rempart("doctor", "--json", env={"REMPART_ALERTS_MAIL_TO": "a@asso.example", "REMPART_MAIL_HOST": "x"})

    told = {record["check"]: record for record in map(json.loads, bare.stdout.splitlines())}
    doors = {record["check"]: record for record in map(json.loads, opened.stdout.splitlines())}
    assert not told["search"]["ok"]
    assert "rempart alert list" in told["alerts"]["detail"]
    assert (doors["alerts"]["ok"], doors["alerts"]["detail"]) == (True, "mail")


def test_doctor_names_every_protection() -> None:
    """What is missing is said with what it would give."""
    done = rempart("doctor", "--json")

    checks = {line["check"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0
    assert set(Protection) <= set(checks)
    assert all(check["detail"] for check in checks.values())
    assert "jpeg" in checks["formats"]["detail"]


def test_version_and_help_load_nothing_heavy() -> None:
    """They answer at once: no numpy, no numba, no settings, few modules."""
    code = (
        "import sys\nfrom rempart.cli import run\nassert run([{!r}]) == 0\n"
        "print(sorted({{'numpy', 'numba', 'pydantic', 'rich', 'jinja2', 'PIL', 'subprocess'}} & set(sys.modules)),"
        " len(sys.modules) < 160, file=sys.stderr)"
    )
    for option in ("--version", "--help"):
        done = subprocess.run(
            [sys.executable, "-c", code.format(option)], capture_output=True, encoding="utf-8", check=True
        )
        assert done.stderr.strip() == "[] True"


def test_version_is_the_package_s() -> None:
    """One place says it."""
    assert rempart("--version").stdout == f"rempart {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    """And the list shows it."""
    assert rempart(command, "--help").returncode == 0
    assert command in rempart("--help").stdout

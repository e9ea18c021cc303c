"""A passphrase comes from a credential, a private file or a person, in that order, and is not shown."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from rempart.errors import KeyFileError
from rempart.keys import CREDENTIAL, find_passphrase
from rempart.keys.passphrase import Passphrase


def file_of(path: Path, content: bytes, mode: int = 0o600) -> Path:
    """Write a file with a mode."""
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_the_credential_comes_first_then_the_file_then_the_person(tmp_path: Path) -> None:
    """A service never waits for a terminal."""
    file = file_of(tmp_path / "file", b"from the file\n")
    environment = {"CREDENTIALS_DIRECTORY": str(tmp_path)}

    assert find_passphrase({}, None, lambda: "from the person")() == "from the person"
    assert find_passphrase(environment, file, lambda: "from the person")() == "from the file"
    file_of(tmp_path / CREDENTIAL, b"from systemd", 0o400)
    assert find_passphrase(environment, file, None)() == "from systemd"


def test_a_variable_s_value_is_never_a_passphrase() -> None:
    """Variables are read by other processes; only the credentials' folder is taken from one."""
    environment = {"REMPART_PASSPHRASE": "x", CREDENTIAL: "x", "CREDENTIALS_DIRECTORY": "not/absolute"}

    with pytest.raises(KeyFileError, match="none was given"):
        find_passphrase(environment, None, None)()


def test_nothing_is_read_before_it_is_needed(tmp_path: Path) -> None:
    """A keyring without a passphrase does not look for one."""
    assert callable(find_passphrase({}, tmp_path / "absent", None))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """Its passphrase is no secret."""
    file = file_of(tmp_path / "file", b"x", mode)

    with pytest.raises(KeyFileError, match="open to others"):
        find_passphrase({}, file, None)()


@pytest.mark.parametrize("mode, accepted", [(0o400, True), (0o440, True), (0o444, False), (0o460, False)])
def test_a_credential_may_have_systemd_s_access_list(tmp_path: Path, mode: int, accepted: bool) -> None:  # noqa: FBT001 - a parameter
    """The list shows as the group's read bit; everybody's would be a mistake."""
    file_of(tmp_path / CREDENTIAL, b"x", mode)
    find = find_passphrase({"CREDENTIALS_DIRECTORY": str(tmp_path)}, None, None)

    if accepted:
        assert find() == "x"
    else:
        with pytest.raises(KeyFileError, match="open to others"):
            find()


def test_a_credential_that_cannot_be_used_is_not_passed_over(tmp_path: Path) -> None:
    """A link, or a missing file that was named, is an error and not a reason to ask somebody else."""
    (tmp_path / CREDENTIAL).symlink_to(file_of(tmp_path / "file", b"x"))

    with pytest.raises(KeyFileError, match="it is a link"):
        find_passphrase({"CREDENTIALS_DIRECTORY": str(tmp_path)}, None, lambda: "y")()
    with pytest.raises(KeyFileError, match="No such file"):
        find_passphrase({}, tmp_path / "absent", lambda: "y")()


def test_one_line_end_is_not_part_of_it(tmp_path: Path) -> None:
    """Other spaces are."""
    for content, passphrase in ((b"x\n", "x"), (b"x\r\n", "x"), (b" x \n\n", " x \n"), (b"x", "x")):
        assert find_passphrase({}, file_of(tmp_path / "file", content), None)() == passphrase


def test_bytes_that_are_no_text_are_refused_without_quoting_them(tmp_path: Path) -> None:
    """The decoder's error holds them."""
    file = file_of(tmp_path / "file", b"secret\xff")

    with pytest.raises(KeyFileError, match="not UTF-8") as caught:
        find_passphrase({}, file, None)()

    assert caught.value.__context__ is None


def test_it_is_asked_for_once_and_again_on_demand() -> None:
    """Every key of a rotation opens with one answer."""
    answers = iter(["first", "second"])
    passphrase = Passphrase(lambda: next(answers))

    assert [passphrase.get(), passphrase.get(), passphrase.ask_again(), passphrase.get()] == [
        "first",
        "first",
        "second",
        "second",
    ]


def test_it_is_not_shown_nor_pickled() -> None:
    """A debugger's line is also a log."""
    passphrase = Passphrase(None, known="horse")

    assert "horse" not in f"{passphrase!r}{passphrase}"
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(passphrase)


def test_a_pipe_does_not_make_us_wait(tmp_path: Path) -> None:
    """It is not a file."""
    os.mkfifo(tmp_path / "pipe", 0o600)

    with pytest.raises(KeyFileError, match="not a regular file"):
        find_passphrase({}, tmp_path / "pipe", None)()

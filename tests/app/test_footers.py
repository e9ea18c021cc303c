"""Copies of texts: for nobody who was not told, nothing overwritten, and nothing of what may concern a minor."""

from __future__ import annotations

from pathlib import Path

import pytest

from marked import told
from rempart.app.footers import FooterWritten, write_footers
from rempart.app.intake import Skipped
from rempart.app.recipients import add_recipient
from rempart.errors import MisuseError
from rempart.model.recipient import NewRecipient
from workspaces import make


def test_each_recipient_gets_her_copy(tmp_path: Path) -> None:
    """A second run leaves them; a file that is something else is left as well, and said."""
    settings, workspace = make(tmp_path / "ws")
    text = tmp_path / "plan.txt"
    text.write_text("The plan.\n")
    people = told(workspace, "Ada", "Bea")

    first = list(write_footers([text], people, tmp_path / "out", settings, language="en"))
    made = [event.path for event in first if isinstance(event, FooterWritten) and event.is_written]
    made[0].write_text("mine")
    again = list(write_footers([text], people, tmp_path / "out", settings, language="en"))

    assert [b"Personal copy of Bea" in path.read_bytes() for path in made] == [False, True]
    assert made[0].read_text() == "mine"
    assert [event.is_written for event in again if isinstance(event, FooterWritten)] == [False, True]


def test_nobody_who_was_not_told(tmp_path: Path) -> None:
    """Nothing is written."""
    settings, workspace = make(tmp_path / "ws")
    text = tmp_path / "plan.txt"
    text.write_text("The plan.\n")
    people = [add_recipient(workspace, NewRecipient(name="Bea"))]

    with pytest.raises(MisuseError, match="not told"):
        list(write_footers([text], people, tmp_path / "out", settings, language="fr"))

    assert not (tmp_path / "out").exists()


def test_the_gate_judges_names(tmp_path: Path) -> None:
    """What may concern a minor is not opened: the file is not even there."""
    settings, workspace = make(tmp_path / "ws")
    people = told(workspace, "Ada")

    events = list(write_footers([tmp_path / "lycee_15ans.txt"], people, tmp_path / "out", settings, language="fr"))

    assert [type(event) for event in events] == [Skipped]


@pytest.mark.parametrize("names", [("none.txt",), ("a/x.txt", "b/X.txt")])
def test_what_cannot_be_read_or_told_apart(tmp_path: Path, names: tuple[str, ...]) -> None:
    """A missing file, and two of one name."""
    settings, workspace = make(tmp_path / "ws")

    with pytest.raises(MisuseError, match=r"cannot be read|same name"):
        list(
            write_footers(
                [tmp_path / name for name in names], told(workspace, "Ada"), tmp_path / "out", settings, language="fr"
            )
        )

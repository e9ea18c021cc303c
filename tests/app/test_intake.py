"""Every item goes to the sandbox or aside, once."""

from __future__ import annotations

from rempart.app.intake import Intake, Role
from rempart.app.pile import Unentered
from rempart.model import MediaBytes, MediaItem, MinorGate, Unreadable, UnreadableReason


def test_what_does_not_go_in_is_kept_aside_once() -> None:
    """A stopped name and a closed folder are told with their role; nothing is told twice, nothing is lost."""
    intake = Intake(MinorGate())
    closed = Unentered(label="closed", outcome=Unreadable(reason=UnreadableReason.FORBIDDEN))
    found: list[MediaItem | Unentered] = [
        MediaBytes(data=b"", label="a.jpg"),
        closed,
        MediaBytes(data=b"", label="lycee.jpg"),
    ]

    cleared = [c.item.label for c in intake.cleared(found, Role.SUSPECT)]

    aside = [(s.label, s.role, s.outcome_word()) for s in intake.set_aside()]
    assert cleared == ["a.jpg"]
    assert aside == [("closed", Role.SUSPECT, "unreadable"), ("lycee.jpg", Role.SUSPECT, "stopped")]
    assert list(intake.set_aside()) == []

"""Every item goes to the sandbox or aside, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from rempart.app.archives import Found, PassedOver
from rempart.app.intake import Intake, Role
from rempart.app.pile import Unentered
from rempart.model import Cleared, MediaBytes, MediaItem, MinorGate, Unreadable, UnreadableReason


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


def test_what_archives_hold_comes_in_portions() -> None:
    """What is set aside is not piled up: an archive may hold a million things that are no pictures."""
    outcome = Unreadable(reason=UnreadableReason.UNSUPPORTED)
    gate = MinorGate()
    intake = Intake(gate)
    good = cast("Cleared[MediaItem]", gate.check(MediaBytes(data=b"", label="a.jpg")))

    def found() -> Iterator[Found]:
        for k in range(2_500):
            yield Unentered(label=str(k), outcome=outcome)
            if k % 100 == 0:
                yield good
                yield PassedOver(count=2)

    sizes, items = [], 0
    for portion in intake.portions(found(), Role.SUSPECT):
        items += sum(1 for _ in portion)
        sizes.append(len(list(intake.set_aside())))

    assert sum(sizes) == 2_500
    assert max(sizes) <= 1_000
    assert items == 25
    assert intake.not_pictures == 50

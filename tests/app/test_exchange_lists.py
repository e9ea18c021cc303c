"""Lists of all that is to be matched: what a newer signed one no longer has is ended, and nothing by any other."""

from __future__ import annotations

from feed_imports import KEY, Made, bank, signed, take
from feeds import code, jsonl, listed
from rempart.app.exchange import FeedImport
from rempart.app.workspace import Workspace
from rempart.model.exchange import FeedFormat, Taken
from rempart.model.work import EventKind, JobState
from rempart.register import sign_feed


def take_list(workspace: Workspace, sequence: int, *numbers: int, tail: str = "", signed_by: str = "us") -> FeedImport:
    """Take a signed CSV list of some codes; of nobody's it is not signed."""
    content = ("".join(f"{code(n).hex()}\n" for n in numbers) + tail).encode()
    beside = workspace.folder.parent / "feed.sig"
    beside.unlink(missing_ok=True)
    if signed_by:
        beside.write_bytes(sign_feed(content, FeedFormat.CSV, KEY, recipient=signed_by, sequence=sequence))
    return take(workspace, content, key=KEY.public if signed_by else None)


def test_what_a_newer_signed_list_no_longer_has_is_ended(made: Made) -> None:
    """A withdrawal in a format that cannot name it: gone from every file; what others list is theirs."""
    _, workspace = made
    take(workspace, jsonl(listed(code(0))), partner="Bo")
    take_list(workspace, 1, 0, 1, 2, 3)

    work = take_list(workspace, 2, 2, 3, 4)

    assert (work.taken, work.staying) == (Taken(added=1, known=2, ended=2), 0)
    assert bank(workspace) == {code(n) for n in (0, 2, 3, 4)}
    assert workspace.jobs.counts() == {JobState.DONE: 1}
    assert [dict(e.detail)["removed"] for e in workspace.journal.events() if e.kind is EventKind.CODES_IMPORTED][
        -1
    ] == 2
    assert take_list(workspace, 3, 1, 2).taken == Taken(added=1, known=1, ended=2)  # it may come back
    assert take_list(workspace, 4).taken == Taken(ended=2)
    assert bank(workspace) == {code(0)}


def test_what_is_not_surely_the_whole_list_ends_nothing(made: Made) -> None:
    """Not signed, of the same number, with a line that cannot be read, or no list at all: what stays is counted."""
    _, workspace = made
    assert take_list(workspace, 0, 0, 1, signed_by="").staying == 0
    assert take_list(workspace, 0, 0, signed_by="").staying == 1
    assert take_list(workspace, 1, 0, 1).staying == 0
    again = take_list(workspace, 1, 0)
    broken = take_list(workspace, 2, 0, tail="x\n")
    (workspace.folder.parent / "feed.sig").unlink()
    ours = take(workspace, signed(jsonl(listed(code(0))), 3))

    assert [(w.staying, w.taken.ended) for w in (again, broken, ours)] == [(1, 0), (1, 0), (0, 0)]
    assert bank(workspace) == {code(0), code(1)}

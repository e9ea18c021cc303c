"""Walk files and folders as a stream of items, whatever their number, and say what could not be entered.

Folders are entered in order of name, so that two scans of one pile list the same things in the same order, and one that
was interrupted goes on after the place it had reached. Symbolic links to files are read, links to folders are not
followed (they make loops, and lead out of what was given).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rempart.errors import MisuseError
from rempart.hazmat.items import why_unreadable
from rempart.model import MediaFile, Place, Stopped, Unreadable, UnreadableReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Unentered:
    """Something in a pile that could not be looked into."""

    label: str
    """Its path, as it is shown."""
    outcome: Unreadable | Stopped
    """Why."""
    place: Place = ()
    """Where it stands in the order of its pile."""


def walk(roots: Iterable[Path], after: Place = ()) -> Iterator[MediaFile | Unentered]:
    """Yield every file below the given files and folders.

    One folder's names are held at a time, per level of depth.

    Args:
        roots: Files and folders, in the order that numbers them in places.
        after: The place after which to go on: what is before it is not looked at, what is wholly in it is done. A
            file that the place goes into, an archive, comes again: its reader goes on in it.
    """
    for number, root in enumerate(roots):
        if not after or number >= int(after[0]):
            yield from _root(root, (number,), rest_of(after, (number,)), is_done=after == (number,))


def rest_of(after: Place, place: Place) -> Place:
    """Return what is left of a place below one that holds it; nothing if it is elsewhere."""
    return after[len(place) :] if after[: len(place)] == place else ()


def check_roots(roots: Iterable[Path]) -> None:
    """Make sure, before anything else is done, that what a person named is there.

    Raises:
        MisuseError: it is missing, or forbidden.
    """
    for root in roots:
        try:
            if stat.S_ISDIR(root.stat().st_mode):
                os.scandir(root).close()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            message = f"cannot read {str(root)!r}: {reason}"
            advice = "Check the path and its permissions."
            if str(root) == "-":
                advice = "Only rempart fingerprint reads standard input."
            raise MisuseError(message, advice=advice) from error


def _root(root: Path, place: Place, after: Place, *, is_done: bool) -> Iterator[MediaFile | Unentered]:
    if is_done:
        return
    try:
        is_folder = stat.S_ISDIR(root.stat().st_mode)
    except OSError as error:
        yield Unentered(label=str(root), outcome=why_unreadable(error), place=place)
        return
    if is_folder:
        # The folder that was named counts in the gate's judgement; what lies above it does not.
        names = _with_target(str(root), (Path(os.path.abspath(root)).name,))
        yield from _folder(_Folder(path=str(root), names=names, place=place, after=after))
    else:
        item = MediaFile.named(root)
        yield replace(item, names=_with_target(str(root), item.names), place=place)


def _folder(folder: _Folder) -> Iterator[MediaFile | Unentered]:
    """Walk a folder, depth first, by a stack of listings: a path may hold 2,000 folders, Python's calls may not."""
    stack: list[Iterator[MediaFile | Unentered | _Folder]] = [_listing(folder)]
    while stack:
        found = next(stack[-1], None)
        if found is None:
            stack.pop()
        elif isinstance(found, _Folder):
            stack.append(_listing(found))
        else:
            yield found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Folder:
    path: str
    names: tuple[str, ...]
    place: Place
    after: Place
    """What of the place after which to go on is below this folder."""


def _listing(folder: _Folder) -> Iterator[MediaFile | Unentered | _Folder]:
    """Yield what one folder holds, in order of name."""
    # A number here would be a place in an archive that has become a folder: it is read anew.
    reached = folder.after[0] if folder.after and isinstance(folder.after[0], str) else ""
    rest = folder.after[1:]
    try:
        with os.scandir(folder.path) as entries:
            found = sorted(
                (entry.name, entry.is_dir(follow_symlinks=False), entry.is_symlink())
                for entry in entries
                if entry.name > reached or (entry.name == reached and rest)
            )
    except OSError as error:
        yield Unentered(label=folder.path, outcome=why_unreadable(error), place=folder.place)
        return
    for name, is_folder, is_link in found:
        path, judged = os.path.join(folder.path, name), (*folder.names, name)
        place = (*folder.place, name)
        if is_folder:
            yield _Folder(path=path, names=judged, place=place, after=rest if name == reached else ())
        elif is_link and os.path.isdir(path):
            yield Unentered(label=path, outcome=_LINKED_FOLDER, place=place)
        else:
            judged = _with_target(path, judged) if is_link else judged
            yield MediaFile(path=Path(path), label=path, names=judged, may_be_link=is_link, place=place)


_LINKED_FOLDER = Unreadable(reason=UnreadableReason.LINKED_FOLDER)


def _with_target(path: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Add every name on the way from a link to what it leads to: a link must not hide them from the gate.

    Of each target, the folders that it does not share with the link are judged: what lies above both is neither's.
    """
    for _ in range(_LINKS_MAX):
        if not os.path.islink(path):
            break
        here = os.path.dirname(os.path.abspath(path))
        target = os.path.normpath(os.path.join(here, os.readlink(path)))
        shared = os.path.commonpath([os.path.realpath(here), target])
        names += tuple(part for part in target[len(shared) :].split("/") if part)
        path = target
    return names


#: Linux follows forty links, then answers ELOOP (path_resolution(7)).
_LINKS_MAX = 40


def count(roots: Iterable[Path]) -> int:
    """Count the files that :func:`walk` would yield, without holding their names: for a progress bar."""
    total = 0
    folders = [str(root) for root in roots]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total += 1
        except NotADirectoryError:
            total += 1
        except OSError:
            continue  # walk() reports it
    return total

"""The licence check refuses what it does not know."""

from __future__ import annotations

from email.message import Message
from importlib.metadata import PackageMetadata
from typing import cast

import pytest

import licences


def metadata(*classifiers: str, expression: str = "") -> PackageMetadata:
    """Make a package's metadata."""
    message = Message()
    for classifier in classifiers:
        message["Classifier"] = f"License :: OSI Approved :: {classifier}"
    if expression:
        message["License-Expression"] = expression
    return cast("PackageMetadata", message)


@pytest.mark.parametrize(
    "expression, accepted",
    [
        ("MIT", True),
        ("BSD-3-Clause AND MIT", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("MIT AND GPL-2.0-only", False),
        ("LGPL-3.0-or-later", False),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", True),
        ("", False),
        ("Proprietary", False),
    ],
)
def test_expressions(expression: str, accepted: bool) -> None:  # noqa: FBT001 - a table
    """Every part must be acceptable; of an OR, one."""
    assert (licences.problem_with(expression, "x") == "") is accepted


def test_the_lgpl_is_for_named_packages_only() -> None:
    """With the reason beside the name."""
    assert licences.problem_with("LGPL-3.0-or-later", "pi-heif") == ""


@pytest.mark.parametrize(
    "name, lock, accepted",
    [
        ("av", "video.lock", True),
        ("av", "core.lock", False),
        ("av", "postgres.lock", False),
        ("x", "video.lock", False),
    ],
)
def test_the_gpl_is_for_who_asks_for_it(name: str, lock: str, accepted: bool) -> None:  # noqa: FBT001 - a table
    """One package, in the lock of one extra; never in what everybody installs."""
    assert (licences.problem_with("GPL-2.0-or-later", name, lock) == "") is accepted


@pytest.mark.parametrize(
    "classifiers, accepted",
    [
        (("MIT License",), True),
        (("MIT License", "GNU Affero General Public License v3"), False),
        (("Something Nobody Knows",), False),
        ((), False),
    ],
)
def test_unknown_classifiers_are_not_dropped(classifiers: tuple[str, ...], accepted: bool) -> None:  # noqa: FBT001
    """One that is unknown makes the whole unknown."""
    licence = licences.licence_of("x", metadata(*classifiers))

    assert (licences.problem_with(licence, "x") == "") is accepted


@pytest.mark.parametrize(
    "library, known",
    [
        ("libz-1a2b.so.1", True),
        ("libzstd-40ad.so.1.5.7", True),
        ("libopenjp2-e530e1bf.so.2.5.4", True),
        ("libscipy_openblas64_-32a4b2a6.so", True),
        ("libzbar-1.so", False),
        ("libx266-9.so", False),
    ],
)
def test_bundled_libraries_are_known_by_their_whole_name(library: str, known: bool) -> None:  # noqa: FBT001 - a table
    """A longer name is another library."""
    assert bool(licences.bundled_licence(library)) is known

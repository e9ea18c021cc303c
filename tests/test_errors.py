"""The tree of errors is the one that the module draws, and each has its exit code."""

from __future__ import annotations

import inspect
import re

import pytest

from rempart import errors


def below(kind: type[Exception], depth: int = 0) -> list[tuple[int, str]]:
    """Return a class and those derived from it in this module, with their depth."""
    rows = [(depth, kind.__name__)]
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            rows += below(child, depth + 1)
    return rows


def test_the_drawing_is_true() -> None:
    """Every class is drawn, where it is."""
    drawn = []
    for line in inspect.getdoc(errors).splitlines():  # type: ignore[union-attr]  # the module has a docstring
        found = re.match(r"^( {4}[│├└─ ]*)(\w+Error)$", line)
        if found:
            drawn.append(((len(found.group(1)) - 4) // 4, found.group(2)))

    assert drawn == below(errors.RempartError)


def test_names_end_in_error() -> None:
    """So that a reader sees what is raised."""
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass) if c.__module__ == errors.__name__]

    assert all(c.__name__.endswith("Error") and issubclass(c, errors.RempartError) for c in classes)


@pytest.mark.parametrize(
    "kind, code",
    [
        (errors.MisuseError, 2),
        (errors.ConfigError, 3),
        (errors.SandboxError, 3),
        (errors.OutputError, 4),
        (errors.RefusedError, 6),
    ],
)
def test_exit_codes_are_those_of_the_design(kind: type[errors.RempartError], code: int) -> None:
    """Programs rely on them."""
    assert kind.exit_code == code


def test_diagnostics_add_what_to_do() -> None:
    """The sentence first, the advice below; the sentence alone where it says it all."""
    assert errors.MisuseError("No such thing.", advice="Look elsewhere.").diagnostics() == (
        "No such thing.\nLook elsewhere."
    )
    assert errors.MisuseError("No such thing.").diagnostics() == "No such thing."

"""Write the reference pages that come from the code: settings, commands, errors. A test compares them with the code.

``.venv/bin/python scripts/reference_pages.py`` writes docs/settings.md, docs/reference/commands.md and errors.md.
"""

from __future__ import annotations

import inspect
from pathlib import Path

import click

from rempart import cli, errors
from rempart.config import Settings, accepted, setting_docs, variable_name

SETTINGS_INTRODUCTION = (
    "Read from a TOML file, then from the environment, then from flags; later ones win. An unknown key is an error in "
    "each of them. The file is the one that `--config` names, else `REMPART_CONFIG`, else `rempart/config.toml` in "
    "`$XDG_CONFIG_HOME` (`~/.config`), which may be absent."
)
ERRORS_INTRODUCTION = (
    "All derive from `RempartError` (`src/rempart/errors.py`). The message is one sentence with the value that was "
    "wrong; `diagnostics()` adds what to do next."
)
DOCS = Path(__file__).resolve().parent.parent / "docs"


def settings_page() -> str:
    """Return docs/settings.md."""
    rows = []
    defaults = Settings()
    for key, doc in setting_docs().items():
        section, _, name = key.partition(".")
        value = getattr(getattr(defaults, section), name)
        shown = "" if value in (None, ()) else f"`{value}`"
        rows.append(f"| `{key}` | {shown} | `{variable_name(key)}` | {doc} | {accepted(key)} |")
    return "\n".join(
        (
            "# Settings",
            "",
            SETTINGS_INTRODUCTION,
            "",
            "```toml",
            "[hazmat]",
            "workers = 2",
            'require = ["seccomp", "landlock"]',
            "",
            "[report]",
            'language = "en"',
            "```",
            "",
            "`rempart config show --origin` prints every value and which layer gave it.",
            "",
            "| setting | default | variable | what it does | takes |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        )
    )


def commands_page() -> str:
    """Return docs/reference/commands.md."""
    parts = ["# Commands", "", "As `--help` prints them. Results go to stdout, talk and progress to stderr.", ""]
    parts += _help(cli.rempart, "rempart")
    parts += [
        "## Exit codes",
        "",
        "| code | meaning |",
        "| --- | --- |",
        "| 0 | done, nothing found |",
        "| 1 | something found |",
        "| 2 | misuse: a path, a name or an identifier that is not there, a file that could not be read |",
        "| 3 | configuration: a setting, the workspace, its keys, or what the machine lacks |",
        "| 4 | not reached, written or finished: a database, a disk, a report, a withdrawal |",
        "| 5 | integrity failure: what is stored is not what was written |",
        "| 6 | refused for safety: no right, no consent, a limit, or only stopped items |",
        "| 70 | a bug in Rempart; please report it |",
        "| 130 | interrupted; what was found until then was printed |",
        "",
    ]
    return "\n".join(parts)


def _help(command: click.Command, path: str) -> list[str]:
    context = click.Context(command, info_name=path, max_content_width=100, terminal_width=100)
    lines = [f"## `{path}`", "", "```text", command.get_help(context).rstrip(), "```", ""]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                lines += _help(inner, f"{path} {name}")
    return lines


def errors_page() -> str:
    """Return docs/reference/errors.md."""
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.RempartError)]
    rows = [f"| `{c.__name__}` | {c.exit_code} | {(inspect.getdoc(c) or '').splitlines()[0]} |" for c in classes]
    return "\n".join(
        (
            "# Errors",
            "",
            ERRORS_INTRODUCTION,
            "",
            "| error | exit code | when |",
            "| --- | --- | --- |",
            *rows,
            "",
        )
    )


PAGES = {
    DOCS / "settings.md": settings_page,
    DOCS / "reference" / "commands.md": commands_page,
    DOCS / "reference" / "errors.md": errors_page,
}


def main() -> None:
    """Write every page."""
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")
        print(path.relative_to(DOCS.parent))


if __name__ == "__main__":
    main()

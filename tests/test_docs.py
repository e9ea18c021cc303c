"""The documentation is true: commands, settings, errors, reasons, links, examples."""

from __future__ import annotations

import doctest
import importlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

import reference_pages
from rempart import cli
from rempart.config import setting_docs, variable_name
from rempart.model import ClueKind, StopReason, UnreadableReason
from rempart.model.provenance import ManifestState
from rempart.model.recipient import TraceVerdict
from rempart.model.retention import RowClass
from rempart.model.work import AccessPurpose
from required import ROOT

PAGES = [*sorted((ROOT / "docs").rglob("*.md")), *(ROOT / n for n in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))]
TEXTS = {path: path.read_text(encoding="utf-8") for path in PAGES}
NAMES = {path: str(path.relative_to(ROOT)) for path in PAGES}


def shown_commands() -> list[tuple[str, str]]:
    """Return every command line of Rempart in the pages' blocks of code, with where it is."""
    found = []
    for path, text in TEXTS.items():
        in_block = False
        for line in text.splitlines():
            if line.startswith("```"):
                in_block = not in_block
            command = re.match(r"^(?:\$ )?(?:\.venv/bin/)?(rempart .+)$", line)
            if in_block and command:
                found.append((NAMES[path], command.group(1)))
        found += [(NAMES[path], c) for c in re.findall(r"`(?:REMPART_\w+=\S+ )?(rempart [^`]+)`", text)]
    return found


@pytest.mark.parametrize("page", reference_pages.PAGES, ids=lambda p: p.name)
def test_reference_pages_are_those_of_the_code(page: Path) -> None:
    """scripts/reference_pages.py was run after the last change."""
    assert page.read_text(encoding="utf-8") == reference_pages.PAGES[page]()


@pytest.mark.parametrize("where, line", shown_commands())
def test_shown_commands_exist(where: str, line: str) -> None:
    """Each command and each option of a page is one of the program's."""
    del where
    words = shlex.split(re.split(r" [>|] ", line)[0].replace("…", "x"))[1:]
    command: click.Command = cli.rempart
    context = click.Context(command)
    while words and words[0] in {"--workspace", "--config"}:
        words = words[2:]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(context, words.pop(0))
        assert inner is not None, line
        command = inner
    words = words[: words.index("--")] if "--" in words else words  # what follows is another program's
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for word in words:
        if word.startswith("-") and word != "-":
            assert word.partition("=")[0] in known | {"--help"}, (line, word)


def test_some_commands_are_shown() -> None:
    """The search above finds what it looks for."""
    assert len(shown_commands()) >= 12


def test_every_setting_and_variable_in_a_page_exists() -> None:
    """A page never names a setting that is gone."""
    variables = {variable_name(key) for key in setting_docs()} | {"REMPART_CONFIG", "REMPART_REQUIRE"}
    sections = {key.partition(".")[0] for key in setting_docs()}
    for path, text in TEXTS.items():
        assert set(re.findall(r"REMPART_[A-Z0-9_]+", text)) - {"REMPART_"} <= variables, NAMES[path]
        named = set(re.findall(rf"`((?:{'|'.join(sections)})\.[a-z_]+)`", text))
        assert named - {"workspace.json"} <= set(setting_docs()), NAMES[path]


@pytest.mark.parametrize("path", PAGES, ids=NAMES.get)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link names a file, and its anchor a heading."""
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[path]):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        linked = (path.parent / file).resolve() if file else path
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}, target


def test_every_reason_is_documented() -> None:
    """A program that reads JSON knows every word it can meet."""
    page = TEXTS[ROOT / "docs" / "reference" / "json.md"]

    words = (*UnreadableReason, *StopReason, *ClueKind, *TraceVerdict, *ManifestState, *AccessPurpose, *RowClass)
    assert [word for word in words if f"`{word}`" not in page] == []


def test_guides_exist_in_both_languages() -> None:
    """A French guide for each English one that people follow."""
    pairs = (
        ("tutorial.md", "fr/tutoriel.md"),
        ("how-to.md", "fr/guides.md"),
        ("admin.md", "fr/administration.md"),
        ("explanation/matching.md", "fr/correspondance.md"),
    )
    for english, french in pairs:
        pages = TEXTS[ROOT / "docs" / english], TEXTS[ROOT / "docs" / french]
        assert french in pages[0]
        assert english in pages[1]
        assert pages[0].count("\n## ") == pages[1].count("\n## ")
        assert pages[0].count("```") == pages[1].count("```")


def test_every_page_is_in_the_site() -> None:
    """mkdocs.yml names each, and nothing else."""
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"([\w/-]+\.md)$", site, re.MULTILINE))

    assert named == {str(p.relative_to(ROOT / "docs")) for p in (ROOT / "docs").rglob("*.md")}


def test_the_site_builds(tmp_path: Path) -> None:
    """With every warning an error, links out of the site aside (they lead to the repository's own pages)."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--no-strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)

    unexpected = [line for line in done.stderr.splitlines() if "WARNING" in line and "'../" not in line]
    assert done.returncode == 0, done.stderr
    assert unexpected == []
    assert (tmp_path / "fr" / "tutoriel.html").exists()


@pytest.mark.parametrize("module", ["rempart.model", "rempart.collect", "rempart.detect", "rempart.privacy"])
def test_examples_run(module: str) -> None:
    """Each room's page of names is also an example."""
    outcome = doctest.testmod(importlib.import_module(module))

    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.parametrize("name", ["demo", "test", "check", "setup", "judges", "targets"])
def test_scripts_can_be_run(name: str) -> None:
    """They are executable, and stop at the first error."""
    script = ROOT / "scripts" / name

    assert script.stat().st_mode & 0o111
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")

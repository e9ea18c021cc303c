"""A power cut in the middle of an upgrade: each migration is done, with its note, or not at all; going on works."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from forked import Forked
from old_files import old_file, open_at, since, structure
from rempart.store import faults, upgrade

#: Upgrades a database, and is killed where a statement begins.
CUT = (
    "import os, signal, sys\nfrom rempart.store import *\nfrom django.db import connection\n"
    "database = Database(DatabaseLocation.parse(sys.argv[1]))\n"
    "def cut(execute, sql, *rest):\n"
    "    if sql.startswith(sys.argv[2]): os.kill(os.getpid(), signal.SIGKILL)\n"
    "    return execute(sql, *rest)\n"
    "connection.execute_wrappers.append(cut)\nupgrade(database)"
)
#: Where it is killed, the tables that must not be there then, and what is left to be done.
MOMENTS = [
    *((moment, {"partner", "imported_code", "imported_removed", "code_sent"}, "0003_exchange")
      for moment in ('CREATE TABLE "partner"', 'CREATE TABLE "imported_removed"')),
    *((moment, {"host", "robots_copy", "authorisation"}, "0005_hosts")
      for moment in ('CREATE TABLE "host"', 'CREATE TABLE "authorisation"')),
    *((moment, {"recipient", "marked_copy", "decoy", "leak_trace"}, "0006_copies")
      for moment in ('CREATE TABLE "recipient"', 'CREATE TABLE "leak_trace"')),
    *((moment, {"signing_certificates", "signed_manifest"}, "0008_manifests")
      for moment in ('CREATE TABLE "signing_certificates"', 'CREATE TABLE "signed_manifest"')),
    *((moment, {"log_leaf", "log_node", "log_checkpoint", "log_entry"}, "0009_log")
      for moment in ('CREATE TABLE "log_leaf"', "CREATE TRIGGER log_leaf_no_replace")),
    *((moment, {"evidence_case", "evidence_item", "custody_event"}, "0010_evidence")
      for moment in ('CREATE TABLE "custody_event"', "CREATE TRIGGER custody_event_no_replace")),
    *((moment, {"watched_thread", "frontier", "search_hit"}, "0011_watch")
      for moment in ('CREATE TABLE "watched_thread"', 'CREATE TABLE "frontier"')),
    *((moment, {"new__frontier"}, "0012_pages_first")
      for moment in ("UPDATE frontier SET place", 'CREATE INDEX "frontier_ahead"')),
]  # fmt: skip


@pytest.fixture(scope="module")
def cuts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forked]:
    """Return what upgrades a database and is killed."""
    yield (forked := Forked(tmp_path_factory.mktemp("cuts"), "from rempart.store import *", CUT))
    forked.end()


@pytest.mark.parametrize(
    "moment", ['CREATE TABLE "source"', 'CREATE TABLE "match_found"', "CREATE INDEX", 'INSERT INTO "django_migrations"']
)
def test_a_power_cut_in_the_first_step_leaves_the_old(cuts: Forked, tmp_path: Path, moment: str) -> None:
    """Killed before its last statement too: the tables are not there without the note."""
    path = old_file(tmp_path)
    before = structure(path)

    done = cuts.run(path, moment)

    assert done.returncode == -signal.SIGKILL
    assert structure(path) == before
    database = open_at(path)
    assert upgrade(database) == since("0002_findings")
    assert faults(database) == []
    database.close()


@pytest.mark.parametrize("moment, tables, left", MOMENTS)
def test_a_power_cut_later_leaves_the_step_before(
    cuts: Forked, tmp_path: Path, moment: str, tables: set[str], left: str
) -> None:
    """No table of a step is there without the others, and without the triggers that keep it."""
    path = old_file(tmp_path)

    done = cuts.run(path, moment)

    assert done.returncode == -signal.SIGKILL
    assert not {name for name, _ in structure(path)} & tables
    database = open_at(path)
    assert upgrade(database) == since(left)
    assert faults(database) == []
    database.close()

"""Making sure that what was deleted has left every file of the database, and saying what is still elsewhere.

Measured (``tests/store/test_erasure.py`` reads the files byte by byte):

- SQLite overwrites what is deleted (``secure_delete``), but not the copies that it left behind when it moved cells
  between pages: of 300 to 3,000 assets of which half were withdrawn, one digest or two stayed in the free space of a
  page in one run out of ten. Only ``VACUUM``, which writes the whole file anew, removes them. The pages as they were
  stay in the write-ahead log until a checkpoint truncates it, which a single open reader prevents.
- PostgreSQL's plain ``VACUUM`` frees the space of dead rows without overwriting it: half of the withdrawn bits stayed.
  ``VACUUM FULL`` writes the tables and their indexes anew. A planner's statistics keep copies of values as well:
  columns of bytes have none here (:func:`withhold_statistics`).

Blocks that the file system took back are the disk's: only its encryption covers them.
"""

from __future__ import annotations

from typing import Final

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from rempart import clock
from rempart.errors import UnavailableError
from rempart.store.database import Database

#: Tables in which something withdrawn, or past its end, may have been.
_TABLES: Final = (
    *("asset", "fingerprint", "fingerprint_detailed", "match_found", "sighting", "scan_skipped", "scan"),
    *("consent", "ground", "job", "event", "access_trace"),
    *("imported_listing", "imported_code", "imported_removed", "code_suspended", "code_sent", "partner"),
    *("host", "robots_copy", "authorisation"),
    *("recipient", "marked_copy", "decoy", "leak_trace", "traced_leak", "signed_manifest"),
    "log_entry",
    *("evidence_case", "evidence_item", "evidence_recipient", "custody_event"),
    *("legal_hold", "erasure_request", "evidence_handoff"),
    *("source", "watched_thread", "frontier", "launch_plan", "sighting_excerpt", "search_hit", "locator"),
    *("alert", "alert_door", "referral", "frozen"),
)
#: Columns of bytes of which PostgreSQL must keep no sample.
BYTES_COLUMNS: Final = (
    ("asset", "digest"),
    ("asset", "label_sealed"),
    ("fingerprint", "bits"),
    ("fingerprint_detailed", "codes_sealed"),
    ("owner", "name_sealed"),
    ("owner", "name_index"),
    ("owner", "contact_sealed"),
    ("user_account", "name_sealed"),
    ("user_account", "name_index"),
    ("workspace", "key_check"),
    ("source", "place_sealed"),
    ("source", "place_index"),
    ("scan", "work_sealed"),
    ("scan", "work_index"),
    ("scan", "place_sealed"),
    ("scan_skipped", "skipped_sealed"),
    ("sighting", "place_sealed"),
    ("sighting", "place_index"),
    ("partner", "name_sealed"),
    ("partner", "name_index"),
    ("partner", "public_key"),
    ("partner", "recipient_sealed"),
    ("imported_code", "bits"),
    ("imported_code", "digest"),
    ("imported_removed", "digest"),
    ("code_suspended", "digest"),
    ("code_sent", "digest_sealed"),
    ("host", "name_sealed"),
    ("host", "name_index"),
    ("robots_copy", "origin_sealed"),
    ("robots_copy", "origin_index"),
    ("robots_copy", "rules_sealed"),
    ("robots_copy", "remarks_sealed"),
    ("authorisation", "url_sealed"),
    ("authorisation", "url_index"),
    ("authorisation", "reason_sealed"),
    ("authorisation", "basis_sealed"),
    ("log_leaf", "commitment"),
    ("log_node", "hash"),
    ("log_entry", "event_digest"),
    ("log_entry", "owner_digest"),
    ("log_entry", "entry_sealed"),
    ("log_checkpoint", "root"),
    ("recipient", "name_sealed"),
    ("recipient", "name_index"),
    ("recipient", "ref_sealed"),
    ("recipient", "ref_index"),
    ("recipient", "group_sealed"),
    ("recipient", "group_index"),
    ("recipient", "how_sealed"),
    ("decoy", "given_to_sealed"),
    ("decoy", "note_sealed"),
    ("leak_trace", "purpose_sealed"),
    ("leak_trace", "leak_sealed"),
    ("traced_leak", "leak_sealed"),
    ("signed_manifest", "manifest"),
    ("signed_manifest", "code_bits"),
    ("evidence_case", "note_sealed"),
    ("evidence_case", "salt_sealed"),
    ("evidence_item", "label_sealed"),
    ("evidence_item", "draft_sealed"),
    ("evidence_item", "identity_sealed"),
    ("evidence_item", "sums_sha256"),
    ("evidence_item", "tombstone"),
    ("evidence_item", "tombstone_seal"),
    ("evidence_recipient", "label_sealed"),
    ("evidence_recipient", "label_index"),
    ("custody_event", "why_sealed"),
    ("custody_event", "to_sealed"),
    ("legal_hold", "why_sealed"),
    ("erasure_request", "why_sealed"),
    ("evidence_handoff", "to_sealed"),
    *(("source", column) for column in ("why_sealed", "cursor_sealed")),
    *(("watched_thread", column) for column in ("url_sealed", "url_index", "last_post", "tail_sealed", "tail_posts")),
    *(("watched_thread", column) for column in ("signature", "media_codes")),
    *(("frontier", column) for column in ("what_sealed", "key_index", "host_index", "context_sealed")),
    ("frontier", "validators_sealed"),
    *(("sighting", column) for column in ("page_sealed", "page_index", "post_sealed")),
    *(("sighting_excerpt", column) for column in ("text_sealed", "pseudonym_sealed")),
    *(("search_hit", column) for column in ("url_sealed", "url_index")),
    *(("locator", column) for column in ("value_sealed", "value_index", "page_sealed", "page_index")),
    *(("referral", column) for column in ("url_digest", "outbox_sealed", "receipt_sealed")),
    *(("frozen", column) for column in ("digest", "signature")),
    *(("launch_plan", column) for column in ("title_sealed", "queries_sealed")),
)
#: How long it waits for those who still read an older state.
READERS_PATIENCE_S: Final = 20.0
_PAUSE_S: Final = 0.1

# Who may still see what was deleted before transaction %s, and so keeps it: a running transaction or an open reading
# of this database, a prepared transaction, a replica that reads.
_HOLDERS: Final = """
SELECT (SELECT count(*) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND (age(backend_xid) > age(%s::xid8::xid) OR (
            age(backend_xmin) > age(%s::xid8::xid) AND (datname = current_database() OR datname IS NULL))))
     + (SELECT count(*) FROM pg_prepared_xacts WHERE age(transaction) > age(%s::xid8::xid))
     + (SELECT count(*) FROM pg_replication_slots WHERE age(xmin) > age(%s::xid8::xid))
"""
_THERE: Final = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
_OLDER_TRANSACTIONS: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND datname = current_database() AND xact_start <= %s
"""
_COPIES: Final = """
SELECT current_setting('archive_mode') <> 'off', (SELECT count(*) FROM pg_stat_replication),
       (SELECT count(*) FROM pg_replication_slots)
"""


def erase_traces(database: Database, *, patience_s: float = READERS_PATIENCE_S) -> str:
    """Clean every file of the database of what was deleted, outside any transaction.

    Others wait while it works (up to some seconds for a million assets). It needs as much free space as the database,
    and SQLite as much memory: a temporary file would be one more place to clean.

    Args:
        database: Which.
        patience_s: How long to wait for those who read an older state.

    Returns:
        What may still hold traces outside this database's own files, in words; empty if nothing does.

    Raises:
        UnavailableError: another process still reads an older state. Try again when it has ended.
    """
    if database.vendor == "sqlite":
        _erase_sqlite(database, patience_s)
        return ""
    _erase_postgresql(database, patience_s)
    [(archive, replicas, slots)] = database.execute(_COPIES)
    left = ["the server's own write-ahead log until it is recycled"]
    left += ["its archive of that log (archive_mode is on)"] if archive else []
    left += [f"{replicas} replicas until they have followed"] if replicas else []
    left += [f"the log kept for {slots} replication slots"] if slots else []
    return "; ".join(left)


def wait_for_writers(database: Database, *, patience_s: float = READERS_PATIENCE_S) -> None:
    """Wait until every transaction that is open now has ended: what it writes is then there for all to see.

    Raises:
        UnavailableError: one of them lasts longer than the patience.
    """
    if database.vendor == "sqlite":  # one writer at a time: ours begins once the others have ended
        with database.transaction():
            return
    begun, since_s = database.instant(), clock.monotonic_s()
    while database.execute(_OLDER_TRANSACTIONS, (begun,)) != [(0,)]:
        if clock.monotonic_s() - since_s > patience_s:
            message = "another command has been writing since before this one began"
            raise UnavailableError(message, advice="Wait for it to end, then run this command again: it goes on.")
        clock.sleep_s(_PAUSE_S)


def withhold_statistics(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Keep PostgreSQL from copying samples of sealed values and fingerprints into its statistics.

    The last step of each migration that adds such columns; those of later ones are passed over.
    """
    del apps
    if editor.connection.vendor == "postgresql":
        with editor.connection.cursor() as cursor:
            cursor.execute(_THERE)
            there = set(cursor.fetchall())
        for table, column in BYTES_COLUMNS:
            if (table, column) not in there:
                continue
            editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0", params=None)


def _erase_sqlite(database: Database, patience_s: float) -> None:
    [(before_ms,)] = database.execute("PRAGMA busy_timeout")
    database.execute(f"PRAGMA busy_timeout = {int(patience_s * 1000)}")
    try:
        _checkpoint(database)  # a reader would make VACUUM write the whole database to the log in vain
        database.execute("VACUUM")
        _checkpoint(database)
    finally:
        database.execute(f"PRAGMA busy_timeout = {int(before_ms)}")


def _checkpoint(database: Database) -> None:
    """Empty the write-ahead log. Only an answer of 0 counts."""
    [(busy, _, _)] = database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if busy:
        raise _still_read()


def _erase_postgresql(database: Database, patience_s: float) -> None:
    [(now,)] = database.execute("SELECT pg_current_xact_id()::text")
    since_s = clock.monotonic_s()
    while database.execute(_HOLDERS, (now, now, now, now)) != [(0,)]:
        if clock.monotonic_s() - since_s > patience_s:
            raise _still_read()
        clock.sleep_s(_PAUSE_S)
    database.execute(f"SET lock_timeout = {max(1, int(patience_s * 1000))}")
    try:
        for table in _TABLES:
            database.execute(f"VACUUM FULL {table}")
    finally:
        database.execute("RESET lock_timeout")


def _still_read() -> UnavailableError:
    message = "traces of what was withdrawn are still there: another command reads the database as it was"
    return UnavailableError(message, advice="It is done by itself once that command ended: rempart job run")

"""Making sure that what was deleted has left every file of the database, and saying what is still elsewhere."""

from __future__ import annotations

from rempart.errors import UnavailableError
from rempart.store.database import Database

#: Tables from which something is withdrawn, or deleted at its end.
_TABLES = (
    "asset, fingerprint, fingerprint_detailed, match_found, sighting, scan, scan_skipped, consent, ground, job, event, "
    "access_trace"
)


def erase_traces(database: Database) -> str:
    """Clean every file of the database of what was deleted.

    SQLite overwrites what is deleted (``secure_delete``) in its main file, but the pages as they were stay in the
    write-ahead log until a checkpoint truncates it, which no ``VACUUM`` does, and which a single open reader
    prevents. Only an answer of 0 counts.

    Returns:
        What may still hold traces outside this database's own files, in words; empty if nothing does.

    Raises:
        UnavailableError: another process still reads an older state. Try again when it has ended.
    """
    if database.vendor == "sqlite":
        [(busy, _, _)] = database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if busy:
            message = (
                "traces of what was withdrawn are still in the write-ahead log: another command reads the database"
            )
            raise UnavailableError(message, advice="It is done by itself once that command ended: rempart job run")
        return ""
    database.execute(f"VACUUM {_TABLES}")
    [(archive, replicas)] = database.execute(
        "SELECT current_setting('archive_mode') <> 'off', (SELECT count(*) FROM pg_stat_replication)"
    )
    left = ["the server's own write-ahead log until it is recycled"]
    left += ["its archive of that log (archive_mode is on)"] if archive else []
    left += [f"{replicas} replicas until they have followed"] if replicas else []
    return "; ".join(left)

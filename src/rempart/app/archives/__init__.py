"""Archives as streams: what is in a zip, a tar, a WARC or a WACZ is judged by its name, then read, one at a time.

::

    reader = ArchiveReader(gate, ArchiveLimits())
    for found in reader.opened(cleared_items):
        ...  # Cleared, Unentered, PassedOver

Nothing is written to a disk. Why these formats, and these limits: docs/decisions/0008-archives.md.
"""

from rempart.app.archives.entries import PassedOver
from rempart.app.archives.limits import ArchiveLimits
from rempart.app.archives.reading import ArchiveReader, Found

__all__ = ["ArchiveLimits", "ArchiveReader", "Found", "PassedOver"]

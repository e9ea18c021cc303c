"""Secrets that tests plant: none of them may ever be in a line of a log, nor in the clear in a database.

They are fictitious. Any test may use them as a name, an address, a file; the session ends red if one was logged
(``tests/log_watch.py``).
"""

from __future__ import annotations

from typing import Final

NAME: Final = "Ségolène Quenouille-Vasseur"
CONTACT: Final = "segolene.quenouille@seed.example"
ADDRESS: Final = "https://forum-seed.example/fil/8841/page?token=seedtoken5f2c&u=quenouille"
PASSPHRASE: Final = "tournesol agrafe bivouac seed quartz"  # noqa: S105 - it opens nothing
FILE_NAME: Final = "quenouille-plage-seed.jpg"
PHONE: Final = "06 39 98 41 17"

#: What no log line may hold, whatever the case; parts of the above, so that half a secret is found as well.
NEVER_LOGGED: Final = (
    "quenouille",
    "segolene",
    "forum-seed",
    "seedtoken5f2c",
    "bivouac seed",
    "plage-seed",
    "39 98 41 17",
)

"""What is kept about people, for how long, and what never reaches a log.

A line that forgot the rule is redacted, and so is every spelling of what this process was told to remember:

>>> from rempart.privacy import forget_all, redact, remember
>>> forget_all()
>>> redact("fetched https://forum.example/t/3?token=k for nadia@example.org in job_0f3a")
'fetched https://[…] for [email] in job_0f3a'
>>> remember("Zoé Martin")
>>> redact("hit in zo%C3%A9-martin, twice")
'hit in [name], twice'
>>> forget_all()
"""

from rempart.privacy.logs import set_up_logging
from rempart.privacy.redaction import RedactionFilter, forget_all, redact, remember

__all__ = ["RedactionFilter", "forget_all", "redact", "remember", "set_up_logging"]

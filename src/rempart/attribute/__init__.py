"""Which copy a leak was made from, with a bound on the probability that any innocent copy is accused.

An accusation names a copy, never the person who posted it.

>>> import numpy as np
>>> from rempart.attribute import Codebook, trace
>>> flat = np.full((192, 256, 3), 128, np.uint8)
>>> found = trace(flat, flat, Codebook(bytes(32), 1000), asset_key=bytes(32))
>>> found.verdict
<AttributionVerdict.NOT_REGISTERED: 'not_registered'>
>>> found.caution
'An accusation names a copy, never the person who posted it.'
"""

from rempart.attribute.codebook import Codebook
from rempart.attribute.tracing import (
    CODE_VERSION,
    Leak,
    LeakReading,
    Tests,
    best_fit,
    conclude,
    is_unmarked,
    read_leak,
    trace,
    trace_set,
)

__all__ = [
    "CODE_VERSION",
    "Codebook",
    "Leak",
    "LeakReading",
    "Tests",
    "best_fit",
    "conclude",
    "is_unmarked",
    "read_leak",
    "trace",
    "trace_set",
]

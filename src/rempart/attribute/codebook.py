"""The codes of all copies of one asset: a secret seed, and how many recipients there are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rempart.errors import MarkError
from rempart.kernels.keyed_stream import KEY_BYTES, derived_key
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.kernels.traitor_codes import code_signs, correlations, exact_correlation

I8 = npt.NDArray[np.int8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


class Codebook:
    """The codes of an asset's recipients, made from a seed when they are needed.

    Whoever has the seed can make any recipient's copy: it is kept as the asset's key is, and each asset, or each set
    of pictures that is given out together, has its own.
    """

    __slots__ = ("_key", "recipients")

    def __init__(self, seed: bytes, recipients: int) -> None:
        """Take a seed.

        Args:
            seed: 32 secret random bytes or more.
            recipients: How many codes are in use: their indexes are 0 to ``recipients`` - 1.

        Raises:
            MarkError: the seed is too short, or there is no recipient.
        """
        if len(seed) < KEY_BYTES:
            message = f"a codebook's seed has {KEY_BYTES} bytes or more, not {len(seed)}"
            raise MarkError(message)
        if recipients < 1:
            message = f"a codebook has a recipient or more, not {recipients}"
            raise MarkError(message)
        self._key = derived_key(seed, "codes")
        self.recipients = recipients

    def __repr__(self) -> str:
        """Say nothing of the seed."""
        return f"Codebook(recipients={self.recipients})"

    def code(self, index: int) -> I8:
        """Return a recipient's code: ``(20480,) int8`` of -1 and 1.

        Raises:
            MarkError: there is no such recipient.
        """
        if not 0 <= index < self.recipients:
            message = f"there is no recipient {index} among {self.recipients}"
            raise MarkError(message)
        return code_signs(self._key, SYMBOLS, index)

    def is_same_as(self, other: Codebook) -> bool:
        """Tell whether another codebook gives the same codes to the same recipients."""
        return self._key == other._key and self.recipients == other.recipients

    def correlations(self, soft: F64) -> F32:
        """Return the sum of soft symbols and each recipient's signs: ``(20480,) float64`` -> ``(N,) float32``."""
        return correlations(self._key, soft, self.recipients)

    def exact_correlation(self, soft: F64, index: int) -> float:
        """Return the same of one recipient, in double precision."""
        return exact_correlation(self._key, soft, index)

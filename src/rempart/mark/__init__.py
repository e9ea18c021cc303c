"""One copy for each recipient: the same picture to the eye, each with a code of its own that survives what leakers do.

>>> import numpy as np
>>> from rempart.mark import embed
>>> y, x = np.mgrid[0:192, 0:256]
>>> grain = (x * 7919 + y * 104729) % 97 // 4
>>> picture = np.stack([x // 2 + grain, y // 2 + 40 + grain, (x + y) // 4 + grain], axis=2).astype(np.uint8)
>>> code = np.ones(20480, np.int8)  # attribute.Codebook(seed, recipients).code(index)
>>> copy = embed(picture, asset_key=bytes(32), recipient_code=code)
>>> copy.shape == picture.shape, int(np.abs(copy.astype(int) - picture).max()) <= 12
(True, True)
"""

from rempart.mark.watermark import MARK_VERSION, OWNED_MARK_VERSION, Prepared, embed, prepare

__all__ = ["MARK_VERSION", "OWNED_MARK_VERSION", "Prepared", "embed", "prepare"]

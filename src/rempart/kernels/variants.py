"""What may have been done to a picture that turning and shifting does not undo."""

from __future__ import annotations

from typing import Final

#: Bits of a variant: mirrored left to right, colours inverted.
MIRRORED: Final = 1
INVERTED: Final = 2
#: How many variants there are: as it is, mirrored, inverted, both.
VARIANTS: Final = 4

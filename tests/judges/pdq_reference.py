"""Run the PDQ reference on arrays that come on standard input: in .venv-judges, never in Rempart's environment.

Reads ``.npy`` arrays one after the other, prints one JSON line each: eight codes in hexadecimal, and the quality.
"""

import io
import json
import sys

import numpy as np
import pdqhash


def main() -> None:
    """Answer each array until the input ends."""
    stream = io.BytesIO(sys.stdin.buffer.read())
    while stream.tell() < stream.getbuffer().nbytes:
        picture = np.load(stream, allow_pickle=False)
        plain, quality = pdqhash.compute(picture)
        turned, _ = pdqhash.compute_dihedral(picture)
        codes = [np.packbits(np.asarray(bits, np.uint8)).tobytes().hex() for bits in (plain, *turned[1:])]
        print(json.dumps({"codes": codes, "quality": int(quality)}))


if __name__ == "__main__":
    main()

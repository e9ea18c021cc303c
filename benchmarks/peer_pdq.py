"""The peer of scan_rate.py and pdq_rate.py: Pillow and pdqhash in a plain loop. Runs in .venv-judges.

``peer_pdq.py plain|dihedral|rate FILE…`` prints JSON: files, wall and processor seconds (rate: milliseconds a picture,
decoding left out).
"""

import json
import sys
import time

import numpy as np
import pdqhash
from PIL import Image


def main() -> None:
    """Hash every file, and print what it took."""
    mode, paths = sys.argv[1], sys.argv[2:]
    compute = pdqhash.compute if mode == "plain" else pdqhash.compute_dihedral
    hashing = 0.0
    wall, cpu = time.perf_counter(), time.process_time()
    for path in paths:
        picture = np.asarray(Image.open(path).convert("RGB"))
        before = time.process_time()
        compute(picture)
        hashing += time.process_time() - before
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({"files": len(paths), "wall_s": wall, "cpu_s": cpu, "hashing_s": hashing}))


if __name__ == "__main__":
    main()

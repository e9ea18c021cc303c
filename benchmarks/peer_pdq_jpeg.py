"""The peers of pdq_fast.py: three decoders before pdqhash, in a plain loop. Runs in .venv-judges.

``peer_pdq_jpeg.py pillow|simplejpeg|gray512 SITE FILE…`` prints JSON: processor seconds, reading of files left out.
SITE is where our own environment keeps its packages: simplejpeg is taken from there, everything else is the judges'.
"""

import io
import json
import sys
import time
from pathlib import Path

import numpy as np
import pdqhash
from PIL import Image

sys.path.append(sys.argv[2])
import simplejpeg


def decoded(mode: str, data: bytes) -> np.ndarray:
    """Decode as the mode says."""
    if mode == "pillow":
        return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    if mode == "simplejpeg":
        return np.asarray(simplejpeg.decode_jpeg(data))
    grey = simplejpeg.decode_jpeg(data, colorspace="GRAY", min_height=512, min_width=512)
    return np.repeat(grey, 3, axis=2)  # pdqhash takes colours only


def main() -> None:
    """Hash every file, and print what it took."""
    mode, files = sys.argv[1], [Path(path).read_bytes() for path in sys.argv[3:]]
    before = time.process_time()
    for data in files:
        pdqhash.compute(decoded(mode, data))
    print(json.dumps({"cpu_s": time.process_time() - before}))


if __name__ == "__main__":
    main()

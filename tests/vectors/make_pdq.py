"""Write pdq.json with the reference: ``.venv-judges/bin/python tests/vectors/make_pdq.py`` (see README.md)."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from patterns import pattern

SIZES = (
    (5, 5), (5, 900), (17, 33), (63, 65), (64, 64), (64, 65), (127, 128), (128, 129), (129, 127),
    (200, 1000), (255, 256), (480, 640), (513, 257), (720, 1280), (1024, 1024),
)  # fmt: skip


def main() -> None:
    """Compute and write."""
    buffer = BytesIO()
    for seed, (height, width) in enumerate(SIZES):
        np.save(buffer, pattern(seed, height, width))
    reference = HERE.parent / "judges" / "pdq_reference.py"
    done = subprocess.run([sys.executable, reference], input=buffer.getvalue(), stdout=subprocess.PIPE, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    rows = [
        {"seed": seed, "height": height, "width": width, **answer}
        for seed, ((height, width), answer) in enumerate(zip(SIZES, answers, strict=True))
    ]
    (HERE / "pdq.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()

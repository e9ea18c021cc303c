"""Kill commands of one workspace by SIGKILL at random moments, and look whether anything was lost, doubled or broken.

``python benchmarks/power_cut.py [--rounds 200] [--seed 1]``. Each round starts ``asset add``, ``scan --resume``,
``asset withdraw`` or ``key rotate`` and kills it, with its workers, somewhere between its first instant and its usual
end; then ``db check`` must find the workspace whole. At the end every command is run once more, uncut, and everything
must be there once: every picture registered, the withdrawn ones gone, a resumed scan equal to a fresh one.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "demo"))

from leaks import encoded
from pictures import scene

REMPART = [sys.executable, "-m", "rempart"]
KINDS = ("add", "scan", "withdraw", "rotate")
PICTURES = 40


@dataclass
class Cuts:
    """A workspace, and what happened to it."""

    folder: Path
    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def prepare(self) -> None:
        """Make a workspace, pictures to register and a pile."""
        self.random = random.Random(self.seed)
        for name, count, first in (("shoot", PICTURES, 0), ("pile", PICTURES, PICTURES // 2)):
            (self.folder / name).mkdir(parents=True)
            for number in range(first, first + count):
                picture = encoded(scene(7_000 + number, 160, 120), quality=90)
                (self.folder / name / f"{number:03d}.jpg").write_bytes(picture)
        self.run("init")
        self.run("owner", "add", "nadia", "--depicts", "self", "--ground", "own-work", "--adults-when-taken")
        self.run("asset", "add", str(self.folder / "shoot" / "000.jpg"), *self.how())

    def how(self) -> tuple[str, ...]:
        """Return whose the pictures are."""
        return ("--owner", "nadia", "--sensitivity", "premium", "--vault")

    def words(self, kind: str) -> list[str]:
        """Return one command of a kind."""
        if kind == "add":
            return ["asset", "add", str(self.folder / "shoot"), *self.how()]
        if kind == "scan":
            return ["scan", str(self.folder / "pile"), "--resume", "--json"]
        if kind == "withdraw":
            assets = [json.loads(line)["asset"] for line in self.run("asset", "list", "--json").splitlines()]
            return ["asset", "withdraw", self.random.choice(assets[1:] or assets)]
        return ["key", "rotate"]

    def run(self, *words: str) -> str:
        """Run a command to its end; what it should not have answered is a fault."""
        done = subprocess.run(
            self.command(list(words)), env=self.env, capture_output=True, encoding="utf-8", check=False, timeout=300
        )
        if done.returncode not in {0, 1}:
            self.faults.append(f"{' '.join(words[:2])} ended with {done.returncode}: {done.stderr[-300:]}")
        return done.stdout

    def command(self, words: list[str]) -> list[str]:
        """Return a command line."""
        return [*REMPART, "--workspace", str(self.folder / "w"), *words]

    @property
    def env(self) -> dict[str, str]:
        """Return small steps, so that a cut falls between them too."""
        kept = {name: value for name, value in os.environ.items() if name != "REMPART_REQUIRE"}
        return {**kept, "REMPART_HAZMAT_WORKERS": "1", "REMPART_WORKSPACE_USER": "oscar"}

    def cut(self, kind: str) -> None:
        """Start a command and kill it, with everything that it started."""
        words = self.words(kind)
        started = subprocess.Popen(
            self.command(words), env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0
        )
        try:
            started.wait(self.random.uniform(0.05, 3.0 if kind in {"add", "scan"} else 1.2))
            self.ended[kind] += 1
        except subprocess.TimeoutExpired:
            self.kills[kind] += 1
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
            started.wait()

    def round(self) -> None:
        """Cut one command, then check."""
        before = len(self.faults)
        self.cut(self.random.choice(KINDS))
        self.run("db", "check")
        if len(self.faults) > before:
            raise SystemExit(self.faults[-1])

    def finish(self) -> None:
        """Run everything once more, uncut, and compare with what must be there."""
        self.run("key", "rotate")
        self.run("asset", "add", str(self.folder / "shoot"), *self.how())
        self.run("job", "run", "--until-idle")
        assets = [json.loads(line) for line in self.run("asset", "list", "--withdrawn", "--json").splitlines()]
        active = Counter(a["label"] for a in assets if a["state"] == "active")
        if active != Counter(f"{n:03d}.jpg" for n in range(PICTURES)):
            self.faults.append(f"not every picture is registered once: {active}")
        if left := [a["asset"] for a in assets if a["state"] == "withdrawn" and not a["erased_at"]]:
            self.faults.append(f"withdrawn and not proved gone: {left}")
        resumed, fresh = (
            sorted(line for line in self.run("scan", str(self.folder / "pile"), "--json", *more).splitlines()[:-1])
            for more in (["--resume"], [])
        )
        suspects = Counter(json.loads(line)["suspect"] for line in fresh)
        if len(suspects) != PICTURES // 2 or max(suspects.values()) > 1:
            self.faults.append(f"a fresh scan finds {len(suspects)} suspects, each once: {suspects}")
        if not set(resumed) <= set(fresh) or len(set(resumed)) != len(resumed):
            self.faults.append("a resumed scan says something that a fresh one does not, or says it twice")
        self.run("db", "check")


def main() -> None:
    """Cut, print the counts, and fail if anything was wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cuts, start = Cuts(Path(folder), options.seed), time.perf_counter()
        cuts.prepare()
        for number in range(options.rounds):
            cuts.round()
            if sys.stderr.isatty():
                print(f"\r{number + 1} of {options.rounds}", end="", file=sys.stderr)
        cuts.finish()
    print(f"{sum(cuts.kills.values())} killed {dict(cuts.kills)}, {sum(cuts.ended.values())} ended before the cut")
    print(f"{len(cuts.faults)} faults, seed {options.seed}, {time.perf_counter() - start:.0f} s")
    print(f"workspace whole after {options.rounds} of {options.rounds} rounds" if not cuts.faults else cuts.faults)
    sys.exit(bool(cuts.faults))


if __name__ == "__main__":
    main()

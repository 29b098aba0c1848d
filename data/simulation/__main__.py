"""Command line: ``python -m data.simulation [--out DIR] [--seed N] [--samples]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data.simulation.delivery import write_delivery, write_samples
from data.simulation.process import DEFAULT_SEED

DEFAULT_OUT = Path("data/raw/simulated")
SAMPLES_OUT = Path("data/samples")


def main() -> None:
    """Write the simulated deliveries and say where they are."""
    parser = argparse.ArgumentParser(prog="python -m data.simulation", description=__doc__)
    parser.add_argument("--out", type=Path, help="folder to write into")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="same seed, same cells")
    parser.add_argument("--samples", action="store_true", help="one small file for each layout")
    arguments = parser.parse_args()
    if arguments.samples:
        out = arguments.out or SAMPLES_OUT
        written = write_samples(out, arguments.seed)
    else:
        out = arguments.out or DEFAULT_OUT
        written = write_delivery(out, arguments.seed)
    sys.stdout.write(f"已写入 {len(written)} 个文件：{out}\n")


if __name__ == "__main__":
    main()

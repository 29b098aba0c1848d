"""Command line: ``python -m data.simulation [--out DIR] [--seed N]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from data.simulation.process import DEFAULT_SEED
from data.simulation.workbooks import write_delivery

DEFAULT_OUT = Path("data/raw/simulated")


def main() -> None:
    """Write the simulated delivery and say where it is."""
    parser = argparse.ArgumentParser(prog="python -m data.simulation", description=__doc__)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder to write into")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="same seed, same cells")
    arguments = parser.parse_args()
    written = write_delivery(arguments.out, arguments.seed)
    sys.stdout.write(f"已写入 {len(written)} 个工作簿：{arguments.out}\n")


if __name__ == "__main__":
    main()

"""The data folder belongs to the workspace, not to the package: put its root on the path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

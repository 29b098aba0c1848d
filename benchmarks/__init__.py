"""Every figure that the suite publishes about itself, each one command: ``python -m benchmarks.NAME``."""

import os

# Two processes with two BLAS threads each are many times slower than with one; this is read
# when NumPy is imported, which is after this.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
for name in THREADS:
    os.environ.setdefault(name, "1")

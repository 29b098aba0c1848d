"""Every figure that the suite publishes about itself, each one command: ``python -m benchmarks.NAME``."""

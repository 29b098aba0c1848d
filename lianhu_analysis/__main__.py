"""``python -m lianhu_analysis`` is the ``lianhu`` command."""

from lianhu_analysis.cli import main

if __name__ == "__main__":
    main()

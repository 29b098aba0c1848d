"""Is the year's target reachable? Clean the indicators, forecast, judge, report."""

__version__ = "0.1.0"

"""A made-up Lianhu District, seeded and documented, in the form in which departments deliver.

``process`` draws the economy, ``releases`` turns it into the figures that
departments would publish, ``workbooks`` writes those as monthly workbooks.
Everything written is marked as simulated.
"""

from data.simulation.process import DEFAULT_SEED, Economy, benchmark, simulate
from data.simulation.releases import COLUMNS, LAST_DAY, published_figures
from data.simulation.workbooks import write_delivery

__all__ = [
    "COLUMNS",
    "DEFAULT_SEED",
    "LAST_DAY",
    "Economy",
    "benchmark",
    "published_figures",
    "simulate",
    "write_delivery",
]

"""A made-up Lianhu District, seeded and documented, in the form in which departments deliver.

``process`` draws the economy and the targets, ``series`` every other indicator of the
catalogue; ``figures`` is what was published of them and when.  ``workbooks``, ``reports``,
``compilations`` lay figures out on ``pages`` as ``channels`` says, and ``delivery`` writes
the files.  Each cell's meaning stays in memory beside it and serves as the truth of tests.
Everything written is marked as simulated.
"""

from data.simulation.delivery import documents, write_delivery, write_files, write_samples
from data.simulation.figures import Figures, figures
from data.simulation.pages import Document, Meaning, Page
from data.simulation.process import DEFAULT_SEED, Economy, benchmark, simulate
from data.simulation.releases import COLUMNS, LAST_DAY, published_figures

__all__ = [
    "COLUMNS",
    "DEFAULT_SEED",
    "LAST_DAY",
    "Document",
    "Economy",
    "Figures",
    "Meaning",
    "Page",
    "benchmark",
    "documents",
    "figures",
    "published_figures",
    "simulate",
    "write_delivery",
    "write_files",
    "write_samples",
]

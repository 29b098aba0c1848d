"""One dynamic factor model of all indicators, monthly and quarterly, as published.

``FactorPanel`` holds what is observed and in which form, ``FactorModel`` the
likelihood and smoother, ``fit`` estimates ``Parameters``, ``simulate`` draws
figures given the ragged edge, ``news`` says what a vintage moved.
"""

from lianhu_analysis.forecast.factor.fit import FactorFit, fit
from lianhu_analysis.forecast.factor.model import FactorModel
from lianhu_analysis.forecast.factor.news import News, news
from lianhu_analysis.forecast.factor.panel import FactorPanel, Form
from lianhu_analysis.forecast.factor.parameters import Parameters
from lianhu_analysis.forecast.factor.posterior import Joint, joint, simulate

__all__ = [
    "FactorFit",
    "FactorModel",
    "FactorPanel",
    "Form",
    "Joint",
    "News",
    "Parameters",
    "fit",
    "joint",
    "news",
    "simulate",
]

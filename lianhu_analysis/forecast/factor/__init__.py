"""One dynamic factor model of all indicators, monthly and quarterly, as published.

``FactorPanel`` holds what is observed and in which form, ``FactorModel`` the
likelihood and smoother, ``Parameters`` what is estimated.
"""

from lianhu_analysis.forecast.factor.model import FactorModel
from lianhu_analysis.forecast.factor.panel import FactorPanel, Form, check_panel
from lianhu_analysis.forecast.factor.parameters import Parameters

__all__ = ["FactorModel", "FactorPanel", "Form", "Parameters", "check_panel"]

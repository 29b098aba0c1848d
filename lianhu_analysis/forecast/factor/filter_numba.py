"""The lines of ``filter`` compiled; importing this needs the optional numba."""

from __future__ import annotations

import numba

from lianhu_analysis.forecast.factor import filter as reference

__all__ = ["filter_forward", "smooth_backward"]

filter_forward = numba.njit(cache=True)(reference.filter_forward)
smooth_backward = numba.njit(cache=True)(reference.smooth_backward)

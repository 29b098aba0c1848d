"""Whitening: idiosyncratic terms eliminated, every window an independent row.

Given the factors, the windows of one series have errors ``eps_t = sum_j a_j
e_(t-j)``.  A window of one month shows ``e`` itself, so what follows depends
on nothing earlier: it *resets*.  Between resets lies a *segment*, the windows
from one reset to the next; with ``Gamma_uv = phi^|u-v| / (1 - phi^2)`` over its
months and ``W`` the weights of its windows, ``Var(eps) = s2 W Gamma W'``, and a
Cholesky factor of it turns the windows into independent rows

    ytilde_t = z_t - sum_s c_s z_s = lambda' sum_j d_j f_(t-j) + u_t,  Var u_t = r_t,

exact whatever is missing.  Two neighbouring months need no factorisation:
``d = (1, -phi)``, ``r = s2`` (``step``).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lianhu_analysis.forecast.factor.panel import BoolArray, FactorPanel, FloatArray
from lianhu_analysis.forecast.factor.windows import Windows

__all__ = ["Layout", "Rows", "SegmentGroup", "ar1_covariance", "choose_layout", "whiten"]

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class SegmentGroup:
    """B segments of one pattern: q windows over ``span`` months.

    Attributes
    ----------
    series, end
        Shape (B,): whose segment, and the row of its last month.
    weights
        Shape (B, q, span): ``W``.
    z
        Shape (B, q): the windows' values.
    offsets
        Last month of each window, counted from the segment's first month.
    reset
        Whether the first window is a reset that belongs to the row before.
    """

    series: IntArray
    end: IntArray
    weights: FloatArray
    z: FloatArray
    offsets: tuple[int, ...]
    reset: bool

    @property
    def span(self) -> int:
        """Months from first to last."""
        return self.offsets[-1] + 1


@dataclass(frozen=True)
class Layout:
    """Which series are whitened, which keep a state, and how many lags that needs.

    Attributes
    ----------
    n_lags
        ``L``: months of factors in the state.
    explicit
        Series that keep an idiosyncratic state.
    explicit_lags
        Months of each of those states.
    alone
        Shape (T, n): windows that are rows by themselves.
    step
        Shape (T, n): figures one month after another one.
    segments
        Everything else.
    """

    n_lags: int
    explicit: IntArray
    explicit_lags: IntArray
    alone: BoolArray
    step: BoolArray
    segments: tuple[SegmentGroup, ...]


@dataclass(frozen=True)
class Rows:
    """The whitened rows of a panel.

    Attributes
    ----------
    y
        Shape (T, n): ``ytilde``, zero where there is no row.
    lags
        Shape (L, T, n): ``d_j``.
    precision
        Shape (T, n): ``1 / r``, zero where there is no row.
    """

    y: FloatArray
    lags: FloatArray
    precision: FloatArray


@dataclass
class _Chain:
    """Windows of one series as (row, length), cut into segments."""

    alone: list[int]
    step: list[int]
    segments: list[list[tuple[int, int]]]

    @property
    def depth(self) -> int:
        """Earlier months that the deepest row reaches back to."""
        spans = [seg[-1][0] - (seg[0][0] - seg[0][1] + 1) for seg in self.segments]
        return max([*spans, 1 if self.step else 0])


def choose_layout(
    panel: FactorPanel,
    windows: Windows,
    *,
    n_factors: int,
    lags: int,
    memory: int | None = None,
) -> Layout:
    """Whiten the series for which that takes fewer states than keeping their own.

    A row that reaches back g months needs g + 1 lags of the k factors; a
    series kept explicit needs one state for each month of its longest window.
    The number of lags that makes the state smallest is chosen.
    """
    chains = _chains(panel, windows, memory)
    depth = np.array([10**6 if chain is None else chain.depth for chain in chains])
    own = np.maximum(windows.length.max(axis=0, initial=0), 2)
    longest = int(windows.length.max(initial=1))
    least = max(lags + 1, longest, 2)
    candidates = sorted({least, *(int(d) + 1 for d in depth if least <= d < 10**6)})
    sizes = [n_factors * size + own[depth + 1 > size].sum() for size in candidates]
    chosen = candidates[int(np.argmin(sizes))]
    explicit = np.flatnonzero(depth + 1 > chosen)
    whitened = [None if i in explicit else chain for i, chain in enumerate(chains)]
    alone, step = np.zeros((2, *windows.z.shape), dtype=bool)
    for series, chain in enumerate(whitened):
        if chain is not None:
            alone[chain.alone, series] = True
            step[chain.step, series] = True
    groups = _group(whitened, windows)
    return Layout(chosen, explicit, own[explicit], alone, step, groups)


def _chains(panel: FactorPanel, windows: Windows, memory: int | None) -> list[_Chain | None]:
    """Cut every series; ``None`` where windows overlap, so that none is independent."""
    chains: list[_Chain | None] = []
    for series, form in enumerate(panel.forms):
        rows = np.flatnonzero(windows.length[:, series])
        if form == "mariano_murasawa":
            chains.append(None)
        else:
            observed = [(int(t), int(windows.length[t, series])) for t in rows]
            chains.append(_cut(observed, memory or len(windows.z)))
    return chains


def _cut(observed: list[tuple[int, int]], memory: int) -> _Chain:
    """Cut one series at its resets, and where nothing was seen for ``memory`` months."""
    chain = _Chain([], [], [])
    current: list[tuple[int, int]] = []
    for t, length in observed:
        if current and t - length - current[-1][0] >= memory:
            if len(current) > 1 or current[0][1] > 1:
                chain.segments.append(current)
            current = []
        current.append((t, length))
        if length > 1:
            continue
        if len(current) == 1:
            chain.alone.append(t)
        elif len(current) == 2 and current[0] == (t - 1, 1):
            chain.step.append(t)
        else:
            chain.segments.append(current)
        current = [(t, 1)]
    if len(current) > 1 or (current and current[0][1] > 1):
        chain.segments.append(current)
    return chain


def _group(chains: list[_Chain | None], windows: Windows) -> tuple[SegmentGroup, ...]:
    """Collect the segments of one pattern, so that they are factorised together."""
    found: dict[tuple[tuple[int, int], ...], list[tuple[int, int]]] = defaultdict(list)
    for series, chain in enumerate(chains):
        for segment in chain.segments if chain is not None else ():
            begin = segment[0][0] - segment[0][1] + 1
            found[tuple((t - begin, length) for t, length in segment)].append((series, begin))
    groups = []
    for pattern, members in sorted(found.items()):
        own = np.array([member[0] for member in members])
        first = np.array([member[1] for member in members])
        weights = np.zeros((len(members), len(pattern), pattern[-1][0] + 1))
        for at, (offset, length) in enumerate(pattern):
            for lag in range(length):
                weights[:, at, offset - lag] = windows.weights[lag, first + offset, own]
        offsets = tuple(offset for offset, _ in pattern)
        z = np.stack([windows.z[first + offset, own] for offset in offsets], axis=1)
        groups.append(
            SegmentGroup(own, first + offsets[-1], weights, z, offsets, pattern[0] == (0, 1))
        )
    return tuple(groups)


def ar1_covariance(phi: FloatArray, span: int) -> FloatArray:
    """Shape (B, span, span): ``Gamma`` of unit innovations."""
    distance = np.abs(np.subtract.outer(np.arange(span), np.arange(span)))
    powers = np.cumprod(np.concatenate([np.ones((1, phi.size)), np.tile(phi, (span, 1))]), axis=0)
    gamma: FloatArray = powers[distance].transpose(2, 0, 1) / (1 - phi**2)[:, None, None]
    return gamma


def whiten(layout: Layout, windows: Windows, phi: FloatArray, s2: FloatArray) -> Rows:
    """Turn the windows of the whitened series into independent rows."""
    n_rows, n_series = windows.z.shape
    lags = np.zeros((layout.n_lags, n_rows, n_series))
    z = np.where(windows.length > 0, windows.z, 0.0)
    size = len(windows.weights)
    lags[:size] = np.where(layout.alone, windows.weights, 0.0)
    lags[0] += layout.step
    lags[1] += np.where(layout.step, -phi, 0.0)
    y = np.where(layout.alone | layout.step, z, 0.0)
    y[1:] -= np.where(layout.step[1:], phi * z[:-1], 0.0)
    # A window by itself has its stationary variance.
    spread = s2 / (1 - phi**2) * (lags**2).sum(axis=0)
    variance = np.where(layout.step, s2, spread)
    for group in layout.segments:
        _whiten_segments(group, phi, s2, y, lags, variance)
    with np.errstate(divide="ignore"):
        precision = np.where(variance > 0, 1.0 / variance, 0.0)
    return Rows(y, lags, precision)


def _whiten_segments(
    group: SegmentGroup,
    phi: FloatArray,
    s2: FloatArray,
    y: FloatArray,
    lags: FloatArray,
    variance: FloatArray,
) -> None:
    """Write the rows of a group of segments into ``y``, ``lags`` and ``variance``."""
    own = group.series
    gamma = ar1_covariance(phi[own], group.span)
    chol = np.linalg.cholesky(group.weights @ gamma @ group.weights.transpose(0, 2, 1))
    scale = np.diagonal(chol, axis1=1, axis2=2)
    whitener = np.linalg.inv(chol / scale[:, None, :])
    mixed = whitener @ group.weights
    values = np.einsum("bqr,br->bq", whitener, group.z)
    for at, offset in enumerate(group.offsets):
        if at == 0 and group.reset:
            continue
        row = group.end - group.offsets[-1] + offset
        y[row, own] = values[:, at]
        variance[row, own] = s2[own] * scale[:, at] ** 2
        for month in range(offset + 1):
            lags[offset - month, row, own] = mixed[:, at, month]

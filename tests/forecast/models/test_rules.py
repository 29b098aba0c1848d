import numpy as np
import pytest

from lianhu_analysis.errors import ForecastError
from lianhu_analysis.forecast.models import (
    BridgePanel,
    GrowthPanel,
    bridge,
    carry_forward,
    factor_model,
    mean_reversion,
    parent_pooling,
    persistence,
)

SHARES = np.array([0.2, 0.4, 0.7, 1.0])


def panel(ytd, n_known, **changes):
    ytd = np.asarray(ytd, dtype=float)
    values = {
        "frequency": "Q", "ytd_growth_pct": ytd, "shares": np.tile(SHARES, (len(ytd), 1)),
        "n_known": n_known, "outlier": np.zeros(len(ytd), dtype=bool),
    }  # fmt: skip
    return GrowthPanel(**{**values, **changes})


def rng():
    return np.random.default_rng(7)


def test_carry_forward_by_hand():
    # 5 % to Q1 and 6 % to Q2 with shares 0.2 and 0.4: Q2 alone (0.4 * 6 - 0.2 * 5) / 0.2 = 7.
    # The year: 0.4 * 6 + 0.6 * 7 = 6.6.
    past = [[5, 5, 5, 5 + 0.2 * (-1) ** k] for k in range(6)]
    draws = carry_forward(panel([*past, [5, 6, np.nan, np.nan]], 2), rng())
    assert np.median(draws.values) == pytest.approx(6.6, abs=0.01)
    np.testing.assert_allclose(np.median(draws.single(SHARES), axis=0), [7.0, 7.0], atol=0.02)
    with pytest.raises(ForecastError, match="不到两期"):
        carry_forward(panel([*past, [5, np.nan, np.nan, np.nan]], 1), rng())


def test_growth_is_pulled_to_the_announced_target_as_hard_as_the_past_shows():
    # In every past year half of the gap after the first quarter was closed.
    starts = np.array([4.0, 8.0, 5.0, 7.0, 3.0, 9.0, 4.5, 7.5])
    past = [[g, g, g, g + 0.5 * (6.0 - g)] for g in starts]
    what = panel([*past, [4.0, np.nan, np.nan, np.nan]], 1, announced=np.full(9, 6.0))
    draws = mean_reversion(what, rng())
    # Shrunk as if two more years had shown no pull: a little less than half of two points.
    assert 4.6 < np.median(draws.values) < 5.0
    free = np.random.default_rng(1).normal(0, 1, 8)
    loose = [[g, g, g, g + e] for g, e in zip(starts, free, strict=True)]
    what = panel([*loose, [4.0, np.nan, np.nan, np.nan]], 1, announced=np.full(9, 6.0))
    assert abs(np.median(mean_reversion(what, rng()).values) - 4.0) < 0.6


def test_the_gap_to_the_parent_shrinks():
    own = np.array([4.0, 8.0, 5.0, 7.0, 3.0, 9.0, 4.5, 7.5])
    past = [[g, g, g, g + 0.4 * (6.0 - g)] for g in own]
    above = np.full((9, 4), 6.0)
    above[-1, 2:] = np.nan  # the parent already knows its second quarter
    what = panel([*past, [4.0, np.nan, np.nan, np.nan]], 1, above=above)
    assert 4.5 < np.median(parent_pooling(what, rng()).values) < 4.8
    with pytest.raises(ForecastError, match="上级地区"):
        parent_pooling(panel([*past, [4.0, np.nan, np.nan, np.nan]], 1), rng())


def test_rules_are_judged_by_what_was_first_published():
    past = np.array([[5, 5, 5, 5 + 0.3 * (-1) ** k] for k in range(6)])
    revised = past + np.array([0, 0, 0, 1.0])
    last = [[5, 5, 5, np.nan]]
    what = panel([*revised, *last], 3, first_pct=np.array([*past, *last]))
    assert persistence(what, rng()).values.std() < 0.6


def test_the_bridge_adds_industries_up_to_the_whole():
    # Two industries of 0.4 and 0.6. Where the base indicators moved by one since the
    # last figure, industry 1 ended the year half a point higher; industry 2 never moved.
    moves = np.array([1.0, -1.0, 2.0, -2.0, 1.5, -1.5, 1.0, -1.0, 2.0])
    years = len(moves)
    to_date = np.full((years, 2), 5.0)
    noise = np.random.default_rng(2).normal(0, 0.02, years)
    final = np.column_stack([5.0 + 0.5 * moves + noise, np.full(years, 5.0)])
    final[-1] = np.nan
    parts = BridgePanel(
        names=("工业", "服务业"),
        to_date=to_date,
        final=final,
        latest=np.column_stack([5.0 + moves, np.full(years, 5.0)]),
        then=np.full((years, 2), 5.0),
        shares=np.array([0.4, 0.6]),
    )
    whole = 0.4 * final[:, 0] + 0.6 * final[:, 1]
    ytd = np.column_stack([np.full((years, 3), 5.0), whole])
    draws = bridge(panel(ytd, 3, bridge=parts), rng())
    # 0.4 * 0.5 * 2 = 0.4 points, less what the shrinkage takes.
    assert np.median(draws.values) == pytest.approx(5.37, abs=0.04)
    assert draws.n_obs == 8


def test_without_industries_and_without_other_indicators_the_reason_is_said():
    what = panel([[5, 5, 5, 5.1]] * 7 + [[5, 5, 5, np.nan]], 3)
    with pytest.raises(ForecastError, match="分行业"):
        bridge(what, rng())
    with pytest.raises(ForecastError, match="指标太少"):
        factor_model(what, rng())

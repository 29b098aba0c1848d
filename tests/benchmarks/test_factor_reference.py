"""The referees of the factor engine agree with each other, and with figures worked out by hand."""

import dataclasses

import numpy as np
import pytest

from benchmarks.factor_panels import Design, draw_panel, extend, read_design, windows, write_design
from benchmarks.factor_reference import (
    dense_states,
    joint_moments,
    mixed_frequency_model,
    mixed_frequency_states,
    pack,
    unpack,
)
from lianhu_analysis.forecast.factor import FactorPanel, Parameters

DESIGN = Design(5, 2, n_factors=2, lags=2, months=36, first_month=4)


def panel(values, form, first_month=1, shares=None):
    column = np.array(values, dtype=float)[:, None]
    shares = np.ones_like(column) if shares is None else np.array(shares, dtype=float)[:, None]
    return FactorPanel(column, (form,), first_month, shares, ("x",))


def white(loading, variance):
    """Parameters of one series whose months are independent."""
    return Parameters(
        loadings=np.array([[loading]]),
        transition=np.zeros((1, 1)),
        factor_cov=np.eye(1),
        idiosyncratic_ar=np.zeros(1),
        idiosyncratic_var=np.array([variance]),
    )


def test_year_to_date_growth_is_the_mean_since_january_by_shares():
    shares = np.array([[1.0], [2.0], [3.0], [4.0]])
    weights = windows(("year_to_date",), shares, first_month=11)[:, 0]
    # January starts anew; February weighs 3 : 4.
    assert weights[2, :2].tolist() == [1.0, 0.0]
    assert weights[3, :3] == pytest.approx([4 / 7, 3 / 7, 0.0])


def test_the_year_before_the_panel_has_the_shares_of_its_first_year():
    shares = np.arange(1.0, 25.0)[:, None]
    # March of the first year: January and February lie before the panel.
    weights = windows(("year_to_date",), shares, first_month=3)[0, 0]
    assert weights[:3] == pytest.approx(np.array([1.0, 12.0, 11.0]) / 24.0)


def test_a_quarter_is_weighted_by_its_months():
    shares = np.array([[1.0], [1.0], [2.0]])
    weights = windows(("quarter_growth",), shares, first_month=1)[2, 0]
    assert weights[:4].tolist() == [0.5, 0.25, 0.25, 0.0]


def test_the_joint_january_february_figure_by_hand():
    # y = (x1 + x2) / 2, x independent with variance 4 + 1: y ~ N(0, 2.5); the factor of either
    # month has covariance 2 / 2 with y.
    known = panel([np.nan, 3.0], "year_to_date")
    parameters = white(2.0, 1.0)
    loglike = -0.5 * (np.log(2 * np.pi * 2.5) + 9 / 2.5)
    for states in (dense_states(known, parameters), joint_moments(known, parameters)[0]):
        assert states.loglike == pytest.approx(loglike)
        assert states.factors.ravel() == pytest.approx([3 / 2.5, 3 / 2.5])
        assert states.factor_cov.ravel() == pytest.approx([1 - 1 / 2.5] * 2)
        assert states.signal.ravel() == pytest.approx([3.0, 3.0])


@pytest.mark.parametrize("ar1", [True, False])
@pytest.mark.parametrize("growth", [True, False])
def test_the_referees_agree(growth, ar1):
    design = dataclasses.replace(DESIGN, growth=growth, idiosyncratic_ar1=ar1)
    drawn = draw_panel(design, 1)
    ahead = extend(drawn.panel, 0, 4)
    truth, _ = joint_moments(ahead, drawn.parameters)
    others = [dense_states(ahead, drawn.parameters)]
    if not growth:
        model = mixed_frequency_model(ahead, 2, 2, idiosyncratic_ar1=ar1)
        others.append(mixed_frequency_states(model, drawn.parameters))
        assert model.loglike(pack(model, drawn.parameters)) == pytest.approx(truth.loglike)
    for states in others:
        for field in dataclasses.fields(states):
            found, expected = getattr(states, field.name), getattr(truth, field.name)
            np.testing.assert_allclose(found, expected, atol=1e-10, err_msg=field.name)


def test_parameters_return_from_statsmodels():
    drawn = draw_panel(DESIGN, 2)
    model = mixed_frequency_model(drawn.panel, 2, 2)
    again = unpack(model, pack(model, drawn.parameters))
    for field in dataclasses.fields(Parameters):
        found, expected = getattr(again, field.name), getattr(drawn.parameters, field.name)
        np.testing.assert_allclose(found, expected, atol=1e-14, err_msg=field.name)


def test_forms_that_statsmodels_does_not_know_are_refused():
    drawn = draw_panel(dataclasses.replace(DESIGN, growth=True), 3)
    with pytest.raises(ValueError, match="Mariano-Murasawa"):
        mixed_frequency_model(drawn.panel, 2, 2)


def test_statsmodels_never_moves_its_loadings():
    drawn = draw_panel(DESIGN, 4)
    model = mixed_frequency_model(drawn.panel, 2, 2)
    _, vector = model._em_iteration(pack(model, drawn.parameters))
    moved = unpack(model, vector)
    assert np.abs(moved.loadings - drawn.parameters.loadings).max() < 1e-12
    assert np.abs(moved.transition - drawn.parameters.transition).max() > 1e-3


def test_panels_look_like_published_figures():
    drawn = draw_panel(Design(40, 4, months=120, growth=True), 5)
    values, forms = drawn.panel.values, np.array(drawn.panel.forms)
    months = np.arange(120) % 12 + 1
    assert np.isnan(values[months == 1][:, forms == "year_to_date"]).all()
    assert np.isnan(values[~np.isin(months, (3, 6, 9, 12)), 40:]).all()
    assert np.isnan(values[40:60, 0]).all()
    known = ~np.isnan(values)
    assert 0.6 < known[:, :40].mean() < 0.95
    assert np.array_equal(values[known], drawn.complete[known])
    assert set(forms) == {"month", "year_to_date", "quarter_growth"}


def test_a_design_survives_the_way_to_a_contender():
    design = Design(7, 2, n_factors=3, lags=2, growth=True, idiosyncratic_ar1=False, first_month=4)
    assert read_design(write_design(design)) == design

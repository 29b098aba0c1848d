"""The monitor's pictures: read without colour, marked where simulated, refused where empty."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lianhu_analysis.analysis.answer import Answer
from lianhu_analysis.analysis.climate import theme_heat
from lianhu_analysis.analysis.monitor_rules import load_rules
from lianhu_analysis.errors import ReportError
from lianhu_analysis.render.drawing import monitor_charts
from lianhu_analysis.render.tables import SIMULATED_MARK

MONTHS = [f"{year}-{month:02d}" for year in (2022, 2023, 2024) for month in range(2, 13)]


def answer(simulated=False):
    rng = np.random.default_rng(0)
    scores = [(theme, month, rng.normal()) for theme in ("macro", "land") for month in MONTHS]
    heat = theme_heat(pd.DataFrame(scores, columns=["theme", "month", "score"]), load_rules())
    index = pd.DataFrame({"month": MONTHS, "index": 100 + np.sin(np.arange(33.0) / 3), "n": 3})
    index.loc[3:5, "index"] = np.nan
    turns = pd.DataFrame({"month": ["2022-08"], "kind": ["峰"], "value": [101.0]})
    spread = pd.DataFrame({"month": MONTHS, "diffusion": 50.0})
    tables = {"heat": heat, "index": index, "turning_points": turns, "diffusion": spread}
    return Answer(
        question="冷热如何", region="610104", region_zh="莲湖区", as_of="2025-01-30",
        simulated=simulated, sentences=(), tables=tables,
    )  # fmt: skip


@pytest.mark.parametrize("draw", [monitor_charts.heat_map, monitor_charts.index_chart])
def test_pictures_are_drawn_and_marked(draw):
    real, simulated = draw(answer()), draw(answer(simulated=True))
    assert real.png.startswith(b"\x89PNG") and real.alt
    assert SIMULATED_MARK in simulated.drawn and SIMULATED_MARK not in real.drawn


@pytest.mark.parametrize(
    ("draw", "table"), [(monitor_charts.heat_map, "heat"), (monitor_charts.index_chart, "index")]
)
def test_nothing_is_refused_with_what_to_do(draw, table):
    whole = answer()
    none = replace(whole, tables={**whole.tables, table: whole.tables[table][:0]})
    with pytest.raises(ReportError, match="请先入库"):
        draw(none)


def test_every_cell_names_its_light(monkeypatch):
    import seaborn as sns

    seen = {}
    drawn = sns.heatmap
    monkeypatch.setattr(
        sns, "heatmap", lambda data, **k: seen.update(k, data=data) or drawn(data, **k)
    )
    monitor_charts.heat_map(answer())
    rules, words, data = load_rules(), seen["annot"], seen["data"]
    assert list(data.index) == ["全部", "综合", "土地"]
    assert list(data.columns)[-1] == "2024-12" and data.shape[1] == monitor_charts.MONTHS_SHOWN
    for theme, month in [("综合", "2024-12"), ("土地", "2023-02")]:
        assert rules.light(data.loc[theme, month]).startswith(words.loc[theme, month] + "·")

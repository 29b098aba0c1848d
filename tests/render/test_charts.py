from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image

from lianhu_analysis.errors import ReportError
from lianhu_analysis.render.drawing.chart_layout import Setting
from lianhu_analysis.render.drawing.charts import (
    QUANTILES,
    Panel,
    fan_chart,
    fan_grid,
    indicator_chart,
    picture,
    vintage_chart,
)
from lianhu_analysis.render.tables import SIMULATED_MARK

HISTORY = pd.DataFrame(
    {
        "label": ["2023年全年", "2024年一季度", "2024年上半年", "2024年前三季度"],
        "value": [5.5, np.nan, 5.4, 5.3],
    }
)
FAN = pd.DataFrame([[5.0, 5.1, 5.3, 5.5, 5.7, 5.9, 6.0]], columns=list(QUANTILES)).assign(
    label="2024年全年"
)


def month_labels(years):
    return [f"{year}年1—{month}月" for year in years for month in range(2, 13)]


def past(fan=FAN, **changes):
    given = {"labels": list(HISTORY["label"]), "values": HISTORY["value"].to_numpy(), **changes}
    return Panel("增速", fan=fan, target=6.0, **given)


def fan(**changes):
    settings = {"title": "增速偏低", "caption": "来源：区统计局", "target": 6.0, **changes}
    return fan_chart(past(), Setting(**settings))


def indicator(labels=("2023年", "2024年"), **changes):
    frame = pd.DataFrame(
        {"label": labels, "level": np.linspace(10, 90, len(labels)), "growth": [-1.0] * len(labels)}
    )
    return indicator_chart(frame, Setting(title="零售额", caption="来源", unit="亿元", **changes))


def vintage(**changes):
    frame = pd.DataFrame({"published": ["2024-01-17", "2024-12-27"], "value": [5.2, 5.4]})
    return vintage_chart(frame, Setting(title="修订", caption="来源", **changes))


def progress(fan=FAN[:0], **changes):
    months = 3 - len(fan)
    usual = np.array([[2.0, 3.0, 4.0], [5.0, 7.0, 9.0], [8.0, 11.0, 14.0]])
    values = np.array([3.0, 7.0, np.nan][:months])
    count = Panel("件数", ["1月", "2月", "3月"][:months], values, fan, 12, usual, counts=True)
    setting = Setting(title="进度", caption="来源", unit="个", target=12, **changes)
    return fan_chart(count, setting)


ALL = [fan, indicator, vintage, progress]


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def legend_texts(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


@pytest.mark.parametrize("make", ALL)
def test_simulated_data_is_marked_on_the_chart_and_in_the_caption(make):
    marked = texts(make(simulated=True))
    assert SIMULATED_MARK in marked
    assert any(text.startswith(SIMULATED_MARK) and "来源" in text for text in marked)
    assert not any(SIMULATED_MARK in text for text in texts(make(simulated=False)))


def test_the_mark_changes_the_picture_where_the_data_are():
    def middle(figure):
        image = Image.open(io.BytesIO(picture(figure, "增速").png)).convert("RGB")
        return np.asarray(image)[200:480, 200:890]

    differing = (middle(fan(simulated=True)) != middle(fan(simulated=False))).any(axis=2)
    assert differing.mean() > 0.02


@pytest.mark.parametrize("make", ALL)
def test_english_charts_have_no_chinese_words_of_ours(make, english):
    ours = {"实际", "目标", "区间", "单位", "公布", "常年", "累计", "水平", "同比"}
    assert not [text for text in texts(make()) if any(word in text for word in ours)]


def test_fan_chart_draws_history_three_bands_median_and_target():
    figure = fan(target_text="目标 6.0", end_text="中位数 5.5")
    (axes,) = figure.axes
    assert len(axes.collections) == 3
    actual, median, target = axes.lines
    np.testing.assert_array_equal(actual.get_ydata(), [5.5, np.nan, 5.4, 5.3])
    np.testing.assert_array_equal(median.get_ydata(), [5.3, 5.5])  # starts at the last figure
    np.testing.assert_array_equal(median.get_xdata(), [3, 4])
    assert list(target.get_ydata()) == [6.0, 6.0]
    assert legend_texts(axes) == ["实际", "预测中位数", "目标", "90% 区间", "80% 区间", "50% 区间"]
    assert {"增速偏低", "来源：区统计局", "目标 6.0", "中位数 5.5", "单位：%"} <= set(texts(figure))


def test_fan_chart_of_a_finished_year_has_no_fan():
    figure = fan_chart(past(FAN.head(0)), Setting(title="全年已定", caption="来源"))
    assert len(figure.axes[0].collections) == 0
    assert legend_texts(figure.axes[0]) == ["实际"]


def test_fan_chart_without_any_figure_is_refused():
    with pytest.raises(ReportError, match="没有任何实际数"):
        fan_chart(past(values=np.full(4, np.nan)), Setting(title="t", caption="c"))


def test_indicator_chart_has_bars_above_and_a_line_below():
    upper, lower = indicator().axes
    assert [bar.get_height() for bar in upper.patches] == [10, 90]
    assert list(lower.lines[0].get_ydata()) == [-1, -1]
    assert len(lower.lines) == 2  # and the zero line


def test_a_rate_of_reduction_is_not_called_growth():
    frame = pd.DataFrame({"label": ["2023年", "2024年"], "level": 1.0, "growth": [1.0, 2.0]})
    figure = indicator_chart(frame, Setting(title="t", caption="c", unit="%"), "降低率")
    assert figure.axes[1].lines[0].get_label() == "降低率"


def test_indicator_chart_leaves_out_a_panel_without_values():
    frame = pd.DataFrame(
        {"label": ["2023年", "2024年"], "level": [np.nan] * 2, "growth": [1.0, 2.0]}
    )
    figure = indicator_chart(frame, Setting(title="t", caption="c", unit="亿元"))
    assert len(figure.axes) == 1
    assert "单位：%" in texts(figure)


def test_progress_chart_starts_at_zero_and_leaves_the_future_open():
    (axes,) = progress().axes
    assert axes.get_ylim()[0] <= 0
    actual = next(line for line in axes.lines if line.get_label() == "今年累计")
    np.testing.assert_array_equal(actual.get_ydata(), [3, 7, np.nan])


def test_progress_chart_draws_the_forecast_from_the_last_count_on():
    fan = pd.DataFrame({"label": ["3月"]} | {q: [10.0 + 10 * q] for q in QUANTILES})
    (axes,) = progress(fan=fan, end_text="15").axes
    median = next(line for line in axes.lines if line.get_label() == "预测中位数")
    np.testing.assert_array_equal(median.get_xdata(), [1, 2])
    np.testing.assert_allclose(median.get_ydata(), [7.0, 15.0])
    assert "15" in [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_long_legend_takes_two_rows_and_leaves_the_unit_alone(language, request):
    if language == "en":
        request.getfixturevalue("english")
    fan = pd.DataFrame({"label": ["3月"]} | {q: [10.0 + 10 * q] for q in QUANTILES})
    figure = progress(fan=fan, end_text="15", target_text="目标 12")
    (axes,) = figure.axes
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    legend = axes.get_legend()
    box = legend.get_window_extent(renderer)
    unit = next(text for text in axes.texts if text.get_gid() == "unit")
    assert not box.overlaps(unit.get_window_extent(renderer))
    title = next(text for text in figure.texts if text.get_gid() == "title")
    assert box.y1 < title.get_window_extent(renderer).y0
    tops = [round(text.get_window_extent(renderer).y1) for text in legend.get_texts()]
    assert len(set(tops)) >= 2 if language == "en" else len(set(tops)) == 2
    assert len(tops) == 8


def test_a_year_without_any_count_or_usual_progress_has_its_fan_alone():
    fan = pd.DataFrame({"label": ["1月", "2月"]} | {q: [q, 2 * q] for q in QUANTILES})
    count = Panel("件数", [], np.array([]), fan, 12, counts=True)
    figure = fan_chart(count, Setting(title="进度", caption="来源", unit="个"))
    (axes,) = figure.axes
    labels = {item.get_label() for item in [*axes.lines, *axes.collections]}
    assert "预测中位数" in labels and "常年进度" not in labels


def test_vintage_chart_names_publication_days():
    (axes,) = vintage().axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2024-01-17", "2024-12-27"]


@pytest.mark.parametrize("years", [[2024], [2021, 2022, 2023, 2024]])
def test_period_labels_are_few_never_touch_and_end_with_the_newest(years):
    figure = indicator(labels=month_labels(years))
    labels = [text for text in figure.axes[-1].get_xticklabels() if text.get_text()]
    assert 2 <= len(labels) <= 12
    assert labels[-1].get_text() == "2024年\n1—12月"
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = [label.get_window_extent(canvas.get_renderer()) for label in labels]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
    assert boxes[-1].x1 <= figure.bbox.x1


def test_remarks_beside_the_lines_are_pushed_apart():
    figure = fan(target=5.5, target_text="目标 5.5", end_text="中位数 5.5")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = sorted(
        (
            text.get_window_extent(canvas.get_renderer())
            for text in figure.findobj(Text)
            if text.get_gid() == "annotation"
        ),
        key=lambda box: box.y0,
    )
    assert len(boxes) == 2
    assert boxes[0].y1 <= boxes[1].y0
    assert boxes[1].x1 <= figure.bbox.x1


def test_a_long_title_is_broken_and_stays_above_the_axes():
    figure = fan(title="全年增速达到目标的可能性较小，" * 4)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    title = next(text for text in figure.texts if text.get_gid() == "title")
    box = title.get_window_extent(canvas.get_renderer())
    assert title.get_text().count("\n") >= 1
    assert box.x1 <= figure.bbox.x1
    legend = figure.axes[0].get_legend().get_window_extent(canvas.get_renderer())
    assert box.y0 > legend.y1


def test_picture_hands_titles_and_remarks_to_the_tracer():
    drawn = picture(fan(target_text="目标 6.0", caption="来源 9"), "增速偏低").drawn
    assert set(drawn) == {"增速偏低", "目标 6.0"}


def test_picture_is_the_same_bytes_twice_and_needs_words():
    assert picture(fan(), "增速").png == picture(fan(), "增速").png
    assert picture(fan(), "增速").png.startswith(b"\x89PNG")
    with pytest.raises(ReportError, match="文字说明"):
        picture(fan(), "  ")


def test_an_ideograph_that_the_font_lacks_is_a_mark_and_another_sign_is_refused():
    drawn = picture(fan(title="瀍河区"), "瀍河区增速")
    assert "〓河区" in drawn.drawn
    assert drawn.alt == "瀍河区增速"
    with pytest.raises(ReportError, match="画不出的字"):
        picture(fan(title="\u0e01"), "增速")  # Thai, before the ideographs


def panel(title="地区生产总值", usual=None, values=(5.0, 5.2, 5.3)):
    fan = FAN.head(1)
    return Panel(title, ["Q1", "Q2", "Q3"], np.array(values, dtype=float), fan, 6.0, usual)


def test_small_fans_share_one_legend_and_keep_their_titles():
    usual = np.column_stack([np.arange(4.0), np.arange(4.0) + 1, np.arange(4.0) + 2])
    figure = fan_grid(
        [panel(), panel("工业"), panel("土地", usual), panel("投资")],
        Setting(title="四项目标", caption="截至 2024-10-31", simulated=True),
    )
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "地区生产总值",
        "工业",
        "土地",
        "投资",
    ]
    (legend,) = figure.legends
    words = [text.get_text() for text in legend.get_texts()]
    assert len(words) == len(set(words))
    assert {"实际", "目标", "预测中位数", "常年进度"} <= set(words)
    assert all(axes.get_legend() is None for axes in figure.axes)
    assert picture(figure, "四格").png.startswith(b"\x89PNG")


def test_a_small_fan_without_figures_is_refused():
    with pytest.raises(ReportError, match="没有任何实际数"):
        fan_grid([panel(values=[np.nan] * 3)], Setting(title="空", caption="无"))
    with pytest.raises(ReportError):
        fan_grid([], Setting(title="空", caption="无"))
    # One period alone is named once, below it.
    alone = Panel("收入", ["2025Q1"], np.array([5.8]), FAN[:0], 6.0)
    (axes,) = fan_grid([alone], Setting(title="一格", caption="无")).axes
    (label,) = axes.get_xticklabels()
    assert (label.get_text(), label.get_horizontalalignment()) == ("2025Q1", "center")
    # A count begins at nothing: a quarterly one without a figure yet ended the whole report.
    count = Panel("标准地", [], np.array([]), FAN, 3.0, counts=True)
    assert len(fan_grid([panel(), count], Setting(title="两格", caption="无")).axes) == 2

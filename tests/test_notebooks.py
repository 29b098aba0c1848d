"""The tables that notebooks show say what the session's frames say.

nbval runs every notebook; since none is committed with outputs, it compares no number.
"""

import ast
import io
import json

import pandas as pd
import pytest

import lianhu_analysis as lh
from lianhu_analysis.render.tables import Html
from tests.conftest import ROOT


def shown_by(notebook: str, **parameters: object) -> list[object]:
    """Run the code of a notebook with these parameters; return what its cells show."""
    names, shown = dict(parameters), []
    content = (ROOT / "notebooks" / "explore" / f"{notebook}.ipynb").read_text(encoding="utf-8")
    for cell in json.loads(content)["cells"]:
        if cell["cell_type"] != "code" or "parameters" in cell["metadata"].get("tags", ()):
            continue
        *before, last = ast.parse("".join(cell["source"])).body
        assert isinstance(last, ast.Expr)
        exec(compile(ast.Module(before, []), notebook, "exec"), names)
        shown.append(eval(compile(ast.Expression(last.value), notebook, "eval"), names))
    return shown


def tables_of(shown: list[object]) -> list[pd.DataFrame]:
    pages = [item._repr_html_() for item in shown if isinstance(item, Html)]
    return [
        table
        for page in pages
        if "<table" in page
        for table in pd.read_html(io.StringIO(page), flavor="lxml", keep_default_na=False)
    ]


def printed(values: pd.Series, digits: int, unit: str = "") -> list[str]:
    return ["—" if pd.isna(value) else f"{value:.{digits}f}{unit}" for value in values]


def test_the_notebook_of_targets(national):
    day = "2024-10-31"
    shown = shown_by("targets", workspace=str(national.root), as_of=day)
    verdicts, paths, *_ = tables_of(shown)
    frame = lh.open(str(national.root), day).verdicts(2024)
    assert list(verdicts["目标"]) == list(frame["title_zh"])
    # What is published, and what remains by hand: (5 - 0.7243 * 4.8) / 0.2757.
    assert list(verdicts["累计"]) == printed(frame["actual"], 1, "%") == ["4.8%"]
    assert list(verdicts["剩余时期需"]) == printed(frame["required"], 2, "%") == ["5.53%"]
    bounds = zip(*(printed(frame[name], 1) for name in ("mean", "q0.1", "q0.9")), strict=True)
    assert list(verdicts["预测全年（可能区间）"]) == [
        f"{m}（{low}～{high}）" for m, low, high in bounds
    ]
    chances = zip(
        printed(100 * frame["probability_about"], 0, "%"),
        printed(100 * frame["probability"], 0, "%"),
        strict=True,
    )
    assert list(verdicts["达标概率"]) == [f"{about}（不含容差{plain}）" for about, plain in chances]
    assert [float(value) for value in paths["当期须"]] == [round(frame["required"][0], 2)]
    assert [float(value) for value in paths["累计须"]] == list(frame["target"])


@pytest.mark.parametrize("period", ["2023Q4", "2024Q2"])
def test_the_notebook_of_the_comparison(national, period):
    day = "2024-10-31"
    chosen = {"workspace": str(national.root), "as_of": day, "period": period}
    standing, regions = tables_of(shown_by("comparison", **chosen))
    answer = lh.open(str(national.root), day).comparison(period=period).tables
    assert list(standing["指标"]) == list(answer["standing"]["name_zh"])
    assert list(standing["时期"]) == list(answer["standing"]["period"])
    assert list(standing["增速%"]) == printed(answer["standing"]["growth"], 1)
    assert list(regions["地区"]) == list(answer["regions"]["region_zh"])
    said = [float(value) for value in regions["增速%"]]
    assert said == pytest.approx(list(answer["regions"]["growth"]))
    assert len(said) >= 3

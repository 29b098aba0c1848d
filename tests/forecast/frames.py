"""Small literal frames: one line a figure."""

import pandas as pd

from lianhu_analysis.catalog.indicators import Catalogue, Indicator
from lianhu_analysis.intake.observations import Observation, frame_observations


def indicator(code: str = "gdp.total", **changes) -> Indicator:
    values = {
        "code": code, "tier": "core", "name_zh": f"名称{code}", "aliases": (), "name_en": code,
        "unit": "亿元", "frequency": "Q", "kind": "flow", "span": "ytd", "level_price": "current",
        "growth_basis": "constant", "no_january": False, "lag_months": 0, "release_lag_days": 17,
        "department_zh": "统计局", "theme": "macro", "mechanism": "economy", "gdp_component": "",
        "weight_proxy": "", "city_allocated": False, "sensitive": False, "notes": "",
    }  # fmt: skip
    return Indicator(**{**values, **changes})


def catalogue(*indicators: Indicator) -> Catalogue:
    return Catalogue(indicators, "测试目录", proposal=False)


def figures(*rows: tuple, provenance: str = "official") -> pd.DataFrame:
    """Rows of (indicator, measure, span, period, value, published)."""
    return frame_observations(
        [
            Observation(
                region="100000",
                indicator=code,
                measure=measure,
                span=span,
                period=period,
                value=value,
                unit="%" if measure == "yoy" else "亿元",
                published=published,
                published_basis="stated",
                source="data/raw/test.csv",
                cell=f"F{line}",
                token=str(value),
                status="ok",
                provenance=provenance,
            )
            for line, (code, measure, span, period, value, published) in enumerate(rows, start=2)
        ]
    )

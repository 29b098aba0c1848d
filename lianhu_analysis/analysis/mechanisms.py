"""Land, projects, risks, governance: what the cases of ledgers say, held against the series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
from pandas.core.groupby import DataFrameGroupBy

from lianhu_analysis.analysis.answer import Answer, answer_of, chance_text
from lianhu_analysis.analysis.wording import part_text
from lianhu_analysis.catalog.ledgers import Series
from lianhu_analysis.catalog.periods import Period
from lianhu_analysis.forecast.assessment import Assessment, verdict_frame
from lianhu_analysis.forecast.history import extract_series
from lianhu_analysis.intake.cases import Cases
from lianhu_analysis.intake.same_figures import is_same_figure

__all__ = ["STEPS", "WHOLE", "land_and_projects", "risk_and_governance"]

LAND = ("parcels", "projects", "relocations", "heritage")
RISK = ("risks", "governance")
QUESTIONS = {LAND: "土地和重点项目到了哪一步？", RISK: "风险和治理事项办到了哪一步？"}
STEPS = {"found": "发现", "reported": "上报", "handled": "处置", "closed": "办结"}
WHOLE = "合计"
QUARTER = 4  # the worst of so many
NAMED = 3  # cases in a sentence; all of them stand in the table
OUTCOMES = {"reached": "已实现", "missed": "未实现", "refused": "不作预测"}
SUMS = "ledger_zh indicator name_zh period unit from_ledger as_published apart".split()
Tables = Mapping[str, pd.DataFrame]
TARGETS = "indicator name_zh title_zh unit rule aim actual actual_period probability status".split()


def ledger_sums(assessment: Assessment, cases: Cases, kinds: Iterable[str]) -> pd.DataFrame:
    """Hold what cases add up to against the latest published figure of the year.

    Returns
    -------
    One row a published indicator: ``ledger_zh``, ``indicator``, ``name_zh``, ``period``,
    ``unit``, ``from_ledger``, ``as_published`` and ``apart``, ledger less published, 0 within the
    decimals printed.  ``from_ledger`` is missing where a case lacks its amount, stands at
    another month than the figure, or the last delivery is older.  Ledgers begun after the year
    of the figure have no row.
    """
    rows = []
    series = [(cases.ledgers[kind], one) for kind in kinds for one in cases.ledgers[kind].series]
    for ledger, one in series:
        table = cases.tables[ledger.kind]
        if table.empty or one.indicator not in assessment.catalogue:
            continue
        item = assessment.catalogue.get(one.indicator)
        own = assessment.rows.of(item.code)
        known = extract_series(own, item, "level", tuple(cases.provenances))
        # An annual figure of this year is out when the year is over.
        years = (assessment.year, assessment.year - (item.frequency == "A"))
        point = next(filter(None, map(known.latest, years)), None)
        # A ledger begun later has of that year only what was still open; December's comes in January.
        if point and cases.begun[ledger.kind] < pd.Timestamp(point.period.year + 1, 2, 1):
            is_older = cases.delivered[ledger.kind] < pd.Timestamp(point.period.end)
            total = float("nan") if is_older else _sum(table, one, point.period)
            same = is_same_figure(total, point.value, growth=False)
            names = (ledger.name_zh, item.code, item.name_zh, point.period.code, item.unit)
            rows.append((*names, total, point.value, 0.0 if same else total - point.value))
    return pd.DataFrame(rows, columns=SUMS)


def _sum(table: pd.DataFrame, one: Series, period: Period) -> float:
    """Add up the cases of a year to the end of a period."""
    for name, wanted in one.where.items():
        table = table[table[name].eq(wanted)]
    at = table[one.at]
    if at.dtype.kind == "M":
        table = table[at.between(f"{period.year}-01-01", f"{period.end}")]
    elif at.ne(f"{period.end:%Y-%m}").any():
        return float("nan")
    return round(float(table[one.amount].sum(skipna=False) if one.amount else len(table)), 6)


def land_and_projects(assessment: Assessment, cases: Cases) -> Answer:
    """Say how land, projects, relocation and heritage stand against their targets.

    What is due of a project's plan is the part of the year gone by (序时进度); what is usual of
    a target, the part that past years had done by then.  Parcels are ranked by output per mu,
    those without one not at all.
    """
    parcels = cases.tables["parcels"]
    told = verdict_frame(assessment).rename(columns={"target": "aim"})
    told = told.reindex(columns=["measure", "usual_share", *TARGETS])
    counted = {one.indicator for kind in LAND for one in cases.ledgers[kind].series}
    told = told[told["measure"].eq("level") & told["indicator"].isin(counted)]
    done, usual = 100 * told["actual"] / told["aim"], 100 * told["usual_share"]
    output = parcels["output"].dropna()
    ranked = parcels.loc[output.index].assign(
        order=output.rank(ascending=False, method="min").astype(int),
        worst=output.rank(method="min") <= len(output) // QUARTER,
    )
    tables = {
        "targets": told[TARGETS].assign(done_pct=done, usual_pct=usual),
        "projects": _projects(cases.tables["projects"], assessment.year),
        "parcels": ranked.sort_values(["order", "case"], ignore_index=True),
        "stages": parcels.groupby("stage")["area"].agg(n_cases="size", area="sum").reset_index(),
    }
    later = cases.tables["projects"]["period"].gt(f"{assessment.year}-12").sum()
    turned = [f"{later} 个项目已改按以后年度的计划报送，不在其内。"][:later]
    said = [*_land_sentences(tables, len(parcels)), *turned]
    return _answer(assessment, cases, LAND, tables, said)


def _projects(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """Hold projects against what is due of the year's plan, the furthest behind first."""
    of_year = table["reserve"].eq("否") & table["period"].str.startswith(str(year))
    held = table[of_year & table["plan_year"].gt(0)]
    due, plan, done = held["period"].str[5:].astype(float) / 12, held["plan_year"], held["done"]
    short = (due * plan - done).round(6)
    told = held.assign(done_pct=100 * done / plan, due_pct=100 * due, short=short)
    return told.sort_values(["short", "case"], ascending=[False, True])


def _land_sentences(tables: Tables, n_parcels: int) -> Iterator[str]:
    for row in tables["targets"].dropna(subset="actual").to_dict("records"):
        usual = row["usual_pct"]
        usual = "" if pd.isna(usual) else f"，常年到此时完成 {part_text(usual, 0)}"
        said = OUTCOMES.get(row["status"]) or f"达标概率 {chance_text(row['probability'])}"
        when = Period.parse(row["actual_period"]).label_zh("point")
        # Of a ceiling nothing is done.
        part = f"完成目标的 {part_text(row['done_pct'], 0)}{usual}，"
        part = part if row["rule"] != "at_most" and row["aim"] > 0 else ""
        yield (f"{row['title_zh']}：{when}为 {row['actual']:,.10g} {row['unit']}，{part}{said}。")
    projects, parcels = tables["projects"], tables["parcels"]
    behind, worst = projects[projects["short"] > 0], parcels[parcels["worst"]][::-1]
    unknown, unranked = projects["short"].isna().sum(), n_parcels - len(parcels)
    if len(behind):
        yield (
            f"{len(projects)} 个有年度计划的项目中 {len(behind)} 个落后于按月均摊的序时进度，共少完成 "
            f"{behind['short'].sum():,.2f} 亿元，最多的是{'、'.join(behind['case_zh'].head(NAMED))}"
            + (f"；没有填完成数的 {unknown} 个不算。" if unknown else "。")
        )
    if len(worst):
        yield (
            f"{len(parcels)} 宗地有亩均产出，后四分之一有 {len(worst)} 宗，最低的是"
            f"{'、'.join(worst['case'].head(NAMED))}"
            + (f"；没有填的 {unranked} 宗不参加排位。" if unranked else "。")
        )


def risk_and_governance(assessment: Assessment, cases: Cases) -> Answer:
    """Say how far risks of the year were handled, and how fast citizens were answered.

    A case is overdue if it was still open on the day of the last delivery, after its last day.
    What was answered in time is a share of the cases whose last day has come.
    """
    risks, asked = (cases.tables[kind] for kind in RISK)
    day, until = (cases.delivered.get(kind, pd.Timestamp.min) for kind in RISK)
    held = risks.assign(overdue=risks["closed"].isna() & risks["due"].lt(day))
    counts = dict.fromkeys(STEPS, "count") | {"overdue": "sum"}
    late = risks[held["overdue"]]
    steps = late[["reported", "handled"]].notna().sum(axis=1).map(dict(enumerate(STEPS.values())))
    late = late.assign(days_late=(day - late["due"]).dt.days, step_zh=steps)
    tables = {
        "funnel": _by_type(held, "found", assessment.year).agg(counts).reset_index(),
        "overdue": late.sort_values(["days_late", "case"], ascending=[False, True]),
        "response": _response(asked, assessment.year, until),
    }
    return _answer(assessment, cases, RISK, tables, _risk_sentences(tables, day, assessment.year))


def _by_type(cases: pd.DataFrame, day: str, year: int) -> DataFrameGroupBy[Any, Any]:
    """Group the cases of a year by type, and all of them together."""
    of_year = cases[cases[day].dt.year == year]
    return pd.concat([of_year, of_year.assign(type=WHOLE)]).groupby("type", sort=False)


def _response(asked: pd.DataFrame, year: int, until: pd.Timestamp) -> pd.DataFrame:
    """Return by channel what was answered, in time and after how many days."""
    come, days = asked["due"].le(until), (asked["answered"] - asked["received"]).dt.days
    held = asked.assign(n_due=come, on_time=come & asked["answered"].le(asked["due"]), days=days)
    found = _by_type(held, "received", year).agg(
        received=("case", "size"), answered=("answered", "count"), n_due=("n_due", "sum"),
        on_time=("on_time", "sum"), median_days=("days", "median"),
    )  # fmt: skip
    return found.assign(on_time_pct=100 * found["on_time"] / found["n_due"]).reset_index()


def _risk_sentences(tables: Tables, day: pd.Timestamp, year: int) -> Iterator[str]:
    funnel, response = tables["funnel"], tables["response"]
    for row in funnel[funnel["type"] == WHOLE].to_dict("records"):
        steps = "，".join(f"{word} {row[name]} 件" for name, word in STEPS.items())
        late = f"连同以前年度，逾期未办结 {len(tables['overdue'])} 件"
        yield f"截至 {day:%Y-%m-%d} 报送，{year}年风险{steps}；{late}。"
    for row in response[response["type"] == WHOLE].to_dict("records"):
        due = f"到期的 {row['n_due']} 件中按时答复 {part_text(row['on_time_pct'], 1)}"
        days = f"答复用时的中位数 {row['median_days']:g} 天"
        due, days = due if row["n_due"] else "没有到期的", days if row["answered"] else "没有答复的"
        yield f"{year}年受理群众事项 {row['received']} 件，{due}，{days}。"


def _answer(
    assessment: Assessment,
    cases: Cases,
    kinds: tuple[str, ...],
    tables: Tables,
    sentences: Iterable[str],
) -> Answer:
    """Add where ledgers and series disagree, what is missing, and what is sensitive."""
    sums = ledger_sums(assessment, cases, kinds)
    differ = (
        f"{row['ledger_zh']}台账与公布数不一致：{row['name_zh']}"
        f"{Period.parse(row['period']).label_zh('point')}台账 {row['from_ledger']:,.10g}，"
        f"公布 {row['as_published']:,.10g}，相差 {row['apart']:+,.10g} {row['unit']}。"
        for row in sums[sums["apart"].notna() & sums["apart"].ne(0)].to_dict("records")
    )
    ledgers = [cases.ledgers[kind] for kind in kinds]
    said = {
        "没有这些台账，说不出": [one.name_zh for one in ledgers if cases.tables[one.kind].empty],
        "同一天的两份台账写法不同，没有采用": cases.disputed,
        "敏感台账，不进公开报告": [one.name_zh for one in ledgers if one.sensitive],
    }
    days = [day.date() for kind, day in cases.delivered.items() if kind in kinds]
    until = max([*days, *filter(None, [assessment.as_of])], default=None)
    return answer_of(
        replace(assessment, as_of=until),
        QUESTIONS[kinds],
        (*sentences, *differ),
        {name: _plain(table) for name, table in {**tables, "sums": sums}.items()},
        tuple(f"{what}：{'、'.join(names)}" for what, names in said.items() if names),
        simulated="simulated" in cases.provenances or None,
        sensitive=any(one.sensitive for one in ledgers),
    )


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    days = [str(name) for name in table.select_dtypes("datetime")]
    return table.assign(**{name: table[name].dt.strftime("%Y-%m-%d") for name in days})

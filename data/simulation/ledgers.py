"""The ledgers that departments send each month of one year, in step with the simulated series.

A workbook is the state of all cases at the end of a month; matters of governance come as the
month's changes.  Amounts and counts add up to what is published of the same month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from data.simulation.figures import Figures
from data.simulation.pages import MARK, Document, Page
from data.simulation.process import Array, random_stream
from data.simulation.releases import release_day
from lianhu_analysis.catalog.ledgers import Ledger, load_ledgers

__all__ = ["LEDGER_YEAR", "ledger_documents"]

DISTRICT, FOLDER, LEDGER_YEAR, LAG_DAYS = "莲湖区", "台账", 2024, 10
MONTHS = range(1, 13)
USES = ("工业", "科研", "商业", "仓储")
RULES = {"工业": "亩均投资不低于 600 万元", "科研": "研发人员占比不低于 30%"}
TYPES = ("保交楼", "保回迁", "三大工程", "其他", "其他", "其他", "其他")
# Nine subdistricts of made-up names: their share of the people, and their area.
SUBDISTRICTS = (
    (0.09, 3.1), (0.13, 4.2), (0.08, 2.6), (0.12, 5.4), (0.11, 3.3),
    (0.15, 5.9), (0.12, 4.9), (0.09, 3.8), (0.11, 5.12),
)  # fmt: skip
OLD_PARCELS, SITES, MINOR_RISKS = 24, 98, 9
Case = dict[str, Any]


def ledger_documents(figures: Figures, seed: int) -> Iterator[Document]:
    """Yield the files of the year: a workbook and a list of citizens' matters a month."""
    ledgers = load_ledgers()
    parcels, projects = _parcels(figures, seed), _projects(figures, seed)
    risks, matters = _risks(figures, seed), _matters(figures, seed)
    moved, sites = _relocations(figures, seed), _sites(figures, seed)
    day = dt.date(LEDGER_YEAR, 1, 1)
    for month in MONTHS:
        before, day = day, release_day(LEDGER_YEAR, month, LAG_DAYS)
        end = _month_end(month)
        cases: dict[str, Sequence[Case]] = {
            "parcels": [_parcel_on(case, end) for case in parcels if case["seen"] <= end],
            "projects": projects[month],
            "relocations": [case for case in moved if case.get("moved", end) <= end],
            "heritage": [_until(case, end) for case in sites],
            # Handled by the day of the report, not only by the end of the month.
            "risks": [_until(case, day) for case in risks if case["found"] <= end],
        }
        pages = [_page(ledgers[kind], rows, day) for kind, rows in cases.items()]
        yield Document(f"{FOLDER}/台账_{day}.xlsx", "ledger", tuple(pages))
        changed = [
            _until(case, day)
            for case in matters
            if case["received"] <= end
            and (case["received"].month == month or case["answered"] > before)
        ]
        page = _page(ledgers["governance"], changed, day)
        yield Document(f"{FOLDER}/社会治理_{day}.csv", "ledger", (page,), "utf-8")


def _page(ledger: Ledger, cases: Sequence[Case], day: dt.date) -> Page:
    page = Page(ledger.name_zh)
    page.add(f"{DISTRICT}{ledger.name_zh}台账　{MARK}")
    page.add(f"报送日期：{day}", None, MARK)
    page.add(*(column.title for column in ledger.columns))
    for case in cases:
        page.add(*(case.get(column.name) for column in ledger.columns))
    return page


def _month_end(month: int) -> dt.date:
    return dt.date(LEDGER_YEAR + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def _until(case: Mapping[str, Any], end: dt.date) -> Case:
    """Return a case without the steps that were taken later; its last day stays."""
    return {
        name: None if isinstance(value, dt.date) and name != "due" and value > end else value
        for name, value in case.items()
    }


def _levels(figures: Figures, code: str) -> list[float]:
    """Return the year to date by month; between quarters that of the quarter before."""
    known = [figures.level(code, LEDGER_YEAR, month) for month in MONTHS]
    found: list[float] = []
    for value in known:
        found.append(value if value is not None else found[-1] if found else 0.0)
    return found


def _rises(figures: Figures, code: str) -> list[float]:
    levels = _levels(figures, code)
    return [round(b - a, 2) for a, b in zip([0.0, *levels], levels, strict=False)]


def _counts(figures: Figures, code: str) -> list[int]:
    """Return how many come each month, those of a quarter in its last month."""
    return [round(rise) for rise in _rises(figures, code)]


def _day(random: np.random.Generator, month: int) -> dt.date:
    return dt.date(LEDGER_YEAR, month, int(random.integers(1, _month_end(month).day + 1)))


def _split(total: float, shares: Array, decimals: int = 2) -> list[float]:
    """Part a total so that the printed parts add up to it: the largest takes the rest."""
    parts = np.round(total * shares / shares.sum(), decimals)
    largest = int(shares.argmax())
    parts[largest] += total - parts.sum()
    return [round(float(part), decimals) for part in parts]


def _parcels(figures: Figures, seed: int) -> list[Case]:
    random = random_stream(seed, "ledgers/parcels")
    start = dt.date(LEDGER_YEAR, 1, 1)
    found: list[Case] = []
    for number in range(OLD_PARCELS):
        supplied = dt.date(int(random.integers(2018, LEDGER_YEAR)), int(random.integers(1, 13)), 15)
        known = random.random() < 0.9
        case = _parcel(f"O{number + 1:03d}", random, "已建成", start)
        amounts = {"investment": (520, 0.5), "output": (310, 0.7)}
        case |= {
            name: round(float(mean * np.exp(random.normal(0, spread))), 1) if known else None
            for name, (mean, spread) in amounts.items()
        }
        found.append(case | {"planned": supplied, "supplied": supplied})
    rises, standard = _rises(figures, "lan.supply.area"), _counts(figures, "lan.standard")
    for quarter in range(4):
        months = [month for month in range(3 * quarter + 1, 3 * quarter + 4) if rises[month - 1]]
        wanted = sum(standard[3 * quarter : 3 * quarter + 3])
        of_quarter: list[Case] = []
        for month in months:
            count = max(1, round(rises[month - 1] / 90), wanted if month == months[-1] else 0)
            shares = random.uniform(0.5, 1.5, count)
            for area in _split(rises[month - 1], shares):
                code = f"S{LEDGER_YEAR}{len(found) + len(of_quarter):03d}"
                case = _parcel(code, random, "待供", start) | {"area": area}
                day = _day(random, month)
                planned = day - dt.timedelta(days=int(random.integers(-20, 60)))
                of_quarter.append(case | {"planned": planned, "supplied": day, "standard": "否"})
        for case in of_quarter[:wanted]:
            case["standard"] = "是"
        found += of_quarter
    for code, letter, column, stage in (
        ("lan.acq.projects", "A", "acquired", "征收"),
        ("lan.reserve.projects", "R", "reserved", "储备"),
    ):
        for month, count in zip(MONTHS, _counts(figures, code), strict=True):
            for _ in range(count):
                name = f"{letter}{LEDGER_YEAR}{len(found):03d}"
                day = _day(random, month)
                found.append(_parcel(name, random, stage, day) | {column: day})
    return found


def _parcel(code: str, random: np.random.Generator, stage: str, seen: dt.date) -> Case:
    use = str(random.choice(USES))
    return {
        "case": code,
        "case_zh": f"演示地块{code}",
        "area": round(float(random.uniform(8, 90)), 2),
        "use": use,
        "entry_rules": RULES.get(use),
        "stage": stage,
        "seen": seen,
    }


def _parcel_on(case: Case, end: dt.date) -> Case:
    supplied = case["stage"] == "待供" and case["supplied"] <= end
    planned = case.get("planned")
    return _until(case, end) | {"planned": planned, "stage": "已供" if supplied else case["stage"]}


def _projects(figures: Figures, seed: int) -> dict[int, list[Case]]:
    """Return the projects month by month: their number and amounts are those published."""
    random = random_stream(seed, "ledgers/projects")
    done, whole = _levels(figures, "prj.key.done"), _plan(figures)
    keys, reserve, amount = (
        [_on_quarter(figures, code, month) for month in MONTHS]
        for code in ("prj.key.count", "prj.reserve.count", "prj.reserve.amount")
    )
    most = int(max(keys))
    size, speed = np.exp(random.normal(0, 0.8, most)), random.uniform(0.6, 1.4, most)
    starts = [_day(random, int(random.integers(1, 7))) for _ in range(most)]
    totals = random.uniform(1.5, 4, most)
    big = np.exp(random.normal(0, 0.6, int(max(reserve))))
    found: dict[int, list[Case]] = {}
    for month in MONTHS:
        period, end = f"{LEDGER_YEAR}-{month:02d}", _month_end(month)
        count = int(keys[month - 1])
        plans = _split(whole, size[:count])
        parts = _split(done[month - 1], (size * speed)[:count])
        cases = [
            {
                "case": f"P{LEDGER_YEAR}{n + 1:03d}",
                "case_zh": f"演示项目{n + 1:02d}",
                "type": TYPES[n % len(TYPES)],
                "stage": "在建" if starts[n] <= end else "前期",
                "reserve": "否",
                "period": period,
                "plan_total": round(plans[n] * float(totals[n]), 2),
                "plan_year": plans[n],
                "done": parts[n],
                "started": starts[n] if starts[n] <= end else None,
            }
            for n in range(count)
        ]
        # One that left the list is delivered once more as void.
        cases += [
            {**found[month - 1][n], "period": period, "void": "是"}
            for n in range(
                count, len([c for c in found.get(month - 1, ()) if c["reserve"] == "否"])
            )
        ]
        planned = int(reserve[month - 1])
        cases += [
            {
                "case": f"B{LEDGER_YEAR}{n + 1:03d}",
                "case_zh": f"演示储备项目{n + 1:02d}",
                "type": "其他",
                "stage": "谋划",
                "reserve": "是",
                "period": period,
                "plan_total": part,
            }
            for n, part in enumerate(_split(amount[month - 1], big[:planned]))
        ]
        found[month] = cases
    return found


def _plan(figures: Figures) -> float:
    plan = figures.level("prj.key.plan", LEDGER_YEAR, 12)
    return 0.0 if plan is None else plan


def _on_quarter(figures: Figures, code: str, month: int) -> float:
    """Return a stock as it stood last, in the first months that of the first quarter."""
    return figures.level(code, LEDGER_YEAR, max(3, month - month % 3)) or 0.0


def _relocations(figures: Figures, seed: int) -> list[Case]:
    random = random_stream(seed, "ledgers/relocations")
    people = figures.level("pop.resident", LEDGER_YEAR - 1, 12) or 0.0
    shares = np.array([share for share, _ in SUBDISTRICTS])
    found: list[Case] = [
        {
            "case": f"D{n + 1:02d}",
            "type": "人口密度",
            "case_zh": f"演示街道{n + 1}",
            "period": f"{LEDGER_YEAR - 1}-12",
            "population": count,
            "area": area,
        }
        for n, (count, (_, area)) in enumerate(
            zip(_split(people, shares, 4), SUBDISTRICTS, strict=True)
        )
    ]
    for code, kind in (("rel.mfg", "一般性制造业"), ("rel.logistics", "物流基地")):
        for month, count in zip(MONTHS, _counts(figures, code), strict=True):
            for _ in range(count):
                name = f"M{LEDGER_YEAR}{len(found):03d}"
                case = {"case": name, "type": kind, "case_zh": f"演示企业{len(found)}"}
                found.append(case | {"moved": _day(random, month)})
    return found


def _sites(figures: Figures, seed: int) -> list[Case]:
    random = random_stream(seed, "ledgers/heritage")
    months = [
        month
        for month, count in zip(MONTHS, _counts(figures, "her.repair"), strict=True)
        for _ in range(count)
    ]
    return [
        {
            "case": f"H{n + 1:03d}",
            "case_zh": f"演示文物{n + 1:03d}",
            "level": ("国家级", "省级", "市级", "区级")[min(3, n // 12)],
            "status": "开放利用" if random.random() < 0.4 else "保护",
            "repaired": _day(random, months[n]) if n < len(months) else None,
        }
        for n in range(SITES)
    ]


def _risks(figures: Figures, seed: int) -> list[Case]:
    random = random_stream(seed, "ledgers/risks")
    counted = [
        ("安全生产", "生产安全事故", _counts(figures, "rsk.accident"), 60),
        ("应急救灾", "火灾", _counts(figures, "rsk.fire"), 15),
        ("社会安全", "非法集资", _counts(figures, "rsk.illegal_fund"), 90),
        ("安全生产", "一般隐患", list(random.poisson(MINOR_RISKS, 12)), 30),
        ("债务", "到期债务偿付", list(random.poisson(0.6, 12)), 60),
    ]
    found: list[Case] = []
    for kind, matter, counts, days in counted:
        for month, count in zip(MONTHS, counts, strict=True):
            for _ in range(count):
                first = _day(random, month)
                steps = np.cumsum(random.exponential([0.5, 3.0, days / 2.2])).astype(int)
                later = [first + dt.timedelta(days=int(step)) for step in steps]
                found.append(
                    {
                        "case": f"X{LEDGER_YEAR}{len(found) + 1:04d}",
                        "type": kind,
                        "matter": matter,
                        "found": first,
                        **dict(zip(("reported", "handled", "closed"), later, strict=True)),
                        "due": first + dt.timedelta(days=days),
                    }
                )
    return found


def _matters(figures: Figures, seed: int) -> list[Case]:
    random = random_stream(seed, "ledgers/governance")
    channels = (
        ("信访", _counts(figures, "gov.petition"), 30),
        ("矛盾纠纷", list(random.poisson(35, 12)), 15),
        ("欠薪", list(random.poisson(12, 12)), 10),
    )
    found: list[Case] = []
    for channel, counts, days in channels:
        for month, count in zip(MONTHS, counts, strict=True):
            for taken in random.gamma(4.0, days / 7.5, count):
                first = _day(random, month)
                found.append(
                    {
                        "case": f"G{LEDGER_YEAR}{len(found) + 1:05d}",
                        "type": channel,
                        "received": first,
                        "due": first + dt.timedelta(days=days),
                        "answered": first + dt.timedelta(days=int(taken)),
                    }
                )
    return found

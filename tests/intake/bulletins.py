"""Twelve tables as bulletins of districts print them, each with what is right to store of it.

Made from a description of real pages (shared/reference), without looking at the reader or at its
vocabulary, and not to be adapted to either.  Places and figures are invented.

A table is text: a line is a row, ``|`` parts cells, ``⏎`` breaks a line inside a cell.  An answer
is ``cell indicator measure span period value [region]``, the value in the catalogue's unit.
Whatever else is stored of the table is wrong; ``traps`` says why of the likeliest.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from lianhu_analysis.intake.new_workspace import create_workspace
from lianhu_analysis.workspace import Workspace, load_workspace

__all__ = ["BULLETINS", "CITY", "DISTRICT", "PEERS", "Answer", "Bulletin", "cells"]

CITY = ("990100", "江城市")
DISTRICT = ("990102", "临江区")
PEERS = (("990103", "北港区"), ("990104", "南岸区"))
NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Answer:
    """One figure that is right to store."""

    cell: str
    indicator: str
    measure: str
    span: str
    period: str
    value: float
    region: str


@dataclass(frozen=True)
class Bulletin:
    """A delivered file of one table, and what is right to store of it.

    Attributes
    ----------
    path
        Folder and file under data/raw.
    published
        Day of publication, as the sidecar says it.
    right, allowed
        What must be stored, and what may be.
    traps
        Cell and reason of what a naive reader would store wrongly.
    relatives
        Whether the workspace names its city and two other districts.
    """

    name: str
    path: str
    published: str
    text: str
    right: str
    merges: str = ""
    sheet: str = "Sheet1"
    allowed: str = ""
    traps: Mapping[str, str] = field(default_factory=dict)
    relatives: bool = False

    def answers(self, *, allowed: bool = False) -> tuple[Answer, ...]:
        """Return what is right, or what is allowed beside it."""
        lines = (self.allowed if allowed else self.right).split("\n")
        return tuple(_answer(line) for line in lines if line.strip())

    def deliver(self, root: Path) -> Workspace:
        """Make a workspace of the district and put the file into it."""
        code, name = DISTRICT
        create_workspace(root, name, code)
        if self.relatives:
            tables = [("parents", *CITY), *(("peers", *peer) for peer in PEERS)]
            with (root / "lianhu.toml").open("a", encoding="utf-8") as config:
                for table in tables:
                    config.write('\n[[{}]]\ncode = "{}"\nname_zh = "{}"\n'.format(*table))
        file = root / "data" / "raw" / self.path
        file.parent.mkdir(parents=True)
        (file.parent / "delivery.toml").write_text(f"published = {self.published}\n", "utf-8")
        file.write_bytes(self._csv() if file.suffix == ".csv" else self._workbook())
        return load_workspace(root)

    def _csv(self) -> bytes:
        stream = io.StringIO()
        csv.writer(stream).writerows(cells(self.text))
        return stream.getvalue().encode("gb18030")

    def _workbook(self) -> bytes:
        book = openpyxl.Workbook()
        page = book.active
        page.title = self.sheet
        for row in cells(self.text):
            page.append(row)
        for area in self.merges.split():
            page.merge_cells(area)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()


def cells(text: str) -> list[list[str | float | None]]:
    """Return the cells of a table: numbers, texts with their indent, and blanks."""
    rows = text.strip("\n").split("\n")
    return [[_cell(item.replace("⏎", "\n")) for item in row.split("|")] for row in rows]


def _cell(text: str) -> str | float | None:
    return float(text) if NUMBER.fullmatch(text) else text or None


def _answer(line: str) -> Answer:
    cell, indicator, measure, span, period, value, *region = line.split()
    return Answer(
        cell, indicator, measure, span, period, float(value), region[0] if region else DISTRICT[0]
    )


QUARTER = Bulletin(
    "a quarter beside last year's",
    "2023-10-27_统计局/临江区2023年前三季度统计快报.xlsx",
    "2023-10-27",
    """
临江区2023年前三季度国民经济运行情况||||
||||单位：亿元、%
指  标|单位|2023年前三季度|上年同期|同比增长（%）
一、地区生产总值|亿元|612.30|578.92|5.6
    第一产业|亿元|3.12|3.05|1.8
    第二产业|亿元|188.46|181.02|4.3
      #工业|亿元|120.75|117.90|3.1
       建筑业|亿元|67.71|63.12|6.4
    第三产业|亿元|420.72|394.85|6.2
二、规模以上工业总产值|亿元|402.18|391.77|2.7
    规模以上工业增加值|%|—|—|3.4
    规模以上工业产品销售率|%|96.8|97.3|-0.5个百分点
三、固定资产投资|%|—|—|-2.6
    其中：工业投资|%|—|—|11.2
          房地产开发投资|亿元|86.40|99.53|-13.2
四、社会消费品零售总额|亿元|231.55|220.10|5.2
五、一般公共预算收入|亿元|32.86|31.02|5.9
六、城镇居民人均可支配收入|元|38126|36240|5.2
注：地区生产总值及各产业增加值绝对额按现价计算，增长速度按不变价格计算。
""",
    """
C4 gdp.total level ytd 2023Q3 612.30
E4 gdp.total yoy ytd 2023Q3 5.6
C6 gdp.secondary level ytd 2023Q3 188.46
E6 gdp.secondary yoy ytd 2023Q3 4.3
C7 ind.va level ytd 2023Q3 120.75
E7 ind.va yoy ytd 2023Q3 3.1
C8 bld.va level ytd 2023Q3 67.71
E8 bld.va yoy ytd 2023Q3 6.4
C9 gdp.tertiary level ytd 2023Q3 420.72
E9 gdp.tertiary yoy ytd 2023Q3 6.2
C10 ind.output_above level ytd 2023-09 402.18
E10 ind.output_above yoy ytd 2023-09 2.7
E11 ind.va_above.yoy yoy ytd 2023-09 3.4
C12 ind.sales_ratio level ytd 2023-09 96.8
E12 ind.sales_ratio yoy ytd 2023-09 -0.5
E13 inv.fai.yoy yoy ytd 2023-09 -2.6
E14 inv.industry.yoy yoy ytd 2023-09 11.2
C15 inv.re level ytd 2023-09 86.40
E15 inv.re yoy ytd 2023-09 -13.2
C16 csm.retail.total level ytd 2023-09 231.55
E16 csm.retail.total yoy ytd 2023-09 5.2
C17 fis.revenue.gpb level ytd 2023-09 32.86
E17 fis.revenue.gpb yoy ytd 2023-09 5.9
C18 inc.urban level ytd 2023Q3 38126
E18 inc.urban yoy ytd 2023Q3 5.2
""",
    merges="A1:E1 A19:E19",
    traps={"D4": "a base for comparison, no vintage of 2022", "C5": "第一产业 is not listed"},
)

BUDGET = Bulletin(
    "a budget with its share of the plan",
    "2024-05-10_财政局/2024年4月财政收支完成情况.xlsx",
    "2024-05-10",
    """
2024年4月份临江区财政收支完成情况表|||||||
|||||||单位：万元
项  目|年初预算|4月||1—4月|||
||当月完成|同比增长%|累计完成|为年初预算%|上年同期|同比增长%
一、一般公共预算收入合计|420000|31250|4.6|148620|35.4|142300|4.4
（一）税收收入|330000|25110|3.0|118940|36.0|115470|3.0
   1.增值税|130000|9850|-1.2|48230|37.1|49010|-1.6
   2.企业所得税|60000|6120|8.8|19560|32.6|18020|8.5
   3.个人所得税|18000|1420|5.1|6980|38.8|6610|5.6
   4.城市维护建设税|32000|2510|1.0|11230|35.1|11180|0.4
（二）非税收入|90000|6140|11.6|29680|33.0|26830|10.6
二、一般公共预算支出|680000|52300|2.1|216800|31.9|208500|4.0
   其中：教育支出|150000|11260|3.3|49900|33.3|48100|3.7
三、政府性基金预算收入|260000|3200|-41.0|18600|7.2|30110|-38.2
""",
    """
C5 fis.revenue.gpb level single 2024-04 3.1250
D5 fis.revenue.gpb yoy single 2024-04 4.6
E5 fis.revenue.gpb level ytd 2024-04 14.8620
H5 fis.revenue.gpb yoy ytd 2024-04 4.4
C6 fis.tax level single 2024-04 2.5110
D6 fis.tax yoy single 2024-04 3.0
E6 fis.tax level ytd 2024-04 11.8940
H6 fis.tax yoy ytd 2024-04 3.0
C7 fis.vat level single 2024-04 0.9850
D7 fis.vat yoy single 2024-04 -1.2
E7 fis.vat level ytd 2024-04 4.8230
H7 fis.vat yoy ytd 2024-04 -1.6
C8 fis.cit level single 2024-04 0.6120
D8 fis.cit yoy single 2024-04 8.8
E8 fis.cit level ytd 2024-04 1.9560
H8 fis.cit yoy ytd 2024-04 8.5
C11 fis.nontax level single 2024-04 0.6140
D11 fis.nontax yoy single 2024-04 11.6
E11 fis.nontax level ytd 2024-04 2.9680
H11 fis.nontax yoy ytd 2024-04 10.6
C12 fis.exp level single 2024-04 5.2300
D12 fis.exp yoy single 2024-04 2.1
E12 fis.exp level ytd 2024-04 21.6800
H12 fis.exp yoy ytd 2024-04 4.0
C14 fis.fund_rev level single 2024-04 0.3200
D14 fis.fund_rev yoy single 2024-04 -41.0
E14 fis.fund_rev level ytd 2024-04 1.8600
H14 fis.fund_rev yoy ytd 2024-04 -38.2
""",
    merges="A1:H1 A3:A4 B3:B4 C3:D3 E3:H3",
    traps={
        "B5": "the plan of the year",
        "F5": "a share of the plan, no growth",
        "G5": "a base for comparison",
    },
)

AREAS = Bulletin(
    "districts ranked",
    "2024-07-29_市统计局/2024年上半年各县（市、区）主要经济指标.xlsx",
    "2024-07-29",
    """
2024年上半年各县（市、区）主要经济指标排名||||||||||
地  区|地区生产总值|||规模以上工业增加值||固定资产投资||社会消费品零售总额||
|总量（亿元）|增速（%）|增速位次|增速（%）|位次|增速（%）|位次|总量（亿元）|增速（%）|位次
全  市|2105.44|5.2|—|6.0|—|3.1|—|865.20|4.1|—
临江区|398.10|5.6|2|7.2|1|-1.4|4|152.33|4.8|1
北港区|276.85|4.1|4|3.3|4|8.8|1|88.71|3.0|4
南岸区|310.02|5.9|1|5.5|3|4.2|2|120.46|4.3|2
东平县|142.77|5.3|3|6.1|2|3.9|3|51.08|3.9|3
高新区|205.16|6.8|—|9.4|—|12.5|—|31.12|5.1|—
注：高新区数据已包含在相关区内，不参与排名。
""",
    """
B4 gdp.total level ytd 2024Q2 2105.44 990100
C4 gdp.total yoy ytd 2024Q2 5.2 990100
E4 ind.va_above.yoy yoy ytd 2024-06 6.0 990100
G4 inv.fai.yoy yoy ytd 2024-06 3.1 990100
I4 csm.retail.total level ytd 2024-06 865.20 990100
J4 csm.retail.total yoy ytd 2024-06 4.1 990100
B5 gdp.total level ytd 2024Q2 398.10
C5 gdp.total yoy ytd 2024Q2 5.6
E5 ind.va_above.yoy yoy ytd 2024-06 7.2
G5 inv.fai.yoy yoy ytd 2024-06 -1.4
I5 csm.retail.total level ytd 2024-06 152.33
J5 csm.retail.total yoy ytd 2024-06 4.8
B6 gdp.total level ytd 2024Q2 276.85 990103
C6 gdp.total yoy ytd 2024Q2 4.1 990103
E6 ind.va_above.yoy yoy ytd 2024-06 3.3 990103
G6 inv.fai.yoy yoy ytd 2024-06 8.8 990103
I6 csm.retail.total level ytd 2024-06 88.71 990103
J6 csm.retail.total yoy ytd 2024-06 3.0 990103
B7 gdp.total level ytd 2024Q2 310.02 990104
C7 gdp.total yoy ytd 2024Q2 5.9 990104
E7 ind.va_above.yoy yoy ytd 2024-06 5.5 990104
G7 inv.fai.yoy yoy ytd 2024-06 4.2 990104
I7 csm.retail.total level ytd 2024-06 120.46 990104
J7 csm.retail.total yoy ytd 2024-06 4.3 990104
""",
    merges="A1:K1 A2:A3 B2:D2 E2:F2 G2:H2 I2:K2 A10:K10",
    traps={"D5": "a rank", "F5": "a rank", "B8": "a county of no concern", "B9": "a zone"},
    relatives=True,
)

MONTHS = Bulletin(
    "months across, the first two joint",
    "2023-07-20_统计局/分月增速.xlsx",
    "2023-07-20",
    """
2023年临江区主要指标分月累计增速|||||
|||||单位：%
|1-2月|1-3月|1-4月|1-5月|1-6月
规模以上工业增加值|5.1|4.8|4.9|5.3|5.0
固定资产投资（不含农户）|9.1|8.4|6.6|4.0|2.2
  其中：民间投资|-3.5|-6.0|-7.8|-9.9|-12.1
        工业投资|22.0|19.4|18.8|17.3|15.6
社会消费品零售总额|2.9|6.3|9.8|10.6|8.8
建筑业总产值|…|7.7|…|…|8.1
""",
    """
B4 ind.va_above.yoy yoy ytd 2023-02 5.1
C4 ind.va_above.yoy yoy ytd 2023-03 4.8
D4 ind.va_above.yoy yoy ytd 2023-04 4.9
E4 ind.va_above.yoy yoy ytd 2023-05 5.3
F4 ind.va_above.yoy yoy ytd 2023-06 5.0
B5 inv.fai.yoy yoy ytd 2023-02 9.1
C5 inv.fai.yoy yoy ytd 2023-03 8.4
D5 inv.fai.yoy yoy ytd 2023-04 6.6
E5 inv.fai.yoy yoy ytd 2023-05 4.0
F5 inv.fai.yoy yoy ytd 2023-06 2.2
B6 inv.private.yoy yoy ytd 2023-02 -3.5
C6 inv.private.yoy yoy ytd 2023-03 -6.0
D6 inv.private.yoy yoy ytd 2023-04 -7.8
E6 inv.private.yoy yoy ytd 2023-05 -9.9
F6 inv.private.yoy yoy ytd 2023-06 -12.1
B7 inv.industry.yoy yoy ytd 2023-02 22.0
C7 inv.industry.yoy yoy ytd 2023-03 19.4
D7 inv.industry.yoy yoy ytd 2023-04 18.8
E7 inv.industry.yoy yoy ytd 2023-05 17.3
F7 inv.industry.yoy yoy ytd 2023-06 15.6
B8 csm.retail.total yoy ytd 2023-02 2.9
C8 csm.retail.total yoy ytd 2023-03 6.3
D8 csm.retail.total yoy ytd 2023-04 9.8
E8 csm.retail.total yoy ytd 2023-05 10.6
F8 csm.retail.total yoy ytd 2023-06 8.8
C9 bld.output yoy ytd 2023Q1 7.7
F9 bld.output yoy ytd 2023Q2 8.1
""",
    merges="A1:F1",
    traps={"B4": "no figure of February alone, no amount"},
)

TARGETS = Bulletin(
    "targets, completion, ranks",
    "2024-09-20_政府办/附件1.xlsx",
    "2024-09-20",
    """
附件1|||||||||
2024年1-8月临江区主要经济指标预期目标完成情况表|||||||||
指标名称|计量⏎单位|8月|1-8月|累计同比⏎增长（%）|全年预期⏎目标|完成预期⏎目标（%）|总量在全市⏎排位|增速在全市⏎排位|与全市增速比较⏎（百分点）
地区生产总值（1-6月）|亿元||398.10|5.6|6.0||3|2|0.4
规模以上工业增加值|亿元|12.40|96.22|7.1|7.5||2|1|1.3
规模以上服务业营业收入（1-7月）|亿元||52.61|8.8|10.0||1|3|2.0
固定资产投资|亿元|||-2.4|5.0|||4|-5.1
社会消费品零售总额|亿元|28.11|205.40|4.9|6.0||1|1|0.9
一般公共预算收入|亿元|2.31|27.75|3.8|5.0|66.1|4|5|-0.6
实际利用外资|万美元|320|4150|-18.2|6500|63.8|5|4|3.3
城镇居民人均可支配收入（1-6月）|元||26110|5.0|5.5||2|3|0.1
城镇新增就业人数|人|1102|9870|2.1|12500|79.0|||
""",
    """
D4 gdp.total level ytd 2024Q2 398.10
E4 gdp.total yoy ytd 2024Q2 5.6
E5 ind.va_above.yoy yoy ytd 2024-08 7.1
D6 svc.revenue level ytd 2024-07 52.61
E6 svc.revenue yoy ytd 2024-07 8.8
E7 inv.fai.yoy yoy ytd 2024-08 -2.4
C8 csm.retail.total level single 2024-08 28.11
D8 csm.retail.total level ytd 2024-08 205.40
E8 csm.retail.total yoy ytd 2024-08 4.9
C9 fis.revenue.gpb level single 2024-08 2.31
D9 fis.revenue.gpb level ytd 2024-08 27.75
E9 fis.revenue.gpb yoy ytd 2024-08 3.8
C10 opn.fdi level single 2024-08 320
D10 opn.fdi level ytd 2024-08 4150
E10 opn.fdi yoy ytd 2024-08 -18.2
D11 inc.urban level ytd 2024Q2 26110
E11 inc.urban yoy ytd 2024Q2 5.0
C12 emp.new_urban level single 2024-08 1102
D12 emp.new_urban level ytd 2024-08 9870
E12 emp.new_urban yoy ytd 2024-08 2.1
""",
    merges="A1:J1 A2:J2",
    traps={
        "D5": "an amount of what is published as growth only",
        "F4": "a target",
        "G9": "a share of the target",
        "H4": "a rank",
        "J4": "a distance to the city",
        "D4": "of January-June, under a head of January-August",
    },
)

BALANCES = Bulletin(
    "balances of banks",
    "2024-10-18_人民银行/2024年9月末存贷款.xlsx",
    "2024-10-18",
    """
临江区金融机构人民币信贷收支表（2024年9月末）|||||
单位：亿元、%|||||
项    目|本月末余额|比上月增减|比年初增减|比上年同月增减|同比增速
一、各项存款|1582.30|11.25|92.40|130.52|9.0
    （一）住户存款|1021.47|9.80|81.36|104.90|11.4
    （二）非金融企业存款|402.18|-2.10|6.77|14.33|3.7
二、各项贷款|1327.66|8.64|71.90|88.15|7.1
    （一）住户贷款|418.02|1.15|3.20|-2.44|-0.6
    （二）企（事）业单位贷款|889.40|7.36|67.88|89.01|11.1
        其中：普惠小微贷款|146.35|2.01|18.40|21.76|17.5
""",
    """
B4 fin.deposit.rmb level point 2024-09 1582.30
F4 fin.deposit.rmb yoy point 2024-09 9.0
B7 fin.loan.rmb level point 2024-09 1327.66
F7 fin.loan.rmb yoy point 2024-09 7.1
B9 fin.corp_loan level point 2024-09 889.40
F9 fin.corp_loan yoy point 2024-09 11.1
B10 fin.inclusive_loan level point 2024Q3 146.35
F10 fin.inclusive_loan yoy point 2024Q3 17.5
""",
    merges="A1:F1 A2:F2",
    sheet="信贷",
    traps={"C4": "a change in the month", "D4": "a change since the start of the year"},
)

PANELS = Bulletin(
    "panels side by side",
    "2024-06-21_统计局/月报/5月.xlsx",
    "2024-06-21",
    """
临江区国民经济主要指标|||||||
2024年5月|||||||
指标|单位|1-5月|同比±%|指标|单位|1-5月|同比±%
规模以上工业总产值|亿元|188.20|6.1|社会消费品零售总额|亿元|128.40|4.2
 其中：装备制造业|亿元|60.15|9.8| 其中：限额以上单位消费品零售额|亿元|66.02|5.9
  高技术制造业|亿元|33.40|14.2|进出口总值|亿元|41.26|-6.6
固定资产投资增速|%||3.8| 其中：出口|亿元|30.15|-5.0
房地产开发投资|亿元|31.05|-18.4|  进口|亿元|11.11|-10.7
商品房销售面积|万平方米|44.72|-21.3|全社会用电量|亿千瓦时|8.92|5.5
商品房销售额|亿元|52.30|-24.1| 其中：工业用电量|亿千瓦时|2.11|3.0
房屋新开工面积|万平方米|12.60|-40.2|邮政行业业务总量|万元|21360|13.9
""",
    """
C4 ind.output_above level ytd 2024-05 188.20
D4 ind.output_above yoy ytd 2024-05 6.1
C5 ind.equipment level ytd 2024-05 60.15
D5 ind.equipment yoy ytd 2024-05 9.8
C6 ind.hightech level ytd 2024-05 33.40
D6 ind.hightech yoy ytd 2024-05 14.2
D7 inv.fai.yoy yoy ytd 2024-05 3.8
C8 inv.re level ytd 2024-05 31.05
D8 inv.re yoy ytd 2024-05 -18.4
C9 re.sales.area level ytd 2024-05 44.72
D9 re.sales.area yoy ytd 2024-05 -21.3
C10 re.sales.value level ytd 2024-05 52.30
D10 re.sales.value yoy ytd 2024-05 -24.1
C11 re.floor.start level ytd 2024-05 12.60
D11 re.floor.start yoy ytd 2024-05 -40.2
G4 csm.retail.total level ytd 2024-05 128.40
H4 csm.retail.total yoy ytd 2024-05 4.2
G5 csm.above.retail level ytd 2024-05 66.02
H5 csm.above.retail yoy ytd 2024-05 5.9
G6 opn.trade level ytd 2024-05 41.26
H6 opn.trade yoy ytd 2024-05 -6.6
G7 opn.export level ytd 2024-05 30.15
H7 opn.export yoy ytd 2024-05 -5.0
G8 opn.import level ytd 2024-05 11.11
H8 opn.import yoy ytd 2024-05 -10.7
G9 ene.elec level ytd 2024-05 89200
H9 ene.elec yoy ytd 2024-05 5.5
G10 ene.elec_ind level ytd 2024-05 21100
H10 ene.elec_ind yoy ytd 2024-05 3.0
G11 tra.post.volume level ytd 2024-05 2.1360
H11 tra.post.volume yoy ytd 2024-05 13.9
""",
    merges="A1:H1 A2:H2",
    sheet="5月",
    traps={"G4": "the right panel has names of its own"},
)

ACCOUNTS = Bulletin(
    "a single quarter and the half year",
    "2024-07-22_统计局/二季度GDP核算.xlsx",
    "2024-07-22",
    """
2024年二季度临江区地区生产总值初步核算结果||||
|||单位：万元、%|
|绝对额||比上年同期增长|
|二季度|上半年|二季度|上半年
地区生产总值|2041530|3981020|5.4|5.6
  农林牧渔业|10120|17060|2.0|1.9
  工业|402660|788340|3.3|3.8
  建筑业|231050|418900|6.9|6.0
  批发和零售业|288410|570230|5.5|5.7
  交通运输、仓储和邮政业|101730|196480|7.4|7.9
  住宿和餐饮业|48960|97320|6.2|6.8
  金融业|312280|640150|6.6|6.9
  房地产业|166400|331020|-3.8|-3.1
  其他服务业|479920|921520|7.5|7.4
第一产业|9410|15820|1.8|1.7
第二产业|632110|1204030|4.5|4.5
第三产业|1400010|2761170|5.9|6.1
注：1.绝对额按现价计算，增长速度按不变价格计算。2.部分数据因四舍五入，存在总计与分项合计不等的情况。
""",
    """
B5 gdp.total level single 2024Q2 204.1530
C5 gdp.total level ytd 2024Q2 398.1020
D5 gdp.total yoy single 2024Q2 5.4
E5 gdp.total yoy ytd 2024Q2 5.6
B7 ind.va level single 2024Q2 40.2660
C7 ind.va level ytd 2024Q2 78.8340
D7 ind.va yoy single 2024Q2 3.3
E7 ind.va yoy ytd 2024Q2 3.8
B8 bld.va level single 2024Q2 23.1050
C8 bld.va level ytd 2024Q2 41.8900
D8 bld.va yoy single 2024Q2 6.9
E8 bld.va yoy ytd 2024Q2 6.0
B9 gdp.wholesale_retail level single 2024Q2 28.8410
C9 gdp.wholesale_retail level ytd 2024Q2 57.0230
D9 gdp.wholesale_retail yoy single 2024Q2 5.5
E9 gdp.wholesale_retail yoy ytd 2024Q2 5.7
B10 gdp.transport level single 2024Q2 10.1730
C10 gdp.transport level ytd 2024Q2 19.6480
D10 gdp.transport yoy single 2024Q2 7.4
E10 gdp.transport yoy ytd 2024Q2 7.9
B11 gdp.hotel_catering level single 2024Q2 4.8960
C11 gdp.hotel_catering level ytd 2024Q2 9.7320
D11 gdp.hotel_catering yoy single 2024Q2 6.2
E11 gdp.hotel_catering yoy ytd 2024Q2 6.8
B12 gdp.finance level single 2024Q2 31.2280
C12 gdp.finance level ytd 2024Q2 64.0150
D12 gdp.finance yoy single 2024Q2 6.6
E12 gdp.finance yoy ytd 2024Q2 6.9
B13 gdp.realestate level single 2024Q2 16.6400
C13 gdp.realestate level ytd 2024Q2 33.1020
D13 gdp.realestate yoy single 2024Q2 -3.8
E13 gdp.realestate yoy ytd 2024Q2 -3.1
B14 gdp.other_services level single 2024Q2 47.9920
C14 gdp.other_services level ytd 2024Q2 92.1520
D14 gdp.other_services yoy single 2024Q2 7.5
E14 gdp.other_services yoy ytd 2024Q2 7.4
B16 gdp.secondary level single 2024Q2 63.2110
C16 gdp.secondary level ytd 2024Q2 120.4030
D16 gdp.secondary yoy single 2024Q2 4.5
E16 gdp.secondary yoy ytd 2024Q2 4.5
B17 gdp.tertiary level single 2024Q2 140.0010
C17 gdp.tertiary level ytd 2024Q2 276.1170
D17 gdp.tertiary yoy single 2024Q2 5.9
E17 gdp.tertiary yoy ytd 2024Q2 6.1
""",
    merges="A1:E1 A3:A4 B3:C3 D3:E3 A18:E18",
    traps={"B5": "二季度 is single", "B6": "农林牧渔业 is not listed"},
)

ENGLISH = Bulletin(
    "heads in two languages",
    "2024-10-30_统计局/Main indicators 2024Q3.xlsx",
    "2024-10-30",
    """
临江区主要经济指标|||
Main Economic Indicators of Linjiang District|||
指  标⏎Indicator|单 位⏎Unit|2024年1-9月⏎Jan.-Sep. 2024|同比增长（%）⏎Growth Rate (%)
地区生产总值⏎Gross Domestic Product|亿元⏎100 million yuan|612.85|5.4
  第二产业⏎  Secondary Industry|亿元⏎100 million yuan|189.30|4.4
  第三产业⏎  Tertiary Industry|亿元⏎100 million yuan|420.11|5.9
规模以上工业增加值⏎Value-added of Industry above Designated Size|||6.6
社会消费品零售总额⏎Total Retail Sales of Consumer Goods|亿元⏎100 million yuan|233.05|4.6
进出口总值⏎Total Imports and Exports|亿元⏎100 million yuan|74.40|-4.1
  出口⏎  Exports|亿元⏎100 million yuan|55.17|-2.9
  进口⏎  Imports|亿元⏎100 million yuan|19.23|-7.4
城镇居民人均可支配收入⏎Per Capita Disposable Income of Urban Residents|元⏎yuan|39905|4.7
""",
    """
C4 gdp.total level ytd 2024Q3 612.85
D4 gdp.total yoy ytd 2024Q3 5.4
C5 gdp.secondary level ytd 2024Q3 189.30
D5 gdp.secondary yoy ytd 2024Q3 4.4
C6 gdp.tertiary level ytd 2024Q3 420.11
D6 gdp.tertiary yoy ytd 2024Q3 5.9
D7 ind.va_above.yoy yoy ytd 2024-09 6.6
C8 csm.retail.total level ytd 2024-09 233.05
D8 csm.retail.total yoy ytd 2024-09 4.6
C9 opn.trade level ytd 2024-09 74.40
D9 opn.trade yoy ytd 2024-09 -4.1
C10 opn.export level ytd 2024-09 55.17
D10 opn.export yoy ytd 2024-09 -2.9
C11 opn.import level ytd 2024-09 19.23
D11 opn.import yoy ytd 2024-09 -7.4
C12 inc.urban level ytd 2024Q3 39905
D12 inc.urban yoy ytd 2024Q3 4.7
""",
    merges="A1:D1 A2:D2",
    sheet="Indicators",
)

CONTINUED = Bulletin(
    "continued on the next page",
    "2022-10-25_统计局/月报9.xlsx",
    "2022-10-25",
    """
2022年9月临江区主要经济指标|||||
指标名称|计量单位|本月|比去年同月增长(%)|1-本月|比去年同期增长(%)
一、工业|||||
规模以上工业增加值|%||6.3||3.9
规模以上工业总产值|亿元|50.22|5.1|399.84|2.6
规模以上工业出口交货值|亿元|4.10|-12.2|38.95|-6.1
二、投资|||||
固定资产投资|%||||6.7
|||||
— 3 —|||||
主要经济指标（续一）|||||
指标名称|计量单位|本月|比去年同月增长(%)|1-本月|比去年同期增长(%)
三、消费|||||
社会消费品零售总额|亿元|27.06|2.5|220.10|0.7
四、财政|||||
地方一般公共预算收入|亿元|3.55|-9.4|31.02|-4.8
  税收收入|亿元|2.60|-14.1|23.37|-9.2
一般公共预算支出|亿元|6.01|3.3|45.90|7.8
五、用电|||||
全社会用电量|万千瓦时|15320|8.8|151200|4.9
""",
    """
D4 ind.va_above.yoy yoy single 2022-09 6.3
F4 ind.va_above.yoy yoy ytd 2022-09 3.9
C5 ind.output_above level single 2022-09 50.22
D5 ind.output_above yoy single 2022-09 5.1
E5 ind.output_above level ytd 2022-09 399.84
F5 ind.output_above yoy ytd 2022-09 2.6
C6 ind.export_delivery level single 2022-09 4.10
D6 ind.export_delivery yoy single 2022-09 -12.2
E6 ind.export_delivery level ytd 2022-09 38.95
F6 ind.export_delivery yoy ytd 2022-09 -6.1
F8 inv.fai.yoy yoy ytd 2022-09 6.7
C14 csm.retail.total level single 2022-09 27.06
D14 csm.retail.total yoy single 2022-09 2.5
E14 csm.retail.total level ytd 2022-09 220.10
F14 csm.retail.total yoy ytd 2022-09 0.7
C16 fis.revenue.gpb level single 2022-09 3.55
D16 fis.revenue.gpb yoy single 2022-09 -9.4
E16 fis.revenue.gpb level ytd 2022-09 31.02
F16 fis.revenue.gpb yoy ytd 2022-09 -4.8
C17 fis.tax level single 2022-09 2.60
D17 fis.tax yoy single 2022-09 -14.1
E17 fis.tax level ytd 2022-09 23.37
F17 fis.tax yoy ytd 2022-09 -9.2
C18 fis.exp level single 2022-09 6.01
D18 fis.exp yoy single 2022-09 3.3
E18 fis.exp level ytd 2022-09 45.90
F18 fis.exp yoy ytd 2022-09 7.8
C20 ene.elec level single 2022-09 15320
D20 ene.elec yoy single 2022-09 8.8
E20 ene.elec level ytd 2022-09 151200
F20 ene.elec yoy ytd 2022-09 4.9
""",
    merges="A1:F1 A10:F10 A11:F11",
    traps={"A10": "the number of a page"},
)

UNITS = Bulletin(
    "units in brackets, all different",
    "2024-03-22_统计局/2024年2月.xlsx",
    "2024-03-22",
    """
临江区主要指标|||
指    标|本 月|本月止累计|累计同比增减（%）
社会消费品零售总额（万元）|—|486210|4.9
一般公共预算收入（万元）|28860|79450|6.2
全社会用电量（万度）|14210|32660|10.4
实际利用外资（亿美元）|0.03|0.05|-22.0
进出口总值（千美元）|—|221500|-8.8
快递业务量（亿件）|0.06|0.15|28.7
商品房销售面积（平方米）|—|151300|-30.2
商品房销售额（亿元）|—|17.62|-33.5
二手住宅网签面积（万㎡）|5.21|12.06|14.4
新登记经营主体数（户）|1620|3815|-2.0
""",
    """
C3 csm.retail.total level ytd 2024-02 48.6210
D3 csm.retail.total yoy ytd 2024-02 4.9
B4 fis.revenue.gpb level single 2024-02 2.8860
C4 fis.revenue.gpb level ytd 2024-02 7.9450
D4 fis.revenue.gpb yoy ytd 2024-02 6.2
B5 ene.elec level single 2024-02 14210
C5 ene.elec level ytd 2024-02 32660
D5 ene.elec yoy ytd 2024-02 10.4
B6 opn.fdi level single 2024-02 300
C6 opn.fdi level ytd 2024-02 500
D6 opn.fdi yoy ytd 2024-02 -22.0
B8 svc.express.pieces level single 2024-02 600
C8 svc.express.pieces level ytd 2024-02 1500
D8 svc.express.pieces yoy ytd 2024-02 28.7
C9 re.sales.area level ytd 2024-02 15.1300
D9 re.sales.area yoy ytd 2024-02 -30.2
C10 re.sales.value level ytd 2024-02 17.62
D10 re.sales.value yoy ytd 2024-02 -33.5
B11 re.secondhand level single 2024-02 5.21
C11 re.secondhand level ytd 2024-02 12.06
D11 re.secondhand yoy ytd 2024-02 14.4
B12 mkt.new level single 2024-02 1620
C12 mkt.new level ytd 2024-02 3815
D12 mkt.new yoy ytd 2024-02 -2.0
""",
    merges="A1:D1",
    traps={"C7": "dollars do not convert into yuan", "D7": "growth in dollars is another growth"},
)

RETAIL = Bulletin(
    "an outline of groupings",
    "2024-12-20_统计局/2024年1-11月社会消费品零售总额.csv",
    "2024-12-20",
    """
2024年1-11月社会消费品零售总额||
指标|累计（亿元）|增长（%）
社会消费品零售总额|289.10|4.4
  #限额以上单位消费品零售额|146.32|5.0
按经营单位所在地分||
  城镇|281.66|4.3
  乡村|7.44|6.0
按消费类型分||
  餐饮收入|38.95|6.6
    #限额以上单位餐饮收入|14.20|3.1
  商品零售|250.15|4.1
    #限额以上单位商品零售|132.12|5.2
限额以上单位商品零售按商品类别分||
  粮油、食品类|20.44|9.9
  家用电器和音像器材类|12.75|15.1
  汽车类|40.30|-2.2
    #新能源汽车|17.43|31.5
  石油及制品类|18.66|0.8
""",
    """
B3 csm.retail.total level ytd 2024-11 289.10
C3 csm.retail.total yoy ytd 2024-11 4.4
B4 csm.above.retail level ytd 2024-11 146.32
C4 csm.above.retail yoy ytd 2024-11 5.0
B9 csm.catering level ytd 2024-11 38.95
C9 csm.catering yoy ytd 2024-11 6.6
B11 csm.goods level ytd 2024-11 250.15
C11 csm.goods yoy ytd 2024-11 4.1
B14 csm.cat.food level ytd 2024-11 20.44
C14 csm.cat.food yoy ytd 2024-11 9.9
B15 csm.cat.appliance level ytd 2024-11 12.75
C15 csm.cat.appliance yoy ytd 2024-11 15.1
B16 csm.cat.auto level ytd 2024-11 40.30
C16 csm.cat.auto yoy ytd 2024-11 -2.2
B17 csm.cat.nev level ytd 2024-11 17.43
C17 csm.cat.nev yoy ytd 2024-11 31.5
""",
    traps={
        "B10": "限额以上 of 餐饮收入 is no 餐饮收入",
        "B12": "限额以上 of 商品零售 is no 商品零售",
        "B6": "城镇 is a part",
    },
)

BULLETINS = (
    *(QUARTER, BUDGET, AREAS, MONTHS, TARGETS, BALANCES),
    *(PANELS, ACCOUNTS, ENGLISH, CONTINUED, UNITS, RETAIL),
)

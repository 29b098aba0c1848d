import datetime as dt
from dataclasses import replace

import duckdb
import pytest

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.grids.csv_grid import decode_csv, read_csv_grid
from lianhu_analysis.intake.reading.figures import Delivery, Reading
from lianhu_analysis.intake.records import is_tidy, parquet_grid, read_records
from lianhu_analysis.workspace import Region

LIANHU, XIAN = Region("610104", "莲湖区"), Region("610100", "西安市")
DELIVERY = Delivery("data/raw/a.csv | 公报", LIANHU, (LIANHU, XIAN), provenance="published_fact")
HEADER = "indicator,measure,span,period,value,unit,published"
GOOD = "csm.retail.total,level,ytd,2024-09,481.25,亿元,2024-10-22"


def read(catalogue, *lines: str, header: str = HEADER, encoding: str = "utf-8") -> Reading:
    text = "\n".join([header, *lines]) + "\n"
    return read_records(read_csv_grid(text.encode(encoding)), catalogue, DELIVERY)


def test_a_row_is_stored_as_stated(catalogue):
    reading = read(catalogue, GOOD)
    assert reading.problems == ()
    row = reading.frame.iloc[0].to_dict()
    assert row | {"published": row["published"].date()} == {
        "region": "610104",
        "indicator": "csm.retail.total",
        "measure": "level",
        "span": "ytd",
        "period": "2024-09",
        "value": 481.25,
        "unit": "亿元",
        "published": dt.date(2024, 10, 22),
        "published_basis": "stated",
        "source": "data/raw/a.csv | 公报",
        "sheet": "",
        "cell": "E2",
        "token": "481.25",
        "status": "ok",
        "provenance": "published_fact",
    }


def test_a_nought_has_no_sign(catalogue):
    none = GOOD.replace("481.25", "-0.0").replace("csm.retail.total", "inv.re")
    value = read(catalogue, none).frame["value"].iloc[0]
    assert f"{value:g}" == "0"


def test_a_blank_day_is_assumed_from_the_calendar(catalogue):
    row = read(catalogue, GOOD.replace("2024-10-22", "")).frame.iloc[0]
    # 22 days after 30 September, by the catalogue.
    assert (str(row["published"].date()), row["published_basis"]) == ("2024-10-22", "assumed")


def test_units_convert_and_optional_columns_are_used(catalogue):
    header = HEADER + ",region,provenance,source_title,source_url,name_zh"
    line = "opn.fdi,level,annual,2023,1.2,亿美元,2024-03-29,610100,second_hand,统计公报,https://a.b/c,实际利用外资"
    row = read(catalogue, line, header=header).frame.iloc[0]
    assert (row["value"], row["unit"], row["token"]) == (12000.0, "万美元", "1.2")
    assert (row["region"], row["provenance"]) == ("610100", "second_hand")
    assert row["source"] == "data/raw/a.csv | 统计公报 | https://a.b/c"


def test_gb18030_is_read_when_it_is_not_utf8(catalogue):
    assert len(read(catalogue, GOOD, encoding="gb18030").frame) == 1
    assert decode_csv("莲湖".encode("utf-8-sig")) == "莲湖"
    assert decode_csv("莲湖区".encode()) == "莲湖区"


@pytest.mark.parametrize("data", [b"", b" \n", b"\xff\xfe\xff\xff\x81"])
def test_what_is_no_text_is_refused(data):
    with pytest.raises(IntakeError):
        read_csv_grid(data)


def test_which_csv_is_tidy_is_seen_from_its_first_line():
    assert is_tidy(read_csv_grid(b"indicator,measure,span,period,value,units\n"))
    assert not is_tidy(read_csv_grid("指标名称,单位,本月止累计\n".encode()))


@pytest.mark.parametrize(
    ("old", "new", "cell", "message"),
    [
        ("481.25", "NA", "E2", "'NA'"),
        ("481.25", "null", "E2", "'null'"),
        ("481.25", "", "E2", "空白"),
        ("481.25", "nan", "E2", "'nan'"),
        ("481.25", "1e999", "E2", "1e999"),
        ("481.25", '"4,812"', "E2", "4,812"),
        ("亿元", "", "F2", "没有写计量单位"),
        ("亿元", "箱", "F2", "箱"),
        ("亿元", "吨", "F2", "吨"),
        ("2024-09", "2024.9", "D2", "2024.9"),
        ("2024-09", "2024", "C2", "不相配"),
        ("2024-10-22", "2024-13-22", "G2", "不是一个日子"),
        ("2024-10-22", "2023-10-22", "G2", "早于"),
        ("csm.retail.total", "csm.retail.totl", "A2", "csm.retail.total"),
        ("csm.retail.total", "inv.fai.yoy", "B2", "只发布增速"),
        ("csm.retail.total", "fin.deposit.rmb", "C2", "时点数"),
        ("level", "growth", "B2", "measure"),
        ("level", "yoy", "F2", "同比的单位"),
    ],
)
def test_a_bad_row_is_a_problem_at_its_cell_and_the_others_are_read(
    catalogue, old, new, cell, message
):
    bad = GOOD.replace(old, new)
    reading = read(catalogue, bad, GOOD.replace("2024-09", "2024-08"))
    assert reading.frame["period"].tolist() == ["2024-08"]
    assert (reading.problems[0].cell, message in reading.problems[0].message) == (cell, True)


def test_another_regions_row_is_refused(catalogue):
    reading = read(catalogue, f"{GOOD},610113", header=HEADER + ",region")
    assert reading.frame.empty
    assert "610113" in reading.problems[0].message


def test_a_refusal_names_a_few_of_many_regions(catalogue):
    peers = tuple(Region(f"6102{n:02d}", f"区{n}") for n in range(40))
    grid = read_csv_grid(f"{HEADER},region\n{GOOD},610299\n{GOOD},610239\n".encode())
    reading = read_records(grid, catalogue, replace(DELIVERY, peers=peers))
    assert reading.frame["region"].tolist() == ["610239"]
    (problem,) = reading.problems
    named = [peer.code for peer in peers if peer.code in problem.remedy]
    assert len(named) == 12 - len(DELIVERY.regions)
    assert f"等 {40 + len(DELIVERY.regions)} 个" in problem.remedy


def test_a_fact_outside_the_catalogue_needs_a_provenance_that_says_so(catalogue):
    line = "fact.省级重点项目,level,annual,2024,33,个,2024-12-31"
    assert read(catalogue, line).frame["unit"].tolist() == ["个"]
    reading = read(catalogue, f"{line},official", header=HEADER + ",provenance")
    assert reading.frame.empty
    assert "published_fact" in reading.problems[0].remedy


def test_a_status_explains_a_missing_value(catalogue):
    line = GOOD.replace("481.25", "") + ",zero_base,—"
    row = read(catalogue, line, header=HEADER + ",status,token").frame.iloc[0]
    assert (row["status"], row["token"], row["value"] != row["value"]) == ("zero_base", "—", True)
    reading = read(catalogue, f"{GOOD},zero_base", header=HEADER + ",status")
    assert "不应当有数" in reading.problems[0].message


def test_a_moment_has_one_code(catalogue):
    line = "fin.deposit.rmb,level,point,2023,3200,亿元,2024-03-29"
    assert read(catalogue, line).frame["period"].tolist() == ["2023-12"]
    annual = GOOD.replace("ytd,2024-09", "annual,2023")
    assert read(catalogue, annual).frame["period"].tolist() == ["2023"]


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (HEADER.replace(",unit", ""), "缺少列：unit"),
        (HEADER.replace("published", "publishd"), "不认识的列：publishd"),
        (HEADER + ",unit", "重复的列：unit"),
    ],
)
def test_a_wrong_header_refuses_the_file(catalogue, header, named):
    with pytest.raises(IntakeError, match=named):
        read(catalogue, GOOD, header=header)


def test_a_row_of_other_length_and_lines_inside_quotes_keep_addresses_right(catalogue):
    header = HEADER + ",name_zh"
    quoted = f'{GOOD},"两\n行"'
    short = GOOD
    wrong = GOOD.replace("481.25", "x").replace("09", "08") + ",名"
    reading = read(catalogue, quoted, short, wrong, header=header)
    assert reading.frame["cell"].tolist() == ["E2"]
    assert [problem.cell for problem in reading.problems] == ["A4", "E5"]


def test_an_unclosed_quote_refuses_the_file(catalogue):
    with pytest.raises(IntakeError, match="CSV"):
        read(catalogue, GOOD + ',"开')


def test_conflicting_rows_of_one_file_are_withheld(catalogue):
    reading = read(catalogue, GOOD, GOOD, GOOD.replace("481.25", "500"))
    assert reading.frame["status"].tolist() == ["quarantined"]
    assert "E2" in reading.problems[0].message and "E4" in reading.problems[0].message


def test_parquet_is_read_like_csv(tmp_path, catalogue):
    file = tmp_path / "a.parquet"
    duckdb.sql(
        "COPY (SELECT 'csm.retail.total' AS indicator, 'level' AS measure, 'ytd' AS span,"
        " '2024-09' AS period, 481.25::DOUBLE AS value, '亿元' AS unit, DATE '2024-10-22' AS published)"
        f" TO '{file}' (FORMAT parquet)"
    )
    reading = read_records(parquet_grid(file.read_bytes()), catalogue, DELIVERY)
    assert reading.problems == ()
    assert reading.frame[["value", "cell"]].values.tolist() == [[481.25, "E2"]]
    file.write_bytes(b"PAR1 and no more")
    with pytest.raises(IntakeError, match="Parquet"):
        parquet_grid(file.read_bytes())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("csm.retail.total,yoy,ytd,2024-09,103.7,%,2024-10-22", "像以上年为 100 的指数"),
        ("csm.retail.total,yoy,ytd,2024-09,0.037,%,2024-10-22", "像小数"),
        ("csm.retail.total,level,ytd,2024-09,4812500,亿元,2024-10-22", "比全国"),
    ],
)
def test_records_are_judged_as_tables_are(catalogue, line, message):
    reading = read(catalogue, line, GOOD)
    assert len(reading.frame) == 1
    (problem,) = reading.problems
    assert message in problem.message
    assert problem.cell == "E2"


def test_growth_of_records_in_full_precision_is_no_fraction(catalogue):
    line = "csm.retail.total,yoy,ytd,2024-0{},{},%,2024-10-22"
    values = (3.2417, 4.1236, 0.0371, 5.5518)
    reading = read(catalogue, *(line.format(n, value) for n, value in enumerate(values, 3)))
    assert list(reading.frame["value"]) == list(values)

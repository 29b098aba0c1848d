"""What a bureau's tool reads of an export."""

import datetime as dt
import io

import pandas as pd
import pytest

from lianhu_analysis.intake.observations import (
    STATUSES,
    WITH_VALUE,
    Observation,
    empty_observations,
    frame_observations,
)
from lianhu_analysis.intake.sdmx import sdmx_csv

ROW = Observation(
    region="610104",
    indicator="csm.retail.total",
    measure="level",
    span="ytd",
    period="2024-09",
    value=481.25,
    unit="亿元",
    published=dt.date(2024, 10, 22),
    published_basis="stated",
    source="data/raw/x/a.xlsx | 月报",
    sheet="9月",
    cell="C4",
    token="481.25",
    status="ok",
    provenance="official",
)


def exported(*rows):
    text = sdmx_csv(frame_observations(rows)).decode()
    return pd.read_csv(io.StringIO(text, newline=""), dtype=str, keep_default_na=False)


def test_an_observation_is_a_line_of_the_standard():
    (line,) = exported(ROW).to_dict("records")
    assert line == {
        "STRUCTURE": "dataflow",
        "STRUCTURE_ID": "LIANHU:OBSERVATIONS(1.0)",
        "ACTION": "I",
        "FREQ": "M",
        "REF_AREA": "610104",
        "INDICATOR": "csm.retail.total",
        "MEASURE": "level",
        "SPAN": "ytd",
        "PROVENANCE": "official",
        "TIME_PERIOD": "2024-09",
        "OBS_VALUE": "481.25",
        "OBS_STATUS": "A",
        "STATUS": "ok",
        "UNIT_MEASURE": "亿元",
        "PUBLISHED": "2024-10-22",
        "PUBLISHED_BASIS": "stated",
        "SOURCE": "data/raw/x/a.xlsx | 月报",
        "SHEET": "9月",
        "CELL": "C4",
    }
    # RFC 4180, and no byte order mark, which would become a part of the first name.
    assert sdmx_csv(frame_observations([ROW])).startswith(b"STRUCTURE,")
    assert sdmx_csv(frame_observations([ROW])).endswith(b"C4\r\n")


@pytest.mark.parametrize(
    ("period", "frequency", "written"),
    [("2024", "A", "2024"), ("2024Q1", "Q", "2024-Q1"), ("2024-03", "M", "2024-03")],
)
def test_periods_are_those_of_the_standard(period, frequency, written):
    line = exported(ROW._replace(period=period)).iloc[0]
    assert (line["FREQ"], line["TIME_PERIOD"]) == (frequency, written)


def test_every_status_has_a_code_and_keeps_its_own_word():
    rows = [
        ROW._replace(period=f"20{n}", status=word, value=1.0 if word in WITH_VALUE else None)
        for n, word in enumerate(STATUSES, 10)
    ]
    lines = exported(*rows)
    assert dict(zip(lines["STATUS"], lines["OBS_STATUS"] + lines["OBS_VALUE"], strict=True)) == {
        "ok": "A1.0",
        "corrected": "A1.0",
        "zero_base": "MNaN",
        "not_released": "ONaN",
        "below_unit": "NNaN",
        "not_meaningful": "ONaN",
        "quarantined": "ONaN",
    }


def test_no_figure_changes_on_the_way():
    values = [0.1, -2.5, 1348066.2, 1e-7, 123456789.123, 100.0]
    rows = [ROW._replace(period=f"2024-{n:02d}", value=value) for n, value in enumerate(values, 1)]
    assert exported(*rows)["OBS_VALUE"].map(float).tolist() == values


def test_texts_are_written_as_they_are():
    told = '=1+1,"引号"\n@x | -2'
    line = exported(ROW._replace(source=told, sheet="+9月")).iloc[0]
    assert (line["SOURCE"], line["SHEET"]) == (told, "+9月")


def test_a_figure_of_two_provenances_is_two_observations_of_different_keys():
    lines = exported(ROW, ROW._replace(provenance="published_fact"))
    key = ["FREQ", "REF_AREA", "INDICATOR", "MEASURE", "SPAN", "PROVENANCE", "TIME_PERIOD"]
    assert not lines.duplicated(key).any()


def test_nothing_known_is_a_message_of_heads():
    lines = sdmx_csv(empty_observations()).decode().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("STRUCTURE,STRUCTURE_ID,ACTION,FREQ,")

import datetime as dt
import itertools
import json
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jupyter_client.manager import run_kernel

from lianhu_analysis.errors import StoreError
from lianhu_analysis.intake import store as store_module
from lianhu_analysis.intake.observations import Observation, empty_observations, frame_observations
from lianhu_analysis.intake.problems import Problem
from lianhu_analysis.intake.store import LedgerEntry, VintageStore
from lianhu_analysis.intake.whole_files import write_whole

REPOSITORY = Path(__file__).resolve().parents[2]


def rows(value: float, published: str, *, period="2024Q3", source="a.csv", cell="E2", **other):
    row = {
        "region": "610104",
        "indicator": "gdp.total",
        "measure": "yoy",
        "span": "ytd",
        "period": period,
        "value": value,
        "unit": "%",
        "published": dt.date.fromisoformat(published),
        "published_basis": "stated",
        "source": source,
        "cell": cell,
        "token": str(value),
        "status": "ok",
        "provenance": "official",
    }
    return frame_observations([Observation(**row | other)])


def put(store: VintageStore, path: str, frame, fingerprint: str = "f"):
    with store.writing() as writer:
        return writer.append(frame, LedgerEntry(path, "s", fingerprint))


def withdraw(store: VintageStore, path: str):
    with store.writing() as writer:
        writer.remove(path)


def test_an_empty_store_is_an_empty_frame_in_the_right_shape(tmp_path):
    store = VintageStore(tmp_path)
    expected = empty_observations()
    for frame in (store.as_of(None), store.history(["610104"], indicators=["gdp.total"])):
        assert list(frame.dtypes.items()) == list(expected.dtypes.items())
        assert frame.empty
    assert store.last_published(["official"], ["610104"]) is None
    assert store.ledger() == {} and store.conflicts() == {}
    assert list(tmp_path.iterdir()) == []


def test_a_revision_is_a_new_vintage_and_each_day_knows_its_own(tmp_path):
    store = VintageStore(tmp_path)
    put(store, "a.csv", rows(5.2, "2024-10-22"))
    put(store, "b.csv", rows(5.4, "2025-01-20", source="b.csv"))
    assert store.as_of(dt.date(2024, 10, 21)).empty
    assert store.as_of(dt.date(2024, 10, 22))["value"].tolist() == [5.2]
    assert store.as_of(dt.date(2025, 1, 19))["value"].tolist() == [5.2]
    assert store.as_of(None)["value"].tolist() == [5.4]
    assert store.history(["610104"], indicators=["gdp.total"])["value"].tolist() == [5.2, 5.4]
    assert store.last_published() == dt.date(2025, 1, 20)
    assert list(store.as_of(None).dtypes.items()) == list(empty_observations().dtypes.items())


def test_selections_keep_only_what_is_asked(tmp_path):
    store = VintageStore(tmp_path)
    put(store, "a.csv", rows(5.2, "2024-10-22"))
    put(store, "b.csv", rows(4.9, "2024-10-30", region="610100", provenance="second_hand"))
    assert store.as_of(None, regions=["610100"])["value"].tolist() == [4.9]
    assert store.as_of(None, indicators=["gdp.secondary"]).empty
    assert store.last_published(["official"]) == dt.date(2024, 10, 22)
    assert store.last_published(["official"], ["610100"]) is None
    assert store.last_published(None, ["610100"]) == dt.date(2024, 10, 30)


def test_a_period_left_open_is_not_published(tmp_path):
    store = VintageStore(tmp_path)
    late = {"period": "2024Q4", "status": "not_released", "token": "0", "cell": "E3"}
    put(store, "a.csv", pd.concat([rows(4.8, "2024-10-22"), rows(math.nan, "2025-01-27", **late)]))
    assert store.last_published() == dt.date(2024, 10, 22)


def test_a_place_left_open_later_takes_that_of_no_figure(tmp_path):
    store = VintageStore(tmp_path)
    later = {"value": math.nan, "published": "2024-11-20", "source": "b.csv"}
    put(
        store,
        "a.csv",
        pd.concat([rows(4.4, "2024-10-20"), rows(4.6, "2024-07-20", period="2024Q2")]),
    )
    put(store, "b.csv", rows(**later, status="not_released"))
    put(store, "c.csv", rows(**later, status="not_meaningful", period="2024Q2"))
    put(store, "d.csv", rows(**later, status="not_released", period="2024Q1"))
    known = store.as_of(None)
    assert list(known["period"]) == ["2024Q1", "2024Q2", "2024Q3"]
    assert list(known["status"]) == ["not_released", "ok", "ok"]
    assert list(known["value"])[1:] == [4.6, 4.4]


def test_provenances_are_figures_of_their_own(tmp_path):
    store = VintageStore(tmp_path)
    put(store, "a.csv", rows(5.2, "2024-10-22"))
    put(store, "b.csv", rows(5.0, "2025-01-01", provenance="simulated"))
    assert sorted(store.as_of(None)["value"]) == [5.0, 5.2]


def test_reading_a_file_again_replaces_what_it_gave(tmp_path):
    store = VintageStore(tmp_path)
    put(store, "a.csv", rows(52.0, "2024-10-22"), "old")
    put(store, "a.csv", rows(5.2, "2024-10-22"), "new")
    assert store.as_of(None)["value"].tolist() == [5.2]
    assert store.ledger()["a.csv"].fingerprint == "new"
    assert len(list(tmp_path.rglob("*.parquet"))) == 1
    withdraw(store, "a.csv")
    assert store.as_of(None).empty
    assert list(tmp_path.rglob("*.parquet")) == []


def test_the_ledger_keeps_problems_and_counts(tmp_path):
    store = VintageStore(tmp_path)
    problem = Problem("9月", "C4", "不是数", "请改正")
    with store.writing() as writer:
        about = LedgerEntry("a.csv", "s", "f", duplicates=3, problems=(problem,))
        entry = writer.append(rows(5.2, "2024-10-22"), about)
    assert store.ledger() == {"a.csv": entry}
    assert (entry.problems, entry.duplicates, entry.observations) == ((problem,), 3, 1)


def test_an_entry_is_read_once_and_again_when_it_was_replaced(tmp_path):
    store = VintageStore(tmp_path)
    put(store, "a.csv", rows(5.3, "2024-10-20"))
    first = store.ledger()
    assert all(store.ledger()[path] is entry for path, entry in first.items())
    (file,) = (tmp_path / "ledger").glob("*.json")
    table = json.loads(file.read_text(encoding="utf-8"))
    write_whole(file, json.dumps(table | {"duplicates": 9}).encode())
    assert [entry.duplicates for entry in store.ledger().values()] == [9]


def test_a_slow_query_draws_no_bar_into_a_notebook(tmp_path):
    put(VintageStore(tmp_path), "a.csv", rows(5.2, "2024-10-22"))
    (part,) = tmp_path.glob("observations/region=610104/*.parquet")
    asked = "current_setting('enable_progress_bar') AS bar"
    code = "from lianhu_analysis.intake.store import _ask\n"
    code += f'print(_ask(["{part.as_posix()}"], "{asked}", "")["bar"].tolist())'
    said = []
    with run_kernel(kernel_name="python3") as client:
        client.execute_interactive(code, output_hook=said.append, timeout=60)
    assert [item["content"]["text"] for item in said if item["msg_type"] == "stream"] == [
        "[False]\n"
    ]


def test_parts_are_zstd_parquet_by_region(tmp_path):
    frame = rows(5.2, "2024-10-22")
    put(VintageStore(tmp_path), "a.csv", frame)
    (part,) = tmp_path.glob("observations/region=610104/*.parquet")
    codec = duckdb.sql(f"SELECT DISTINCT compression FROM parquet_metadata('{part}')").fetchall()
    assert codec == [("ZSTD",)]


def test_a_part_without_a_ledger_entry_does_not_count_and_is_swept(tmp_path):
    store = VintageStore(tmp_path)
    put(store, "a.csv", rows(5.2, "2024-10-22"))
    (part,) = tmp_path.rglob("*.parquet")
    orphan = part.with_name("orphan.parquet")
    orphan.write_bytes(part.read_bytes())
    part.with_suffix(".part").write_bytes(b"PAR1")
    assert len(store.as_of(None)) == 1
    put(store, "b.csv", rows(5.0, "2024-07-20", period="2024Q2"))
    assert not orphan.exists() and list(tmp_path.rglob("*.part*")) == []
    assert len(store.as_of(None)) == 2


def test_a_lost_part_or_a_broken_entry_is_an_error_with_its_remedy(tmp_path):
    store = VintageStore(tmp_path)
    put(store, "a.csv", rows(5.2, "2024-10-22"))
    (part,) = tmp_path.rglob("*.parquet")
    kept = part.read_bytes()
    part.write_bytes(kept[:100])
    with pytest.raises(StoreError, match="lianhu ingest"):
        store.as_of(None)
    part.unlink()
    with pytest.raises(StoreError, match="lianhu ingest"):
        store.as_of(None)
    (entry,) = tmp_path.glob("ledger/*.json")
    entry.write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="lianhu ingest"):
        store.ledger()


def test_two_files_that_disagree_are_withheld_and_both_named(tmp_path):
    store = VintageStore(tmp_path)
    put(store, "a.csv", rows(5.2, "2024-10-22"))
    put(store, "b.csv", rows(5.3, "2024-10-22", source="b.csv | 公报", cell="F9"))
    row = store.as_of(None).iloc[0]
    assert (row["status"], row["value"] != row["value"], row["token"]) == (
        "quarantined",
        True,
        "5.2 | 5.3",
    )
    conflicts = store.conflicts()
    assert set(conflicts) == {"a.csv", "b.csv"}
    message = conflicts["a.csv"][0].message
    assert "a.csv" in message and "E2" in message and "b.csv" in message and "F9" in message
    # The dispute ends when one of the two is withdrawn.
    withdraw(store, "b.csv")
    assert store.as_of(None)["value"].tolist() == [5.2] and store.conflicts() == {}


def test_disputes_of_many_regions_are_found_a_few_regions_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "REGIONS_AT_ONCE", 2)
    store = VintageStore(tmp_path)
    for number in range(5):
        code = f"61010{number}"
        for name, value in (("a", 5.2), ("b", 5.2 if number == 1 else 5.3))[: 2 - (number == 3)]:
            source = f"{name}{number}.csv"
            put(store, source, rows(value, "2024-10-22", region=code, source=source))
    assert sorted(store.conflicts()) == [f"{name}{n}.csv" for name in "ab" for n in (0, 2, 4)]


def test_a_dispute_does_not_bring_back_an_older_vintage(tmp_path):
    store = VintageStore(tmp_path)
    put(store, "old.csv", rows(5.0, "2024-07-20"))
    put(store, "a.csv", rows(5.2, "2024-10-22"))
    put(store, "b.csv", rows(5.3, "2024-10-22", source="b.csv"))
    assert store.as_of(None)["status"].tolist() == ["quarantined"]


def test_two_files_that_agree_are_one_figure(tmp_path):
    store = VintageStore(tmp_path)
    put(store, "b.csv", rows(5.2, "2024-10-22", source="b.csv"))
    put(store, "a.csv", rows(5.2, "2024-10-22"))
    frame = store.as_of(None)
    assert frame[["value", "source"]].values.tolist() == [[5.2, "a.csv"]]
    assert store.conflicts() == {}


@pytest.mark.parametrize(
    ("measure", "fine", "coarse", "same"),
    [
        ("level", 207166.71, 207166.7, True),
        ("level", 102580.61, 102581.0, True),
        ("yoy", 13.45, 13.5, True),
        ("yoy", 11.45, 11.4, True),
        ("yoy", 5.4, 5.0, False),
        ("yoy", 3.3, 3.2, False),
        ("level", 3.4, 3.0, False),
        ("level", 481.25, 481.35, False),
    ],
)
def test_fewer_decimals_are_the_same_figure_and_other_figures_are_not(
    tmp_path, measure, fine, coarse, same
):
    store = VintageStore(tmp_path)
    put(store, "a.csv", rows(coarse, "2024-10-22", measure=measure))
    put(store, "b.csv", rows(fine, "2024-10-22", measure=measure, source="b.csv"))
    frame = store.as_of(None)
    assert frame["status"].tolist() == ["ok" if same else "quarantined"]
    assert bool(store.conflicts()) is not same
    if same:
        assert frame["value"].tolist() == [fine]


DAYS = [f"2024-0{month}-15" for month in range(1, 10)]
FIGURES = st.lists(
    st.tuples(
        st.sampled_from(["2023Q4", "2024Q1"]), st.sampled_from(DAYS), st.sampled_from([1.0, 2.0])
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=15)
@given(figures=FIGURES, day=st.sampled_from(DAYS), order=st.randoms(use_true_random=False))
def test_as_of_never_knows_the_future_and_the_order_of_deliveries_never_matters(
    tmp_path_factory, figures, day, order
):
    frames = []
    files = list(enumerate(figures))
    for arrangement in (files, order.sample(files, len(files))):
        store = VintageStore(tmp_path_factory.mktemp("store"))
        for number, (period, published, value) in arrangement:
            frame = rows(value, published, period=period, source=f"{number}.csv")
            put(store, f"{number}.csv", frame)
        frames.append(store.as_of(dt.date.fromisoformat(day)))
    assert frames[0].equals(frames[1])
    known = [(period, published) for period, published, _ in figures if published <= day]
    latest = {period: max(p for q, p in known if q == period) for period, _ in known}
    found = zip(frames[0]["period"], frames[0]["published"], strict=True)
    assert {period: str(published.date()) for period, published in found} == latest


WRITER = """
import sys
from pathlib import Path
from lianhu_analysis.intake import store as store_module
from lianhu_analysis.intake.store import VintageStore
from lianhu_analysis.intake.whole_files import write_whole
from tests.intake.test_store import put, rows
store, name, count = VintageStore(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
for number in range(count):
    path = f"{name}{number}.csv"
    put(store, path, rows(5.2, "2024-10-22", source=path, period=f"{2000 + number % 90}"))
    print(number, flush=True)
"""


def start_writer(root: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(root), name, str(count)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_that_append_at_once_lose_nothing(tmp_path):
    writers = [start_writer(tmp_path, name, 8) for name in ("a", "b")]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    for writer in writers:
        writer.stdout.close()
    store = VintageStore(tmp_path)
    assert set(store.ledger()) == {f"{n}{i}.csv" for n, i in itertools.product("ab", range(8))}
    assert len(store.as_of(None)) == 8  # both wrote the same eight figures
    assert store.conflicts() == {}


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a POSIX signal")
def test_a_killed_writer_leaves_only_whole_parts(tmp_path):
    for attempt in range(4):
        writer = start_writer(tmp_path, f"k{attempt}-", 1000)
        for _ in range(2 + attempt):
            writer.stdout.readline()
        time.sleep(0.007 * attempt)
        writer.send_signal(signal.SIGKILL)
        writer.wait(30)
        writer.stdout.close()
        store = VintageStore(tmp_path)
        entries = store.ledger()
        assert len(entries) >= 2 * (attempt + 1)
        for entry in entries.values():
            (part,) = entry.parts
            assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path / part}'").fetchall() == [(1,)]
        assert not store.as_of(None).empty
    put(store, "last.csv", rows(5.2, "2024-10-22"))
    listed = {part for entry in store.ledger().values() for part in entry.parts}
    held = {file.relative_to(tmp_path).as_posix() for file in tmp_path.glob("observations/*/*")}
    assert held == listed

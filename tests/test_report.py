"""The report as a reviewer gets it: whole, traced, marked, and the same bytes twice."""

import base64
import csv
import dataclasses
import json
import re
from pathlib import Path

import lxml.html
import pytest

from lianhu_analysis import pipeline
from lianhu_analysis.errors import StoreError, UsageError
from lianhu_analysis.pipeline import answers, reports
from lianhu_analysis.pipeline.record import describe_record, read_record
from lianhu_analysis.pipeline.session import Session
from lianhu_analysis.render import listing
from lianhu_analysis.render.publishing.publish import read_manifest
from lianhu_analysis.render.quarterly.report import BEST_FIRST
from lianhu_analysis.render.quarterly.report_answers import UNPLACED
from lianhu_analysis.workspace import load_workspace
from tests.conftest import ROOT, copy_workspace
from tests.render.browser import browser, needs_chromium

OUTSIDE = re.compile(
    r"""(?:src|srcset|href|action)\s*=\s*["']?\s*(?:https?:)?//|@import|url\((?!\s*["']?data:)"""
)

TEMPLATE = Path("notebooks") / "reports" / "quarterly.ipynb"


@pytest.fixture(scope="module")
def published(national, tmp_path_factory):
    space = dataclasses.replace(national, reports=tmp_path_factory.mktemp("reports"))
    plan = pipeline.plan_report(Session(space), "2024Q3", {})
    return space, plan, pipeline.publish(Session(space), plan)


@pytest.fixture(scope="module")
def lianhu(tmp_path_factory):
    space = load_workspace(ROOT)
    space = dataclasses.replace(space, reports=tmp_path_factory.mktemp("lianhu"))
    plan = pipeline.plan_report(Session(space), "2024Q3", {})
    outcome = pipeline.publish(Session(space), plan)
    assert outcome.error == ""
    return space, outcome.path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def english(lianhu):
    """Lianhu's report in English, beside the Chinese one."""
    space = dataclasses.replace(lianhu[0], language="en")
    plan = pipeline.plan_report(Session(space), "2024Q3", {})
    outcome = pipeline.publish(Session(space), plan)
    assert outcome.error == ""
    return plan, outcome.path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def brief(published):
    """The nation's brief of a month in which two targets have their figures."""
    plan = pipeline.plan_report(Session(published[0]), "2024-08", {})
    outcome = pipeline.publish(Session(published[0]), plan)
    assert outcome.error == ""
    return plan, outcome.path


def words(html):
    return " ".join(lxml.html.fromstring(html).xpath("//main")[0].text_content().split())


def test_the_first_thing_on_the_page_is_the_question_and_the_verdict(published):
    _, _, outcome = published
    assert outcome.error == ""
    page = lxml.html.fromstring(outcome.path.read_text(encoding="utf-8"))
    assert page.get("lang") == "zh-CN"
    title = page.findtext(".//h1")
    head = "全国2024年前三季度经济分析：国内生产总值全年目标"
    assert title.startswith(head)
    first = page.xpath("//main//p")[0].text_content()
    assert first.startswith("国内生产总值全年目标增长5%左右。截至2024-10-31，")
    # The title states the verdict that the first sentence gives.
    assert f"，{title.removeprefix(head)}。" in first
    for text in ("概率为", "0.2个百分点", "4.8%", "5.53%", "5.39%至5.66%"):
        assert text in first, text


def test_the_verdicts_of_a_report_are_kept_once_it_is_published(published):
    space, plan, _ = published
    (file,) = space.record.glob("issued/*.json")
    batch = json.loads(file.read_text(encoding="utf-8"))
    assert batch["occasion"] == f"report {plan.name}"
    assert batch["as_of"] == "2024-10-31"
    judged = Session(space, plan.as_of).assess(2024).verdict("gdp.total")
    assert batch["verdicts"][0]["probability"] == pytest.approx(judged.probability)
    # `lianhu record` finds the same verdicts there already.
    assert describe_record(Session(space, plan.as_of), 2024)["archived"] == 0


def test_a_report_whose_verdicts_cannot_be_kept_stands_with_a_warning(
    national, tmp_path, monkeypatch
):
    space = dataclasses.replace(national, reports=tmp_path)
    plan = pipeline.plan_report(Session(space), "2024Q3", {})

    def refused(*_, **__):
        raise StoreError("记录被占用")

    monkeypatch.setattr(reports, "keep_verdicts", refused)
    outcome = pipeline.publish(Session(space), plan)
    assert outcome.error == ""
    assert outcome.path.is_file()
    assert "没有存档（记录被占用）" in outcome.warning
    assert "lianhu record --as-of 2024-10-31" in outcome.warning


def test_a_report_cut_off_as_it_is_put_in_place_has_its_verdicts_on_record(
    national, tmp_path, monkeypatch
):
    # The next run finds it unchanged: nothing would ever bring its verdicts.
    space = dataclasses.replace(national, reports=tmp_path)
    plan = pipeline.plan_report(Session(space), "2024Q3", {})
    put_in_place = reports.put_in_place

    def cut_off(*asked):
        put_in_place(*asked)
        raise KeyboardInterrupt

    monkeypatch.setattr(reports, "put_in_place", cut_off)
    with pytest.raises(KeyboardInterrupt):
        pipeline.publish(Session(space), plan)
    assert pipeline.publish(Session(space), plan).status == "unchanged"
    assert set(read_record(space)["as_of"]) == {"2024-10-31"}


def test_the_numbers_on_the_page_lead_to_their_cells(published):
    _, _, outcome = published
    page = lxml.html.fromstring(outcome.path.read_text(encoding="utf-8"))
    numbers = page.xpath("//main//data[@data-ref]")
    assert len(numbers) > 20
    rows = {row.get("id"): row.text_content() for row in page.xpath("//tr[@id]")}
    assert all(number.get("data-ref") in rows for number in numbers)
    actual = next(n for n in numbers if n.text_content() == "4.8")
    assert "nbs_first.csv" in rows[actual.get("data-ref")]


def test_the_page_asks_nothing_of_the_network_and_runs_no_script(published, lianhu):
    for html in (published[2].path.read_text(encoding="utf-8"), lianhu[1]):
        links = re.sub(r"<cite>.*?</cite>", "", html, flags=re.DOTALL)
        assert not OUTSIDE.search(links)
        assert "<script" not in html
        assert "default-src 'none'" in html
        # Code is hidden: no call of the template is on the page.
        assert "open_report" not in html
        assert "traceback" not in html.lower()


def test_unchanged_inputs_are_not_rendered_twice_and_give_the_same_bytes(published):
    space, plan, outcome = published
    again = pipeline.publish(Session(space), plan)
    assert (again.status, again.path, again.error) == ("unchanged", outcome.path, "")
    before = outcome.path.read_bytes()
    forced = pipeline.publish(Session(space), plan, force=True)
    assert forced.status == "rendered"
    assert forced.path.read_bytes() == before


def borrowed(national, folder):
    """A workspace with the national store, whose own files may be changed."""
    (folder / "data").mkdir(parents=True)
    for name in ("lianhu.toml", "targets.toml", "indicators.csv"):
        (folder / name).write_bytes((national.root / name).read_bytes())
    (folder / "data" / "processed").symlink_to(national.processed)
    return load_workspace(folder)


def test_a_changed_target_or_a_damaged_page_is_rendered_again(national, tmp_path):
    space = borrowed(national, tmp_path / "space")
    plan = pipeline.plan_report(Session(space), "2024Q3", {})
    assert "增长5%左右" in words(pipeline.publish(Session(space), plan).path.read_text("utf-8"))
    text = space.targets.read_text(encoding="utf-8").replace("value = 5.0", "value = 5.3")
    text = text.replace("增长5%", "增长5.3%")
    space.targets.write_text(text, encoding="utf-8")
    changed = pipeline.publish(Session(space), plan)
    assert changed.status == "rendered"
    assert "增长5.3%左右" in words(changed.path.read_text(encoding="utf-8"))
    changed.path.write_text("damaged", encoding="utf-8")
    repaired = pipeline.publish(Session(space), plan)
    assert repaired.status == "rendered"
    assert "增长5.3%左右" in words(repaired.path.read_text(encoding="utf-8"))


def test_a_report_depends_on_the_ledgers_of_its_workspace(national, tmp_path):
    space = borrowed(national, tmp_path / "space")
    session = Session(space)
    template = ROOT / TEMPLATE
    before = reports._inputs(session, template)
    (space.root / "ledgers.toml").write_text("# changed", encoding="utf-8")
    after = reports._inputs(session, template)
    assert set(after) - set(before) == {"ledgers.toml"}


def test_a_report_depends_on_how_its_files_were_read(tmp_path):
    space = load_workspace(copy_workspace(ROOT / "examples" / "national", tmp_path / "space"))
    pipeline.ingest(space)
    before = reports._inputs(Session(space), ROOT / TEMPLATE)
    said = space.raw / "nbs_first" / "delivery.toml"
    text = said.read_text(encoding="utf-8").replace('"official"', '"second_hand"')
    said.write_text(text, encoding="utf-8")
    pipeline.ingest(space)
    after = reports._inputs(Session(space), ROOT / TEMPLATE)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"data/raw/nbs_first/nbs_first.csv"}


def test_the_manifest_says_what_the_page_was_made_from(published):
    space, plan, _ = published
    (entry,) = read_manifest(space.reports)
    assert (entry.name, entry.quarter, entry.as_of) == (plan.name, "2024Q3", "2024-10-31")
    assert not entry.simulated
    assert {"targets.toml", "lianhu.toml", "quarterly.ipynb"} <= set(entry.inputs)
    assert "data/raw/nbs_first/nbs_first.csv" in entry.inputs
    assert str(space.root) not in json.dumps(dataclasses.asdict(entry))
    index = (space.reports / "index.html").read_text(encoding="utf-8")
    assert f"{plan.name}.html" in index


RETAIL, RETAIL_ZH = "csm.retail.total", "社会消费品零售总额"
PUBLIC = {"audience": "public"}


def figure_texts(html, name):
    """The printed figures whose origin names an indicator, and all the others."""
    page = lxml.html.fromstring(html)
    origins = {row.get("id"): row.text_content() for row in page.xpath("//tr[@id]")}
    found = {True: set(), False: set()}
    # What was issued before depends on who made reports in this folder, not on the audience.
    for moved in page.xpath("//td[@data-label='概率较上次']"):
        moved.clear()
    for number in page.xpath("//main//data[@data-ref]"):
        if "相差的百分点" in origins[number.get("data-ref")]:
            continue
        found[name in origins[number.get("data-ref")]].add(number.text_content())
    return found[True], found[False]


@pytest.fixture(scope="module")
def discreet(tmp_path_factory):
    """Lianhu's workspace with its store, in whose catalogue retail sales are sensitive."""
    folder = tmp_path_factory.mktemp("discreet")
    (folder / "data").mkdir()
    (folder / "data" / "processed").symlink_to(load_workspace(ROOT).processed)
    (folder / "targets.toml").write_bytes((ROOT / "targets.toml").read_bytes())
    text = (ROOT / "lianhu.toml").read_text(encoding="utf-8")
    text = text.replace("[catalogue]", '[catalogue]\nfile = "indicators.csv"')
    (folder / "lianhu.toml").write_text(text, encoding="utf-8")
    built_in = ROOT / "lianhu_analysis" / "catalog" / "data" / "indicators.csv"
    with built_in.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "indicators.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(
            {**row, "sensitive": "yes" if row["code"] == RETAIL else row["sensitive"]}
            for row in rows
        )
    return load_workspace(folder)


def test_a_public_report_shows_no_figure_of_a_sensitive_indicator(lianhu, discreet):
    its, others = figure_texts(lianhu[1], RETAIL_ZH)
    assert len(its - others) > 5
    internal = pipeline.plan_report(Session(discreet), "2024Q3", {})
    public = pipeline.plan_report(Session(discreet), "2024Q3", PUBLIC)
    assert public.name == f"{internal.name}-public"
    made = pipeline.publish(Session(discreet), public)
    assert made.error == ""
    html = made.path.read_text(encoding="utf-8")
    shown, kept = figure_texts(html, RETAIL_ZH)
    assert shown == set()
    assert (its - others) & kept == set()
    assert RETAIL_ZH in lianhu[1] and RETAIL_ZH not in html and RETAIL not in html
    left_out = r"本页是公开版，未列出(?:.+一章、)*敏感指标的目标1项、对照数字[1-9]\d*行。"
    assert re.search(left_out, words(html))
    (kept_entry,) = read_manifest(discreet.reports)
    assert (kept_entry.name, kept_entry.audience, kept_entry.language) == (
        public.name,
        "public",
        "zh",
    )
    assert kept_entry.parameters["audience"] == "public"
    assert read_manifest(lianhu[0].reports)[0].audience == "internal"


def test_the_workspace_may_let_sensitive_indicators_through(lianhu, discreet):
    public = pipeline.plan_report(Session(discreet), "2024Q3", PUBLIC)
    config = discreet.root / "lianhu.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[report]", "[report]\nsensitive = true"), encoding="utf-8")
    made = pipeline.publish(Session(load_workspace(discreet.root)), public)
    assert (made.error, made.status) == ("", "rendered")
    html = made.path.read_text(encoding="utf-8")
    assert figure_texts(lianhu[1], RETAIL_ZH)[0] <= figure_texts(html, RETAIL_ZH)[0]
    assert "没有要略去的敏感指标" in words(html)


def test_another_audience_is_refused_before_any_work(national):
    with pytest.raises(UsageError, match="audience='press' 不行，可填 internal、public"):
        pipeline.plan_report(Session(national), "2024Q3", {"audience": "press"})
    with pytest.raises(UsageError, match="audience='' 不行"):
        pipeline.open_report(str(national.root), "2024Q3", "", "")


def test_lianhus_report_is_marked_as_simulated_everywhere(lianhu):
    space, html = lianhu
    page = lxml.html.fromstring(html)
    assert "演示数据（模拟）" in page.xpath("//header")[0].text_content()
    assert "不能用于任何判断" in words(html)
    (entry,) = read_manifest(space.reports)
    assert entry.simulated
    assert "演示数据（模拟）" in (space.reports / "index.html").read_text(encoding="utf-8")


def test_lianhus_report_judges_all_twelve_and_shows_facts_as_facts(lianhu):
    text = words(lianhu[1])
    for title in ("地区生产总值增长6%左右", "单位生产总值能耗下降2%", "全年供应土地1200亩以上"):
        assert title in text
    page = lxml.html.fromstring(lianhu[1])
    table = next(t for t in page.xpath("//table") if "各项目标的判断" in t.text_content())
    assert len(table.xpath(".//tbody/tr")) == 12
    told = re.search(r"2024年共12项目标：(.*?)。", text)[1].split("，")
    assert sum(int(re.search(r"\d+", part)[0]) for part in told) == 12
    order = [BEST_FIRST.index(re.split(r"\d", part)[0]) for part in told]
    assert order == sorted(set(order))  # each verdict once, the best first
    facts = next(
        t for t in page.xpath("//table") if t.findtext("caption", "").startswith("公开发布")
    )
    assert "846.44" in facts.text_content()
    assert {row.xpath("./td")[4].text_content() for row in facts.xpath(".//tbody/tr")} <= {
        "公开发布",
        "二手转引",
    }
    # The second-hand total of 2024 was not known on the day, and is never used.
    assert "894.24" not in html_without_font(lianhu[1])


def html_without_font(html):
    return re.sub(r"url\(data:[^)]*\)", "", html)


def test_the_page_tells_paths_the_joint_chance_and_the_record(lianhu):
    text = words(lianhu[1])
    for part in (
        "剩余各期须达到的数字", "项目标都达到目标值的概率为", "年可比，达到过",
        "次同期预测中成真", "每次发布的判断都已存档",
    ):  # fmt: skip
        assert part in text, part


def test_sections_stand_in_the_order_of_an_official_analysis(lianhu, published):
    def heads(html):
        return [item.text_content() for item in lxml.html.fromstring(html).xpath("//main//h2")]

    whole = heads(lianhu[1])
    assert whole[:3] == ["一、总体运行", "二、行业支撑与拉动", "三、重点领域"]
    numbered = [head for head in whole if "、" in head and not head.startswith("附录")]
    assert [head[0] for head in numbered] == list("一二三四五六七八九十"[: len(numbered)])
    for head in ("存在问题", "目标测算、杠杆与下一批数据", "：数据、版本与方法"):
        assert any(head in item for item in whole)
    # What has nothing to say is left out, and the numbers close up.
    real = heads(published[2].path.read_text("utf-8"))
    assert "二、重点领域" in real
    assert not any("行业支撑" in head for head in real)
    # Every number of a sentence stands in a table of its answer.
    for html in (lianhu[1], published[2].path.read_text("utf-8")):
        assert UNPLACED not in html
    text = words(lianhu[1])
    for part in (
        "拉动",
        "个百分点",
        "景气灯",
        "要有把握（达到目标值，不含容差）",
        "平均使预测变动",
    ):
        assert part in text, part


TOO_WIDE = """[...document.querySelectorAll('main *')]
  .filter(item => item.getBoundingClientRect().right > innerWidth + 1)
  .map(item => item.tagName + ' ' + item.textContent.slice(0, 30)).slice(0, 5)"""


def test_the_english_edition_says_the_same_numbers_and_no_chinese_of_ours(lianhu, english):
    plan, html = english
    assert plan.name.endswith("-en")
    entry = next(item for item in read_manifest(lianhu[0].reports) if item.name == plan.name)
    assert (entry.language, set(entry.outputs)) == (
        "en",
        {f"{plan.name}.{kind}" for kind in ("html", "docx", "xlsx")},
    )
    pages = [lxml.html.fromstring(page) for page in (lianhu[1], html)]
    numbers = [
        sorted(
            (item.get("data-ref"), item.get("value"), item.text_content())
            for item in page.iter("data")
        )
        for page in pages
    ]
    assert numbers[0] == numbers[1]
    for quoted in pages[1].xpath("//code|//cite|//*[@lang='zh-CN']"):
        quoted.drop_tree()
    said = pages[1].xpath("//main")[0].text_content()
    assert re.findall(r"[\u4e00-\u9fff]+", said) == []
    assert "passages without an English edition" not in said
    for picture in pages[1].xpath("//main//img"):
        assert re.findall(r"[\u4e00-\u9fff]", picture.get("alt")) == []
    assert "Demonstration data (simulated)" in pages[1].find(".//title").text


@needs_chromium
def test_the_page_in_a_browser(lianhu, published, english, tmp_path):
    reports = [
        *lianhu[0].reports.glob("*2024Q3*.html"),
        *published[0].reports.glob("*2024Q3*.html"),
    ]
    assert len(reports) == 3
    for number, file in enumerate(reports):
        with browser(tmp_path / f"profile{number}") as page:
            # A4 without its margins, a phone, a desk: nothing stands out at the right.
            for width, media in ((673, "print"), (360, "screen"), (1200, "screen")):
                page.open(file, width=width, media=media)
                assert page.ask(TOO_WIDE) == [], (width, media)
                assert page.ask("document.documentElement.scrollWidth") <= width
            assert {url for url in page.requests if not url.startswith("data:")} == {file.as_uri()}
            assert page.errors == []
            assert page.axe() == [], file.name
            # On paper the origins are folded away, and each page carries the mark.
            page.open(file, width=673, media="print")
            shown = "getComputedStyle(document.querySelector('details.origins')).display"
            assert page.ask(shown) == "none"


@needs_chromium
def test_a_brief_is_one_printed_page(lianhu, tmp_path):
    plan = pipeline.plan_report(Session(lianhu[0]), "2024-08", {})
    outcome = pipeline.publish(Session(lianhu[0]), plan)
    with browser(tmp_path / "profile") as page:
        page.open(outcome.path, width=673, media="print")
        printed = page.call("Page.printToPDF", preferCSSPageSize=True)["data"]
    assert len(re.findall(rb"/Type\s*/Page\b", base64.b64decode(printed))) == 1


def test_every_chart_has_a_text_for_those_who_cannot_see_it(lianhu):
    pictures = lxml.html.fromstring(lianhu[1]).xpath("//main//img")
    assert len(pictures) >= 2
    judged = "实现|不作预测"
    assert all(re.search(judged, picture.get("alt", "")) for picture in pictures[:2])
    assert all(picture.get("alt") for picture in pictures)


def test_a_report_with_an_untraced_number_is_not_published(national, tmp_path):
    space = borrowed(national, tmp_path / "space")
    template = json.loads((ROOT / TEMPLATE).read_text(encoding="utf-8"))
    words_only = {"cell_type": "markdown", "id": "claim", "metadata": {}}
    template["cells"].insert(3, {**words_only, "source": ["## 增长 7.5% 的目标"]})
    own = space.root / TEMPLATE
    own.parent.mkdir(parents=True)
    own.write_text(json.dumps(template), encoding="utf-8")
    plan = pipeline.plan_report(Session(space), "2024Q3", {})
    outcome = pipeline.publish(Session(space), plan)
    assert "7.5" in outcome.error
    assert outcome.path is None
    assert not list(space.reports.glob("*.html"))
    assert read_manifest(space.reports) == ()


def test_targets_as_they_are_set_stand_on_the_page(national, tmp_path):
    source = (ROOT / "examples/national/targets.toml").read_text(encoding="utf-8")
    (ours,) = [part for part in source.split("\n\n") if '"gdp.total"' in part and "= 2024" in part]
    spaced = ours.replace('rule = "about"', 'rule = "range"\nupper = 5.4').replace(
        "tolerance = 0.2\n", ""
    )
    share = ours.replace('"yoy"', '"level"').replace("5.0", "95").replace('"about"', '"at_least"')
    share = share.replace("tolerance = 0.2\n", "").replace("增长5%左右", "完成计划的95%")
    space = borrowed(national, tmp_path / "space")
    texts = [
        ours.replace("5.0", "5.5").replace("增长5%", "增长5.5%"),
        f"{spaced}\nin_force = 2024-08-01", f'{ours}\nset_by = "2024年市下达任务"',
        f"{share}\nplan = 1350000",
    ]  # fmt: skip
    space.targets.write_text("\n\n".join(texts), encoding="utf-8")
    plan = pipeline.plan_report(Session(space), "2024Q3", {})
    outcome = pipeline.publish(Session(space), plan)
    assert outcome.error == ""
    text = words(outcome.path.read_text(encoding="utf-8"))
    for part in (
        "全年目标增长5%—5.4%。截至", "落在区间内的概率为", "2024-08-01起为5%—5.4%，此前为5.5%左右",
        "国内生产总值（2024年市下达任务）", "完成年度计划1,350,000亿元的95%，即1,282,500亿元",
    ):  # fmt: skip
        assert part in text, part
    content = answers.describe_forecast(Session(space, plan.as_of), 2024)
    lines = "\n".join(listing.forecast_lines(content))
    assert "2024-08-01 起改为现在的目标，此前为：国内生产总值增长5.5%左右" in lines
    assert "完成年度计划1,350,000亿元的95%，即1,282,500亿元" in lines


def test_data_that_changes_while_the_report_runs_stops_it(national, tmp_path, monkeypatch):
    space = borrowed(national, tmp_path / "space")
    plan = pipeline.plan_report(Session(space), "2024Q3", {})
    hashes = reports._inputs

    def moving(workspace, template):
        moving.calls += 1
        return {**hashes(workspace, template), "moving": str(moving.calls)}

    moving.calls = 0
    monkeypatch.setattr(reports, "_inputs", moving)
    outcome = pipeline.publish(Session(space), plan)
    assert "运行期间数据或设置有变化" in outcome.error
    assert not list(space.reports.glob("*.html"))

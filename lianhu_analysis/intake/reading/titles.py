"""Titles: which region and which period a sheet says that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lianhu_analysis.catalog.periods import Period, parse_period
from lianhu_analysis.errors import IntakeError, PeriodError
from lianhu_analysis.intake.reading.statements import title_part
from lianhu_analysis.workspace import Region

__all__ = ["check_region", "foreign_region", "scope_of", "title_period"]

PERIOD = re.compile(
    r"\d{4}年(?:"
    r"\d{1,2}月?(?:份)?[-—–―－~～至]+\d{1,2}(?:月份?|季度)"
    r"|\d{1,2}月[末底]|\d{1,2}月份?"
    r"|上半年|前[一二三两\d]+个?季度|第?[一二三四1-4]季度末?"
    r"|[前头]\d{1,2}个?月|年?[末底]|全年|度)?"
)
# A month in which something was said is no period: 2024年10月调度会, 10月印发.
EVENT = re.compile(
    r"(?:\d{4}年)?(?:\d{1,2}月份?|[一二三四]季度)(?:经济运行|经济形势|经济|运行)?"
    r"(?:(?:调度|例|工作|分析|通报|办公|推进)会|印发|发布|公布)"
)
# Words that end like a region but name none, and offices that a title may thank.
NOT_REGIONS = re.compile(
    r"地区|全[省市区县]|各[省市区县]+|[省市区县](?:本级|级|属)|区县|市场|区域|区间"
    r"|(?<![一-龥])(?:市区|城市)|园区|社区|小区|开发区|灾区|联盟|旗下|旗舰"
    r"|个?(?:大中|大|中等|主要|重点|省会)城市"
)
WHOLE = re.compile("全[国省市区县](?!属)")
# What a title says of all its figures that their bare names do not say.
SCOPE = re.compile(
    "[区市省央县]属|中央企业|民营|民间|非公|规模以下|限额以下|(?:两|三|四|五|多)年平均|年均"
    "|排名|位次|(?:预期|年度|全年|工作)?(?:目标|计划)(?!.*(?:完成|执行|进展|进度|监测|考核))|预计|预测"
)
NATION = "100000"
REGION = re.compile(r"[一-龥]{2,}?(?:自治区|自治州|自治县|省|市|区|县|旗|盟)|全国|中国")


def foreign_region(title: str, region: Region, regions: Iterable[Region]) -> str:
    """Return the region that a title names instead of ``region``; empty if none.

    A chain such as 陕西省西安市莲湖区 is about its last link; beside the region's
    own name what stands in brackets (the office that reports) is left out.
    """
    text = title_part(title)
    # The office in brackets may be another's only beside the region's own name.
    if region.name_zh in text:
        text = re.sub(r"\([^()]*\)", "", text)
    text = re.sub(r"[\d、,。~—–-]+", " ", PERIOD.sub(" ", text))
    own = text.find(region.name_zh)
    for known in regions:
        if known.code != region.code and 0 <= text.find(known.name_zh) < own:
            text = text.replace(known.name_zh, " ", 1)
            own = text.find(region.name_zh)
    text = text.replace(region.name_zh, " ")
    if region.code == NATION:
        text = text.replace("中国", " ")
    named = REGION.findall(NOT_REGIONS.sub(" ", text))
    return str(named[-1]) if named else ""


def title_period(titles: Iterable[str]) -> Period | None:
    """Return the one period that the lines above a header state, if any.

    Raises
    ------
    IntakeError
        If they state two periods that end on different days.
    """
    found: dict[str, Period] = {}
    for title in titles:
        text = EVENT.sub(" ", title_part(title))
        for match in PERIOD.finditer(text):
            if re.match(r"\d{1,2}日|\d", text[match.end() :]):
                continue
            try:
                found[match[0]] = parse_period(match[0]).period
            except PeriodError as error:
                raise IntakeError(f"标题“{title.strip()}”：{error}", "请改正标题") from error
    ends = {period.end for period in found.values()}
    if len(ends) > 1:
        raise IntakeError(
            f"标题中有不止一个时期：{'、'.join(found)}", "请只留一个，或分成两张工作表"
        )
    finest = sorted(found.values(), key=lambda period: "MQA".index(period.frequency))
    return finest[0] if finest else None


def check_region(
    title: str,
    region: Region,
    regions: Iterable[Region],
    cell: str = "",
    *,
    rows_name_theirs: bool = False,
) -> None:
    """Refuse a title that names another region, or the whole of one that this is not.

    Parameters
    ----------
    rows_name_theirs
        Whether each row names its region: then the title may be about all districts
        of a region that this one belongs to.

    Raises
    ------
    IntakeError
        Naming both regions.
    """
    other = foreign_region(title, region, regions)
    text = title_part(title)
    if rows_name_theirs and other in {known.name_zh for known in regions}:
        return
    if not other and not rows_name_theirs and region.name_zh not in text:
        text = re.sub(r"\([^()]*\)", "", text)
        whole = [word for word in WHOLE.findall(text) if word[1] != region.name_zh[-1:]]
        other = whole[0] if whole else ""
    if other:
        raise IntakeError(
            f"标题“{title.strip()}”说的是{other}，不是{region.name_zh}",
            "请确认没有放错地区；上级地区的数据请另放一个文件夹，在 delivery.toml 写明 region",
            cell=cell,
        )


def scope_of(title: str) -> str:
    """Return the word by which a title narrows its figures: 区属, 民营, 两年平均, 预期目标.

    Brackets count: 莲湖区主要指标（区属）is about 区属 only.
    """
    found = SCOPE.search(title_part(title))
    return found[0] if found else ""

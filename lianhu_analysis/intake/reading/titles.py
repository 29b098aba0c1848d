"""Titles: which region and which period a sheet says that it is about."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable

from lianhu_analysis.catalog.periods import Period, parse_period
from lianhu_analysis.errors import IntakeError, PeriodError
from lianhu_analysis.workspace import Region

__all__ = ["check_region", "foreign_region", "scope_of", "stated_day", "title_period"]

PERIOD = re.compile(
    r"\d{4}年(?:"
    r"\d{1,2}月?(?:份)?[-—–―－~～至]+\d{1,2}(?:月份?|季度)"
    r"|\d{1,2}月[末底]|\d{1,2}月份?"
    r"|上半年|前[一二三两\d]+个?季度|第?[一二三四1-4]季度末?"
    r"|[前头]\d{1,2}个?月|年?[末底]|全年|度)?"
)
# Words that end like a region but name none, and offices that a title may thank.
NOT_REGIONS = re.compile(
    r"地区|全[省市区县]|各[省市区县]+|[省市区县](?:本级|级|属)|区县|市场|区域|区间"
    r"|(?<![一-龥])(?:市区|城市)|园区|社区|小区|开发区|灾区|联盟|旗下|旗舰"
)
NOT_A_TITLE = re.compile(r"(日期|时间|单位|来源|机构|部门|制表|填报|报送|审核|电话)人?:")
WHOLE = re.compile("全[国省市区县](?!属)")
SCOPE = re.compile("[区市省央县]属|中央企业")
NATION = "100000"
REGION = re.compile(r"[一-龥]{2,}?(?:自治区|自治州|自治县|省|市|区|县|旗|盟)|全国|中国")


def foreign_region(title: str, region: Region, regions: Iterable[Region]) -> str:
    """Return the region that a title names instead of ``region``; empty if none.

    A chain such as 陕西省西安市莲湖区 is about its last link; beside the region's
    own name what stands in brackets (the office that reports) is left out.
    """
    text = _fold(title)
    if NOT_A_TITLE.search(text):
        return ""
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


def _fold(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def title_period(titles: Iterable[str]) -> Period | None:
    """Return the one period that the lines above a header state, if any.

    Raises
    ------
    IntakeError
        If they state two periods that end on different days.
    """
    found: dict[str, Period] = {}
    for title in titles:
        text = _fold(title)
        if NOT_A_TITLE.search(text):
            continue
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


def check_region(title: str, region: Region, regions: Iterable[Region], cell: str = "") -> None:
    """Refuse a title that names another region, or the whole of one that this is not.

    Raises
    ------
    IntakeError
        Naming both regions.
    """
    other = foreign_region(title, region, regions)
    text = _fold(title)
    if not other and region.name_zh not in text and not NOT_A_TITLE.search(text):
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
    """Return the word by which a title narrows a territory to its own units: 区属, 市属."""
    found = SCOPE.search(re.sub(r"\([^()]*\)", "", _fold(title)))
    return found[0] if found else ""


def stated_day(cell: object) -> dt.date | None:
    """Return the day that a date or a text states; ``None`` if it is none."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    found = re.search(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", str(cell))
    try:
        return dt.date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None

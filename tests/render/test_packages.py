"""A package says nothing of the clock."""

import io
import time
from zipfile import ZipFile

from openpyxl import Workbook, load_workbook

from lianhu_analysis.render.publishing.packages import without_clock


def workbook():
    buffer = io.BytesIO()
    book = Workbook()
    book.active["A1"] = 1
    book.save(buffer)
    return buffer.getvalue()


def test_the_same_content_is_the_same_bytes_at_another_time():
    first = without_clock(workbook())
    time.sleep(2.1)  # the clock of a package ticks every two seconds
    assert without_clock(workbook()) == first


def test_the_content_is_as_it_was():
    whole = without_clock(workbook())
    assert load_workbook(io.BytesIO(whole)).active["A1"].value == 1
    with ZipFile(io.BytesIO(whole)) as package:
        assert {member.date_time[0] for member in package.infolist()} == {1980}
        assert package.testzip() is None

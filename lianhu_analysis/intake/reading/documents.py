"""Tables of Word files and saved web pages as grids; what other kinds should be saved as."""

from __future__ import annotations

from lianhu_analysis.errors import IntakeError
from lianhu_analysis.intake.reading.workbook import Grid, WorkbookReader

__all__ = ["DOCUMENTS", "kind_of", "read_document", "refusal_of"]

DOCUMENTS = {".docx": "word", ".docm": "word", ".html": "page", ".htm": "page"}

ORIGINAL = "请向报送单位要 .xlsx 或 .docx 原件；只作凭证的，请放进名称以 _ 开头的文件夹"
AS_WORD = "请在 Word 或 WPS 中打开，另存为 .docx 后再交付"
AS_BOOK = "请在 Excel 或 WPS 中打开，另存为 .xlsx 后再交付"
UNREAD = {
    **dict.fromkeys((".doc", ".wps", ".rtf", ".odt"), ("这种文字文档", AS_WORD)),
    **dict.fromkeys((".et", ".ods", ".xlsb"), ("这种电子表格", AS_BOOK)),
    **dict.fromkeys(
        (".mht", ".mhtml"), ("单个文件网页", "请用浏览器打开，另存为“网页，仅 HTML”后再交付")
    ),
    ".pdf": ("PDF", ORIGINAL),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif"), ("图片里的数字", ORIGINAL)
    ),
}


def refusal_of(suffix: str) -> IntakeError | None:
    """Return why a kind of file is not read and what to save it as, if it is one of those."""
    what, remedy = UNREAD.get(suffix.lower(), ("", ""))
    return IntakeError(f"不能读取 {suffix.lower()}（{what}）", remedy) if what else None


def kind_of(suffix: str) -> str:
    """Return what a `WorkbookReader` calls the files of a suffix.

    Examples
    --------
    >>> kind_of(".docx"), kind_of(".HTM"), kind_of(".xls")
    ('word', 'page', 'book')
    """
    return DOCUMENTS.get(suffix.lower(), "book")


def read_document(
    data: bytes, suffix: str, reader: WorkbookReader | None = None
) -> tuple[Grid, ...]:
    """Read every table of a document that holds a figure, in the order of the document.

    The grids are named 表1, 表2, … and carry the text before each in `Grid.above`.

    Raises
    ------
    IntakeError
        If the document is damaged, encrypted, too large, or has no such table.
    """
    if reader is not None:
        return reader.read(data, kind_of(suffix))
    with WorkbookReader() as own:
        return own.read(data, kind_of(suffix))

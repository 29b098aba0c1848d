"""Why a file is not read, and what to do about it, in the words of its sender."""

from __future__ import annotations

from lianhu_analysis.errors import IntakeError

__all__ = ["RESAVE", "corrupt", "refusal_of", "too_large", "unknown"]

RESAVE = "请在 Excel、Word 或 WPS 中打开，另存为 .xlsx 或 .docx 后再交付"
ORIGINAL = "请向报送单位要 .xlsx 或 .docx 原件；只作凭证的，请放进名称以 _ 开头的文件夹"
UNREAD = {
    **dict.fromkeys((".doc", ".wps", ".rtf", ".odt"), ("这种文字文档", RESAVE)),
    **dict.fromkeys((".et", ".ods", ".xlsb"), ("这种电子表格", RESAVE)),
    **dict.fromkeys(
        (".mht", ".mhtml"), ("单个文件网页", "请用浏览器打开，另存为“网页，仅 HTML”后再交付")
    ),
    **dict.fromkeys((".zip", ".rar", ".7z"), ("压缩包", "请解压，把里面的文件放进同一文件夹")),
    **dict.fromkeys((".pdf", ".ofd"), ("版式文件", ORIGINAL)),
    **dict.fromkeys(
        (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".gif"), ("图片里的数字", ORIGINAL)
    ),
}


def refusal_of(suffix: str) -> IntakeError:
    """Return why a kind of file is not read and what to save it as, by its suffix."""
    what, remedy = UNREAD.get(suffix.lower(), ("", ""))
    if what:
        return IntakeError(f"不能读取 {suffix.lower()}（{what}）", remedy)
    return IntakeError(
        f"不能读取 {suffix} 文件" if suffix else "不能读取没有扩展名的文件",
        "数据请另存为 .xlsx 或 CSV；只作凭证的文件请放进名称以 _ 开头的文件夹",
    )


def corrupt(detail: object = "") -> IntakeError:
    """Say that a file is damaged."""
    return IntakeError("文件已损坏，无法读取" + _shown(detail), RESAVE)


def too_large(detail: object = "") -> IntakeError:
    """Say that a file unpacks to more than any statistics do."""
    cure = "请删去无关的工作表或图片后另存，再重新交付"
    return IntakeError("文件展开后过大，不像统计报表" + _shown(detail), cure)


def unknown(what: str) -> IntakeError:
    """Say that a file is not what its name says."""
    return IntakeError(f"{what}不是 .xlsx、.xls 工作簿、.docx 文档或网页", RESAVE)


def _shown(detail: object) -> str:
    return f"（{detail}）" if str(detail) else ""

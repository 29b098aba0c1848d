"""What people write in TOML, read once at the door: every fault at once, and what to do."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, TypeVar, dataclass_transform

from annotated_types import Ge
from pydantic import AllowInfNan, ConfigDict, Strict, StringConstraints, TypeAdapter
from pydantic import ValidationError as _Invalid

from lianhu_analysis.errors import LianhuError

__all__ = [
    "KNOWN_ONLY",
    "Code",
    "Day",
    "Filled",
    "Number",
    "Spread",
    "Truth",
    "Whole",
    "packaged",
    "packaged_table",
    "parse_written",
    "read_written",
    "shape",
]

T = TypeVar("T")
Refuse = Callable[[list[str]], LianhuError]

# No text is taken for a day or a number, and no truth value for either.
Day = Annotated[dt.date, Strict()]
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict(), AllowInfNan(False)]
Spread = Annotated[float, Strict(), Ge(0)]
Truth = Annotated[bool, Strict()]
Filled = Annotated[str, StringConstraints(pattern=r"\S")]
# Becomes part of file names.
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]*$")]
# As ``__pydantic_config__`` of a dataclass: a field that is misspelt is no field.
KNOWN_ONLY = ConfigDict(extra="forbid")

SHOWN = 60
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def shape(kind: type[T]) -> type[T]:
    """Make a frozen dataclass of what people write, of which no field may be misspelt."""
    kind.__pydantic_config__ = KNOWN_ONLY  # type: ignore[attr-defined]
    return dataclass(frozen=True)(kind)


def packaged(path: str) -> bytes:
    """Return a file of data that comes with the library, by its path below the package."""
    return (resources.files("lianhu_analysis") / path).read_bytes()


def packaged_table(path: str) -> dict[str, Any]:
    """Return what a TOML file that comes with the library says."""
    return tomllib.loads(packaged(path).decode())


# What is wrong, by the validator's name of the fault.
WORDINGS: dict[str, str] = packaged_table("written.toml")


def read_written(path: Path, shape: type[T], refuse: Refuse) -> T:
    """Read a TOML file into a dataclass; see `parse_written`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refuse([f"打不开（{error.strerror}），请核对文件和权限后重试"]) from error
    return parse_written(data, shape, refuse)


def parse_written(data: bytes | Mapping[str, Any], shape: type[T], refuse: Refuse) -> T:
    """Read TOML, or a mapping of what it would say, into a dataclass.

    Parameters
    ----------
    refuse
        Makes the error of a list of faults.

    Raises
    ------
    LianhuError
        What ``refuse`` makes, of every fault of the text.
    """
    try:
        table = tomllib.loads(data.decode("utf-8-sig")) if isinstance(data, bytes) else data
        found: T = _adapter(shape).validate_python(table)  # type: ignore[arg-type]
    except UnicodeDecodeError as error:
        raise refuse(["不是 UTF-8 编码，请用 UTF-8 保存"]) from error
    except tomllib.TOMLDecodeError as error:
        raise refuse([f"不是有效的 TOML：{error}，请改正后重试"]) from error
    except RecursionError as error:
        raise refuse(["括号套得太深，请改正后重试"]) from error
    except _Invalid as error:
        raise refuse([_wording(dict(fault)) for fault in error.errors()]) from error
    if faults := list(_control_faults(table)):
        raise refuse(faults)
    return found


def _control_faults(value: Any, place: str = "") -> Iterator[str]:
    """Name the texts that no file system, workbook or page can hold."""
    if isinstance(value, str) and CONTROL.search(value):
        yield f"{place} = {value!r:.{SHOWN}} 中有控制字符，请删去"
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _control_faults(item, f"{place}：{name}" if place else name)
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _control_faults(item, f"{place} 第 {number} 条")


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _wording(fault: Mapping[str, Any]) -> str:
    """Say in Chinese where a fault is and what is wrong; entries are counted from 1."""
    *around, last = fault["loc"] or ("",)
    if isinstance(last, int):
        around, last = [*around, last], ""
    where = " ".join(f"第 {part + 1} 条" if isinstance(part, int) else part for part in around)
    value = repr(fault["input"])[:SHOWN]
    what = f"{last} = {value}" if last else value
    text = fault["msg"].removeprefix("Value error, ")
    blank = fault["type"] == "string_pattern_mismatch" and not fault["input"].strip()
    kind = "blank" if blank else fault["type"]
    worded = WORDINGS.get(kind, "{what}：{text}" if last else "{text}").format(
        field=last or (around or [""])[0],
        what=what,
        text=text,
        expected=str(fault.get("ctx", {}).get("expected")).replace(" or ", "、"),
    )
    return f"{where}：{worded}" if where else worded

"""Texts that come again in every file are understood once.

What a name, a header or a unit means depends on nothing but its text and on lists
that do not change while files are read; and the same texts stand in every month's
file.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

__all__ = ["LONGEST", "remembered"]

TEXTS = 8192
LONGEST = 200
P = ParamSpec("P")
R = TypeVar("R")


def remembered(function: Callable[Concatenate[str, P], R]) -> Callable[Concatenate[str, P], R]:
    """Keep what a pure function of a text returned, for the texts seen last.

    What it raises is not kept, and neither are long texts: they are no labels, and
    must not fill the memory.  Other arguments must be hashable.
    """
    known = lru_cache(maxsize=TEXTS)(function)

    @wraps(function)
    def recall(text: str, *others: P.args, **named: P.kwargs) -> R:
        if len(text) > LONGEST:
            return function(text, *others, **named)
        return known(text, *others, **named)  # type: ignore[arg-type]  # as the docstring says

    return recall

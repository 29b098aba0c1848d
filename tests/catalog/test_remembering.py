"""Texts are understood once, and nothing is remembered that should not be."""

import pytest

from lianhu_analysis.catalog.remembering import LONGEST, remembered


def counted(calls):
    @remembered
    def fold(text: str, mark: str = "") -> str:
        """Fold."""
        calls.append(text)
        if not text:
            raise ValueError("empty")
        return text.strip() + mark

    return fold


def test_a_text_is_understood_once_for_each_set_of_other_arguments():
    calls: list[str] = []
    fold = counted(calls)
    assert [fold(" a"), fold(" a"), fold(" a", "!")] == ["a", "a", "a!"]
    assert calls == [" a", " a"]
    assert fold.__doc__ == "Fold."


def test_long_texts_and_faults_are_not_kept():
    calls: list[str] = []
    fold = counted(calls)
    long = "x" * (LONGEST + 1)
    for text in (long, long):
        assert fold(text) == long
    for _ in range(2):
        with pytest.raises(ValueError, match="empty"):
            fold("")
    assert calls == [long, long, "", ""]

import pytest

from lianhu_analysis.errors import StoreError
from lianhu_analysis.intake import whole_files
from lianhu_analysis.intake.whole_files import locked, settle, write_whole


def test_a_file_is_replaced_whole_and_its_temporary_name_is_gone(tmp_path):
    target, part = tmp_path / "a.json", tmp_path / "a.json.part"
    target.write_bytes(b"old")
    write_whole(target, b"new")
    assert target.read_bytes() == b"new"
    assert not part.exists()


def test_what_cannot_be_made_durable_leaves_the_old_file(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    target, part = tmp_path / "a", tmp_path / "a.part"
    target.write_bytes(b"old")
    part.write_bytes(b"new")
    monkeypatch.setattr(whole_files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        settle(part, target)
    assert target.read_bytes() == b"old"


def test_one_process_at_a_time_and_the_refusal_says_what_is_held(tmp_path):
    path = tmp_path / "new" / ".lock"
    with (
        locked(path, 1.0, "判断记录"),
        pytest.raises(StoreError, match="占用判断记录超过 0 秒"),
        locked(path, 0.05, "判断记录"),
    ):
        pass
    with locked(path, 0.05, "判断记录"):
        assert path.exists()

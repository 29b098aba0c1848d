import inspect

from lianhu_analysis import errors


def test_all_names_every_error_and_the_tree_draws_it():
    classes = {
        name
        for name, item in vars(errors).items()
        if inspect.isclass(item) and issubclass(item, Exception)
    }
    assert classes == set(errors.__all__) - {"described"}
    assert all(name in errors.__doc__ for name in classes)


def test_an_intake_error_says_where_what_and_what_next():
    error = errors.IntakeError("单位“斤”没有登记", "请改用吨", cell="B4")
    assert str(error) == "B4：单位“斤”没有登记。请改用吨"


def test_a_catalogue_error_lists_every_fault():
    error = errors.CatalogueError("a.csv", ["第 2 行 错", "第 3 行 错"])
    assert str(error).startswith("a.csv 有 2 处问题")
    assert error.faults == ("第 2 行 错", "第 3 行 错")


def test_what_the_system_refuses_is_described_with_its_file_and_what_to_do():
    assert errors.described(errors.StoreError("库")) == "库"
    told = errors.described(OSError(28, "No space left on device", "a.csv"))
    assert told == "a.csv：No space left on device。请检查权限和磁盘空间后重试"

from benchmarks import intake_speed
from benchmarks.intake_speed import make_files
from lianhu_analysis.intake.grids.workbook import read_workbook


def test_the_files_are_of_the_stated_size(tmp_path):
    *_, last = make_files(tmp_path, 2, 230, seed=1)
    (grid,) = read_workbook(last.read_bytes())
    assert (len(grid.rows), len(grid.rows[0])) == (230, 12)
    assert (0, 0, 0, 11) in grid.merged


def test_every_contender_reads_every_file(tmp_path):
    files = make_files(tmp_path, 2, 20, seed=1)
    cells = 2 * 20 * 12
    for read in (intake_speed.read_bare, intake_speed.read_openpyxl):
        assert read(files) == cells
    for read in (intake_speed.read_pool, intake_speed.read_fresh):
        assert read(files) == cells
    assert intake_speed.read_tidy(files) > 0


def test_the_control_fails(capsys):
    assert intake_speed.main(["--quick", "--control"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("FAILS: 6 workbooks")

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Blanks and Chinese characters, as on a user's desktop.
CHECKOUT = "莲湖 检出"

pytestmark = pytest.mark.skipif(
    os.name == "nt",
    reason="make and sh are for POSIX; docs/development.md has the Windows commands",
)


@pytest.fixture
def checkout(tmp_path):
    """A bare checkout: Makefile, setup and a lock of one package, nothing made yet."""
    folder = tmp_path / CHECKOUT
    shutil.copytree(ROOT / "setup", folder / "setup", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    lock = f"filelock==3.20.0 --hash=sha256:{'0' * 64}\n"
    (folder / "requirements.lock").write_text(lock, encoding="utf-8")
    return folder


@pytest.fixture
def environment(checkout):
    """setup/environment.py of the bare checkout, loaded as a module."""
    spec = importlib.util.spec_from_file_location("environment", checkout / "setup/environment.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(command, folder, **variables):
    """Run without any setting of this machine that could lead pip or make elsewhere."""
    return subprocess.run(
        command,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def fake_python(folder, name, before):
    """Put an interpreter on a PATH of its own that runs ``before`` ahead of ``-c CODE``."""
    folder.mkdir(exist_ok=True)
    script = folder / name
    program = f"import sys\n{before}\nexec(sys.argv[2])"
    script.write_text(f'#!/bin/sh\nexec \'{sys.executable}\' -c "{program}" "$@"\n')
    script.chmod(0o755)


TOO_OLD = "sys.version_info = (3, 9, 2, 'final', 0)"
NO_ENSUREPIP = "sys.modules['ensurepip'] = None"


def refusal(checkout, fakes, **variables):
    """Run setup/venv.sh where ``fakes`` are the only interpreters; return what it says."""
    path = checkout / "bin"
    path.mkdir()
    for name, before in fakes.items():
        fake_python(path, name, before)
    done = run([shutil.which("sh"), "setup/venv.sh"], checkout, PATH=str(path), **variables)
    assert done.returncode == 1
    assert not (checkout / ".venv").exists()
    return done.stderr.splitlines()


def test_every_target_is_listed_with_its_purpose():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):(?!=)", text, re.M))
    listed = run(["make"], ROOT).stdout
    described = dict(re.findall(r"^make (\S+) +(.+)$", listed, re.M))
    assert set(described) == targets
    assert {"report", "test", "check", "lab", "lock", "wheelhouse", "data", "clean"} <= targets
    assert all(re.search(r"[一-鿿].*\| [a-z]", purpose) for purpose in described.values())


def test_what_takes_long_says_how_long_and_how_much_disk():
    listed = run(["make"], ROOT).stdout
    for target, told in (("venv", "分钟、1 GB"), ("data", "秒"), ("report", "分钟、1 GB")):
        (line,) = re.findall(rf"^make {target} .*$", listed, re.M)
        assert told in line
    guide = (ROOT / "docs/development.md").read_text(encoding="utf-8")
    assert "python -m benchmarks.first_run" in guide
    measured = re.findall(r"^\| `make (\w+)`[^|]*\| (\d+) \| (\d*)", guide, re.M)
    assert {name for name, *_ in measured} == {"venv", "data", "report", "check", "wheelhouse"}
    first = {name: int(seconds) for name, seconds, _ in reversed(measured)}
    # "3—4 minutes" from nothing is what was measured.
    assert 180 <= first["venv"] + first["data"] + first["report"] <= 240


def test_every_target_is_in_the_developer_guide():
    targets = re.findall(r"^make (\S+)", run(["make"], ROOT).stdout, re.M)
    guide = (ROOT / "docs/development.md").read_text(encoding="utf-8")
    assert [name for name in targets if f"`make {name}`" not in guide and name != "help"] == []


def test_no_python_at_all(checkout):
    chinese, english = refusal(checkout, {})
    assert "没有找到 Python" in chinese
    assert "apt install python3 python3-venv" in chinese
    assert "Python 3.11 or newer" in english


def test_python_too_old(checkout):
    chinese, english = refusal(checkout, {"python3": TOO_OLD})
    assert "python3（Python 3.9）太旧" in chinese
    assert "PYTHON=/path/to/python3.12" in english


def test_python_without_ensurepip(checkout):
    chinese, english = refusal(checkout, {"python3": NO_ENSUREPIP})
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"Python {version} 缺少 venv/ensurepip" in chinese
    assert f"apt install python3-venv (or python{version}-venv" in english


def test_a_newer_python_that_lacks_venv_is_the_better_advice(checkout):
    chinese, _ = refusal(checkout, {"python3": TOO_OLD, "python3.12": NO_ENSUREPIP})
    assert "ensurepip" in chinese


def test_a_named_python_is_not_silently_replaced(checkout):
    chinese, _ = refusal(checkout, {"old": TOO_OLD, "python3": NO_ENSUREPIP}, PYTHON="old")
    assert "old（Python 3.9）太旧" in chinese


def test_a_named_python_that_is_not_there(checkout):
    chinese, english = refusal(checkout, {}, PYTHON="/nowhere/python3")
    assert "/nowhere/python3 不能运行" in chinese
    assert "leave PYTHON out" in english


def test_a_fit_python_is_found_behind_an_old_one(checkout):
    path = checkout / "bin"
    fake_python(path, "python3", TOO_OLD)
    chosen = path / "python3.12"
    chosen.write_text('#!/bin/sh\n[ "$1" = -c ] || echo "chosen: $*"\n')
    chosen.chmod(0o755)
    done = run([shutil.which("sh"), "setup/venv.sh"], checkout, PATH=str(path))
    assert done.stdout.strip() == "chosen: setup/environment.py install"


def test_without_network_the_remedy_is_the_wheelhouse_and_nothing_passes_for_finished(checkout):
    # Port 9 of this machine: refused at once, and no packet leaves.
    closed = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": os.devnull,
    }
    done = run(["make", "venv"], checkout, PYTHON=sys.executable, **closed)
    assert done.returncode != 0
    assert "连不上软件包索引" in done.stderr
    assert "run make wheelhouse on a connected machine" in done.stderr
    assert "Traceback" not in done.stderr
    assert (checkout / ".venv").is_dir()
    assert run([sys.executable, "setup/environment.py", "current"], checkout).returncode == 1


@pytest.mark.parametrize(
    ("log", "offline", "remedy"),
    [
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError("
            "Failed to establish a new connection: [Errno -3] Temporary failure in name resolution"
            "')'\nERROR: No matching distribution found for annotated-doc==0.0.7",
            False,
            "连不上软件包索引",
        ),
        ("ERROR: HTTP error 403 while getting x\nERROR: 403 Client Error", False, "连不上软件包"),
        ("ERROR: No matching distribution found for numpy==2.4.6", True, "wheelhouse 里缺少"),
        (
            "ERROR: Could not find a version that satisfies the requirement numpy==2.4.6 "
            "(from versions: 1.26.4, 2.0.0)\nERROR: No matching distribution found",
            False,
            "完整的镜像",
        ),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            False,
            "不要绕过校验",
        ),
        ("OSError: [Errno 28] No space left on device", False, "磁盘空间不足"),
        ("error: metadata-generation-failed", False, "metadata-generation-failed"),
    ],
)
def test_each_failure_of_pip_gets_its_own_remedy(environment, log, offline, remedy):
    chinese, english = environment.explain(log, offline=offline)
    assert remedy in chinese
    assert english.isascii()


def test_a_wheelhouse_of_another_python_is_refused(environment, tmp_path):
    note = tmp_path / "platform.txt"
    assert environment.misfit(tmp_path, "3.12") is None
    note.write_text(environment.this_platform("3.12") + "\n", encoding="utf-8")
    assert environment.misfit(tmp_path, "3.12") is None
    chinese, english = environment.misfit(tmp_path, "3.13")
    assert "是为 Python 3.12" in chinese
    assert "PYTHON=..." in english


@pytest.fixture
def made(environment, checkout):
    """The bare checkout with an environment that counts as finished."""
    binary = checkout / ".venv/bin/python"
    binary.parent.mkdir(parents=True)
    binary.symlink_to(sys.executable)
    (checkout / ".stamps").mkdir()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    environment.record(environment.wanted(version))
    return checkout


def is_current(folder):
    return run([sys.executable, "setup/environment.py", "current"], folder).returncode == 0


def test_a_finished_environment_is_not_made_again(made):
    done = run(["make", "venv"], made, PYTHON="/nowhere/python3")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_makes_it_stale(made, changed):
    assert is_current(made)
    with (made / changed).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert not is_current(made)


def test_touching_the_lock_does_not_make_it_stale(made):
    os.utime(made / "requirements.lock", (0, 0))
    assert is_current(made)


def test_an_environment_of_another_folder_is_stale(made):
    moved = made.with_name("moved")
    made.rename(moved)
    assert not is_current(moved)


@pytest.mark.parametrize("lost", [".stamps/venv", ".venv/bin/python"])
def test_an_environment_without_stamp_or_interpreter_is_not_finished(made, lost):
    (made / lost).unlink()
    assert not is_current(made)


def test_clean_leaves_what_is_the_users(checkout):
    kept = ["data/raw/2024/报表.xlsx", "data/processed/store.parquet", "reports/index.html"]
    gone = ["data/raw/simulated/a.xlsx", ".mypy_cache/x", "lianhu_analysis/__pycache__/x.pyc"]
    for name in (*kept, *gone, ".venv/lib/__pycache__/y.pyc"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("x", encoding="utf-8")
    assert run(["make", "clean"], checkout).returncode == 0
    assert [name for name in kept if not (checkout / name).exists()] == []
    assert [name for name in gone if (checkout / name).exists()] == []
    assert (checkout / ".venv/lib/__pycache__/y.pyc").exists()
    assert run(["make", "distclean"], checkout).returncode == 0
    assert not (checkout / ".venv").exists()
    assert [name for name in kept if not (checkout / name).exists()] == []


def test_large_files_are_refused_by_name(tmp_path):
    small, large = tmp_path / "small.csv", tmp_path / "大 文件.csv"
    small.write_bytes(b"x" * 2 * 1024 * 1024)
    large.write_bytes(b"x" * (2 * 1024 * 1024 + 1))
    guard = ["sh", str(ROOT / "setup/large-files.sh")]
    assert run([*guard, str(small)], tmp_path).returncode == 0
    refused = run([*guard, str(small), str(large)], tmp_path)
    assert refused.returncode == 1
    assert "大 文件.csv" in refused.stderr
    assert "small.csv" not in refused.stderr

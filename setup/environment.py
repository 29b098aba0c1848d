"""Make .venv exactly as requirements.lock says: whole, or not taken for whole.

    python setup/environment.py [install [--online]]   make or bring up to date
    python setup/environment.py current                exit status 0 if nothing is to be done
    python setup/environment.py download               fill ./wheelhouse for a machine without network

WHEELHOUSE=DIR, or a folder ./wheelhouse, makes ``install`` work without network.
Only the standard library is used: this runs before anything is installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = [
    "download",
    "explain",
    "install",
    "is_current",
    "main",
    "misfit",
    "record",
    "this_platform",
    "wanted",
]

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMPS = ROOT / ".stamps"
STAMP = STAMPS / "venv"
LOG = STAMPS / "pip.log"
REQUIREMENTS = ROOT / "requirements.lock"
PLATFORM_FILE = "platform.txt"
# -I: a PYTHONPATH or a user's own packages must not leak into what is installed.
PIP = [str(PYTHON), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input"]

# First match wins: pip goes on from a failed connection to "no matching distribution".
FAULTS = (
    (
        r"DO NOT MATCH THE HASHES",
        "下载到的文件与 requirements.lock 记录的校验值不符，已拒绝安装："
        "请换一个镜像或重做 wheelhouse，不要绕过校验。",
        "A downloaded file does not have the hash that requirements.lock records, and was refused: "
        "use another index or make the wheelhouse again; do not switch the check off.",
    ),
    (
        r"No space left on device|Errno 28|Disk quota exceeded|Errno 122",
        "磁盘空间不足：请腾出约 2 GB 后重试。",
        "The disk is full: free about 2 GB, then try again.",
    ),
    (
        r"NewConnectionError|Failed to establish a new connection|Name or service not known"
        r"|name resolution|NameResolutionError|getaddrinfo failed|ConnectTimeout|ReadTimeout"
        r"|timed out|ProxyError|SSLError|SSLCertVerificationError|Network is unreachable"
        r"|Connection refused|ConnectionResetError|Connection aborted|IncompleteRead"
        r"|HTTP error 4\d\d|HTTP error 5\d\d|HTTPError"
        # All that pip says of an index page that fails without a retry.
        r"|\(from versions: none\)",
        "连不上软件包索引：请检查网络或代理后重试；没有网络的办公室，请在同样系统、同样 Python 版本的"
        "联网机器上执行 make wheelhouse，把 wheelhouse 文件夹拷贝到这里再重试。",
        "The package index cannot be reached: check the network or proxy and try again; for an "
        "office without network run make wheelhouse on a connected machine of the same system and "
        "Python, copy the folder wheelhouse here, and try again.",
    ),
    (
        r"No matching distribution found",
        "软件包索引里没有 requirements.lock 要求的版本（或没有适合本机 Python 的文件）："
        "请换用 Python 3.11 至 3.13，或换一个完整的镜像。",
        "The index has no file of a version that requirements.lock asks for that fits this Python: "
        "use Python 3.11 to 3.13, or a complete index.",
    ),
)
INCOMPLETE_WHEELHOUSE = (
    "wheelhouse 里缺少 requirements.lock 要求的文件：请在同样系统、同样 Python 版本的"
    "联网机器上用这份代码执行 make wheelhouse，再整个拷贝过来。",
    "The wheelhouse lacks a file that requirements.lock asks for: run make wheelhouse from this "
    "checkout on a connected machine of the same system and Python, and copy it here whole.",
)
UNKNOWN_FAULT = (
    "安装没有完成：请看上面几行的原因，改正后重试（完整记录在 {log}）。",
    "The installation did not finish: see the lines above, mend the cause and try again "
    "(full record in {log}).",
)


def say(*lines: str) -> None:
    """Tell the user, on standard error, since standard output is for results."""
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()


def explain(log: str, *, offline: bool = False) -> tuple[str, str]:
    """Say what a failed pip run means and what to do next, in Chinese and English."""
    if offline and "No matching distribution found" in log:
        return INCOMPLETE_WHEELHOUSE
    for pattern, chinese, english in FAULTS:
        if re.search(pattern, log):
            return chinese, english
    last = "\n".join(f"  {line}" for line in log.splitlines()[-8:])
    chinese, english = UNKNOWN_FAULT
    shown = LOG.relative_to(ROOT).as_posix()
    return f"{last}\n{chinese.format(log=shown)}", english.format(log=shown)


def this_platform(version: str) -> str:
    """Everything on which the choice of wheels depends."""
    return f"Python {version} {sys.platform} {platform.machine().lower()}"


def misfit(wheelhouse: Path, version: str) -> tuple[str, str] | None:
    """Refuse a wheelhouse made for another system or Python; ``None`` if it fits or says nothing."""
    note = wheelhouse / PLATFORM_FILE
    if not note.is_file():
        return None
    theirs = note.read_text(encoding="utf-8").strip()
    ours = this_platform(version)
    if theirs == ours:
        return None
    return (
        f"{wheelhouse} 是为 {theirs} 做的，而这里是 {ours}：请用 PYTHON=... 换成同样版本的 Python，"
        "或在同样系统、同样 Python 版本的联网机器上重新执行 make wheelhouse。",
        f"{wheelhouse} was made for {theirs}, and this is {ours}: choose the same Python with "
        "PYTHON=..., or run make wheelhouse again on a connected machine of this kind.",
    )


def _venv_version() -> str:
    try:
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        return subprocess.check_output([PYTHON, "-I", "-c", code], text=True).strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wanted(version: str) -> dict[str, str]:
    """What the stamp of a finished environment says."""
    # The path belongs here because scripts and the editable install point to it:
    # a copied or moved checkout would else run the code of the old one.
    return {
        "place": str(ROOT),
        "python": version,
        "lock": _digest(REQUIREMENTS),
        "package": _digest(ROOT / "pyproject.toml"),
    }


def _recorded() -> dict[str, str]:
    try:
        return json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def is_current() -> bool:
    """Whether .venv is whole, in its place, and as the lock and pyproject.toml say."""
    version = _venv_version()
    return bool(version) and _recorded() == wanted(version)


def record(made: dict[str, str]) -> None:
    """Write the stamp, whole or not at all."""
    new = STAMP.with_suffix(".new")
    new.write_text(json.dumps(made, indent=1), encoding="utf-8")
    new.replace(STAMP)


@contextlib.contextmanager
def _only_one() -> Iterator[int | None]:
    """Hold the lock of .stamps; children that inherit it keep it, should we be killed."""
    STAMPS.mkdir(exist_ok=True)
    with (STAMPS / "venv.lock").open("a") as handle:
        if sys.platform == "win32":  # no make there, so nobody runs two of these at once
            yield None
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("另一个 make 正在准备环境，等它完成…… / Another make is at it; waiting.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle.fileno()


def _run(command: list[str], held: int | None) -> None:
    """Run pip or venv into the log; on failure explain and leave with status 1."""
    collected = 0
    with (
        LOG.open("a", encoding="utf-8") as log,
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            pass_fds=() if held is None else (held,),
        ) as process,
    ):
        for line in process.stdout or ():
            log.write(line)
            if line.startswith("Collecting ") and sys.stderr.isatty():
                collected += 1
                sys.stderr.write(f"\r  {collected} ")
                sys.stderr.flush()
    if collected:
        say("")
    if process.returncode:
        record = LOG.read_text(encoding="utf-8")
        say(*explain(record, offline="--no-index" in command))
        raise SystemExit(1)


def _wheelhouse(online: bool) -> Path | None:
    named = os.environ.get("WHEELHOUSE", "")
    if online:
        return None
    if named:
        folder = Path(named).expanduser().resolve()
        if not folder.is_dir():
            say(
                f"WHEELHOUSE 指定的文件夹 {folder} 不存在：请改正路径后重试。",
                f"The folder {folder} that WHEELHOUSE names does not exist: correct the path.",
            )
            raise SystemExit(1)
        return folder
    folder = ROOT / "wheelhouse"
    return folder if folder.is_dir() else None


def _source_options(wheelhouse: Path | None, version: str) -> list[str]:
    if wheelhouse is None:
        return []
    if refusal := misfit(wheelhouse, version):
        say(*refusal)
        raise SystemExit(1)
    # Options and not PIP_FIND_LINKS: pip splits that variable at blanks in the path.
    return ["--no-index", "--find-links", str(wheelhouse)]


def install(*, online: bool = False) -> None:
    """Make .venv, or bring it up to date, doing only what is not yet done."""
    begun = time.monotonic()
    with _only_one() as held:
        if is_current():
            return
        wheelhouse = _wheelhouse(online)
        LOG.write_text("", encoding="utf-8")
        done = _recorded()
        version = _venv_version()
        # Without its stamp an environment may be half-made: begin anew.
        if not version or done.get("place") != str(ROOT) or done.get("python") != version:
            version = _new_venv(held)
            done = {}
        goal = wanted(version)
        if done.get("lock") != goal["lock"]:
            options = _source_options(wheelhouse, version)
            STAMP.unlink(missing_ok=True)
            source = "wheelhouse" if wheelhouse else "网络 / network"
            say(
                f"正在按 requirements.lock 安装依赖（下载约 250 MB，装好后占约 1 GB，来自{source}；"
                "网速快时 1 分多钟，慢时十几分钟）……",
                "Installing what requirements.lock names: about 250 MB to load, 1 GB on disk; a minute "
                "or two on a fast network.",
            )
            install_lock = ["install", "--require-hashes", "-r", str(REQUIREMENTS)]
            _run([*PIP, *install_lock, *options, "--progress-bar=off"], held)
            record({**goal, "package": ""})
        editable = ["install", "--no-index", "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
        _run([*PIP, *editable], held)
        record(goal)
        seconds, size = time.monotonic() - begun, _megabytes(VENV)
        say(
            f"运行环境已就绪：.venv，用时 {seconds:.0f} 秒，占 {size:.0f} MB / "
            f"The environment .venv is ready: {seconds:.0f} s, {size:.0f} MB."
        )


def _megabytes(folder: Path) -> float:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / 1e6


def _new_venv(held: int | None) -> str:
    STAMP.unlink(missing_ok=True)
    if VENV.is_symlink():
        VENV.unlink()
    elif VENV.exists():
        say(
            "现有的 .venv 没有完整建成，或属于别的位置、别的 Python，现在重建。",
            "The .venv here was not finished, or belongs to another place or Python; making it anew.",
        )
        shutil.rmtree(VENV)
    # The base interpreter: this very .venv may be active and has just been removed.
    base = getattr(sys, "_base_executable", None) or sys.executable
    _run([base, "-I", "-m", "venv", str(VENV)], held)
    return _venv_version()


def download() -> None:
    """Collect every file of the lock for this system and Python into ./wheelhouse."""
    folder = ROOT / "wheelhouse"
    with _only_one() as held:
        LOG.write_text("", encoding="utf-8")
        # An interrupted download must not be found by `install` as a wheelhouse.
        partial = STAMPS / "wheelhouse.partial"
        shutil.rmtree(partial, ignore_errors=True)
        fetch = ["download", "--require-hashes", "--no-deps", "-r", str(REQUIREMENTS)]
        say("正在下载依赖…… / Downloading the dependencies ...")
        _run([*PIP, *fetch, "-d", str(partial), "--progress-bar=off"], held)
        note = this_platform(_venv_version())
        (partial / PLATFORM_FILE).write_text(note + "\n", encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        partial.replace(folder)
    files = [path for path in folder.iterdir() if path.name != PLATFORM_FILE]
    size = sum(path.stat().st_size for path in files) / 1e6
    say(f"wheelhouse：{len(files)} 个文件，{size:.0f} MB，适用于 {note} / ready for {note}.")


def main(arguments: list[str]) -> int:
    """Do one of the three things of the module's heading; return the exit status."""
    match arguments:
        case [] | ["install"]:
            install()
        case ["install", "--online"]:
            install(online=True)
        case ["current"]:
            return 0 if is_current() else 1
        case ["download"]:
            download()
        case _:
            say(__doc__ or "")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

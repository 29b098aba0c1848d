#!/bin/sh
# Makes sure that .venv is whole: returns at once if it is, else finds a Python that can make it.
# A POSIX shell is all it needs, so that it can still explain a machine without Python.
#     PYTHON=/path/to/python3.12  uses that interpreter and no other
#     --online                    does not look for a wheelhouse
set -u
unset CDPATH
cd "${0%/*}/.." || exit 1

refuse() {
    printf '%s\n' "$1" "$2" >&2
    exit 1
}

for own in .venv/bin/python .venv/Scripts/python.exe; do
    if [ -x "$own" ] && "$own" setup/environment.py current 2>/dev/null; then
        exit 0
    fi
done

# Prints its version and exits with 0 (fit), 11 (too old) or 12 (cannot make environments).
probe='
import sys
print("%d.%d" % sys.version_info[:2])
if sys.version_info < (3, 11):
    sys.exit(11)
try:
    import ensurepip, venv
except ImportError:
    sys.exit(12)
'
old='' old_version='' bare=''

# A PATH may hold names that are there and do not run, such as the shims of a version manager.
try() {
    version=$("$1" -c "$probe" 2>/dev/null)
    case $? in
        0) exec "$1" setup/environment.py install $online ;;
        11) old_version=${old_version:-$version} old=${old:-$1} ;;
        12) bare=${bare:-$version} ;;
    esac
}

online=${1:-}
if [ -n "${PYTHON:-}" ]; then
    try "$PYTHON"
    [ -n "$old$bare" ] || refuse \
        "PYTHON 指定的 $PYTHON 不能运行：请改正它的路径，或去掉 PYTHON 由程序自己寻找。" \
        "PYTHON=$PYTHON does not run: correct the path, or leave PYTHON out to have one found."
else
    for candidate in python3 python3.13 python3.12 python3.11 python; do
        try "$candidate"
    done
fi

[ -z "$bare" ] || refuse \
    "Python $bare 缺少 venv/ensurepip 组件，不能建立运行环境：请执行 apt install python3-venv（或 python$bare-venv；非 Debian 系统请重装完整的 Python），然后重试。" \
    "Python $bare lacks venv/ensurepip and cannot make an environment: run apt install python3-venv (or python$bare-venv; elsewhere reinstall a complete Python), then try again."
[ -z "$old" ] || refuse \
    "$old（Python $old_version）太旧，需要 Python 3.11 或更新版本：请安装后重试；若已装在别处，用 make report PYTHON=/路径/python3.12 指明。" \
    "$old (Python $old_version) is too old, Python 3.11 or newer is needed: install it and try again; if it lies elsewhere, name it with make report PYTHON=/path/to/python3.12."
refuse \
    "没有找到 Python：请安装 Python 3.11 或更新版本（Debian、Ubuntu：apt install python3 python3-venv；其他系统用 python.org 的安装包），然后重试。" \
    "No Python was found: install Python 3.11 or newer (Debian, Ubuntu: apt install python3 python3-venv; elsewhere the installer from python.org), then try again."

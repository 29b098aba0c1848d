@echo off
rem Makes the environment, once, and opens a window in which the commands of the menu work.
rem Double-click it; or drop the folder of a workspace on it to open JupyterLab there.
rem ASCII only: cmd.exe reads this file in whatever code page the machine has. What is said in
rem Chinese stands in setup\windows as UTF-8 and is shown after chcp 65001.
setlocal
chcp 65001 >nul
set PYTHONUTF8=1
set OMP_NUM_THREADS=1
set OPENBLAS_NUM_THREADS=1
set MKL_NUM_THREADS=1
rem pushd and not cd: it also reaches a folder on a server.
pushd "%~dp0"
set "HERE=%CD%"

set "PY="
for %%v in (3.13 3.12 3.11) do if not defined PY py -%%v -c "import venv" >nul 2>nul && set "PY=py -%%v"
if not defined PY python -c "import sys, venv; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "PY=python"
if not defined PY goto nopython

%PY% setup\environment.py
if errorlevel 1 goto failed
set "PATH=%HERE%\.venv\Scripts;%PATH%"

if "%~1"=="" goto menu
lianhu --workspace "%~1" lab
if errorlevel 1 pause
exit /b

:menu
type setup\windows\menu.txt
cmd /k
exit /b 0

:nopython
type setup\windows\no_python.txt
pause
exit /b 1

:failed
type setup\windows\failed.txt
pause
exit /b 1

# `make` lists what can be done. Paths are relative on purpose: the checkout may lie under a
# name with blanks or Chinese characters. Works with GNU make 3.81 (macOS) and newer.
PY := .venv/bin/python
LIANHU := $(PY) -m lianhu_analysis
QUARTER ?= 2024Q3
WORKSPACES := . examples/national
# What the first run takes is measured: python -m benchmarks.first_run
BEGUN := $(shell date +%s)

# Two workers with two BLAS threads each are many times slower than with one.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
# These would put another Python's packages in front of the locked ones.
unexport PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help venv data report test check lab lock wheelhouse clean distclean

help: ## 列出可用的命令 | list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

venv: ## 准备运行环境 .venv（首次 1—2 分钟、1 GB，网速慢则更久；已就绪则立即返回）| make .venv by requirements.lock, once
	@sh setup/venv.sh

# Status 1 of `ingest` means that a file was set aside and named; the report goes on without it.
data: venv ## 生成模拟报送并入库，含您放入 data/raw 的文件（首次约 40 秒）| simulate deliveries, ingest data/raw
	@$(PY) setup/simulated.py
	@for folder in $(WORKSPACES); do \
	  $(LIANHU) --workspace $$folder ingest || { status=$$?; [ $$status -eq 1 ] || exit $$status; \
	  echo '有文件需要处理（见上），其余数据已入库 / some files need attention, see above' >&2; }; \
	done

report: data ## 一步生成默认报告（QUARTER=2024Q3；从头 3—4 分钟、1 GB）| set up, prepare data, render the default reports
	@for folder in $(WORKSPACES); do \
	  $(LIANHU) --workspace $$folder report $(QUARTER) || exit; \
	done
	@echo '报告已生成，用浏览器打开 / open in a browser:'
	@for folder in $(WORKSPACES); do echo "  $$folder/reports/index.html"; done
	@echo "用时 $$(($$(date +%s) - $(BEGUN))) 秒，本文件夹共占 $$(du -sm . | cut -f1) MB / seconds and MB in all"

test: data ## 运行全部测试和笔记本 | run every test and notebook
	@$(PY) -m pytest -n 2 --dist loadfile --nbval --nbval-current-env tests notebooks

check: venv ## 检查格式、类型、导入方向、笔记本、锁文件（约半分钟）| lint, types, import layers, notebooks, lock
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-logo
	@find notebooks lianhu_analysis -name .ipynb_checkpoints -prune -o -name '*.ipynb' \
	  -exec $(PY) -m nbstripout --keep-id --verify {} +
	@$(PY) -m pytest -q tests/test_environment.py

lab: data ## 打开 JupyterLab | open JupyterLab in the workspace
	@$(LIANHU) lab

lock: venv ## 按 pyproject.toml 更新 requirements.lock（UPGRADE=1 全部升级）| recompile the lock
	@$(PY) -m uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet \
	  $(if $(UPGRADE),--upgrade) -o requirements.lock

wheelhouse: ## 下载全部依赖到 wheelhouse/（约 250 MB），供无网络的机器安装 | collect wheels for a machine without network
	@sh setup/venv.sh --online
	@$(PY) setup/environment.py download

clean: ## 删除缓存和模拟报送；不动您的数据与报告 | remove caches and simulated deliveries, nothing of yours
	@rm -rf .stamps/simulated data/raw/simulated build dist *.egg-info .pytest_cache .mypy_cache \
	  .ruff_cache .import_linter_cache .hypothesis
	@find . -name .venv -prune -o -name .git -prune -o \
	  \( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -exec rm -rf {} +

distclean: clean ## 再删除 .venv | also remove .venv
	@rm -rf .venv .stamps

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SEVEN = ("jupyterlab", "pandas", "statsmodels", "matplotlib", "seaborn", "papermill", "nbval")


def declared():
    """Every requirement of the project: its own, its extras', and those of its build."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    groups = (PROJECT["project"]["dependencies"], PROJECT["build-system"]["requires"], *extras)
    return [Requirement(text) for group in groups for text in group]


def lock_entries():
    """Each pinned package as (requirement, number of hashes); a name may come once per marker."""
    joined = LOCK.replace("\\\n", " ")
    entries = []
    for line in filter(None, map(str.strip, joined.splitlines())):
        pin, *hashes = re.split(r"\s+--hash=sha256:", line)
        assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in hashes), pin
        entries.append((Requirement(pin), len(hashes)))
    return entries


def pinned():
    versions = {}
    for requirement, _ in lock_entries():
        (pin,) = requirement.specifier
        assert pin.operator == "==", requirement
        versions.setdefault(canonicalize_name(requirement.name), []).append(pin.version)
    return versions


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_the_lock_satisfies_each_requirement(requirement):
    versions = pinned().get(canonicalize_name(requirement.name))
    assert versions, f"run `make lock`: {requirement.name} is not in requirements.lock"
    outside = [v for v in versions if not requirement.specifier.contains(v, prereleases=True)]
    assert outside == [], f"run `make lock`: {requirement} excludes what is locked"


def test_no_extra_promises_what_no_code_uses():
    code = "".join(path.read_text("utf-8") for path in (ROOT / "lianhu_analysis").rglob("*.py"))
    extras = PROJECT["project"]["optional-dependencies"]
    unused = {
        f"{extra}: {requirement}"
        for extra in extras.keys() - {"dev"}
        for requirement in map(Requirement, extras[extra])
        if not any(
            re.search(rf"^\s*(?:from|import) {module}\b", code, re.M)
            for module, packages in packages_distributions().items()
            if requirement.name in packages
        )
    }
    assert unused == set()


def test_every_locked_file_is_checked_by_hash():
    assert [str(entry) for entry, hashes in lock_entries() if not hashes] == []


def test_the_lock_names_no_registry():
    assert "://" not in LOCK
    assert re.findall(r"^\s*(?:--(?!hash=)|-[a-z]\b).*$", LOCK, re.M) == []


def conda():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    plain = [Requirement(text) for text in listed if isinstance(text, str)]
    (pip,) = [entry["pip"] for entry in listed if isinstance(entry, dict)]
    return {requirement.name: requirement.specifier for requirement in plain}, pip


def test_conda_has_the_seven_with_the_bounds_of_the_project():
    bounds = {requirement.name: requirement.specifier for requirement in declared()}
    named, _ = conda()
    assert {name: named.get(name) for name in SEVEN} == {name: bounds[name] for name in SEVEN}
    assert set(named) == {*SEVEN, "python", "pip"}


def test_conda_takes_the_python_of_the_project_and_the_project_itself():
    named, pip = conda()
    assert named["python"] == SpecifierSet(PROJECT["project"]["requires-python"])
    assert pip == ["-e ."]


def test_commit_hooks_download_nothing():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    hooks = {hook["id"]: hook for hook in config["repos"][0]["hooks"]}
    assert {hook["language"] for hook in hooks.values()} == {"system"}
    assert set(hooks) == {
        "ruff-check",
        "ruff-format",
        "mypy",
        "lint-imports",
        "nbstripout",
        "large-files",
    }

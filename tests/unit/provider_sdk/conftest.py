"""Packages that `inquest provider new` wrote, made loadable as an installer does it, without network."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest


@pytest.fixture
def installed():
    """Return a function that makes packages loadable: their code, and the entry points that pyproject.toml names.

    It returns the environment for processes that are to see them.
    """

    def install(site: Path, *folders: Path) -> dict[str, str]:
        for folder in folders:
            project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
            info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
            info.mkdir(parents=True)
            (info / "METADATA").write_text(
                f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
            )
            groups = project["entry-points"]
            lines = [f"[{group}]\n{name} = {value}\n" for group in groups for name, value in groups[group].items()]
            (info / "entry_points.txt").write_text("\n".join(lines))
        paths = [str(site), *(str(folder / "src") for folder in folders), *filter(None, sys.path)]
        return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}

    return install


@pytest.fixture
def run_tests():
    """Return a function that runs the tests of packages as their README says, several in one process."""

    def run(environment: dict[str, str], *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)

    return run

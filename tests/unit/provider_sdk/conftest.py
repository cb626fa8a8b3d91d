"""Runs the tests of packages that `inquest provider new` wrote."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def run_tests():
    """Return a function that runs the tests of a package as its README says."""

    def run(environment: dict[str, str], *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)

    return run

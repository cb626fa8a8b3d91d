"""`inquest --help` imports nothing that costs time: what a command needs, it imports when it runs."""

import subprocess
import sys

import pytest

HEAVY = ("grpc", "inquest.bus", "inquest.config", "inquest.contracts.latest", "nats", "numpy", "pydantic", "starlette")


@pytest.mark.parametrize("name", HEAVY)
def test_the_list_of_commands_needs_none_of(name, loaded):
    assert name not in loaded


@pytest.fixture(scope="module")
def loaded():
    asked = "import sys, inquest.cli.main; print('\\n'.join(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split())

"""The first API key of a deployment: shown to whoever makes it, kept as its hash."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from inquest.identity.keys import Keys, parse_keys

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("form", ["compose", "k8s"])
def test_the_key_that_is_shown_fits_the_line_that_is_kept(form):
    done = subprocess.run(
        ["sh", ROOT / "deploy/secrets.sh", form], capture_output=True, text=True, check=True, timeout=20
    )
    (key,) = re.findall(r"inq_first_[0-9a-f]{64}", done.stderr)
    assert key not in done.stdout
    if form == "compose":
        kept = next(line for line in done.stdout.splitlines() if line.startswith("API_TOKENS="))
        line = kept.removeprefix("API_TOKENS=").strip("'")
    else:
        line = next(
            found["stringData"]["api-tokens"]
            for found in yaml.safe_load_all(done.stdout)
            if "api-tokens" in found["stringData"]
        )
    found = Keys(parse_keys(line)).find(key)
    assert found is not None
    assert (found.principal.role, found.principal.tenants) == ("admin", {"*"})

"""A short run of `make fuzz` against listening services: nothing hangs, crashes or ends in a fault of ours."""

import os
from pathlib import Path

import pytest

from scripts.fuzz import fuzz, is_bad
from scripts.fuzz_asgi import run

INPUTS = int(os.environ.get("FUZZ_INPUTS", "400"))
SEED = int(os.environ.get("SEED", "7"))
SHARES = {"asgi": 0.4, "http": 0.3, "grpc": 0.2, "bus": 0.1}


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_short_fuzz_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FUZZ_SECRET", "INQUEST_LOG_LEVEL", "INQUEST_RAW_KEYS_REF"):
        monkeypatch.setenv(name, "")  # what the run sets is taken back
    found, problems = await fuzz(INPUTS, SEED, tmp_path, SHARES)
    assert problems == []
    assert not is_bad(found)
    assert found["inputs"] >= INPUTS * 0.99


@pytest.mark.slow
async def test_hostile_deliveries_in_process_find_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUZZ_SECRET", "")
    monkeypatch.setenv("INQUEST_RAW_KEYS_REF", "none")
    tally = await run(2_000, SEED)
    assert tally.problems == []
    assert tally.outcomes["202"] > 100

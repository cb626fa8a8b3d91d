import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from inquest.contracts.capabilities import CAPABILITIES
from inquest.contracts.latest import CapabilityTask, Window
from inquest.worker.adapters.threads import ANALYSIS_FAILURES, ThreadAnalyst
from inquest.worker.domain.answers import Answer
from inquest.worker.domain.examine import Examined
from inquest.worker.settings import Settings
from pydantic import ValidationError
from structlog.testing import capture_logs

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TASK = CapabilityTask(
    step_id="s1",
    tenant="acme",
    investigation_id="i1",
    capability_id="collect-symptoms",
    window=Window(start=NOON, end=NOON + timedelta(minutes=10)),
)


def failures(reason: str) -> float:
    return float(ANALYSIS_FAILURES.labels("collect-symptoms", reason)._value.get())


async def test_a_detector_that_raises_is_reported_counted_and_not_hidden() -> None:
    def broken(_task: CapabilityTask, _answers: Sequence[Answer]) -> Examined:
        raise ZeroDivisionError("strange data")

    analyst, before = ThreadAnalyst(1, broken), failures("ZeroDivisionError")
    with capture_logs() as shown:
        examined = await analyst.examine(TASK, [], timeout_s=5)
    assert examined.failure == "The analysis failed with ZeroDivisionError: strange data"
    assert failures("ZeroDivisionError") == before + 1
    assert [event["event"] for event in shown] == ["analysis_failed"]
    await analyst.stop()


async def test_an_analysis_that_overruns_ends_the_wait() -> None:
    release = threading.Event()

    def slow(_task: CapabilityTask, _answers: Sequence[Answer]) -> Examined:
        release.wait(10)
        return Examined()

    analyst, before = ThreadAnalyst(1, slow), failures("overrun")
    examined = await analyst.examine(TASK, [], timeout_s=0.05)
    assert examined.failure == "The analysis did not finish within 0.05 s"
    assert failures("overrun") == before + 1
    await analyst.stop()
    release.set()


async def test_the_time_of_the_analysis_is_measured() -> None:
    analyst = ThreadAnalyst(1)
    assert (await analyst.examine(TASK, [], timeout_s=5)).analysis_ms > 0
    await analyst.stop()


def test_settings_take_a_list_by_comma(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(Settings().capabilities) == len(CAPABILITIES)
    monkeypatch.setenv("INQUEST_CAPABILITIES", "collect-symptoms, trace-failure-path,collect-symptoms")
    assert Settings().capabilities == ("collect-symptoms", "trace-failure-path")


@pytest.mark.parametrize("value", ["", "read-minds"])
def test_settings_refuse_what_nobody_can_do(value: str) -> None:
    with pytest.raises(ValidationError, match="known are collect-symptoms"):
        Settings(capabilities=value)

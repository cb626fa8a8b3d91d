"""What a line of the log may hold: no secret that an error quotes, and nothing without end."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from inquest.telemetry import logs
from inquest.telemetry.faults import report

TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    before = logging.getLogger().handlers
    stream = io.StringIO()
    logs.configure("INFO", stream)
    yield stream
    logging.getLogger().handlers = before


def line(out: io.StringIO) -> dict[str, object]:
    found = json.loads(out.getvalue().splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_a_secret_in_any_value_is_redacted(out: io.StringIO) -> None:
    error = ValueError(f"nats://ann:hunter2-hunter2@bus:4222 refused, password={TOKEN}")
    logs.get_logger("intake").error(
        "it_failed", reason=str(error), at=error, exc_info=error, seen=[TOKEN], by={"a": TOKEN}
    )
    assert "hunter2" not in out.getvalue()
    assert TOKEN not in out.getvalue()
    assert "bus:4222" in out.getvalue()


def test_a_library_that_logs_is_redacted_too(out: io.StringIO) -> None:
    logging.getLogger("somebody").error("lost %s", TOKEN, exc_info=ValueError(f"Authorization: Bearer {TOKEN}"))
    assert TOKEN not in out.getvalue()
    assert "ValueError" in str(line(out)["exception"])


def test_a_value_of_a_line_is_cut_in_the_middle(out: io.StringIO) -> None:
    logs.get_logger("intake").info(
        "it_is_long", text="begin" + "x" * 2 * logs.VALUE_CHARS_MAX + "end", many=list(range(500))
    )
    found = line(out)
    assert len(str(found["text"])) < logs.VALUE_CHARS_MAX + 50
    assert str(found["text"]).startswith("begin")
    assert str(found["text"]).endswith("end")
    assert found["many"] == list(range(logs.ITEMS_MAX))


def test_a_fault_is_logged_under_the_id_that_the_caller_is_told(out: io.StringIO) -> None:
    fault = report(logs.get_logger("api"), "request_failed", RuntimeError("inside"), path="/v1/x")
    assert line(out)["error_id"] == fault
    assert "RuntimeError: inside" in str(line(out)["exception"])

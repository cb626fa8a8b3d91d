import io
import json
import logging

from inquest.telemetry import logs, traces


def test_logs_are_json_lines_that_name_the_service() -> None:
    out = io.StringIO()
    logs.configure(stream=out)
    logs.get_logger("planner").info("step_planned", tenant="acme", investigation="i1")
    logging.getLogger("some.library").warning("careful %s", "now")
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines[0]["event"] == "step_planned"
    assert lines[0]["service"] == "planner"
    assert lines[0]["tenant"] == "acme"
    assert lines[1]["event"] == "careful now"


def test_a_level_hides_what_is_below_it() -> None:
    out = io.StringIO()
    logs.configure("WARNING", out)
    logs.get_logger("planner").info("step_planned")
    assert out.getvalue() == ""


def test_the_trace_goes_on_over_headers() -> None:
    traces.configure("test")
    headers: dict[str, str] = {}
    with traces.tracer().start_as_current_span("webhook"):
        first = traces.trace_id()
        traces.inject_context(headers)
    assert traces.trace_id() is None
    context = traces.extract_context(headers)
    with traces.tracer().start_as_current_span("handler", context=context):
        assert traces.trace_id() == first


class FullDisk(io.StringIO):
    def write(self, text: str, /) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def test_a_full_disk_loses_log_lines_and_nothing_else() -> None:
    logs.configure(stream=FullDisk())
    try:
        logs.get_logger("planner").error("disk_filled", tenant="acme")
        logging.getLogger("library").error("so did I")
    finally:
        logs.configure()

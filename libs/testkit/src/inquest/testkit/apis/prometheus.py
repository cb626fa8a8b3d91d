"""A Prometheus with two measures of two services: `query_range`, `query`, readiness."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

from inquest.contracts.latest import MetricsRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import http_case

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
SINCE_S = T0.timestamp() - 3600  # before it nothing was scraped


def serve(received: Received) -> Reply:
    """Answer one request as Prometheus does."""
    match received.path:
        case "/-/ready":
            return Reply(body=b"Prometheus Server is Ready.\n", headers={"content-type": "text/plain"})
        case "/api/v1/query_range":
            return _range(dict(parse_qsl(received.body.decode())))
    return Reply(404, b"404 page not found", {"content-type": "text/plain"})


def _range(asked: dict[str, str]) -> Reply:
    if asked["query"] not in {"up", "errors_total"}:
        return Reply(400, {"status": "error", "errorType": "bad_data", "error": "unknown expression"})
    times = range(int(asked["start"]), int(asked["end"]) + 1, int(asked["step"]))
    result = [
        {
            "metric": {"__name__": asked["query"], "service": service, "instance": "10.0.0.1:80"},
            "values": [[time, str(time % 7)] for time in times if time >= SINCE_S],
        }
        for service in ("cart", "checkout")
    ]
    found = [one for one in result if one["values"]]
    return Reply(body={"status": "success", "data": {"resultType": "matrix", "result": found}})


CASES = (
    http_case(
        "prometheus",
        "metrics",
        MetricsRequest(
            window=Window(start=T0 + timedelta(minutes=4), end=T0 + timedelta(minutes=8)),
            baseline=Window(start=T0, end=T0 + timedelta(minutes=3)),
        ),
        serve,
        {"queries": [{"metric": "up", "promql": "up"}, {"metric": "errors", "promql": "errors_total"}]},
    ),
)

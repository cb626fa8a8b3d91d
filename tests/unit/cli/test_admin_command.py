"""What `inquest admin` prints, and where it looks."""

import json
from datetime import UTC, datetime

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from grpc_health.v1 import health_pb2
from inquest.cli.admin import Asking, as_json, find
from inquest.cli.admin_text import TEXTS
from inquest.cli.main import app
from inquest.contracts.errors import InquestError
from inquest.contracts.proto.v1 import services_pb2 as pb
from typer.testing import CliRunner

AT = Timestamp()
AT.FromDatetime(datetime(2026, 3, 1, 14, 0, tzinfo=UTC))


def told(what: str, answer: object) -> list[str]:
    return list(TEXTS[what]("planner", answer))


def test_info_for_people():
    info = pb.AdminServiceInfoResponse(
        service="planner",
        version="0.1.0",
        pid=7,
        host="pod-1",
        started_at=AT,
        state="drained",
        state_since=AT,
        state_by="ada",
        state_reason="upgrade",
        consumers=[pb.ConsumerWork(name="planner-steps", stream="EVIDENCE", in_flight=2, queued=1)],
        requests=3,
        log_level="DEBUG",
        log_level_until=AT,
        failing={"state": "drained"},
    )
    lines = told("info", info)
    assert lines[0] == "planner  drained since 2026-03-01 14:00:00Z by ada: upgrade"
    assert "process 7 on pod-1" in lines[1]
    assert lines[2] == "  built-in configuration, log level DEBUG until 14:00:00Z, 3 requests in flight"
    assert lines[3] == "  not ready: state: drained"
    assert lines[4].split() == ["planner-steps", "EVIDENCE", "2", "in", "flight", "1", "queued"]


@pytest.mark.parametrize(
    ("what", "answer", "said"),
    [
        (
            "drain",
            pb.AdminServiceDrainResponse(state="draining", handed_back=4, left=1),
            "planner: draining, 4 messages handed back, 1 requests have not ended: ask again, or end the process",
        ),
        ("resume", pb.AdminServiceResumeResponse(state="serving"), "planner: serving"),
        (
            "log-level",
            pb.AdminServiceSetLogLevelResponse(level="DEBUG", previous="INFO", until=AT),
            "planner: INFO -> DEBUG until 2026-03-01 14:00:00Z",
        ),
        ("config", pb.AdminServiceConfigResponse(settings={"INQUEST_DRAIN_S": "10"}), "  INQUEST_DRAIN_S=10"),
        ("dead", pb.AdminServiceListDeadLettersResponse(), "planner: no dead letters"),
        (
            "dead",
            pb.AdminServiceListDeadLettersResponse(
                letters=[
                    pb.DeadLetterLine(seq=7, dead_at=AT, consumer="c", subject="s", error_type="E", reason="no\x1b[")
                ]
            ),
            "     7  2026-03-01 14:00:00Z  c                          s  E: no[",
        ),
        (
            "redrive",
            pb.AdminServiceRedriveResponse(letters=[pb.DeadLetterSettled(seq=7, error="gone")]),
            "planner: 0 sent again, 1 left",
        ),
        ("health", health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING), "planner: SERVING"),
    ],
)
def test_other_answers_for_people(what, answer, said):
    assert told(what, answer)[-1] == said


def test_json_holds_every_field_and_the_configuration_as_json():
    answer = pb.AdminServiceConfigResponse(config_json='{"tenants": {}}')
    assert as_json(answer) == {"settings": {}, "config_revision": "0", "config": {"tenants": {}}}


def test_addresses_are_found_or_it_says_where_it_looked(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "planner.json").write_text(json.dumps({"grpc": "127.0.0.1:9"}))
    (tmp_path / "run" / "worker.json").write_text("half")
    assert find(Asking("planner", None, None, tmp_path, as_json=False)) == {"planner": "127.0.0.1:9"}
    assert find(Asking("all", None, None, tmp_path, as_json=False)) == {"planner": "127.0.0.1:9"}
    assert find(Asking("worker", "h:1", None, tmp_path, as_json=False)) == {"worker": "h:1"}
    for service, addr, says in (
        ("worker", None, "no worker has its address"),
        ("nobody", None, "there is no service 'nobody'"),
        ("all", "h:1", "the address of one service"),
    ):
        with pytest.raises(InquestError, match=says):
            find(Asking(service, addr, None, tmp_path, as_json=False))
    with pytest.raises(InquestError, match="no service has its address"):
        find(Asking("all", None, None, tmp_path / "none", as_json=False))


def test_redrive_wants_numbers_or_all():
    for arguments in (["redrive"], ["redrive", "7", "--all"]):
        result = CliRunner().invoke(app, ["admin", "planner", *arguments])
        assert result.exit_code == 2
        assert "--all" in result.output

"""What is particular to recordings: the same question, another one, and folders that are not what they were."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import (
    REQUESTS,
    DocumentsRequest,
    FlagData,
    FlagsRequest,
    LogsRequest,
    ToolCall,
    TracesRequest,
)
from inquest.contracts.payloads import encode
from inquest.gateway.adapters.recording_folder import About, open_recording, write_recording
from inquest.gateway.conformance.rows import rows_of
from inquest.gateway.domain.recorded import answered
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.recording import SERVICES, call, response, window, write
from inquest.testkit.providers import ask, made

ABOUT = About(tenant="acme")


def config(path, *domains):
    return {"name": "past", "kind": "recording", "domains": domains or list(REQUESTS), "settings": {"path": str(path)}}


async def read(path, domain, request):
    async with made(config(path)) as past:
        return await ask(past, domain, request)


@pytest.mark.parametrize("domain", list(REQUESTS))
async def test_the_same_question_has_the_same_answer_in_every_domain(domain, tmp_path):
    path = write(tmp_path, (domain,))
    then = await read(path, domain, REQUESTS[domain](window=window(8, 24)))
    assert then.response == response(domain, range(8, 24))
    assert then.partial == ""
    assert then.query_text == f"{domain} of 8 to 24 (as source answered on 2026-03-01)"
    other = await read(path, domain, REQUESTS[domain](window=window(0, 24)))
    assert len(rows_of(domain, other.response)) == 24 * (2 if domain == "metrics" else 1)
    assert other.partial.startswith("this was not asked when it was recorded: taken from 2 recorded answers")


async def test_a_call_that_brought_nothing_brings_nothing_again(tmp_path):
    failed, _ = call(
        "logs", 1, range(4), payload_sha256="", status="failed", reason="loki: answers 500", error="retryable"
    )
    write_recording(tmp_path, ABOUT, [failed], {})
    with pytest.raises(ProviderError, match="when this was recorded: failed: loki: answers 500") as error:
        await read(tmp_path, "logs", LogsRequest(window=window(0, 4)))
    assert error.value.kind == "unsupported"
    with pytest.raises(ProviderError, match="nothing of traces was read"):
        await read(tmp_path, "traces", TracesRequest(window=window(0, 4)))


async def test_a_degraded_answer_is_degraded_again(tmp_path):
    record, payloads = call("logs", 1, range(4), status="degraded", reason="loki-2 did not answer")
    write_recording(tmp_path, ABOUT, [record], payloads)
    assert (await read(tmp_path, "logs", LogsRequest(window=window(0, 4)))).partial == "loki-2 did not answer"


async def test_of_two_calls_alike_the_one_that_brought_something_counts(tmp_path):
    good, payloads = call("logs", 1, range(4))
    bad, _ = call("logs", 2, range(4), payload_sha256="", status="failed")
    write_recording(tmp_path, ABOUT, [good, bad], payloads)
    assert (await read(tmp_path, "logs", LogsRequest(window=window(0, 4)))).response.times


async def test_a_question_that_its_domain_did_not_take_does_not_cost_the_rest(tmp_path):
    good, payloads = call("logs", 1, range(4))
    strange, _ = call("logs", 2, range(4), payload_sha256="", status="failed", error="malformed")
    asked = strange.query.model_copy(update={"ids": ("x",)})
    strange = ToolCall.model_validate_json(strange.model_copy(update={"query": asked}).model_dump_json())
    write_recording(tmp_path, ABOUT, [good, strange], payloads)
    assert (await read(tmp_path, "logs", LogsRequest(window=window(0, 4)))).partial == ""


async def test_what_was_changed_or_is_missing_is_told(tmp_path):
    path = write(tmp_path / "a", ("logs",))
    files = sorted((path / "payloads").iterdir())
    files[0].write_bytes(encode(response("logs", range(1))).data)
    files[1].unlink()
    with pytest.raises(ProviderError, match=r"not what was recorded|cannot be read") as error:
        await read(path, "logs", LogsRequest(window=window(0, 24)))
    assert error.value.kind == "malformed"


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("recording.json", "{", "is no recording"),
        ("recording.json", json.dumps({"tenant": "acme", "format": 9}), "upgrade Inquest"),
        ("calls.ndjson", '{"a": 1}\n', "is no recording"),
    ],
)
def test_a_folder_that_is_none_is_told(tmp_path, file, text, says):
    path = write(tmp_path, ("logs",))
    (path / file).write_text(text)
    with pytest.raises(Impossible, match=says):
        open_recording(path)


async def test_a_hash_that_is_a_path_opens_nothing(tmp_path):
    path = write(tmp_path / "a", ("logs",))
    text = (path / "calls.ndjson").read_text()
    for one in open_recording(path).calls:
        text = text.replace(one.payload_sha256, "../../../etc/passwd")
    (path / "calls.ndjson").write_text(text)
    with pytest.raises(ProviderError, match="no SHA-256"):
        await read(path, "logs", LogsRequest(window=window(0, 24)))


async def test_no_folder_is_not_found_and_a_full_one_is_not_written_to(tmp_path):
    async with made(config(tmp_path / "none")) as past:
        with pytest.raises(ProviderError) as error:
            await past.probe()
    assert error.value.kind == "not-found"
    (tmp_path / "x").write_text("mine")
    with pytest.raises(Impossible, match="not empty"):
        write_recording(tmp_path, ABOUT, [], {})


def test_equal_rows_of_one_answer_stay_several():
    twice = response("logs", range(4))
    for name in ("times", "services", "severities", "messages", "trace_ids", "span_ids"):
        setattr_columns = getattr(twice, name)
        setattr_columns += setattr_columns[:1]
    found = answered("logs", [twice, response("logs", range(4))], LogsRequest(window=window(0, 9)))
    assert len(found.times) == 5


def test_a_span_brings_its_whole_trace():
    request = TracesRequest(window=window(0, 24), errors_only=True)
    found = answered("traces", [response("traces", range(8))], request)
    assert found.trace_ids == ["t0", "t0", "t2", "t2"]


def test_flags_have_their_states_beside_their_history():
    state = FlagData(name="f1", enabled=True, service="cart")
    answer = response("flags", range(4)).model_copy(update={"flags": [state]})
    assert answered("flags", [answer, answer], FlagsRequest(window=window(0, 9))).flags == [state]
    assert answered("flags", [answer], FlagsRequest(window=window(0, 9), names=("f2",))).flags == []


def test_documents_stay_in_the_order_in_which_they_came():
    answer = response("documents", range(4))
    answer.documents.reverse()
    request = DocumentsRequest(window=window(0, 9), text="POOL", ids=("d1", "d3"))
    assert [one.document_id for one in answered("documents", [answer], request).documents] == ["d3", "d1"]


SPAN = st.integers(0, 20)


@settings(max_examples=40)
@given(st.sampled_from(sorted(REQUESTS)), SPAN, SPAN, SPAN, SPAN, st.sampled_from([(), *((one,) for one in SERVICES)]))
def test_two_answers_that_overlap_hold_each_row_once(domain, a, b, start, end, services):
    parts = [range(min(a, b) + 1), range(min(a, b), max(a, b) + 1)]
    request = REQUESTS[domain](window=window(min(start, end), max(start, end)), services=services)
    joined = answered(domain, [response(domain, one) for one in parts], request)
    alone = answered(domain, [response(domain, range(max(a, b) + 1))], request)
    assert joined == alone

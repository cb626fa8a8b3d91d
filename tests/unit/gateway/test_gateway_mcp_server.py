"""Our own server, asked by the package's own client."""

import json

import pytest
from inquest.contracts.latest import REQUESTS, RESPONSES
from inquest.gateway.mcp.server import server_of
from inquest.testkit.apis.mcp import CASES
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.providers import TENANT, made
from mcp.client import Client

(CASE,) = CASES
WINDOW = CASE.request.model_dump(mode="json", exclude_defaults=True)


async def asked(source, name="read_changes", arguments=None):
    async with made(source) as provider, Client(server_of(provider, "changes", TENANT, "1")) as client:
        return await client.call_tool(name, WINDOW if arguments is None else arguments)


async def test_the_tool_has_the_schemas_of_the_domain():
    async with (
        CASE.start() as source,
        made(source.config) as provider,
        Client(server_of(provider, "changes", TENANT, "1")) as client,
    ):
        (tool,) = (await client.list_tools()).tools
    assert tool.name == "read_changes"
    assert tool.input_schema == REQUESTS["changes"].model_json_schema()
    assert tool.output_schema == RESPONSES["changes"].model_json_schema()
    assert tool.annotations.read_only_hint


async def test_an_answer_is_the_response_without_secrets_and_says_what_was_asked():
    async with CASE.start() as source:
        result = await asked(source.config)
    assert not result.is_error
    assert json.loads(result.content[0].text) == result.structured_content
    assert RESPONSES["changes"].model_validate(result.structured_content).changes
    assert "hunter2" not in result.model_dump_json()
    assert "list_commits" in result.meta["inquest.fetched"]["query_text"]


@pytest.mark.parametrize(
    ("name", "arguments", "kind"),
    [("drop_table", None, "not-found"), ("read_changes", {}, "malformed")],
)
async def test_what_is_no_question_is_refused(name, arguments, kind):
    async with CASE.start() as source:
        result = await asked(source.config, name, arguments)
    assert result.is_error
    assert result.meta["inquest.error"]["kind"] == kind


async def test_an_error_of_the_source_is_told_as_what_it_is():
    async with Backend(serve=lambda _: Reply(401, {})).listening() as backend:
        result = await asked(CASE.at(backend.url))
    assert result.meta["inquest.error"]["kind"] == "auth"
    assert result.content[0].text.startswith("auth: ")

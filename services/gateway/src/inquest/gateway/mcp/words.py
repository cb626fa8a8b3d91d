"""Names that our own MCP server and its mapping share."""

from inquest.contracts.latest import Domain

ERROR_META = "inquest.error"
FETCHED_META = "inquest.fetched"


def tool_name(domain: Domain) -> str:
    """Return the name of the tool that reads a domain."""
    return f"read_{domain}"

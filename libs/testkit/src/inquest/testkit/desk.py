"""A desk that opens tickets over MCP: each one is a line of a file, so that a test sees what was really written."""

import sys
from pathlib import Path
from typing import Any

SERVER = """
import json, sys
def say(**m): print(json.dumps({"jsonrpc": "2.0", **m}), flush=True)
schema = {"type": "object", "properties": {"title": {"type": "string"}}}
for line in sys.stdin:
    m = json.loads(line)
    if m.get("method") == "initialize":
        say(id=m["id"], result={"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {}})
    elif m.get("method") == "tools/list":
        say(id=m["id"], result={"tools": [{"name": "create_ticket", "inputSchema": schema}]})
    elif m.get("method") == "tools/call":
        title = m["params"]["arguments"].get("title", "")
        with open(sys.argv[1], "a") as file: file.write(title + "\\n")
        ticket = [{"key": "D-1", "title": title, "opened": 1772373900}]
        say(id=m["id"], result={"content": [{"type": "text", "text": json.dumps(ticket)}]})
"""
MAPPING = """
mapping: desk
server: a desk of the tests
domains:
  tickets:
    tool: create_ticket
    access: write
    arguments:
      title: {field: text}
    read:
      fields:
        ticket_id: {path: key}
        title: {path: title}
        created_at: {path: opened}
"""


class Desk:
    """The desk's files, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "written.txt"
        self._mapping = folder / "desk.yaml"
        self._mapping.write_text(MAPPING, encoding="utf-8")

    def provider(self, name: str = "desk") -> dict[str, Any]:
        """Return the desk as inquest.yaml has it."""
        command = [sys.executable, "-c", SERVER, str(self._file)]
        settings = {"mapping_file": str(self._mapping), "stdio": {"command": command}}
        return {"name": name, "kind": "mcp", "domains": ["tickets"], "settings": settings}

    @property
    def written(self) -> list[str]:
        """The titles of all tickets that were opened."""
        return self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []

"""The published JSON Schema of inquest.yaml, for editors and for people."""

import json
from typing import Any

from inquest.config.model import Config


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the file as people write it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Config.model_json_schema(mode="validation"),
        "title": "inquest.yaml",
    }


def render() -> str:
    """Return the text of the committed libs/config/inquest.schema.json."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

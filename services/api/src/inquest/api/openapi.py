"""Prints the OpenAPI document: `python -m inquest.api.openapi > services/api/openapi.json`."""

import sys

from inquest.api.domain.openapi import render

sys.stdout.write(render())

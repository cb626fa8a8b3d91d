"""Prints the OpenAPI document: `python -m inquest.intake.openapi > services/intake/openapi.json`."""

import sys

from inquest.intake.domain.openapi import render

sys.stdout.write(render())

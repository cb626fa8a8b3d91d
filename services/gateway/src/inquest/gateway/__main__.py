"""Run the gateway as its own process."""

from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.runtime import run

run(build, Settings)

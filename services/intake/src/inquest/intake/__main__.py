"""Run intake as a process of its own."""

from inquest.intake.service import build
from inquest.intake.settings import Settings
from inquest.runtime import run

run(build, Settings)

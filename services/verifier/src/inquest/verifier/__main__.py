"""`python -m inquest.verifier`."""

from inquest.runtime import run
from inquest.verifier.service import build
from inquest.verifier.settings import Settings

if __name__ == "__main__":
    run(build, Settings)

"""The first inquest.yaml, which `inquest init` writes."""

from importlib.resources import files


def default_yaml() -> str:
    """Return a commented starter file. It is valid as it stands."""
    return (files("inquest.config") / "starter.yaml").read_text(encoding="utf-8")

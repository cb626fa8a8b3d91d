"""Packages beside Inquest, such as `inquest provider new` writes, made loadable as an installer does it."""

import os
import sys
import tomllib
from pathlib import Path


def installed(site: Path, *folders: Path) -> dict[str, str]:
    """Return the environment of processes in which the packages of these folders are installed; needs no network.

    `site` gets what an installer writes of each: its name, its version, and the entry points of pyproject.toml.
    """
    for folder in folders:
        project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
        info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
        )
        groups = project["entry-points"]
        lines = [f"[{group}]\n{name} = {value}\n" for group in groups for name, value in groups[group].items()]
        (info / "entry_points.txt").write_text("\n".join(lines))
    paths = [str(site), *(str(folder / "src") for folder in folders), *filter(None, sys.path)]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}

"""`inquest provider new`: writes a provider of its own package, with settings, tests, and a server to test it on."""

import re
from importlib.resources import files
from pathlib import Path
from string import Template

import typer

from inquest.cli.provider_domains import SAMPLES
from inquest.config.providers import KINDS
from inquest.contracts.errors import InquestError

NAME_CHARS_MAX = 40
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_AT_LINE = "    at = T0.timestamp() + 60 * number\n"
_SERVICE_LINE = '    service = ("cart", "payments-svc")[number % 2]\n'
_TEMPLATES = files("inquest.cli") / "provider_template"


def new(name: str, domain: str, out: Path) -> None:
    """Write the package, and say what to do with it. Raises InquestError for a name or a folder that will not do."""
    folder = write(name, domain, out)
    typer.echo(f"Wrote {folder}: a provider of {domain} that works with the API of its own tests. Try it:\n")
    typer.echo(f"  cd {folder}")
    typer.echo("  uv pip install --no-deps -e .   # in the environment of Inquest; or: pip install --no-deps -e .")
    typer.echo("  python -m pytest\n")
    typer.echo(f"Then make src/{_module(name)}/ and tests/{_module_part(name)}_server.py those of the real API.")
    typer.echo("What each part means: docs/adding-a-data-source.md")


def write(name: str, domain: str, out: Path) -> Path:
    """Write the package below `out` and return its folder. Raises InquestError; nothing is overwritten."""
    _check(name, domain)
    folder = out / f"inquest-{name}"
    module = _module(name)
    words = _words(name, domain)
    written = {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        f"src/{module}/settings.py": "settings.py",
        f"src/{module}/provider.py": "provider.py",
        f"src/{module}/answers.py": f"answers_{domain}",
        f"tests/{_module_part(name)}_server.py": "server.py",
        f"tests/test_{_module_part(name)}.py": "test_provider.py",
    }
    texts = {path: _render(template, words) for path, template in written.items()}
    texts[f"src/{module}/__init__.py"] = f'"""{words["title"]} as a data source of Inquest."""\n'
    texts[f"src/{module}/py.typed"] = ""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise InquestError(f"{folder} is there already, and nothing is overwritten: choose another --out") from None
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def _check(name: str, domain: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > NAME_CHARS_MAX:
        raise InquestError(
            f"{name!r} is no name for a kind of provider: a-z, 0-9 and single hyphens, beginning with a letter, "
            f"at most {NAME_CHARS_MAX} characters, such as deskly or acme-logs"
        )
    if domain not in SAMPLES:
        raise InquestError(f"there is no domain {domain!r}; there are: {', '.join(SAMPLES)}")
    if name in KINDS:
        raise InquestError(f"there is a kind {name} already: docs/providers/ says what it does; choose another name")


def _words(name: str, domain: str) -> dict[str, str]:
    sample = SAMPLES[domain]
    return {
        "name": name,
        "name_": _module_part(name),
        "module": _module(name),
        "cls": "".join(part.capitalize() for part in name.split("-")),
        "title": " ".join(part.capitalize() for part in name.split("-")),
        "env": _module_part(name).upper(),
        "domain": domain,
        "request": f"{sample.models}Request",
        "row": "".join(f"        {entry},\n" for entry in sample.row),
        # Only what its rows use: linters of who copies this refuse the rest.
        "at": _AT_LINE if '"at": at' in sample.row else "",
        "service": _SERVICE_LINE if any("service" in one for one in sample.row) else "",
        "expected": sample.expected,
        "ask": sample.ask,
    }


def _render(template: str, words: dict[str, str]) -> str:
    return Template((_TEMPLATES / f"{template}.tmpl").read_text(encoding="utf-8")).substitute(words)


def _module(name: str) -> str:
    return f"inquest_{_module_part(name)}"


def _module_part(name: str) -> str:
    return name.replace("-", "_")

"""Nothing runs a shell or evaluates text, and providers have one HTTP client and two ways to start a process."""

import ast
from pathlib import Path

import inquest.gateway
import pytest

ROOT = Path(__file__).parents[3]
SOURCES = sorted(
    file
    for part in ("services", "libs", "cli", "contracts")
    for file in (ROOT / part).rglob("src/inquest/**/*.py")
    if "testkit" not in file.parts
)
GATEWAY = Path(inquest.gateway.__file__).parent
SHELLS = {"create_subprocess_shell", "system", "popen", "getoutput", "getstatusoutput"}


def calls_of(file: Path) -> list[tuple[str, ast.Call]]:
    """Return the name of each function that is called, with the call."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            found.append((name, node))
    return found


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: "/".join(file.parts[-3:]))
def test_no_shell_and_no_evaluation(file):
    for name, call in calls_of(file):
        assert name not in SHELLS
        assert not any(one.arg == "shell" for one in call.keywords)
        assert not (isinstance(call.func, ast.Name) and name in {"eval", "exec", "compile"})


def where(*names: str) -> set[str]:
    return {
        str(file.relative_to(GATEWAY))
        for file in GATEWAY.rglob("*.py")
        if any(name in names for name, _ in calls_of(file))
    }


def test_sockets_and_processes_are_made_in_few_places():
    assert where("AsyncClient", "Client", "urlopen", "HTTPConnection") == {"adapters/http.py"}
    assert where("create_subprocess_exec", "Popen", "run_process") == {"adapters/git_process.py", "mcp/stdio.py"}

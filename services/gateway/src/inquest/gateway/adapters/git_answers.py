"""What git's output says, in our words. Each raises LookupError or ValueError for another shape."""

from inquest.contracts.latest import ChangeData, CodeData
from inquest.gateway.domain.forge import sha

_FIELD = "\x1f"


def commits_of(text: str, repository: str) -> list[ChangeData]:
    """Return the commits of a log. Their time is the committer's: when they came to be as they are."""
    found = []
    for entry in text.split("\0"):
        if not entry.strip():
            continue
        ref, at, author, message = entry.lstrip("\n").split(_FIELD, 3)
        found.append(
            ChangeData(
                time=float(at),
                kind="commit",
                ref=sha(ref),
                author=author or None,
                message=message.strip(),
                repository=repository,
            )
        )
    return found


def files_of(text: str) -> tuple[list[str], str]:
    """Return the files of a commit and its diff, from the raw list and the patch after it."""
    files, rest = [], text
    while rest.startswith(":"):
        _, name, rest = rest.split("\0", 2)
        files.append(name)
    return files, rest.removeprefix("\0")


def tags_of(text: str, repository: str) -> list[ChangeData]:
    """Return the annotated tags; the others have no time of their own."""
    found = []
    for entry in text.split("\0"):
        if not entry.strip():
            continue
        name, at, author, message = entry.lstrip("\n").split(_FIELD, 3)
        if at:
            found.append(
                ChangeData(
                    time=float(at),
                    kind="release",
                    ref=name,
                    author=author or None,
                    message=message.strip(),
                    repository=repository,
                )
            )
    return found


def blamed(text: str, file: CodeData) -> list[CodeData]:
    """Return a part for each stretch of lines that came with one commit."""
    known: dict[str, dict[str, str]] = {}
    parts: list[CodeData] = []
    lines: list[str] = []
    facts: dict[str, str] = {}
    ref, number, fresh = "", 0, True
    for line in text.split("\n"):
        if line.startswith("\t"):
            lines.append(line[1:])
            parts[-1] = parts[-1].model_copy(
                update={
                    "line_end": number,
                    "text": "\n".join(lines),
                    "author": facts.get("author", ""),
                    "time": float(facts["committer-time"]),
                }
            )
            fresh = True
        elif fresh and line:
            ref, _, at, *count = line.split(" ")
            number, fresh, facts = int(at), False, known.setdefault(sha(ref), {})
            if count:
                lines = []
                parts.append(file.model_copy(update={"commit": ref, "line_start": number}))
        elif line:
            name, _, value = line.partition(" ")
            facts[name] = value
    return parts

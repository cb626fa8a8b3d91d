"""What places where code lies have in common: which repository builds what, diffs, pages, lines of a file. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

from inquest.config import Catalogue
from inquest.contracts.latest import ChangeData, CodeData, DomainRequest
from inquest.gateway.domain.failure import ProviderError

_NEXT = re.compile(r'<([^<>]*)>\s*;[^<>]*\brel="?next"?')
_SHA = re.compile(r"[0-9a-f]{7,64}")
_AROUND = 2  # lines that are shown before and after a match
_NUMBER_DIGITS_MAX = 12
_SHIPS_NOTHING = frozenset({"failure", "error", "failed", "canceled"})


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Turn whatever an odd answer makes fail into ProviderError (malformed)."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ProviderError("malformed", f"{what} is not what its API documents: {error!r}"[:300]) from error


def seconds(text: str) -> float:
    """Return an ISO 8601 time as epoch seconds; one without a zone is UTC. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def iso(at_s: float) -> str:
    """Return epoch seconds as ISO 8601, whole seconds, in UTC."""
    return datetime.fromtimestamp(int(at_s), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sha(text: object) -> str:
    """Return a commit's id. Raises ValueError for what is none: it becomes a part of addresses and commands."""
    if not isinstance(text, str) or not _SHA.fullmatch(text):
        raise ValueError(f"{text!r:.80} is no commit's id")
    return text


def next_params(headers: Mapping[str, str]) -> dict[str, str] | None:
    """Return the parameters of the next page that a Link header names; None on the last page.

    Only the parameters: a link never decides which host and path are asked.
    """
    found = _NEXT.search(headers.get("link", ""))
    return dict(parse_qsl(urlsplit(found[1]).query)) if found else None


def file_path(path: str) -> str:
    """Return a file's path, as it is in a repository. Raises ProviderError where it is none."""
    parts = path.removeprefix("/").split("/")
    if any(part in {"", ".", ".."} for part in parts) or not path.isprintable():
        raise ProviderError("malformed", f"{path!r:.200} is no path of a file")
    return "/".join(parts)


def quoted(text: str) -> str:
    """Return a text as one part of an address's path."""
    return quote(text, safe="")


class Repositories:
    """The repositories of a configuration, and the services that they build."""

    def __init__(self, names: Sequence[str], catalogue: Catalogue) -> None:
        self._names = tuple(names)
        self._catalogue = catalogue

    def asked(self, request: DomainRequest, repository: str = "") -> tuple[str, ...]:
        """Return those that may have what is asked for; one that builds no known service may.

        Raises ProviderError (unsupported) where `repository` is none of ours: another provider may have it.
        """
        names = [name for name in self._names if not repository or _is_same(name, repository)]
        if not names:
            raise ProviderError("unsupported", f"the repository {repository!r:.200} is not configured here")
        if not request.services:
            return tuple(names)
        wanted = set(request.services)
        return tuple(name for name in names if wanted & set(self.services(name) or wanted))

    def services(self, repository: str) -> tuple[str, ...]:
        """Return the services that a repository builds."""
        return self._catalogue.built_from(repository)

    def rows(self, change: ChangeData) -> list[ChangeData]:
        """Return a row per service; one alone for a commit to several, whose files tell more than their list."""
        services = self.services(change.repository)
        if not services or (change.kind == "commit" and len(services) > 1):
            return [change]
        return [change.model_copy(update={"service": one}) for one in services]


def _is_same(name: str, asked: str) -> bool:
    """Say whether `asked` (owner/name, a web or a clone URL) is the repository `name`."""
    parts = name.casefold().split("/")
    return (
        asked.strip().rstrip("/").removesuffix(".git").replace(":", "/").casefold().split("/")[-len(parts) :] == parts
    )


def shipped(changes: Iterable[ChangeData]) -> list[ChangeData]:
    """Return a deploy row for each commit that a deploy of a later commit of its repository shipped.

    Deploys name commits in the domain `changes`; a deploy of the last commit of three ships all three.
    """
    of_repository: defaultdict[str, list[ChangeData]] = defaultdict(list)
    for one in sorted(changes, key=lambda one: one.time):
        of_repository[one.repository].append(one)
    return [row for ones in of_repository.values() for row in _shipped_in(ones)]


def _shipped_in(ones: Sequence[ChangeData]) -> Iterator[ChangeData]:
    commits = [one for one in ones if one.kind == "commit"]
    place = {one.ref: number for number, one in enumerate(commits)}
    gone: defaultdict[str, int] = defaultdict(int)  # of each environment: commits before this place are live
    for deploy in ones:
        if deploy.kind != "deploy" or deploy.ref not in place or deploy.status in _SHIPS_NOTHING:
            continue
        upto = place[deploy.ref]
        for commit in commits[gone[deploy.environment] : upto]:  # the deployed one itself is named by the deploy
            yield deploy.model_copy(update={"ref": commit.ref})
        gone[deploy.environment] = max(gone[deploy.environment], upto + 1)


def file_diff(old: str | None, new: str | None, hunks: str) -> str:
    """Return one file's part of a unified diff; None is a side that is not there."""
    known = new if old is None else old
    head = f"diff --git a/{known} b/{known if new is None else new}\n"
    before, after = "/dev/null" if old is None else f"a/{old}", "/dev/null" if new is None else f"b/{new}"
    return f"{head}--- {before}\n+++ {after}\n{hunks.rstrip(chr(10))}\n" if hunks else head


def with_diff(change: ChangeData, files: Sequence[str], diff: str, chars_max: int, *, cut: bool = False) -> ChangeData:
    """Return the change with its files and its diff, cut after a whole line within `chars_max`."""
    text = diff if len(diff) <= chars_max else diff[: diff.rfind("\n", 0, chars_max) + 1]
    more = {"files": list(files), "diff": text, "diff_cut": cut or len(diff) > chars_max}
    return change.model_copy(update=more)


def matches(text: str, wanted: str, found_in: CodeData) -> list[CodeData]:
    """Return the lines that hold `wanted`, in any case, each with those around it; stretches that touch are one."""
    lines = text.splitlines()
    parts: list[list[int]] = []
    for number, line in enumerate(lines):
        if wanted.casefold() not in line.casefold():
            continue
        start, end = max(0, number - _AROUND), min(len(lines), number + _AROUND + 1)
        if parts and start <= parts[-1][1]:
            parts[-1][1] = end
        else:
            parts.append([start, end])
    return [
        found_in.model_copy(update={"line_start": start + 1, "line_end": end, "text": "\n".join(lines[start:end])})
        for start, end in parts
    ]


def numbers_of(ids: Iterable[str], repository: str) -> list[str]:
    """Return the numbers of the tickets `owner/name#number` that are of a repository."""
    parts = (one.rpartition("#") for one in ids)
    return [
        number
        for name, _, number in parts
        if name == repository and number.isascii() and number.isdigit() and len(number) <= _NUMBER_DIGITS_MAX
    ]

"""Rollouts, from the revisions that Kubernetes keeps of each workload. Pure."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inquest.contracts.latest import ChangeData
from inquest.gateway.adapters.kubernetes_lists import Raw, Services, name_of
from inquest.gateway.domain.forge import file_diff, seconds, with_diff

_REVISION = "deployment.kubernetes.io/revision"
_HISTORY = "deployment.kubernetes.io/revision-history"
_CAUSE = "kubernetes.io/change-cause"
_OUTCOMES = {"NewReplicaSetAvailable": "success", "ProgressDeadlineExceeded": "failure"}
_IMAGE = re.compile(r"spec\.containers\.[^.]+\.image")
_DEPTH = 12  # of a template's nesting that is told apart
_NO_CHANGE = ("metadata.labels.pod-template-hash", "metadata.creationTimestamp")


@dataclass(frozen=True, slots=True)
class Revision:
    """A state of a workload's pods. `number` counts up, also where an old state comes back; `first` was its first one.

    `first` is 0 where that is not known.
    """

    number: int
    first: int
    created_at: float
    template: Mapping[str, Any]
    cause: str = ""


def rollouts(
    kind: str, workload: Raw, revisions: Sequence[Revision], services: Services, chars_max: int
) -> Iterator[ChangeData]:
    """Yield the changes of a workload's pods, each against the state before.

    A state that came back (a rollback) is yielded for when it was made and, if it is the present one, for when it
    came back. Of rollbacks before that Kubernetes keeps no time.
    """
    if not revisions:
        return
    by_number = {one.first: one for one in revisions if one.first} | {one.number: one for one in revisions}
    latest = max(revisions, key=lambda one: one.number)
    row = ChangeData(time=0.0, kind="deploy", service=services.of(workload))
    namespace, name = name_of(workload)
    place = f"{namespace}/{kind}/{name}"
    for one in revisions:
        for number, at in _times(one, workload if one is latest else None):
            before = by_number[max(known)] if (known := [two for two in by_number if two < number]) else None
            now = {"ref": f"{place}@{number}" if number else place, "time": at, "message": one.cause or None}
            if one is latest and number == one.number:
                now |= _outcome(workload)
            yield _compared(row.model_copy(update=now), before, one, f"{place}.yaml", chars_max)


def _times(one: Revision, workload: Raw | None) -> Iterator[tuple[int, float]]:
    yield one.first, one.created_at
    if one.first != one.number and workload is not None and (at := _touched(workload)[0]) > one.created_at:
        yield one.number, at


def _touched(workload: Raw) -> tuple[float, str]:
    """Return when and by whom the pods' template was written last; 0 where the cluster does not say."""
    found = [
        (seconds(one["time"]), str(one.get("manager") or ""))
        for one in workload["metadata"].get("managedFields") or ()
        if one.get("time") and "f:template" in ((one.get("fieldsV1") or {}).get("f:spec") or {})
    ]
    return max(found, default=(0.0, ""))


def _outcome(workload: Raw) -> dict[str, Any]:
    found: dict[str, Any] = {"author": _touched(workload)[1] or None}
    for one in (workload.get("status") or {}).get("conditions") or ():
        if one.get("type") == "Progressing":
            found["status"] = _OUTCOMES.get(str(one.get("reason")), "in_progress")
            if found["status"] != "in_progress" and one.get("lastUpdateTime"):
                found["ended_at"] = seconds(one["lastUpdateTime"])
    return found


def _compared(row: ChangeData, before: Revision | None, now: Revision, file: str, chars_max: int) -> ChangeData:
    """Return the change with what differs: images before and after, and the lines of the template."""
    new = _lines(now.template)
    old = _lines(before.template) if before else {}
    images = [_images(one) for one in (old, new)]
    kind = "deploy" if images[0] != images[1] else "config"
    row = row.model_copy(update={"kind": kind, "before": images[0] or None, "after": images[1]})
    if before is None:
        return row
    hunks = "".join(
        f"{sign}{path}: {side[path]}\n"
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
        for sign, side in (("-", old), ("+", new))
        if path in side
    )
    if not hunks:
        return row
    gone, come = (sum(line.startswith(sign) for line in hunks.splitlines()) for sign in "-+")
    return with_diff(row, [file], file_diff(file, file, f"@@ -1,{gone} +1,{come} @@\n{hunks}"), chars_max)


def _images(lines: Mapping[str, str]) -> str:
    return ", ".join(
        json.loads(text)
        for path, text in lines.items()
        if path.startswith("spec.containers.") and path.endswith(".image")
    )


def _lines(template: Mapping[str, Any]) -> dict[str, str]:
    """Return a template as one line for each value, under a path in which containers and variables have their names."""
    found = dict(_leaves("", template, _DEPTH))
    return {path: text for path, text in sorted(found.items()) if not path.startswith(_NO_CHANGE)}


def _leaves(path: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value and depth:
        for name, inner in value.items():
            if name != "$patch":  # how a ControllerRevision says that it replaces all
                yield from _leaves(f"{path}.{name}" if path else str(name), inner, depth - 1)
    elif isinstance(value, list) and value and depth:
        for number, inner in enumerate(value):
            if isinstance(inner, Mapping) and inner.get("name"):
                rest = {name: one for name, one in inner.items() if name != "name"}
                only = rest["value"] if rest.keys() == {"value"} else rest
                yield from _leaves(f"{path}.{inner['name']}", only, depth - 1)
            else:
                yield from _leaves(f"{path}.{number}", inner, depth - 1)
    else:
        yield path, json.dumps(value, sort_keys=True, ensure_ascii=False)


def of_replica_sets(raws: Iterable[Raw]) -> dict[str, list[Revision]]:
    """Return the revisions of each Deployment, by its uid."""
    found: defaultdict[str, list[Revision]] = defaultdict(list)
    for raw in raws:
        notes = raw["metadata"].get("annotations") or {}
        if notes.get(_REVISION):
            number = int(notes[_REVISION])
            history = [int(one) for one in str(notes.get(_HISTORY) or "").split(",") if one]
            template = (raw.get("spec") or {}).get("template") or {}
            made = seconds(raw["metadata"]["creationTimestamp"])
            revision = Revision(number, min([*history, number]), made, template, str(notes.get(_CAUSE) or ""))
            for owner in _owners(raw):
                found[owner].append(revision)
    return found


def of_controller_revisions(raws: Iterable[Raw]) -> dict[str, list[Revision]]:
    """Return the revisions of each StatefulSet and DaemonSet, by its uid. One that came back only has a new number."""
    found: defaultdict[str, list[Revision]] = defaultdict(list)
    for raw in raws:
        number, made = int(raw["revision"]), seconds(raw["metadata"]["creationTimestamp"])
        template = ((raw.get("data") or {}).get("spec") or {}).get("template") or {}
        cause = str((raw["metadata"].get("annotations") or {}).get(_CAUSE) or "")
        for owner in _owners(raw):
            found[owner].append(Revision(number, number, made, template, cause))
    return {owner: [_first(one, ones) for one in ones] for owner, ones in found.items()}


def _first(one: Revision, others: Sequence[Revision]) -> Revision:
    came_back = any(two.number < one.number and two.created_at > one.created_at for two in others)
    return Revision(one.number, 0, one.created_at, one.template, one.cause) if came_back else one


def _owners(raw: Raw) -> list[str]:
    return [str(one["uid"]) for one in raw["metadata"].get("ownerReferences") or () if one.get("controller")]

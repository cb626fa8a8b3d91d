"""Who answers a domain: which side leads a call, who may be asked for it, and what a promotion or rollback makes."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from inquest.contracts.errors import Impossible
from inquest.contracts.latest import Side, SwitchProvider, SwitchSetting

Sort = Side | Literal[""]
"""Which sort of source a provider is; empty: our own files and streams, which are neither."""

_WHOLE_PERCENT = 100.0
_HASH_BYTES = 8
_HASHES = float(1 << 8 * _HASH_BYTES)


class Sided(Protocol):
    """What switching needs to know of an interface."""

    @property
    def side(self) -> Sort:
        """Which sort of source it is."""
        ...


SidedT = TypeVar("SidedT", bound=Sided)


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose answer one call wants, and who is asked only where it has none. `lead` None: all, by priority."""

    lead: Side | None = None
    follows: Side | None = None


def other(side: Side) -> Side:
    """Return the other side."""
    return "external" if side == "internal" else "internal"


def share_of(*cause: str) -> float:
    """Return where something stands between 0 and 100: the same cause always in the same place, all places alike."""
    digest = hashlib.sha256("\0".join(cause).encode()).digest()
    return int.from_bytes(digest[:_HASH_BYTES]) / _HASHES * _WHOLE_PERCENT


def is_tried(setting: SwitchSetting, tenant: str, domain: str, investigation: str) -> bool:
    """Say whether the candidate leads this investigation.

    All its calls, also repeated ones, are led by the same side; who is among 5 percent is among 10 too.
    """
    if setting.use == "both":
        return share_of("canary", tenant, domain, investigation) < setting.percent
    return setting.use == setting.candidate


def is_sampled(percent: float, call_id: str) -> bool:
    """Say whether a call is one of those that are compared."""
    return share_of("compare", call_id) < percent


def sides_of(candidates: Collection[Sided]) -> frozenset[Side]:
    """Return the sides that have a source."""
    return frozenset(one.side for one in candidates if one.side)


def choose(setting: SwitchSetting | None, sides: Collection[Side], *, tried: bool) -> Choice:
    """Return who leads. Where there is one sort of source there is nothing to choose: a domain never goes dark."""
    if setting is None or len(set(sides)) < 2:
        return Choice()
    lead = setting.candidate if tried else other(setting.candidate)
    return Choice(lead, other(lead) if setting.use == "both" else None)


def asked(choice: Choice, candidates: Sequence[SidedT]) -> tuple[tuple[SidedT, ...], tuple[SidedT, ...]]:
    """Return who is asked by priority, and who only after them. What is neither sort keeps its place."""
    if choice.lead is None:
        return tuple(candidates), ()
    first = tuple(one for one in candidates if one.side in {choice.lead, ""})
    return first, tuple(one for one in candidates if one.side and one.side == choice.follows)


def decide(wish: SwitchProvider, now: SwitchSetting | None, sides: Collection[Side]) -> SwitchSetting | None:
    """Return what a person's wish makes of the present setting; None: what the configuration says.

    Raises Impossible, with what to do, for what makes no sense.
    """
    if wish.to == "configured":
        if wish.percent is not None:
            raise Impossible("percent: the configuration says it; leave it out")
        return None
    wanted = _promoted(wish, now) if wish.action == "promote" else _rolled_back(wish, now)
    needed: set[Side] = {"external", "internal"} if wanted.use == "both" else {wanted.use}
    if missing := needed - set(sides):
        raise Impossible(
            f"{wish.domain} of {wish.tenant} has no {' and no '.join(sorted(missing))} source: "
            "add a provider of that sort to inquest.yaml first"
        )
    return wanted


def _promoted(wish: SwitchProvider, now: SwitchSetting | None) -> SwitchSetting:
    candidate: Side = now.candidate if now else "internal"
    if wish.to in {None, "both"}:
        is_whole = wish.to is None and wish.percent in {None, _WHOLE_PERCENT}
        percent = _led(now) if wish.percent is None else wish.percent
    else:
        assert wish.to in {"external", "internal"}
        target: Side = "external" if wish.to == "external" else "internal"
        is_whole = wish.percent in {None, _WHOLE_PERCENT}
        if is_whole and now and now.use == "both" and target != now.candidate:
            return _only(target, now.candidate)  # the end of a trial, and none of the side that was there before
        candidate, percent = target, wish.percent or 0.0
    if is_whole:
        return _only(candidate, candidate)
    return SwitchSetting(use="both", candidate=candidate, percent=percent)


def _rolled_back(wish: SwitchProvider, now: SwitchSetting | None) -> SwitchSetting:
    if wish.to in {"external", "internal"}:
        target: Side = "external" if wish.to == "external" else "internal"
        if wish.percent is not None:
            raise Impossible(f"percent: a rollback to {target} is whole; leave it out, or promote --percent")
        return _only(target, other(target))
    if now is None:
        raise Impossible(f"{wish.domain} of {wish.tenant} was not switched: there is nothing to roll back")
    if wish.to is None and wish.percent is None:
        return _only(other(now.candidate), now.candidate)
    percent = wish.percent or 0.0
    if percent > _led(now):
        raise Impossible(f"percent: {percent:g} is more than the {_led(now):g} of now: that is a promotion")
    return SwitchSetting(use="both", candidate=now.candidate, percent=percent)


def _led(now: SwitchSetting | None) -> float:
    """Return the share of investigations that the candidate leads."""
    if now is None:
        return 0.0
    return now.percent if now.use == "both" else _WHOLE_PERCENT if now.use == now.candidate else 0.0


def _only(side: Side, candidate: Side) -> SwitchSetting:
    return SwitchSetting(use=side, candidate=candidate, percent=_WHOLE_PERCENT if side == candidate else 0.0)


def in_words(setting: SwitchSetting | None) -> str:
    """Say who answers, for people."""
    if setting is None:
        return "by priority"
    if setting.use != "both":
        return setting.use
    base = other(setting.candidate)
    return f"both: {setting.candidate} leads {setting.percent:g} %, {base} the rest"

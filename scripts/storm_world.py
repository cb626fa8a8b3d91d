"""A made-up company in trouble: services, faults that travel to callers, and the alerts that people would get.

It knows which alert belongs to which fault, and tells nobody. It shares no code, key or label with correlation.
Two faults at the same time are drawn only where evidence can tell them apart: their origins do not call each other,
directly or through one service, and have no dependency in common that hardly anybody else has. Where both show at one
service, its alerts name the dependency that fails, as such alerts do; where even that fits both, it is left out.
One service has no second fault within `APART_S` of the end of its first.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

SPAN_S = 3600.0
APART_S = 1500.0
NEAR_S = 600.0  # faults closer than this happen at the same time
HOPS_MAX = 3
SPREADS = (0.8, 0.6, 0.35)  # how likely a caller of an affected service suffers, by its distance from the origin
SOURCES = ("alertmanager", "pagerduty", "grafana", "datadog", "opsgenie")
SYMPTOMS = (
    "error ratio over objective",
    "p99 latency over objective",
    "saturation of workers",
    "queue grows",
    "timeouts",
    "restarts",
)
_FIELDS = (
    "loyalty booking pricing catalog basket invoice ledger payout fraud courier parcel depot route fleet voucher",
    "review media translate campaign consent profile address returns refund warranty assembly supplier forecast",
)
RARE_MAX = 4  # a dependency that so few have in common ties them
UNNAMED = 0.002  # of alerts that should name a dependency, so many do not
TOLD_S = 1500.0
RESOLVED_MAX = 250  # alerts of a fault whose end is told


@dataclass(frozen=True, slots=True)
class Service:
    """One service and what it calls."""

    name: str
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert, with the fault that it belongs to."""

    number: int
    fault: int
    service: str
    at: datetime
    source: str
    symptom: str
    instance: int
    severity: str
    namespace: str  # where it runs; sometimes called like a service that has nothing to do with it
    via: str | None = None  # the dependency that it names
    resolved_at: datetime | None = None


@dataclass(slots=True)
class Fault:
    """What went wrong where, when, and where it shows: service, delay in s, and the callee through which."""

    number: int
    origin: str
    at_s: float
    lasts_s: float
    is_silent: bool = False  # nobody watches the origin: only its callers alert
    unwatched: frozenset[str] = frozenset()
    shows: dict[str, tuple[float, str | None]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)  # where alerts must name the dependency
    change: tuple[str, ...] = ()  # the services that one change broke

    @property
    def loud(self) -> set[str]:
        """Where it shows in alerts."""
        return set(self.shows) - self.unwatched - ({self.origin} if self.is_silent else set())


class World:
    """The company, and the faults that a seed draws."""

    def __init__(self, seed: int, turn: int = 0) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a storm, no secret
        self.services = {one.name: one for one in _services(self.dice)}
        self.dice.seed(f"{seed} {turn}")  # the same company on another day
        self.callers: dict[str, list[str]] = {name: [] for name in self.services}
        for service in self.services.values():
            for callee in service.calls:
                self.callers[callee].append(service.name)
        self.unwatched = self._unwatched()
        self.namespaces = {name: self._elsewhere(name) for name in sorted(self.services)}
        self.faults: list[Fault] = []
        self.patience_s: dict[tuple[int, str], float] = {}
        self.told: set[tuple[int, str]] = set()
        wanted = self.dice.randint(8, 20)
        for _ in range(4000):
            if len(self.faults) == wanted:
                break
            self._try()

    def _unwatched(self) -> frozenset[str]:
        """Return services without any alert, never two of which call each other."""
        found: set[str] = set()
        for name in self.dice.sample(sorted(self.services), 12):
            if not found & {*self.callers[name], *self.services[name].calls}:
                found.add(name)
        return frozenset(found)

    def _elsewhere(self, name: str) -> str:
        """Return a service that it does not call, after which the place where it runs happens to be called."""
        return self.dice.choice(sorted(set(self.services) - {name, *self.services[name].calls}))

    def _try(self) -> None:
        dice = self.dice
        origin = dice.choice(sorted(self.services))
        at_s = dice.uniform(0, SPAN_S - 900)
        if self.faults and dice.random() < 0.6:  # at the same time as another
            at_s = max(0.0, dice.choice(self.faults).at_s + dice.uniform(-90, 90))
        fault = Fault(len(self.faults), origin, at_s, dice.uniform(240, 900), unwatched=self.unwatched)
        fault.is_silent = origin in self.unwatched
        fault.shows = dict(self._spread(fault))
        if dice.random() < 0.1 and not fault.is_silent:
            self._break_by_change(fault)
        if self._hangs_together(fault) and all(self._can_be_told(fault, other) for other in self.faults):
            for other in self.faults:
                if _gap_s(fault, other) <= APART_S:
                    self._name(fault, other)
                    self._name(other, fault)
            self.faults.append(fault)

    def _hangs_together(self, fault: Fault) -> bool:
        """Return whether it shows at all; a fault of what nobody watches has to show at all callers, two at least."""
        if not fault.is_silent:
            return bool(fault.loud)
        callers = set(self.callers[fault.origin])
        return len(callers) > 1 and callers <= fault.loud

    def _spread(self, fault: Fault) -> Iterator[tuple[str, tuple[float, str | None]]]:
        """Yield where a fault shows: callers suffer a little later, the farther the less likely."""
        seen = {fault.origin: 0.0}
        yield fault.origin, (0.0, None)
        edge = [fault.origin]
        for chance in SPREADS:
            reached = []
            for callee in edge:
                for caller in self.callers[callee]:
                    sure = fault.is_silent and callee == fault.origin
                    if caller not in seen and (sure or self.dice.random() < chance):
                        seen[caller] = seen[callee] + self.dice.uniform(2, 30)
                        reached.append(caller)
                        yield caller, (seen[caller], callee)
            edge = reached

    def _break_by_change(self, fault: Fault) -> None:
        """Let the fault be a change that broke a second service, anywhere, at about the same time."""
        other = self.dice.choice(sorted(self.services))
        if other not in fault.shows and other not in self.unwatched:
            fault.change = (fault.origin, other)
            fault.shows = {fault.origin: (0.0, None), other: (self.dice.uniform(0, 60), None)}

    def _can_be_told(self, fault: Fault, other: Fault) -> bool:
        """Return whether evidence can tell two faults apart."""
        gap_s = _gap_s(fault, other)
        if gap_s > APART_S:
            return True
        for one, another in ((fault, other), (other, fault)):
            if self._origins(one) & (self.above(another.shows) | self.around(self._origins(another))):
                return False
        return gap_s > NEAR_S or not self._rare(fault) & self._rare(other)

    def _origins(self, fault: Fault) -> set[str]:
        if fault.is_silent:
            return {fault.origin, *self.callers[fault.origin]}
        return set(fault.change) or {fault.origin}

    def _rare(self, fault: Fault) -> set[str]:
        """Return the dependencies of its origins that few others have."""
        callees = {callee for name in self._origins(fault) for callee in self.services[name].calls}
        return {callee for callee in callees if len(self.callers[callee]) <= RARE_MAX}

    def around(self, names: Iterable[str], hops: int = 2) -> set[str]:
        """Return services up to so many calls below or above."""
        found = set(names)
        for up in (True, False):
            edge = set(names)
            for _ in range(hops):
                edge = {near for name in edge for near in (self.callers[name] if up else self.services[name].calls)}
                found |= edge
        return found

    def above(self, names: Iterable[str], hops: int = 2) -> set[str]:
        """Return services and what calls them, up to so many calls away."""
        found = edge = set(names)
        for _ in range(hops):
            edge = {caller for name in edge for caller in self.callers[name]}
            found = found | edge
        return found

    def _name(self, fault: Fault, other: Fault) -> None:
        """Make alerts name what fails where the other fault may show too; leave out where even that would not do."""
        theirs = self.above(other.shows)
        for service, (_, via) in list(fault.shows.items()):
            if service not in theirs or service in self._origins(fault) or service not in fault.shows:
                continue
            if via is None or via in theirs:
                self._leave_out(fault, service)
            else:
                fault.named.add(service)

    def begins_again(self, fault: Fault, over_s: float) -> bool:
        """Return whether another fault shows where this one did, soon after its end."""
        others = [one for one in self.faults if one is not fault and set(one.shows) & set(fault.shows)]
        return any(one.at_s < over_s + APART_S and over_s < one.at_s + one.lasts_s for one in others)

    def _leave_out(self, fault: Fault, service: str) -> None:
        fault.shows.pop(service, None)
        for above in [name for name, (_, via) in fault.shows.items() if via == service]:
            self._leave_out(fault, above)


def _gap_s(one: Fault, other: Fault) -> float:
    """Return the seconds between the end of the earlier and the begin of the later; negative when they overlap."""
    return max(one.at_s, other.at_s) - min(one.at_s + one.lasts_s, other.at_s + other.lasts_s)


def _services(dice: random.Random) -> Iterator[Service]:
    """Yield some seventy services in layers: doors, journeys, cores, stores, and a few that everybody calls."""
    fields = dice.sample(" ".join(_FIELDS).split(), 24)
    stores = [f"{name}-{kind}" for name in fields[:22] for kind in [dice.choice(("pg", "redis", "kafka", "mongo"))]]
    shared = ["sso", "toggles", "outbox", "geo"]
    cores = [f"{name}-core" for name in fields]
    journeys = [f"{name}-flow" for name in dice.sample(fields, 14)]
    doors = ["storefront", "partner-door", "mobile-door"]
    for store in stores:
        yield Service(store, ())
    for name in shared:
        yield Service(name, ())
    for number, core in enumerate(cores):
        own = [stores[number]] if number < len(stores) else [dice.choice(stores)]
        extra = [dice.choice(cores[number + 1 :])] if number + 1 < len(cores) and dice.random() < 0.3 else []
        yield Service(core, tuple(dict.fromkeys((*own, *extra, *_some(dice, shared, 0.2)))))
    for journey in journeys:
        yield Service(
            journey, tuple(dict.fromkeys((*dice.sample(cores, dice.randint(2, 4)), *_some(dice, shared, 0.2))))
        )
    for door in doors:
        yield Service(door, (*dice.sample(journeys, dice.randint(5, 9)), "sso"))


def _some(dice: random.Random, names: list[str], chance: float) -> list[str]:
    return [name for name in names if dice.random() < chance]


def alerts(world: World, count: int, begin: datetime, number: int = 0) -> list[Alert]:
    """Return that many alerts of all faults, by time. Some faults have many more; each service that shows has some."""
    dice = world.dice
    places = [(fault, service) for fault in world.faults for service in sorted(fault.loud)]
    sizes = {fault.number: dice.lognormvariate(0, 0.8) for fault in world.faults}
    weights = [sizes[fault.number] / len(fault.loud) for fault, _ in places]
    chosen = places + dice.choices(places, weights, k=max(0, count - len(places)))
    made = [_alert(world, number + index, *place, begin) for index, place in enumerate(chosen[:count])]
    for fault in world.faults:
        mine = [one for one in made if one.fault == fault.number]
        # An hour passes in half a minute: what ended at once would be over while it is held.
        over_s = fault.at_s + max(fault.lasts_s, TOLD_S)
        if len(mine) <= RESOLVED_MAX and not world.begins_again(fault, over_s) and dice.random() < 0.5:
            over = begin + timedelta(seconds=over_s)
            made = [replace(one, resolved_at=over) if one.fault == fault.number else one for one in made]
    return sorted(made, key=lambda one: one.at)


def _alert(world: World, number: int, fault: Fault, service: str, begin: datetime) -> Alert:
    dice = world.dice
    delay_s, via = fault.shows[service]
    # Whoever watches a service looks at it every so often, and some wait longer than others before they say so.
    seen_s = world.patience_s.setdefault((fault.number, service), dice.uniform(0, 60))
    first = (fault.number, service) not in world.told
    world.told.add((fault.number, service))
    late_s = seen_s if first else seen_s + dice.betavariate(1, 3) * (fault.lasts_s - seen_s)
    names_it = dice.random() > UNNAMED if service in fault.named else dice.random() < 0.3
    return Alert(
        number=number,
        fault=fault.number,
        service=service,
        at=begin + timedelta(seconds=fault.at_s + delay_s + late_s),
        source=dice.choice(SOURCES),
        symptom=dice.choice(SYMPTOMS),
        instance=dice.randint(1, 40),
        severity=dice.choices(("critical", "high", "medium"), (0.03, 0.6, 0.37))[0],
        namespace=world.namespaces[service],
        via=via if names_it else None,
    )

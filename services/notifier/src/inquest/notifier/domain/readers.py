"""Who reads a channel, and who of them is not to be told. Pure."""

from dataclasses import dataclass

from inquest.config.channels import Channel, EmailChannel
from inquest.notifier.domain.quiet_times import Quiet


@dataclass(frozen=True, slots=True)
class Heard:
    """The channel as far as its readers are to be told, None where nobody is left, and why."""

    channel: Channel | None
    why: str = ""


def without_muted(channel: Channel, quiet: Quiet) -> Heard:
    """Leave out the addressees of mail who are muted; any other channel is held when all its people are muted."""
    people = channel.to if isinstance(channel, EmailChannel) else channel.people
    spared = {person: silence.why for person in people if (silence := quiet.spares(person))}
    if not spared:
        return Heard(channel)
    why = "; ".join(f"{person} is not told: {reason}" for person, reason in spared.items())
    left = tuple(person for person in people if person not in spared)
    if not left:
        return Heard(None, why)
    if isinstance(channel, EmailChannel):
        return Heard(channel.model_copy(update={"to": left}), why)
    return Heard(channel)

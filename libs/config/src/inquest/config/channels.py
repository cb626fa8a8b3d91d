"""Where verdicts are told: one model per kind of channel."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from inquest.config.section import FilePath, Name, SecretRef, Section, ServiceName, WebUrl
from inquest.contracts.v1.verdict import Band


class ChannelSettings(Section):
    """What every channel has. Shadow mode is the default: notices are rendered and recorded, nothing is sent."""

    id: Name = Field(description="Name of the channel in notices.")
    live: bool = Field(default=False, description="true: send; false: shadow mode.")
    live_services: tuple[ServiceName, ...] = Field(
        default=(), description="With live: true, send only for these services; empty: for all."
    )
    band_min: Band = Field(default="undetermined", description="Weakest verdict worth a notice.")


class TerminalChannel(ChannelSettings):
    """Prints to the terminal of `inquest up`."""

    kind: Literal["terminal"]


class FileChannel(ChannelSettings):
    """Appends to a file."""

    kind: Literal["file"]
    path: FilePath


class WebhookChannel(ChannelSettings):
    """Posts JSON, signed with HMAC-SHA256."""

    kind: Literal["webhook"]
    url: WebUrl
    secret: SecretRef | None = Field(default=None, description="Reference of the signing secret.")
    timeout_ms: PositiveInt = Field(default=5000, description="Longest wait for an answer.")


Channel = Annotated[TerminalChannel | FileChannel | WebhookChannel, Field(discriminator="kind")]

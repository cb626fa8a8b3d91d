"""What every provider that speaks HTTP has: address, credentials by reference, and where it may go."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from inquest.config.section import FilePath, SecretRef, Section, WebUrl

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,100}$")]


class BearerAuth(Section):
    """`Authorization: Bearer …`."""

    kind: Literal["bearer"]
    token: SecretRef = Field(description="Reference of the token.")


class BasicAuth(Section):
    """User and password."""

    kind: Literal["basic"]
    user: str = Field(min_length=1, max_length=500, description="The user's name.")
    password: SecretRef = Field(description="Reference of the password or API token.")


class HeaderAuth(Section):
    """An API key in a header of its own."""

    kind: Literal["header"]
    name: HeaderName = Field(default="X-Api-Key", description="Name of the header.")
    value: SecretRef = Field(description="Reference of the key.")
    prefix: str = Field(default="", max_length=50, description="Text before the key, such as 'Token token='.")


class OAuthClientAuth(Section):
    """OAuth 2 client credentials: a token is fetched, kept, and fetched anew before it ends."""

    kind: Literal["oauth-client"]
    token_url: WebUrl = Field(description="Where tokens are given out.")
    client_id: str = Field(min_length=1, max_length=500, description="Our id there.")
    client_secret: SecretRef = Field(description="Reference of our secret there.")
    scope: str = Field(default="", max_length=1000, description="Scopes, separated by blanks.")
    audience: str = Field(default="", max_length=1000, description="Audience, where the server wants one.")


class GitHubAppAuth(Section):
    """A GitHub App's installation: a token that lasts an hour is fetched with the app's key."""

    kind: Literal["github-app"]
    app_id: PositiveInt = Field(description="Id of the app.")
    installation_id: PositiveInt = Field(description="Id of the installation.")
    private_key: SecretRef = Field(description="Reference of the app's private key (PEM).")


Auth = Annotated[
    BearerAuth | BasicAuth | HeaderAuth | OAuthClientAuth | GitHubAppAuth,
    Field(discriminator="kind"),
]


class HttpSettings(Section):
    """An HTTP API. Kinds of provider inherit this and add their own settings."""

    url: WebUrl = Field(description="Base URL.")
    auth: Auth | None = Field(default=None, description="How we show who we are; none: not at all.")
    ca_file: FilePath | None = Field(
        default=None, description="Certificates (PEM) of the authority that signed the server's; none: the system's."
    )
    redirect_hosts: tuple[str, ...] = Field(
        default=(), max_length=20, description="Hosts beside the URL's own that a redirect may lead to."
    )
    networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(),
        max_length=50,
        description="Private networks that the URL's name may lead to, such as 10.0.0.0/8. "
        "Not needed where the name is private itself: an address, or a name without a dot or in .local, .internal, …",
    )
    requests_at_once_max: PositiveInt = Field(default=4, le=64, description="Most requests at the same time.")

    def spelt_out(self) -> "HttpSettings":
        """Return the settings with what is short for something else written out: two that mean the same are equal."""
        return self

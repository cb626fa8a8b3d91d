"""A Kubernetes cluster."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings

NamespaceName = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
LabelKey = Annotated[str, Field(pattern=r"^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")]


class KubernetesSettings(HttpSettings):
    """The API server of one cluster."""

    namespaces: tuple[NamespaceName, ...] = Field(
        default=(), max_length=100, description="Namespaces that are read; empty: all, which takes a ClusterRole."
    )
    service_labels: tuple[LabelKey, ...] = Field(
        default=("app.kubernetes.io/name", "app", "k8s-app"),
        min_length=1,
        max_length=20,
        description="Labels of workloads and pods that may name the service, best first.",
    )
    namespace_label: LabelKey | None = Field(
        default=None,
        description="Label of a namespace that names the service of all in it that has no label of its own; "
        "kubernetes.io/metadata.name is the namespace's name. None: namespaces are not read.",
    )
    page_objects: PositiveInt = Field(default=500, le=5000, description="Objects of one request.")
    objects_max: PositiveInt = Field(
        default=20_000, le=1_000_000, description="Most objects of one list; what is beyond is not read, and told."
    )
    diff_chars_max: PositiveInt = Field(
        default=20_000, le=1_000_000, description="Characters of one rollout's diff; what is longer is cut and marked."
    )


class KubernetesProvider(ProviderSettings):
    """Serves events, rollouts, and what runs, from a Kubernetes cluster."""

    kind: Literal["kubernetes"]
    domains: tuple[Literal["events", "changes", "objects"], ...] = Field(
        default=("events", "changes", "objects"), min_length=1, description="What it is asked for."
    )
    settings: KubernetesSettings

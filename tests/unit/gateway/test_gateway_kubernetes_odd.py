"""Odd answers of Kubernetes."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config import Catalogue
from inquest.config.kinds.kubernetes import KubernetesSettings
from inquest.config.tenant import CatalogueConfig
from inquest.gateway.adapters.kubernetes_answers import endings, pod_object, sightings, workload_object
from inquest.gateway.adapters.kubernetes_lists import Services
from inquest.gateway.adapters.kubernetes_rollouts import of_controller_revisions, of_replica_sets, rollouts
from inquest.gateway.domain.forge import understood
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.kubernetes import at, controller_revision, deployment, event, pod, replica_set

SERVICES = Services(KubernetesSettings(url="http://k8s"), Catalogue(CatalogueConfig()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(at(1)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


def mutilated(raw):
    """Return objects of which one field, anywhere, is something else."""
    paths = list(_paths(raw))
    return st.tuples(st.sampled_from(paths), JSON).map(lambda drawn: _put(raw, *drawn))


def _paths(value, path=()):
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from _paths(one, (*path, key))


def _put(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _put(copy[path[0]], path[1:], new)
    return copy


@settings(max_examples=50)
@given(
    mutilated(event(1)),
    mutilated(pod("cart", 1, ended=2)),
    mutilated(deployment("cart", 1, 3)),
    mutilated(replica_set("cart", 1, 3)),
    mutilated(controller_revision(1, 3, "db:1")),
)
def test_whatever_arrives_becomes_rows_or_malformed(seen, one, workload, kept, revision):
    with suppress(ProviderError), understood("an answer"):
        sightings(seen, SERVICES)
    with suppress(ProviderError), understood("an answer"):
        [*endings(one, SERVICES), pod_object(one, SERVICES)]
    with suppress(ProviderError), understood("an answer"):
        workload_object("deployment", workload, SERVICES)
    with suppress(ProviderError), understood("an answer"):
        of = of_replica_sets([kept]) | of_controller_revisions([revision])
        assert all(row.ref for ones in of.values() for row in rollouts("deployment", workload, ones, SERVICES, 1000))

"""What is particular to Kubernetes: places that are forgotten, whose an object is, rollouts and rollbacks."""

from datetime import timedelta

import pytest
from inquest.config import Catalogue
from inquest.config.kinds.kubernetes import KubernetesSettings
from inquest.config.tenant import CatalogueConfig
from inquest.contracts.latest import ChangesRequest, EventsRequest, ObjectsRequest, Window
from inquest.gateway.adapters.kubernetes_answers import pod_object, sightings
from inquest.gateway.adapters.kubernetes_lists import Services
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.kubernetes import (
    T0,
    KubernetesServer,
    controller_revision,
    deployment,
    event,
    labels,
    objects,
    pod,
    replica_set,
    template,
)
from inquest.testkit.backends import Backend
from inquest.testkit.providers import ask, made

WINDOW = Window(start=T0 - timedelta(hours=1), end=T0 + timedelta(hours=1))
MINUTE = 60.0


async def read(domain, request, server=None, *, services=(), **more):
    """Return the answer, and what was asked for it."""
    async with Backend(serve=server or KubernetesServer()).listening() as backend:
        config = {"name": "k8s", "kind": "kubernetes", "settings": {"url": backend.url, **more}}
        async with made(config, services=services) as cluster:
            return await ask(cluster, domain, request), backend.received


def only(**lists):
    """Return a server with these objects and no others."""
    return KubernetesServer({name: [] for name in objects()} | lists)


def minutes(rows):
    return [(row.time - T0.timestamp()) / MINUTE for row in rows]


@pytest.mark.parametrize("resumes", [True, False])
async def test_a_place_that_the_server_forgot_costs_no_object_and_brings_none_twice(resumes):
    server = KubernetesServer(forgets=2, resumes=resumes)
    fetched, received = await read("objects", ObjectsRequest(window=WINDOW, kinds=("pod",)), server, page_objects=3)
    assert len({one.object_id for one in fetched.response.objects}) == len(fetched.response.objects) == 8
    assert fetched.partial == ""
    assert len(received) > 4


async def test_a_server_that_forgets_every_place_is_asked_again_later():
    server = KubernetesServer(forgets=1000)
    with pytest.raises(ProviderError, match="forgets its lists") as failed:
        await read("objects", ObjectsRequest(window=WINDOW, kinds=("pod",)), server, page_objects=3)
    assert failed.value.kind == "retryable"


async def test_more_objects_than_the_limit_are_cut_and_told():
    fetched, _ = await read("objects", ObjectsRequest(window=WINDOW, kinds=("pod",)), page_objects=3, objects_max=4)
    assert fetched.response.truncated
    assert "more than the 6 objects" in fetched.partial


async def test_namespaces_are_asked_one_by_one():
    request = ObjectsRequest(window=WINDOW, kinds=("pod",))
    fetched, received = await read("objects", request, namespaces=["shop", "ops"])
    assert {one.path for one in received} == {"/api/v1/namespaces/shop/pods", "/api/v1/namespaces/ops/pods"}
    assert fetched.query_text == "GET /api/v1/namespaces/ops/pods; GET /api/v1/namespaces/shop/pods"


async def test_workloads_are_asked_for_their_metadata_alone_where_that_is_enough():
    _, received = await read("events", EventsRequest(window=WINDOW))
    kinds = {one.path: one.headers["accept"].partition(";")[2][:27] for one in received}
    assert kinds["/apis/apps/v1/deployments"] == "as=PartialObjectMetadataLis"
    assert kinds["/api/v1/pods"] == ""


async def test_an_event_that_is_seen_again_has_a_row_for_each_time():
    fetched, _ = await read("events", EventsRequest(window=WINDOW), only(events=[event(3)]))
    rows = fetched.response.events
    assert minutes(rows) == [3, 5]
    assert [(row.kind, row.severity, row.count, row.last_at) for row in rows] == [
        ("BackOff", "warning", 1, None),
        ("BackOff", "warning", 2, rows[1].time),
    ]
    later = EventsRequest(window=Window(start=T0 + timedelta(minutes=4), end=WINDOW.end))
    fetched, _ = await read("events", later, only(events=[event(3)]))
    assert minutes(fetched.response.events) == [5]


@pytest.mark.parametrize(
    "fields",
    [
        {"firstTimestamp": None, "lastTimestamp": None, "eventTime": "2026-03-01T14:03:00.250000Z", "count": None},
        {"firstTimestamp": None, "lastTimestamp": None, "eventTime": None},
    ],
)
def test_events_of_newer_reporters_have_other_fields(fields):
    (row,) = sightings(event(3, **fields), services())
    assert minutes([row])[0] == pytest.approx(3, abs=0.01)
    series = {"count": 9, "lastObservedTime": "2026-03-01T14:07:00.5Z"}
    _, last = sightings(event(3, **fields, series=series), services())
    assert (last.count, minutes([last])[0]) == (8, pytest.approx(7, abs=0.01))


def services(**more):
    """Return the services of a catalogue in which `payments` is checkout."""
    entries = ({"service_id": "checkout", "aliases": {"kubernetes": ["payments", "till/web"]}},)
    catalogue = Catalogue(CatalogueConfig.model_validate({"services": entries}))
    namespaces = [{"metadata": {"name": "shop", "labels": {"team": "storefront"}}}]
    return Services(KubernetesSettings(url="http://k8s", **more), catalogue, namespaces)


def test_a_pod_that_is_gone_belongs_to_the_workload_whose_name_it_has():
    known = services()
    known.learn([{"metadata": {"namespace": "shop", "name": "cart", "labels": labels("cart")}}])
    assert known.named("shop", "cart-7d4f1-00001") == "cart"
    assert known.named("shop", "cart-29101-x7k2p") == "cart"
    assert known.named("ops", "cart-7d4f1-00001") is None
    assert known.named("", "node-1") is None


def test_a_namespace_may_name_the_service_of_what_has_no_label():
    bare = {"metadata": {"namespace": "shop", "name": "job", "labels": {}}}
    assert services(namespace_label="team").of(bare) == "storefront"
    assert services().of(bare) is None
    labelled = {"metadata": {"namespace": "shop", "name": "job", "labels": {"app": "payments"}}}
    assert services(namespace_label="team").of(labelled) == "checkout"


def test_a_name_with_its_namespace_tells_services_apart():
    web = {"metadata": {"namespace": "till", "name": "x", "labels": {"app": "web"}}}
    assert services().of(web) == "checkout"
    assert services().of({"metadata": {**web["metadata"], "namespace": "shop"}}) == "web"


async def test_the_end_of_a_container_is_an_event_though_kubernetes_forgot_its_own():
    server = only(pods=[pod("cart", 0, ended=4)])
    fetched, _ = await read("events", EventsRequest(window=WINDOW, services=("cart",)), server)
    (row,) = fetched.response.events
    assert (row.kind, row.severity, row.entity, row.node) == ("OOMKilled", "error", "pod/cart-7d4f1-00000", "node-1")
    assert row.message == "container app ended with exit code 137, 2 restarts so far"
    assert minutes([row]) == [4]


async def test_events_are_asked_for_by_reason_and_object():
    request = EventsRequest(window=WINDOW, kinds=("OOMKilled",), names=("pod/cart-7d4f1-00000",))
    fetched, _ = await read("events", request)
    assert {(one.kind, one.entity) for one in fetched.response.events} == {("OOMKilled", "pod/cart-7d4f1-00000")}


async def changes(server, **fields):
    return (await read("changes", ChangesRequest(window=WINDOW, **fields), server))[0].response.changes


async def test_a_rollout_says_what_differs():
    sets = [replica_set("cart", 1, 3), replica_set("cart", 2, 9, **{"kubernetes.io/change-cause": "more pool"})]
    first, second = await changes(only(deployments=[deployment("cart", 2, 9)], replicasets=sets))
    assert (first.kind, first.before, first.after, first.diff) == ("deploy", None, "registry.example/cart:v1", None)
    assert (second.ref, second.service, second.author) == ("shop/deployment/cart@2", "cart", "helm")
    assert (second.before, second.after) == ("registry.example/cart:v1", "registry.example/cart:v2")
    assert (second.status, second.message, minutes([second])) == ("success", "more pool", [9])
    assert second.ended_at == second.time + MINUTE
    assert second.files == ["shop/deployment/cart.yaml"]
    assert second.diff.splitlines()[3:] == [
        "@@ -1,2 +1,2 @@",
        '-spec.containers.app.env.POOL_SIZE: "1"',
        '+spec.containers.app.env.POOL_SIZE: "2"',
        '-spec.containers.app.image: "registry.example/cart:v1"',
        '+spec.containers.app.image: "registry.example/cart:v2"',
    ]


async def test_the_same_image_with_another_template_is_a_change_of_configuration():
    two = replica_set("cart", 2, 9)
    two["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example/cart:v1"
    found = await changes(only(deployments=[deployment("cart", 2, 9)], replicasets=[replica_set("cart", 1, 3), two]))
    assert [one.kind for one in found] == ["deploy", "config"]
    assert [one.kind for one in await changes(KubernetesServer(), kinds=("config",))] == []


async def test_a_rollback_is_a_change_when_it_came_back():
    back = {"deployment.kubernetes.io/revision-history": "1"}
    sets = [replica_set("cart", 3, 3, **back), replica_set("cart", 2, 9)]
    sets[0]["spec"]["template"] = template("cart", 1)
    found = await changes(only(deployments=[deployment("cart", 1, 20)], replicasets=sets))
    assert [(one.ref.partition("@")[2], one.before, one.after) for one in found] == [
        ("1", None, "registry.example/cart:v1"),
        ("2", "registry.example/cart:v1", "registry.example/cart:v2"),
        ("3", "registry.example/cart:v2", "registry.example/cart:v1"),
    ]
    assert minutes(found) == [3, 9, 20]


async def test_stateful_sets_have_revisions_of_another_form():
    revisions = [controller_revision(3, 3, "db:1"), controller_revision(2, 9, "db:2")]
    stateful = deployment("db", 1, 20)
    found = await changes(only(statefulsets=[stateful], controllerrevisions=revisions), diffs=False)
    assert [(one.ref, one.before, one.after, one.diff) for one in found] == [
        ("shop/statefulset/db", None, "db:1", None),
        ("shop/statefulset/db@2", None, "db:2", None),
        ("shop/statefulset/db@3", "db:2", "db:1", None),
    ]


async def test_pods_and_workloads_are_told_as_they_are():
    entries = ({"service_id": "checkout", "aliases": {"kubernetes": ["payments"]}},)
    request = ObjectsRequest(window=WINDOW, services=("checkout",))
    fetched, _ = await read("objects", request, services=entries)
    found = {one.kind: one for one in fetched.response.objects}
    assert {one.service for one in fetched.response.objects} == {"checkout"}
    assert found["deployment"].attributes["image.app"] == "registry.example/payments:v8"
    assert (found["deployment"].attributes["replicas"], found["deployment"].attributes["ready"]) == (3, 2)
    assert found["pod"].attributes["digest.app"].startswith("sha256:0")
    assert (found["pod"].attributes["phase"], found["pod"].attributes["ready"]) == ("Running", True)
    named = ObjectsRequest(window=WINDOW, ids=("shop/pod/cart-7d4f1-00000", "deployment/cart"))
    fetched, _ = await read("objects", named)
    assert [one.object_id for one in fetched.response.objects] == ["shop/deployment/cart", "shop/pod/cart-7d4f1-00000"]


def test_a_container_that_waits_says_why():
    waiting = pod("cart", 0)
    waiting["status"]["containerStatuses"][0]["state"] = {"waiting": {"reason": "ImagePullBackOff"}}
    assert pod_object(waiting, services()).attributes["waiting.app"] == "ImagePullBackOff"


@pytest.mark.parametrize(
    ("domain", "request_"),
    [
        ("changes", ChangesRequest(window=WINDOW, kinds=("flag",))),
        ("changes", ChangesRequest(window=WINDOW, repository="acme/cart")),
        ("objects", ObjectsRequest(window=WINDOW, kinds=("order",))),
    ],
)
async def test_what_a_cluster_has_not_is_unsupported(domain, request_):
    with pytest.raises(ProviderError) as failed:
        await read(domain, request_)
    assert failed.value.kind == "unsupported"

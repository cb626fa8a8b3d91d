"""The ways in which a change can hurt: the words that betray each in a diff, and what each looks like.

`signs` are error classes (`errorclass`) and resources or roles of metrics (`roles`) that the mechanism
produces when it goes wrong.
"""

from dataclasses import dataclass

from inquest.rca.lexicon import bag


@dataclass(frozen=True, slots=True)
class Mechanism:
    """`words` are matched against the words of identifiers, `signs` against classes of symptoms."""

    name: str
    words: frozenset[str]
    signs: frozenset[str]


def _row(name: str, words: str, signs: str) -> Mechanism:
    return Mechanism(name, bag(words), bag(signs))


MECHANISMS: tuple[Mechanism, ...] = (
    _row(
        "pool",
        "pool pools poolsize datasource conns maxconns maxopen maxidle idleconns connections hikari pgbouncer "
        "semaphore bulkhead",
        "pool timeout latency refused",
    ),
    _row(
        "timeout",
        "timeout timeouts deadline ttfb readtimeout writetimeout keepalive withtimeout",
        "timeout latency unavailable",
    ),
    _row(
        "retry",
        "retry retries maxattempts attempt attempts backoff jitter hedge redelivery",
        "retry traffic throttle timeout overload",
    ),
    _row(
        "cache",
        "cache cached caching ttl expiry evict eviction memoize lru stale invalidate redis memcached etag",
        "eviction latency pool traffic memory database data",
    ),
    _row(
        "query",
        "select query queries sql join where index orm fetch limit scan preload rows findall cursor "
        "pagination batch getitem",
        "latency slow database pool cpu timeout memory work",
    ),
    _row(
        "schema",
        "schema ddl mapping migration column alter field fields marshal unmarshal json proto protobuf avro "
        "serialize deserialize decode encode dto contract enum version format parse parser struct "
        "analyzer keyword properties unit units",
        "schema data nil",
    ),
    _row(
        "auth",
        "auth jwt token tokens claims exp nbf iat leeway skew oauth session role roles permission rbac "
        "scope secret keys jwks issuer audience verifier password credential signature hmac",
        "auth",
    ),
    _row(
        "tls",
        "tls ssl cert certs certificate certificates ca mtls cipher x509 truststore keystore",
        "certificate tls",
    ),
    _row(
        "concurrency",
        "mutex lock locks unlock rlock synchronized goroutine thread threads worker workers concurrency "
        "parallel async await sync blocking semaphore chan channel singleton scoped atomic race waitgroup executor "
        "queue prefetch",
        "deadlock latency threads queue timeout data cpu database",
    ),
    _row(
        "memory",
        "memory heap xmx buffer buffers alloc append slice leak retain global bytes readall accumulate history",
        "memory restart gc",
    ),
    _row(
        "cpu",
        "regex regexp hash sort loop nested bcrypt crypto compress gzip rounds complexity",
        "cpu latency timeout",
    ),
    _row(
        "guard",
        "nil null none undefined optional exists empty default guard assert recover catch except",
        "nil panic server",
    ),
    _row(
        "limit",
        "limit limits ratelimit rate rps qps rpm tps quota throttle burst max maximum maxsize ceiling threshold "
        "capacity replicas cap",
        "throttle quota pool overload schema",
    ),
    _row(
        "resources",
        "cpu memory requests limits resources replicas hpa autoscaling minreplicas maxreplicas "
        "nodeselector affinity gomaxprocs xmx jvm ulimit cpus mem",
        "throttle memory cpu restart latency",
    ),
    _row(
        "network",
        "url host hostname endpoint endpoints dns port proxy ingress egress route upstream firewall "
        "networkpolicy cidr subnet resolver nameserver loadbalancer",
        "dns refused unavailable timeout",
    ),
    _row(
        "logging",
        "log logger logging debug trace verbose loglevel printf dump sampling",
        "disk cpu latency",
    ),
    _row("feature", "flag feature toggle enabled rollout experiment variant gate", "latency server data"),
    _row(
        "messaging",
        "kafka consumer producer poll topic partition offset commit ack nack dlq rabbit sqs queue subscribe publish",
        "queue data latency",
    ),
    _row(
        "time",
        "timezone utc utcnow clock now date epoch duration skew cron schedule interval ticker leap",
        "auth data traffic",
    ),
    _row(
        "data",
        "round rounding amount price total tax convert currency precision float decimal seed backfill import",
        "data",
    ),
)
BY_NAME = {mechanism.name: mechanism for mechanism in MECHANISMS}

"""The ways in which a change can hurt, the words that betray each in a diff, and what each looks like.

One row per mechanism: words of identifiers that a diff about it touches; the error classes and the
metric resources or roles that it produces when it goes wrong; what to do about it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mechanism:
    """`words` are matched against the words of identifiers; `signs` against classes of symptoms."""

    name: str
    words: frozenset[str]
    signs: frozenset[str]
    sentence: str


def _row(name: str, words: str, signs: str, sentence: str) -> Mechanism:
    return Mechanism(name, frozenset(words.split()), frozenset(signs.split()), sentence)


MECHANISMS: tuple[Mechanism, ...] = (
    _row(
        "pool",
        "pool pools poolsize conns maxconns maxopen maxidle idleconns connections hikari pgbouncer semaphore bulkhead",
        "pool timeout latency refused",
        "it changes how many connections or slots are shared",
    ),
    _row(
        "timeout",
        "timeout timeouts deadline ttfb readtimeout writetimeout keepalive leaseduration withtimeout",
        "timeout latency unavailable",
        "it changes how long a call may take",
    ),
    _row(
        "retry",
        "retry retries maxattempts attempts backoff jitter hedge redelivery",
        "retry traffic throttle timeout overload",
        "it changes how often a failed call is repeated",
    ),
    _row(
        "cache",
        "cache cached caching ttl expiry evict eviction memoize lru stale invalidate redis memcached etag",
        "eviction latency pool traffic memory database data",
        "it changes what is served from a cache",
    ),
    _row(
        "query",
        "select query queries sql join where index orm fetch limit offset scan preload rows findall cursor pagination batch getitem n1",
        "latency slow database pool cpu timeout memory",
        "it changes which queries run, and how often",
    ),
    _row(
        "schema",
        "schema mapping migration column alter field fields marshal unmarshal json proto protobuf avro serialize deserialize "
        "decode encode dto contract enum version format parse parser struct analyzer keyword properties currency unit units",
        "schema data nil",
        "it changes the shape of data that others read or write",
    ),
    _row(
        "auth",
        "auth jwt token tokens claims exp nbf iat leeway skew oauth session role roles permission rbac scope secret key keys jwks issuer "
        "audience verifier password credential signature hmac",
        "auth",
        "it changes who is let in",
    ),
    _row(
        "tls",
        "tls ssl cert certs certificate certificates ca mtls cipher x509 truststore keystore",
        "certificate tls",
        "it changes how connections are secured",
    ),
    _row(
        "concurrency",
        "mutex lock locks unlock rlock synchronized goroutine thread threads worker workers concurrency parallel async await "
        "semaphore channel atomic race waitgroup executor queue prefetch",
        "deadlock latency threads queue timeout data cpu",
        "it changes what runs at the same time",
    ),
    _row(
        "memory",
        "memory heap buffer buffers alloc append map slice leak retain global list bytes readall accumulate history",
        "memory restart gc",
        "it changes how much is kept in memory",
    ),
    _row(
        "cpu",
        "regex regexp compile hash sort loop nested bcrypt crypto compress gzip rounds complexity",
        "cpu latency timeout",
        "it changes how much is computed",
    ),
    _row(
        "guard",
        "nil null none undefined optional exists empty default guard assert recover catch except",
        "nil panic server",
        "it changes what is checked before use",
    ),
    _row(
        "limit",
        "limit limits ratelimit rate quota throttle burst max maximum maxsize ceiling threshold capacity replicas cap",
        "throttle quota pool overload schema",
        "it changes a limit",
    ),
    _row(
        "resources",
        "cpu memory requests limits resources replicas hpa autoscaling minreplicas maxreplicas nodeselector affinity "
        "gomaxprocs xmx jvm ulimit cpus mem",
        "throttle memory cpu restart latency",
        "it changes the resources that it runs with",
    ),
    _row(
        "network",
        "url host hostname endpoint endpoints dns port proxy ingress egress route service upstream firewall networkpolicy cidr subnet "
        "resolver nameserver loadbalancer",
        "dns refused unavailable timeout",
        "it changes where calls go",
    ),
    _row(
        "logging",
        "log logger logging debug trace verbose loglevel printf dump sampling",
        "disk cpu latency",
        "it changes how much is logged",
    ),
    _row(
        "feature",
        "flag feature toggle enabled rollout experiment variant gate",
        "latency server data",
        "it turns a behaviour on or off",
    ),
    _row(
        "messaging",
        "kafka consumer producer topic partition offset commit ack nack dlq rabbit sqs queue subscribe publish",
        "queue data latency",
        "it changes how messages are taken or given",
    ),
    _row(
        "time",
        "timezone utc clock now date epoch duration skew cron schedule interval ticker leap",
        "auth data traffic",
        "it changes how time is reckoned or scheduled",
    ),
    _row(
        "data",
        "round rounding amount price total tax convert currency precision float decimal seed backfill import",
        "data",
        "it changes what values are computed",
    ),
)
BY_NAME = {mechanism.name: mechanism for mechanism in MECHANISMS}

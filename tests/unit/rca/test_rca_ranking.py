from dataclasses import replace

import pytest
from inquest.rca.engine import investigate
from inquest.rca.tables import Change, Edge, Series, Target

POOL = "@@ db.go @@\n-const maxConns = 50\n+const maxConns = 5"
TIDY = "@@ handler.go @@\n-\tfoo := load(id)\n-\treturn foo.Name\n+\tuser := load(id)\n+\treturn user.Name"
EXHAUSTED = ("api", "pool exhausted: context deadline exceeded acquiring connection", 900.0)


def ranked(shop):
    return investigate(shop.telemetry(), shop.target)


def first(shop):
    return ranked(shop).ranking.causes[0]


def test_a_change_that_accounts_for_the_symptom_is_convicted_and_its_decoys_are_not(shop):
    guilty = shop.logged(EXHAUSTED).shipped("a" * 40, POOL, "db/pool.go")
    crowded = guilty.shipped("b" * 40, TIDY, "api/handler.go", before_s=60).shipped(
        "c" * 40, None, "README.md", before_s=30
    )
    ranking = ranked(crowded).ranking
    assert ranking.causes[0].change_ref == "a" * 40
    assert (ranking.remediation, ranking.no_change, ranking.first_failing) == ("rollback", False, "api")
    assert ranking.band in {"likely", "proven"}
    assert "frontend" in ranking.blast_radius


def test_a_change_that_went_live_after_the_onset_is_acquitted(shop):
    late = shop.logged(EXHAUSTED).shipped("a" * 40, POOL, "db/pool.go", before_s=-200)
    assert first(late).change_ref is None


def test_a_change_on_an_uninvolved_service_is_acquitted(shop):
    elsewhere = shop.logged(EXHAUSTED).shipped("a" * 40, POOL, "cart/pool.go", on="cart")
    assert (first(elsewhere).change_ref, first(elsewhere).entity) == (None, "api")


def test_a_measurement_that_moves_as_the_diff_says_confirms_it(shop, stepped):
    plain = shop.shipped("a" * 40, POOL, "db/pool.go")
    gauge = replace(stepped("api", "db_pool_max_conns", 50, 5))
    exact = Series(gauge.entity, gauge.metric, gauge.times, (gauge.values < 25) * -45.0 + 50.0)
    names = {t.name for t in first(plain.measured(exact)).contributions}
    assert "numbers" in names
    assert first(plain.measured(exact)).score > first(plain).score


@pytest.mark.parametrize(
    ("line", "kind", "remedy"),
    [
        ("x509: certificate has expired or is not yet valid", "external", "rotate-credential"),
        ("lookup db.svc on 10.0.0.1:53: no such host", "infrastructure", "escalate-upstream"),
        ("write: no space left on device", "resource", "purge-data"),
        ("POST https://api.partner.com/pay returned 503", "external", "escalate-upstream"),
        ("POST https://api.partner.com/pay returned 503, standby not tried", "external", "failover"),
        ("maps: quota exceeded for project", "external", "escalate-upstream"),
        ("cannot parse message at offset 7: malformed payload", "data", "purge-data"),
        ("GET /items failed: JSONDecodeError: Expecting value", "data", "purge-data"),
        ("throttled on node n7: node cpu contended", "infrastructure", "reschedule"),
        ("zone b unreachable: no route to host", "infrastructure", "failover"),
    ],
)
def test_operational_causes_need_no_change(shop, line, kind, remedy):
    decoyed = shop.logged(("api", line, 900.0)).shipped("b" * 40, TIDY, "api/handler.go", before_s=60)
    ranking = ranked(decoyed).ranking
    assert ranking.no_change
    assert (ranking.causes[0].kind, ranking.remediation) == (kind, remedy)


def test_a_surge_of_traffic_is_the_cause_where_requests_enter(shop, stepped):
    surged = shop.measured(stepped("api", "requests_per_sec", 100, 900))
    assert (first(surged).kind, ranked(surged).ranking.remediation) == ("traffic", "scale")


def test_a_surge_inside_the_system_is_not_a_surge_of_traffic(shop, stepped):
    inner = shop.measured(stepped("db", "requests_per_sec", 100, 900))
    assert first(inner).kind != "traffic"


def test_a_victim_of_its_callee_is_not_the_cause(shop, stepped):
    broken = shop.measured(stepped("db", "cpu_utilization_ratio", 0.2, 0.99)).logged(
        ("db", "deadlock detected: lock wait timeout", 900.0), ("api", "query failed: timeout", 300.0)
    )
    assert first(broken).entity == "db"
    assert "victim" in {t.name for c in ranked(broken).ranking.causes if c.entity == "api" for t in c.contributions}


def test_who_complains_of_whom_stands_in_for_a_topology(shop, stepped):
    blind = replace(shop, edges=()).measured(stepped("db", "cpu_utilization_ratio", 0.2, 0.99))
    told = blind.logged(("api", "upstream database-main timeout", 300.0), ("database-main", "panic: crash", 300.0))
    blamed = next(c for c in ranked(told).ranking.causes if c.entity == "api" and c.change_ref is None)
    assert any("database-main" in term.why for term in blamed.contributions if term.name == "victim")


@pytest.mark.parametrize(("kind", "remedy"), [("flag", "flag-disable"), ("config", "config-revert")])
def test_a_switch_right_before_the_onset_is_suspected_and_an_old_one_is_not(shop, kind, remedy):
    onset = shop.target.fired_at - 300
    fresh = replace(
        shop, changes=(Change(onset - 20, kind, "api", "new_path", message="off->on", from_="off", to="on"),)
    )
    stale = replace(shop, changes=(replace(fresh.changes[0], time=onset - 3000),))
    scores = {c.change_ref: c.score for c in ranked(fresh).ranking.causes}
    old = {c.change_ref: c.score for c in ranked(stale).ranking.causes}
    assert scores["new_path"] > old["new_path"]
    assert first(stale).change_ref is None
    if ranked(fresh).ranking.causes[0].change_ref:
        assert ranked(fresh).ranking.remediation == remedy


def test_a_deploy_of_a_version_ships_what_its_service_owns(shop):
    onset = shop.target.fired_at - 300
    commit = Change(onset - 900, "commit", None, "f" * 40, "a", "refactor(api): tidy", ("services/api/db.go",), POOL)
    other = Change(onset - 900, "commit", None, "e" * 40, "a", "refactor(cart): tidy", ("services/cart/db.go",), POOL)
    deploy = Change(onset - 300, "deploy", "api", "v1.42.0", to="v1.42.0")
    found = ranked(replace(shop.logged(EXHAUSTED), changes=(commit, other, deploy)))
    live = {f.features["ref"]: f.features["live"] for f in found.findings if f.features["detector"] == "change"}
    assert live == {"f" * 40: True, "e" * 40: False, "v1.42.0": True}
    assert found.ranking.causes[0].change_ref == "f" * 40


def test_without_any_deploy_a_commit_counts_from_when_it_was_made_and_by_its_path(shop):
    onset = shop.target.fired_at - 300
    commit = Change(onset - 300, "commit", None, "f" * 40, "a", "refactor: tidy", ("services/api/db.go",), POOL)
    cause = first(replace(shop.logged(EXHAUSTED), changes=(commit,)))
    assert (cause.change_ref, cause.entity) == ("f" * 40, "api")


def test_a_change_may_hurt_its_callers_alone(shop):
    diff = '@@ m.go @@\n-\tID string `json:"user_id"`\n+\tID string `json:"userId"`'
    silent = replace(shop, edges=(*shop.edges, Edge("api", "users"))).shipped("a" * 40, diff, "users/m.go", on="users")
    hurt = silent.logged(("api", "json: missing required field user_id", 900.0))
    causes = ranked(hurt).ranking.causes
    blamed = next(c for c in causes if c.change_ref == "a" * 40)
    assert "neighbours" in {t.name for t in blamed.contributions}


def test_an_early_oddity_does_not_acquit_the_change_that_follows(shop, stepped):
    onset = shop.target.fired_at - 300
    odd = stepped("cart", "queue_depth", 5, 60, onset=onset - 1500)
    guilty = shop.logged(EXHAUSTED).shipped("a" * 40, POOL, "db/pool.go").measured(odd)
    assert first(guilty).change_ref == "a" * 40


def test_every_sentence_of_a_cause_cites_and_every_score_is_the_sum_of_its_terms(shop):
    ranking = ranked(shop.logged(EXHAUSTED).shipped("a" * 40, POOL, "db/pool.go")).ranking
    for cause in ranking.causes:
        assert cause.score == pytest.approx(sum(t.log_odds for t in cause.contributions))
        assert cause.mechanism.endswith(".")
        assert cause.refuting_query.endswith("?")
    assert ranking.causes[0].support


def test_the_page_may_say_nothing(shop):
    silent = replace(shop.logged(EXHAUSTED).shipped("a" * 40, POOL, "db/pool.go"), target=Target())
    assert first(silent).change_ref == "a" * 40


def test_a_sentence_that_the_diff_brought_in_convicts_it(shop):
    diff = '@@ a.py @@\n-    old(x)\n+    raise ServiceError(422, "amount is missing or not a text")'
    quoted = shop.logged(("api", "charge failed: amount is missing or not a text", 400.0))
    names = {t.name for t in first(quoted.shipped("a" * 40, diff, "api/a.py")).contributions}
    assert "quoted" in names
    assert first(quoted.shipped("a" * 40, diff, "api/a.py")).change_ref == "a" * 40


def test_who_complains_of_another_is_less_suspected_itself(shop):
    itself = shop.logged(("api", "query failed: timeout", 300.0))
    other = shop.logged(("api", "query to cart failed: timeout", 300.0))

    def log_worth(given):
        cause = next(c for c in ranked(given).ranking.causes if c.entity == "api" and c.change_ref is None)
        return next(t.log_odds for t in cause.contributions if t.name == "log")

    assert log_worth(other) < log_worth(itself)
    assert any(c.entity == "cart" for c in ranked(other).ranking.causes)


def test_only_what_the_page_depends_on_accounts_for_its_loss(shop, stepped):
    slow = stepped("cart", "http_server_duration_p99_ms", 150, 4000)
    beside = replace(shop, series=tuple(s for s in shop.series if s.entity != "cart")).measured(slow)
    below = replace(beside, edges=(*beside.edges, Edge("api", "cart")))

    def excess(given):
        cause = next(c for c in ranked(given).ranking.causes if c.entity == "cart")
        return sum(t.log_odds for t in cause.contributions if t.name == "excess")

    assert excess(below) > 2 * excess(beside)


def test_a_dead_service_is_found_by_its_silence(shop, stepped):
    dead = stepped("db", "heartbeat_count", 7, 7)
    stopped = Series(dead.entity, dead.metric, dead.times[:120], dead.values[:120])
    series = tuple(s for s in shop.series if s.entity != "db")
    gone = (
        replace(shop, series=series)
        .measured(stopped)
        .logged(("api", "connect to db failed: connection refused", 300.0))
    )
    assert first(gone).entity == "db"
    assert ranked(gone).ranking.remediation == "restart"


def test_a_client_side_measurement_tells_of_the_other_side(shop, stepped):
    told = shop.measured(stepped("frontend", "http_client_cart_errors_per_s", 0.01, 9.0))
    blamed = next(c for c in ranked(told).ranking.causes if c.entity == "cart")
    assert any(t.name == "spread" and t.log_odds > 0 for t in blamed.contributions)

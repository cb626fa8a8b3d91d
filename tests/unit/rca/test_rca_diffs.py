import pytest
from inquest.rca.diffs import read_diff

# What a reviewer would stop at: (path, diff, a mechanism that must be among those named).
HARMFUL = [
    ("pkg/store.go", "-\ts.mu.Lock()\n-\tdefer s.mu.Unlock()\n \treturn s.items[key]", "concurrency"),
    ("pkg/http.go", "-\tdefer resp.Body.Close()\n \tbody, err := io.ReadAll(resp.Body)", "pool"),
    ("config/cache.yaml", "-  ttl: 10m\n+  ttl: 10s", "cache"),
    (
        "repo.go",
        "-\tif p, ok := r.cache.Get(id); ok {\n-\t\treturn p, nil\n-\t}\n \treturn r.db.Find(ctx, id)",
        "cache",
    ),
    ("client.go", "-\tTimeout: 2 * time.Second,\n+\tTimeout: 60 * time.Second,", "timeout"),
    ("policy.go", "-\tMaxAttempts: 3,\n+\tMaxAttempts: 12,", "retry"),
    ("values.yaml", "-        memory: 512Mi\n+        memory: 128Mi", "memory"),
    ("0042.sql", "-CREATE INDEX i ON orders(customer_id);\n+DROP INDEX i;", "query"),
    (
        "repo.go",
        "-q := `SELECT id FROM orders WHERE c=$1 LIMIT 50`\n+q := `SELECT * FROM orders WHERE c=$1`",
        "query",
    ),
    ("cart.go", "+\tfor _, it := range items {\n+\t\tp, err := h.pricing.GetPrice(ctx, it)\n+\t}", "query"),
    ("model.go", '-\tUserID string `json:"user_id"`\n+\tUserID string `json:"userId"`', "schema"),
    ("endpoints.yaml", "-url: http://a.svc:8080\n+url: http://a.svc:8081", "network"),
    ("auth.go", '-\tAudience: "api.internal",\n+\tAudience: "api",', "auth"),
    ("limits.yaml", "-  rate_limit_rps: 5000\n+  rate_limit_rps: 500", "limit"),
    ("log.go", "-\tlevel: zap.InfoLevel,\n+\tlevel: zap.DebugLevel,", "logging"),
    ("feature.go", "+var history []Request\n+\n+\thistory = append(history, r)\n \tscore(r)", "memory"),
    ("state.go", "-\tif order.Paid && order.Stock > 0 {\n+\tif order.Paid || order.Stock > 0 {", "guard"),
    ("flags.yaml", "-  new_flow: false\n+  new_flow: true", "feature"),
    ("seen.py", "+_seen: dict[str, bytes] = {}\n+\n+    _seen[request.id] = body\n     return body", "memory"),
    ("order.py", " await db.begin()\n-notify(order)\n await db.commit()\n+notify(order)", "concurrency"),
    ("event.proto", "-  int64 amount = 3;\n+  string amount = 3;", "schema"),
    ("price.go", "-\ttotal := float64(cents) / 100\n+\ttotal := cents / 100", "data"),
    ("sign.py", '+    mark = hashlib.pbkdf2_hmac("sha256", body, b"k", 400_000)', "cpu"),
    ("payment.yaml", "-merchant_key: mk-live-1\n+merchant_key: mk-live-2", "auth"),
    ("consumer.go", "-\tmsg.Ack()\n \tprocess(msg)", "messaging"),
    ("charge.go", "-\tctx, cancel := context.WithTimeout(ctx, 2*time.Second)\n \treturn c.gw.Charge(ctx)", "timeout"),
    ("user.ts", "-  return user?.profile?.name ?? '';\n+  return user.profile.name;", "guard"),
    (
        "email.go",
        '-\tif strings.Contains(a, "@") {\n+\tif regexp.MustCompile(`^(([a-z]+)+\\.)+$`).MatchString(a) {',
        "cpu",
    ),
]

# What changes nothing that matters to a running system.
INNOCENT = [
    ("docs/runbook.md", "+ text"),
    ("pkg/x_test.go", '+\tt.Run("a", nil)'),
    (".github/workflows/build.yml", "+      - uses: cache"),
    ("web/static/app.css", "-.a { color: red }\n+.a { color: blue }"),
    ("main.go", "-// old text\n+// new text"),
    ("main.go", '-import "a"\n+import "b"'),
    ("go.mod", "-\tgoogle.golang.org/grpc v1.62.0\n+\tgoogle.golang.org/grpc v1.62.1"),
    ("metrics.go", '+var hits = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "hits"})'),
    ("ready.go", "+func Readyz(w http.ResponseWriter, r *http.Request) {\n+\tw.WriteHeader(http.StatusOK)\n+}"),
    ("errors.go", '-\treturn errors.New("recieved bad input")\n+\treturn errors.New("received bad input")'),
    ("p.go", "+\tif len(items) == 0 { return nil, nil }"),
    ("x.go", "-\tfoo := load(id)\n-\treturn foo.Name\n+\tuser := load(id)\n+\treturn user.Name"),
    ("cache.yaml", "-  entries: 50000\n+  entries: 60000"),
    ("Dockerfile", "-FROM gcr.io/distroless/static:latest\n+FROM gcr.io/distroless/static:nonroot"),
    ("message.py", '-    log.info("charged %d", n)\n+    log.info("charged %d now", n)'),
    ("answer.py", "-    return await call(x)\n+    placed = await call(x)\n+    return placed"),
    ("pool.yaml", "-  size: 10\n+  size: 14"),
    ("move.go", "-\ta := 1\n+\t\ta := 1"),
]


@pytest.mark.parametrize(("path", "diff", "mechanism"), HARMFUL)
def test_a_dangerous_edit_changes_behaviour_through_its_mechanism(path, diff, mechanism):
    reading = read_diff(diff, [path], "refactor: tidy")
    assert reading.behaviour >= 0.6, reading
    assert mechanism in reading.mechanisms


@pytest.mark.parametrize(("path", "diff"), INNOCENT)
def test_an_innocent_edit_is_told_from_a_dangerous_one(path, diff):
    assert read_diff(diff, [path], "fix: something").behaviour < 0.5


def test_numbers_are_read_in_seconds_and_bytes():
    pairs = read_diff("-  wait: 250ms\n-  heap: 1Gi\n+  wait: 2s\n+  heap: 512Mi", ["a.yaml"], "").pairs
    assert [(p.name, p.before, p.after) for p in pairs] == [("wait", 0.25, 2.0), ("heap", 2.0**30, 2.0**29)]


@pytest.mark.parametrize(
    ("message", "most"), [("docs: x", 0.05), ("chore(api): x", 0.15), ("feat: x", 0.35), ("", 0.35)]
)
def test_without_a_diff_only_the_message_speaks_and_softly(message, most):
    assert read_diff(None, ["a.go"], message).behaviour == most


@pytest.mark.parametrize(("new", "least", "most"), [("2.0.0", 0.6, 0.6), ("1.3.0", 0.2, 0.2), ("1.2.4", 0.1, 0.1)])
def test_a_dependency_is_judged_by_how_far_its_version_moves(new, least, most):
    reading = read_diff(f"-\tlib v1.2.3\n+\tlib v{new}", ["go.mod", "go.sum"], "chore: bump")
    assert least <= reading.behaviour <= most


def test_code_that_only_moves_is_not_a_change():
    diff = "-\ta.b(c)\n-\td.e(f)\n+\td.e(f)\n+\ta.b(c)"
    assert read_diff(diff, ["a.go"], "").behaviour <= 0.1


def test_an_enormous_diff_is_read_in_bounded_time():
    diff = "\n".join(f"-line {i} of old code\n+line {i} of new code" for i in range(50_000))
    assert 0 <= read_diff(diff, ["a.go"], "feat: rewrite").behaviour <= 1

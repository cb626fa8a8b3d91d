import numpy as np
from inquest.rca.graph import call_graph, map_dependencies
from inquest.rca.spantree import span_tree
from inquest.rca.tables import Edge, Spans, Window
from inquest.rca.traces import find_failure_paths

BASELINE, WINDOW = Window(0, 1000), Window(1000, 2000)


class Recorder:
    """Collects spans of requests; durations in milliseconds."""

    def __init__(self):
        self.rows = []

    def request(self, trace, at, *spans):
        """Each span is (id, parent, entity, name, offset_ms, duration_ms[, error])."""
        for span_id, parent, entity, name, offset, duration, *error in spans:
            text = error[0] if error else None
            self.rows.append((trace, span_id, parent, entity, name, at + offset / 1000, duration, text))

    def table(self):
        columns = list(zip(*self.rows, strict=True))
        return Spans(
            columns[0],
            columns[1],
            columns[2],
            columns[3],
            columns[4],
            np.array(columns[5]),
            np.array(columns[6], dtype=float),
            np.array([bool(text) for text in columns[7]]),
            [{"error": text} if text else {} for text in columns[7]],
        )


def shop(*, gap_ms=1.0, own_ms=10.0, error=None, calls=1, traces=40):
    """web calls api, api calls db `calls` times; the last half of the traces lies in the window."""
    recorder = Recorder()
    for n in range(traces):
        late = n >= traces // 2
        own, gap = (own_ms, gap_ms) if late else (10.0, 1.0)
        own += n % 3
        count = calls if late else 1
        db = [(f"d{k}", "a", "db", "query", gap + k * 6, 5.0) for k in range(count)]
        api = own + 5.0 * count
        recorder.request(
            f"t{n}",
            n * 2000 / traces,
            ("w", None, "web", "GET /", 0, api + 2 * gap + 5),
            ("c", "w", "web", "HTTP GET", 2, api + 2 * gap),
            ("a", "c", "api", "handle", 2 + gap, api, *([error] if late and error else [])),
            *db,
        )
    return recorder.table()


def paths(spans, baseline=BASELINE):
    return find_failure_paths(spans, window=WINDOW, baseline=baseline)


def of(analysis, detector):
    return [f for f in analysis.findings if f.features["detector"] == detector]


def test_exclusive_time_is_duration_less_children_and_less_contained_siblings():
    recorder = Recorder()
    recorder.request(
        "t", 0, ("r", None, "a", "root", 0, 100), ("w", "r", "a", "wait", 1, 90), ("h", "r", "a", "call", 5, 80)
    )
    tree = span_tree(recorder.table())
    assert tree.exclusive_ms.tolist() == [0, 10, 80]


def test_growth_of_own_time_is_laid_at_the_door_of_the_one_that_works():
    analysis = paths(shop(own_ms=200))
    (finding,) = of(analysis, "self-time")
    assert finding.entity == "api"
    assert finding.onset_at >= 1000
    assert not of(analysis, "edge-gap")


def test_a_slow_network_is_laid_at_the_end_that_all_slow_edges_share():
    recorder = Recorder()
    for n in range(40):
        late = n >= 20
        for caller in ("web", "batch"):
            lost = 500.0 if late else 1.0
            recorder.request(
                f"{caller}{n}",
                n * 50,
                ("r", None, caller, "root", 0, 40 + lost),
                ("c", "r", caller, "HTTP", 1, 20 + lost),
                ("s", "c", "api", "handle", 1 + lost / 2, 20),
                ("d", "r", caller, "HTTP", 25 + lost, 11),
                ("e", "d", "other", "handle", 26 + lost, 10),
            )
    found = of(paths(recorder.table()), "edge-gap")
    assert found[0].entity == "api"
    assert found[0].strength > 1.2 * max((f.strength for f in found[1:]), default=0)


def test_errors_arise_where_no_child_failed():
    analysis = paths(shop(error="lookup db: no such host"))
    (finding,) = of(analysis, "error-origin")
    assert (finding.entity, finding.features["classes"]) == ("api", "dns")


def test_one_call_made_many_times_over_is_found():
    analysis = paths(shop(calls=12))
    assert any(f.entity == "api" and f.features["lost"] is False for f in of(analysis, "calls"))


def test_calls_that_are_no_longer_made_are_found():
    analysis = paths(shop(calls=0))
    assert any(f.entity == "api" and f.features["lost"] is True for f in of(analysis, "calls"))


def test_nothing_is_found_when_nothing_changed():
    assert not paths(shop()).findings


def test_losses_are_said():
    recorder = Recorder()
    recorder.request("t", 1500, ("a", "gone", "api", "x", 0, 5), ("b", "c", "api", "x", 0, 5))
    recorder.request("u", 1500, ("r", None, "api", "x", 400, 5), ("s", "r", "db", "x", 0, 5))
    recorder.request("u", 1500, ("s", "r", "db", "x", 0, 5))
    said = " ".join(paths(recorder.table()).losses)
    for part in ("2 of 4 spans name a parent", "no spans to compare", "begin before their parent", "delivered twice"):
        assert part in said
    assert "because no baseline" in " ".join(paths(recorder.table(), None).losses)


def test_spans_without_parents_and_cycles_do_no_harm():
    recorder = Recorder()
    recorder.request("t", 1500, ("a", "b", "api", "x", 0, 5), ("b", "a", "db", "x", 0, 5), ("c", "c", "db", "x", 0, 5))
    assert paths(recorder.table()).findings == ()
    alone = Recorder()
    alone.request("t", 1500, ("a", None, "api", "x", 0, 5), ("b", None, "db", "x", 0, 5))
    assert any("No span has a parent" in loss for loss in paths(alone.table()).losses)
    early = find_failure_paths(alone.table(), window=Window(0, 1), baseline=None)
    assert any("No span lies in the window" in loss for loss in early.losses)


def test_dependencies_come_from_spans_and_from_what_is_given():
    analysis = map_dependencies(shop(), [Edge("api", "queue"), Edge("api", "api")], window=WINDOW, baseline=BASELINE)
    graph = call_graph(analysis.findings)
    assert graph.callees == {"web": {"api"}, "api": {"db", "queue"}}
    assert graph.downstream("web") == {"api": 1, "db": 2, "queue": 2}
    assert graph.upstream("db") == {"api": 1, "web": 2}
    assert graph.traced == {"web", "api", "db"}


def test_no_topology_is_a_loss_and_a_cycle_ends():
    empty = Recorder()
    empty.request("t", 0, ("a", None, "x", "y", 0, 1))
    assert map_dependencies(empty.table(), window=WINDOW).losses
    edges = [Edge("a", "b"), Edge("b", "c"), Edge("c", "a")]
    graph = call_graph(map_dependencies(empty.table(), edges, window=WINDOW).findings)
    assert graph.downstream("a") == {"b": 1, "c": 2}


def test_a_call_that_nobody_answered_is_laid_at_the_door_of_who_usually_answers():
    recorder = Recorder()
    for n in range(40):
        dead = n >= 30
        recorder.request(
            f"t{n}",
            n * 50,
            ("r", None, "web", "root", 0, 40),
            ("c", "r", "web", "GET /similar", 1, 30, *(["connection refused"] if dead else [])),
            *([] if dead else [("s", "c", "api", "handle", 2, 20)]),
        )
    (finding,) = of(paths(recorder.table()), "error-origin")
    assert (finding.entity, finding.features["caller"]) == ("api", "web")
    assert "calls to api that it never saw" in finding.statement

"""How long what is kept is kept: every stream and bucket that forgets by age, and no limit that defeats another."""

import pytest
from inquest.config import Config
from inquest.config.retention import RetentionConfig
from inquest.contracts.streams import DAY_S, STREAMS
from inquest.contracts.topology import BUCKETS, GATEWAY_APPROVALS, GATEWAY_LEDGER, GATEWAY_SHARED
from pydantic import ValidationError


def test_defaults_are_what_the_table_says_and_all_that_ages_is_covered():
    table = {row.name: row.age_s_max for row in (*STREAMS, *BUCKETS) if row.age_s_max}
    fixed = {"ADVISORIES", GATEWAY_APPROVALS.name, GATEWAY_LEDGER.name, GATEWAY_SHARED.name}
    assert RetentionConfig().ages() == {name: age for name, age in table.items() if name not in fixed}


def test_a_tenant_may_have_its_own():
    config = Config.model_validate(
        {"retention": {"live_days": 10}, "tenants": {"acme": {"retention": {"live_days": 3}}, "globex": {}}}
    )
    assert [config.retention_of(name).live_days for name in ("acme", "globex", "gone")] == [3, 10, 10]
    assert config.retention.ages()["SIGNALS"] == 30 * DAY_S


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"retention": {"live_days": 30}}, "gone before it can be archived"),
        ({"retention": {"toolcalls_days": 14}}, "toolcalls_days must be more"),
        ({"retention": {"archive_days": 60}}, "open an investigation anew"),
        ({"retention": {"live_days": 0}}, "greater than or equal to 1"),
        ({"retention": {"trace_days": 4000}}, "less than or equal to 3650"),
        ({"tenants": {"acme": {"retention": {"archive_days": 10}}}}, "tenants.acme.retention"),
    ],
)
def test_what_defeats_itself_is_refused(given, problem):
    with pytest.raises(ValidationError, match=problem):
        Config.model_validate(given)

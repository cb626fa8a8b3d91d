import io
from collections.abc import Iterator

import pytest
from inquest.contracts.errors import Impossible
from inquest.runtime.loglevel import LogLevel
from inquest.telemetry import logs
from inquest.testkit.fixtures import until


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    logs.configure(stream=stream)
    yield stream
    logs.configure()


def test_loggers_that_were_made_before_follow(log):
    bound = logs.get_logger("x").bind(consumer="y")
    bound.debug("before_told")
    logs.set_level("debug")
    bound.debug("after_told")
    logs.set_level("error")
    bound.warning("then_told")
    assert "after_told" in log.getvalue()
    assert "before_told" not in log.getvalue()
    assert "then_told" not in log.getvalue()


async def test_what_was_lent_returns_to_what_was_set_for_good(log):
    level = LogLevel()
    level.set("WARNING")
    level.set("DEBUG", 60)
    level.set("ERROR", 0.05)  # the level before is the one that was set for good
    assert (level.level, level.until is not None) == ("ERROR", True)
    await until(lambda: level.level == "WARNING")
    assert level.until is None
    level.set("debug", 60)
    level.set("INFO")
    assert (level.level, level.until) == ("INFO", None)


@pytest.mark.parametrize(("level", "duration_s"), [("LOUD", None), ("DEBUG", 0), ("DEBUG", -1), ("DEBUG", 1e9)])
async def test_what_is_no_level(log, level, duration_s):
    with pytest.raises(Impossible, match=r"level|duration"):
        LogLevel().set(level, duration_s)
    assert logs.current_level() == "INFO"

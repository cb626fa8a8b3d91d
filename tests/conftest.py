"""Fixtures for the whole suite come from libs/testkit."""

import os
from datetime import UTC, datetime

from inquest.config.keyring import Keyring

pytest_plugins = ["inquest.testkit.fixtures"]

# Intake does not start without a keyring; processes that tests start inherit this one.
os.environ.setdefault("INQUEST_TEST_RAW_KEYS", Keyring.begin(datetime.now(UTC)).render())
os.environ.setdefault("INQUEST_RAW_KEYS_REF", "env:INQUEST_TEST_RAW_KEYS")

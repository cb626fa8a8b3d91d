"""Run `inquest-testbed`."""

import sys

from inquest.testbed.main import main

sys.exit(main())

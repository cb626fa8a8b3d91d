"""Detectors and cause ranking: pure functions over telemetry.

`tables` holds what goes in, `finding` what crosses the bus, and one module per capability turns the
first into the second; `verdict.rank` turns findings into ranked causes. Nothing here reads a file,
a clock or a random number, and nothing imports another Inquest package.
"""

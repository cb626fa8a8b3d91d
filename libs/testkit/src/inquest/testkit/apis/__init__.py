"""Sources that speak the APIs of data sources as their makers document them; one module per kind of provider.

Each has `CASES`: what the conformance suite examines.
"""

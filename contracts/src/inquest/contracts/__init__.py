"""Messages, subjects and topology that the services share.

Business logic imports floating names from ``inquest.contracts.latest``; whoever needs one wire version
imports ``inquest.contracts.v1`` directly.
"""

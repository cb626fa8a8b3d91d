"""A real Alertmanager, told by a real Prometheus of alerts on the exporter's gauge, that calls a webhook."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from inquest.testkit.prometheus import Exporter, Prometheus, server

DEPTH_MAX = 5
RULES = """
groups:
  - name: zorg
    interval: 200ms
    rules:
      - alert: TooDeep
        expr: zorg_depth_furlongs > {depth}
        labels: {{severity: critical, service: "{{{{ $labels.bay }}}}"}}
        annotations: {{summary: "{{{{ $labels.bay }}}} is {{{{ $value }}}} furlongs deep"}}
"""
PROMETHEUS = """
global: {{scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms}}
rule_files: [{rules}]
alerting:
  alertmanagers: [{{static_configs: [{{targets: ["{alertmanager}"]}}]}}]
scrape_configs:
  - job_name: zorg
    static_configs: [{{targets: ["127.0.0.1:{exporter}"]}}]
"""
ALERTMANAGER = """
route: {{receiver: inquest, group_by: [alertname], group_wait: 200ms, group_interval: 1s, repeat_interval: 1s}}
receivers:
  - name: inquest
    webhook_configs:
      - url: {url}
        http_config: {{authorization: {{credentials: {token}}}}}
"""


@dataclass
class Alerting:
    """What stands between the exporter and the webhook."""

    alertmanager: Prometheus

    async def sent(self, which: str = "total") -> float:
        """Return how often the webhook was called (`total`), or in vain (`failed_total`)."""
        async with httpx.AsyncClient() as http:
            text = (await http.get(f"{self.alertmanager.url}/metrics")).text
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == f"alertmanager_notification_requests_{which}"
            and sample.labels.get("integration") == "webhook"
        )


@asynccontextmanager
async def alerting(directory: Path, exporter: Exporter, url: str, token: str) -> AsyncIterator[Alerting]:
    """Run both: an alert fires for each bay that is deeper than DEPTH_MAX; repeats come about every second."""
    configuration = ALERTMANAGER.format(url=url, token=token)
    async with server("prometheus-alertmanager", directory, configuration, "--cluster.listen-address=") as alertmanager:
        rules = directory / "rules.yml"
        rules.write_text(RULES.format(depth=DEPTH_MAX))
        told = PROMETHEUS.format(
            rules=rules, alertmanager=alertmanager.url.removeprefix("http://"), exporter=exporter.port
        )
        async with server("prometheus", directory, told, "--rules.alert.resend-delay=1s"):
            yield Alerting(alertmanager)

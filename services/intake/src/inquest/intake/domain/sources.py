"""The sources that intake knows: how each is read, and the headers that go with a delivery."""

from inquest.intake.domain import generic, pagerduty
from inquest.intake.domain.reading import Reader

READERS: dict[str, Reader] = {"pagerduty": pagerduty.read, "generic": generic.read}
SIGNATURE_HEADERS = {"pagerduty": "X-PagerDuty-Signature", "generic": "X-Inquest-Signature"}
PAYLOAD_REF = "Inquest-Payload-Ref"  # the object that holds a delivery too large for a message
VIA_WEBHOOK = "Inquest-Via"  # set on deliveries that came in, and were counted, over HTTP

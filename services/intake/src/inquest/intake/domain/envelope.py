"""What travels beside a raw delivery in INGEST, so that reading it again from there says the same."""

PAYLOAD_REF = "Inquest-Payload-Ref"  # the object that holds a delivery too large for a message
VIA_WEBHOOK = "Inquest-Via"  # set on deliveries that came in, and were counted, over HTTP

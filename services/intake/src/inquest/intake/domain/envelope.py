"""What travels beside a raw delivery in INGEST, so that reading it again from there says the same."""

# In the clear, on what intake keeps:
DELIVERY_ID = "Inquest-Delivery"  # tells it from others; derived under the tenant's key, so that it says nothing else
PAYLOAD_REF = "Inquest-Payload-Ref"  # the object that holds a delivery too large for a message
# Sealed with the body:
VIA_WEBHOOK = "Inquest-Via"  # set on deliveries that came in, and were counted, over HTTP
RECEIVED_AT = "Inquest-Received-At"  # when the bus had it, where that is not when it was kept

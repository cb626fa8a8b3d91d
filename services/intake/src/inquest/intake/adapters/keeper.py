"""Raw deliveries on their way into INGEST and out of it: sealed, and in the object store where they are large."""

import hashlib
from dataclasses import dataclass

from inquest.bus.headers import CONTENT_TYPE
from inquest.bus.port import Delivery, Objects, Outgoing
from inquest.contracts.errors import Impossible, NotFound
from inquest.contracts.payloads import INLINE_BYTES_MAX
from inquest.contracts.subjects import DELIVERY_KEPT
from inquest.contracts.topology import RAW_KEY_HEADER
from inquest.intake.adapters.vault import Vault
from inquest.intake.domain.envelope import DELIVERY_ID, PAYLOAD_REF
from inquest.intake.domain.sealing import About, Content

TYPE_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class Keeper:
    """Implements ports.Keeper."""

    objects: Objects
    vault: Vault

    async def sealed(self, tenant: str, source: str, identity: str, content: Content) -> Outgoing:
        """See ports.Keeper."""
        delivery_id = self.vault.name("delivery", tenant, source, identity)
        about = About(tenant, source, delivery_id, _type_of(content))
        key_id, data = self.vault.seal(about, content)
        headers = {DELIVERY_ID: delivery_id, RAW_KEY_HEADER: key_id}
        if about.content_type:
            headers[CONTENT_TYPE] = about.content_type
        if len(data) > INLINE_BYTES_MAX:
            headers[PAYLOAD_REF] = await self.objects.put(tenant, data)
            data = b""
        keys = {"tenant": tenant, "source": source}
        msg_id = f"{tenant}:delivery:{source}:{delivery_id}"
        return Outgoing(DELIVERY_KEPT, data, keys, msg_id, headers=headers)

    async def opened(self, delivery: Delivery) -> Content:
        """See ports.Keeper."""
        tenant, headers = delivery.keys["tenant"], delivery.headers
        about = About(tenant, delivery.keys["source"], headers.get(DELIVERY_ID, ""), headers.get(CONTENT_TYPE, ""))
        ref = headers.get(PAYLOAD_REF)
        try:
            return self.vault.open(about, await self.objects.get(ref) if ref else delivery.payload)
        except NotFound as error:
            raise Impossible(f"the raw delivery {ref} is gone") from error

    def hashed(self, tenant: str, body: bytes) -> str:
        """See ports.Keeper."""
        return self.vault.name("body", tenant, hashlib.sha256(body).hexdigest())


def _type_of(content: Content) -> str:
    found = (value for name, value in content.headers.items() if name.lower() == CONTENT_TYPE.lower())
    return "".join(filter(str.isprintable, next(found, "").strip()[:TYPE_CHARS_MAX]))

"""Asks over CAQH CORE Connectivity vC2.2.0, real time, HTTP MIME multipart.

`account.options`: `profile` and what a profile may say (payers.core_connectivity: profile, options); `ca_file`
(payers.http); the rest belongs to the 270 (payers.x12_mapping).
`account.secrets`: `username`, `password`; `client_certificate`, `client_key` (payers.client_certificate).
"""

import uuid
from collections.abc import Mapping

from payers.core_connectivity import CoreSource, Envelope, Wrapped, multipart


class CaqhCoreMime(CoreSource):
    """One account at a payer or clearinghouse that speaks CAQH CORE over MIME."""

    carrier = "mime"
    otherwise = "not_multipart"

    def wrap(self, sent: Mapping[str, str], kept: Mapping[str, str]) -> Wrapped:
        boundary = uuid.uuid4().hex
        return Wrapped(
            f"multipart/form-data; boundary={boundary}",
            multipart.write(self.named(sent), boundary),
            multipart.write(self.named(kept), boundary),
        )

    def unwrap(self, body: bytes, content_type: str) -> Envelope | None:
        return multipart.read(body, content_type)

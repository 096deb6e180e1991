"""Asks over CAQH CORE Connectivity vC2.2.0, real time, SOAP 1.2 with WS-Security.

`account.options`: `profile` and what a profile may say (payers.core_connectivity: profile, options); `ca_file`
(payers.http); the rest belongs to the 270 (payers.x12_mapping).
`account.secrets`: `username`, `password`; `client_certificate`, `client_key` (payers.client_certificate).
"""

from collections.abc import Mapping

from payers.core_connectivity import CREDENTIALS, CoreSource, Envelope, Wrapped, soap, soap_answer


class CaqhCoreSoap(CoreSource):
    """One account at a payer or clearinghouse that speaks CAQH CORE over SOAP."""

    carrier = "soap"
    otherwise = "not_soap"
    unspeakable = soap.UNSPEAKABLE

    def wrap(self, sent: Mapping[str, str], kept: Mapping[str, str]) -> Wrapped:
        return Wrapped(soap.CONTENT_TYPE, self._written(sent), self._written(kept))

    def unwrap(self, body: bytes, content_type: str) -> Envelope | None:
        return soap_answer.read(body, content_type)

    def headers(self) -> dict[str, str]:
        action = {"Action": soap.OPERATION} if self.options.action_header else {}
        return super().headers() | action

    def hidden(self) -> list[str]:
        secrets = [value for name, value in self.account.secrets.items() if name != "username"]
        return [soap.escape(value) for value in secrets if soap.escape(value) != value]

    def _written(self, fields: Mapping[str, str]) -> bytes:
        own = {name: value for name, value in fields.items() if name not in CREDENTIALS}
        name, password = (fields.get(each) for each in CREDENTIALS)
        credentials = None if name is None or password is None else (name, password)
        payload = self.options.field_names.get("Payload", "Payload")
        return soap.write(self.named(own), credentials, self.options, payload)

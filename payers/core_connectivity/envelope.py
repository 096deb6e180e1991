"""An envelope that came back: its fields, whatever they were wrapped in."""

from __future__ import annotations

import msgspec


class Envelope(msgspec.Struct, frozen=True):
    """The fields of an answer, by lower-case name, and whether it came to its end."""

    fields: dict[str, bytes]
    complete: bool

    def text(self, name: str) -> str:
        return self.fields.get(name.lower(), b"").decode("ascii", "replace").strip()

    @property
    def payload(self) -> bytes:
        return self.fields.get("payload", b"")

    @property
    def error_code(self) -> str:
        """Empty for success. A prefix such as `soapenv:` is dropped."""
        code = self.text("ErrorCode").rpartition(":")[2]
        return "" if code.lower() == "success" else code

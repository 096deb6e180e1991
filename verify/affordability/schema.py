"""The JSON Schemas of a case and of its estimate."""

from __future__ import annotations

from typing import Any

import msgspec

from verify.affordability.case import Case
from verify.affordability.estimate import Estimate


def estimate_schemas() -> dict[str, dict[str, Any]]:
    """What `verify schema estimate` prints: the schema of the input and that of the output."""
    return {"input": Case.model_json_schema(), "output": msgspec.json.schema(Estimate)}

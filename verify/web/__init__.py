"""HTTP in and out; pages and API; no rules."""

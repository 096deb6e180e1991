"""The `verify` command."""

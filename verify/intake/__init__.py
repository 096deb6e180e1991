"""Foreign input -> Verification; pure parsers, they start nothing."""
